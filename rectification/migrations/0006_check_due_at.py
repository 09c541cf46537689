from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rectification", "0005_lot")]

    operations = [
        migrations.AddField(
            model_name="taskevent",
            name="check_due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="taskevent",
            index=models.Index(condition=models.Q(("check_due_at__isnull", False)), fields=["check_due_at"], name="task_event_by_check"),
        ),
    ]
