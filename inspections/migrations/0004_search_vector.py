"""The vector that PostgreSQL searches is stored: a list that walks down its order would otherwise parse the text of every row on its way."""

from django.db import migrations

FORWARDS = [
    "DROP INDEX finding_search",
    "ALTER TABLE inspections_finding ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', search_text)) STORED",
    "CREATE INDEX finding_search ON inspections_finding USING gin (search_vector)",
]
BACKWARDS = [
    "ALTER TABLE inspections_finding DROP COLUMN search_vector",
    "CREATE INDEX finding_search ON inspections_finding USING gin (to_tsvector('simple', search_text))",
]


def on_postgresql(statements):
    def run(apps, schema_editor):
        for statement in statements if schema_editor.connection.vendor == "postgresql" else ():
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("inspections", "0003_speed")]
    operations = [migrations.RunPython(on_postgresql(FORWARDS), on_postgresql(BACKWARDS))]
