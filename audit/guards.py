"""Triggers that refuse to change what is recorded.

On SQLite a migration that rebuilds the table drops them: such a migration ends with ``install``, and a test says so.
"""

TABLES = ("audit_auditevent", "audit_anchor")

POSTGRESQL = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_auditevent' THEN
        IF to_jsonb(NEW)->'payload' = 'null'::jsonb AND to_jsonb(NEW) - 'payload' = to_jsonb(OLD) - 'payload' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit records are append-only' USING ERRCODE = 'restrict_violation';
END $$;
"""
POSTGRESQL_TABLE = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
SQLITE_DELETE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, 'audit records are append-only'); END
"""
SQLITE_UPDATE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_change BEFORE UPDATE ON {table} WHEN {condition}
BEGIN SELECT RAISE(ABORT, 'audit records are append-only'); END
"""


STANDING = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}


def install(apps, schema_editor):
    """For ``RunPython``."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        for table in TABLES:
            schema_editor.execute(POSTGRESQL_TABLE.format(table=table))
        return
    for table in TABLES:
        schema_editor.execute(SQLITE_DELETE.format(table=table))
        schema_editor.execute(SQLITE_UPDATE.format(table=table, condition=_changes_more_than_payload(apps, table)))


def remove(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        for trigger in names(schema_editor.connection.vendor, table):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {trigger}" + (f" ON {table}" if postgresql else ""))


def names(vendor: str, table: str) -> list[str]:
    return [f"{table}_no_change", f"{table}_no_truncate" if vendor == "postgresql" else f"{table}_no_delete"]


def missing(connection) -> list[str]:
    """Triggers that ought to stand and do not."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING[connection.vendor])
        present = {name for (name,) in cursor.fetchall()}
    return [name for table in TABLES for name in names(connection.vendor, table) if name not in present]


def _changes_more_than_payload(apps, table: str) -> str:
    if table != "audit_auditevent":
        return "1"
    columns = [field.column for field in apps.get_model("audit", "AuditEvent")._meta.concrete_fields if field.column != "payload"]
    return "NEW.payload IS NOT NULL OR " + " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in columns)
