from django.core.management import call_command
from django.db import migrations

from accounts.sealing import reseal


def make_cache_table(apps, schema_editor):
    """The table of the default cache: throttles count in it, for all processes together."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def seal_second_factors(apps, schema_editor):
    for authenticator in apps.get_model("mfa", "Authenticator").objects.using(schema_editor.connection.alias).all():
        authenticator.data = reseal(authenticator.data)
        authenticator.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
        migrations.RunPython(seal_second_factors, migrations.RunPython.noop),
    ]
