"""Triggers by which the database itself keeps a settled month as it was settled: cards, lines, rows, the air they rest
on, accounts, entries, appeals, the settlement.

Only a row in ``Recomputation`` opens a month, and a transaction with such a row cannot be committed.

On PostgreSQL they look once per statement at the months or cards of all rows it has touched, so that a month's hundred thousands of rows are
written as fast as without.
On SQLite a migration that rebuilds one of these tables runs ``remove`` first and ``install`` last (a trigger that names a table which is away
refuses the renaming); a test says when they are missing.
"""

KEPT = "a settled month is never changed"
CARD, SETTLEMENT, RECOMPUTATION = "scorecards_scorecard", "scorecards_settlement", "scorecards_recomputation"
AIR = ("scorecards_airsheet", "scorecards_airday", "scorecards_airconfirmation")
BY_MONTH = (CARD, "scorecards_account", "scorecards_accountentry", "scorecards_adjustment", *AIR)
BY_CARD = ("scorecards_scoreline", "scorecards_scorerow", "scorecards_appeal")
TABLES = (*BY_MONTH, *BY_CARD)
OPENED = f"SELECT 1 FROM {RECOMPUTATION} opened WHERE opened.settlement_id = frozen.id"
FROZEN = f"{SETTLEMENT} frozen WHERE frozen.state = 'settled' AND NOT EXISTS ({OPENED})"
CARDS = f"SELECT card.id FROM {CARD} card JOIN {SETTLEMENT} frozen ON frozen.district_id = card.district_id AND frozen.month = card.month"
CARDS += f" WHERE frozen.state = 'settled' AND NOT EXISTS ({OPENED})"

# --- PostgreSQL ---------------------------------------------------------------------------------------------------------------------
MONTHS, OWNERS = "(SELECT DISTINCT district_id, month FROM touched) given", "(SELECT DISTINCT scorecard_id FROM touched) given"
TOUCHED_MONTH = f"SELECT 1 FROM {MONTHS} JOIN {SETTLEMENT} frozen ON frozen.district_id = given.district_id AND frozen.month = given.month"
TOUCHED_MONTH += f" WHERE frozen.state = 'settled' AND NOT EXISTS ({OPENED})"
TOUCHED_CARD = f"SELECT 1 FROM {OWNERS} WHERE given.scorecard_id IN ({CARDS})"
REFUSING = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {condition} THEN RAISE EXCEPTION '{kept}' USING ERRCODE = 'restrict_violation'; END IF;
    RETURN {answer};
END $$;
"""
FUNCTIONS = (
    ("scorecards_kept_month", f"EXISTS ({TOUCHED_MONTH})", "NULL"),
    ("scorecards_kept_card", f"EXISTS ({TOUCHED_CARD})", "NULL"),
    ("scorecards_kept_whole", f"EXISTS (SELECT 1 FROM {SETTLEMENT} WHERE state = 'settled')", "NULL"),
    ("scorecards_kept_settlement", "OLD.state = 'settled'", "CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END"),
    ("scorecards_kept_always", "TRUE", "NULL"),
)
OF_STATEMENT = {"gained": ("INSERT", "NEW"), "left": ("UPDATE", "OLD"), "moved": ("UPDATE", "NEW"), "lost": ("DELETE", "OLD")}
STATEMENT = (
    "CREATE TRIGGER {table}_kept_{word} AFTER {event} ON {table} REFERENCING {which} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
)
TRUNCATED = "CREATE TRIGGER {table}_kept_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION scorecards_kept_whole()"
ROW = "CREATE TRIGGER {table}_kept_{word} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"

# --- SQLite -------------------------------------------------------------------------------------------------------------------------
MONTH_OF = f"EXISTS (SELECT 1 FROM {FROZEN} AND frozen.district_id = {{row}}.district_id AND frozen.month = {{row}}.month)"
CARD_OF = f"{{row}}.scorecard_id IN ({CARDS})"
SQLITE = "CREATE TRIGGER IF NOT EXISTS {table}_kept_{word} BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{kept}'); END"

STANDING = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}


def names(vendor: str) -> list[tuple[str, str]]:
    """(table, trigger) of all that ought to stand."""
    whole = [(table, f"{table}_kept_whole") for table in (*TABLES, SETTLEMENT)] if vendor == "postgresql" else []
    ends = ["settled"] if vendor == "postgresql" else ["left", "lost"]
    rare = [(SETTLEMENT, f"{SETTLEMENT}_kept_{word}") for word in ends] + [(RECOMPUTATION, f"{RECOMPUTATION}_kept_{word}") for word in ends]
    return [(table, f"{table}_kept_{word}") for table in TABLES for word in OF_STATEMENT] + whole + rare


def install(apps, schema_editor):
    """For ``RunPython``; again and again with the same result. Tables that later migrations make get theirs from these."""
    connection = schema_editor.connection
    remove(apps, schema_editor)
    present = set(connection.introspection.table_names())
    tables = [table for table in TABLES if table in present]
    for statement in _in_postgresql(tables) if connection.vendor == "postgresql" else _in_sqlite(tables):
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for table, name in names(vendor):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if vendor == "postgresql" else ""))


def missing(connection) -> list[str]:
    """Triggers that ought to stand and do not."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING[connection.vendor])
        present = {name for (name,) in cursor.fetchall()}
    return [name for _table, name in names(connection.vendor) if name not in present]


def _in_postgresql(tables):
    for name, condition, answer in FUNCTIONS:
        yield REFUSING.format(name=name, condition=condition, answer=answer, kept=KEPT)
    for table in tables:
        name = "scorecards_kept_month" if table in BY_MONTH else "scorecards_kept_card"
        for word, (event, which) in OF_STATEMENT.items():
            yield STATEMENT.format(table=table, word=word, event=event, which=which, name=name)
    for table in (*tables, SETTLEMENT):
        yield TRUNCATED.format(table=table)
    yield ROW.format(table=SETTLEMENT, word="settled", name="scorecards_kept_settlement")
    yield ROW.format(table=RECOMPUTATION, word="settled", name="scorecards_kept_always")


def _in_sqlite(tables):
    for table in tables:
        condition = MONTH_OF if table in BY_MONTH else CARD_OF
        for word, (event, which) in OF_STATEMENT.items():
            yield SQLITE.format(table=table, word=word, event=event, condition=condition.format(row=which), kept=KEPT)
    for word, event in (("left", "UPDATE"), ("lost", "DELETE")):
        yield SQLITE.format(table=SETTLEMENT, word=word, event=event, condition="OLD.state = 'settled'", kept=KEPT)
        yield SQLITE.format(table=RECOMPUTATION, word=word, event=event, condition="1", kept=KEPT)
