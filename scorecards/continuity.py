"""Triggers by which the database itself keeps every account going on from the last: closing = next opening, and no line of a book ever changes.

Accounts are taken off and put on at the end only, month by month; a line is never changed or struck out but reversed by another in red ink.
On SQLite a migration that rebuilds one of these tables drops them: such a migration ends with ``install``, and ``check_accounts`` says so.
"""

ACCOUNT, ENTRY = "scorecards_account", "scorecards_accountentry"
BROKEN = "an account opens with what the month before has closed with"
WRITTEN = "lines of an account are never changed or taken out"

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION {ACCOUNT}_continues() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before integer; following integer;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM 1 FROM {ACCOUNT} WHERE (organisation_id = OLD.organisation_id OR grid_id = OLD.grid_id) AND month > OLD.month;
        IF FOUND THEN RAISE EXCEPTION '{BROKEN}' USING ERRCODE = 'restrict_violation'; END IF;
        RETURN OLD;
    END IF;
    SELECT closing INTO before FROM {ACCOUNT}
        WHERE (organisation_id = NEW.organisation_id OR grid_id = NEW.grid_id) AND month < NEW.month ORDER BY month DESC LIMIT 1;
    SELECT opening INTO following FROM {ACCOUNT}
        WHERE (organisation_id = NEW.organisation_id OR grid_id = NEW.grid_id) AND month > NEW.month ORDER BY month LIMIT 1;
    IF NEW.opening <> COALESCE(before, 0) OR NEW.closing <> COALESCE(following, NEW.closing) THEN
        RAISE EXCEPTION '{BROKEN}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION {ENTRY}_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{WRITTEN}' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER {ACCOUNT}_on_insert BEFORE INSERT ON {ACCOUNT} FOR EACH ROW EXECUTE FUNCTION {ACCOUNT}_continues();
CREATE TRIGGER {ACCOUNT}_on_update BEFORE UPDATE ON {ACCOUNT} FOR EACH ROW EXECUTE FUNCTION {ACCOUNT}_continues();
CREATE TRIGGER {ACCOUNT}_on_delete BEFORE DELETE ON {ACCOUNT} FOR EACH ROW EXECUTE FUNCTION {ACCOUNT}_continues();
CREATE TRIGGER {ENTRY}_on_update BEFORE UPDATE ON {ENTRY} FOR EACH ROW EXECUTE FUNCTION {ENTRY}_written();
CREATE TRIGGER {ENTRY}_on_delete BEFORE DELETE ON {ENTRY} FOR EACH ROW EXECUTE FUNCTION {ENTRY}_written();
"""

SAME = "(organisation_id = {row}.organisation_id OR grid_id = {row}.grid_id)"
CONTINUES = f"""
CREATE TRIGGER IF NOT EXISTS {ACCOUNT}_on_{{event}} BEFORE {{event}} ON {ACCOUNT}
WHEN NEW.opening <> COALESCE(
    (SELECT closing FROM {ACCOUNT} WHERE {SAME.format(row="NEW")} AND month < NEW.month ORDER BY month DESC LIMIT 1), 0)
  OR NEW.closing <> COALESCE(
    (SELECT opening FROM {ACCOUNT} WHERE {SAME.format(row="NEW")} AND month > NEW.month ORDER BY month LIMIT 1), NEW.closing)
BEGIN SELECT RAISE(ABORT, '{BROKEN}'); END
"""
SQLITE = (
    CONTINUES.format(event="INSERT"),
    CONTINUES.format(event="UPDATE"),
    f"""
CREATE TRIGGER IF NOT EXISTS {ACCOUNT}_on_DELETE BEFORE DELETE ON {ACCOUNT}
WHEN EXISTS (SELECT 1 FROM {ACCOUNT} WHERE {SAME.format(row="OLD")} AND month > OLD.month)
BEGIN SELECT RAISE(ABORT, '{BROKEN}'); END
""",
    *(
        f"CREATE TRIGGER IF NOT EXISTS {ENTRY}_on_{event} BEFORE {event} ON {ENTRY} BEGIN SELECT RAISE(ABORT, '{WRITTEN}'); END"
        for event in ("UPDATE", "DELETE")
    ),
)
NAMES = [f"{ACCOUNT}_on_{event}" for event in ("insert", "update", "delete")] + [f"{ENTRY}_on_{event}" for event in ("update", "delete")]
STANDING = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
    "sqlite": "SELECT lower(name) FROM sqlite_master WHERE type = 'trigger'",
}


def install(apps, schema_editor):
    """For ``RunPython``."""
    if schema_editor.connection.vendor == "postgresql":
        remove(apps, schema_editor)
        schema_editor.execute(POSTGRESQL)
        return
    for statement in SQLITE:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for name in NAMES:
        table = name.rpartition("_on_")[0]
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if postgresql else ""))


def missing(connection) -> list[str]:
    """Triggers that ought to stand and do not."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING[connection.vendor])
        present = {name for (name,) in cursor.fetchall()}
    return [name for name in NAMES if name not in present]
