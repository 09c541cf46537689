import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0007_accounts")]

    operations = [
        migrations.CreateModel(
            name="Recomputation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "never",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="scorecards.recomputation"),
                ),
                (
                    "settlement",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="recomputations", to="scorecards.settlement"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("never", 0), ("pk__gt", 0)), name="recomputation_never_committed"),
                ],
            },
        ),
    ]
