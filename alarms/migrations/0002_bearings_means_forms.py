"""Which way a signal looks, over how long a reading is a mean, by which form a source was set up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alarms", "0001_initial")]

    operations = [
        migrations.AddField(model_name="alarmsignal", name="bearing", field=models.FloatField(null=True)),
        migrations.AddField(model_name="monitorreading", name="minutes", field=models.PositiveSmallIntegerField(null=True)),
        migrations.AddField(model_name="alarmsource", name="form_key", field=models.UUIDField(blank=True, editable=False, null=True, unique=True)),
    ]
