"""The migrations since 0005 rebuilt the ledger's table on SQLite, which dropped the triggers of its search table."""

from django.db import migrations

from inspections import triggers


class Migration(migrations.Migration):
    dependencies = [("inspections", "0008_hollow_grids")]
    operations = [migrations.RunPython(triggers.install, migrations.RunPython.noop)]
