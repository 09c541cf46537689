"""Keys of cameras and monitors open the door for alarms only."""

from django.db import migrations


def mark(apps, schema_editor):
    keys = apps.get_model("alarms", "AlarmSource").objects.exclude(device=None).values("device")
    apps.get_model("accounts", "Device").objects.filter(pk__in=keys).update(use="alarm")


class Migration(migrations.Migration):
    dependencies = [("alarms", "0002_bearings_means_forms"), ("accounts", "0006_uses_of_keys")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
