"""The index behind ``Finding.objects.matching``: GIN over ``to_tsvector`` on PostgreSQL, an FTS5 table kept by triggers on SQLite."""

from django.db import migrations

POSTGRESQL = ["CREATE INDEX finding_search ON inspections_finding USING gin (to_tsvector('simple', search_text))"]
SQLITE = [
    "CREATE VIRTUAL TABLE finding_search USING fts5(search_text, content='inspections_finding', content_rowid='id', tokenize='unicode61')",
    """CREATE TRIGGER finding_search_insert AFTER INSERT ON inspections_finding BEGIN
        INSERT INTO finding_search(rowid, search_text) VALUES (new.id, new.search_text); END""",
    """CREATE TRIGGER finding_search_delete AFTER DELETE ON inspections_finding BEGIN
        INSERT INTO finding_search(finding_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); END""",
    """CREATE TRIGGER finding_search_update AFTER UPDATE OF search_text ON inspections_finding BEGIN
        INSERT INTO finding_search(finding_search, rowid, search_text) VALUES ('delete', old.id, old.search_text);
        INSERT INTO finding_search(rowid, search_text) VALUES (new.id, new.search_text); END""",
]
UNDO = {
    "postgresql": ["DROP INDEX finding_search"],
    "sqlite": [f"DROP TRIGGER finding_search_{verb}" for verb in ("insert", "delete", "update")] + ["DROP TABLE finding_search"],
}


def forwards(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("inspections", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
