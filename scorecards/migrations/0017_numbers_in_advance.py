"""A month writes hundreds of thousands of rows in a few statements: PostgreSQL takes their numbers a thousand at a time."""

from django.db import migrations

TAKE = "ALTER TABLE scorecards_scorerow ALTER COLUMN id SET CACHE {}"


def take(number: int):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(TAKE.format(number))

    return run


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0016_first_built_at")]
    operations = [migrations.RunPython(take(1000), take(1))]
