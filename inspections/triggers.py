"""What keeps the search table of SQLite in step with the ledger (inspections/search.py).

A migration that rebuilds the ledger's table on SQLite (a foreign key, a constraint or a changed column does) drops these triggers: such a
migration ends with ``install``. `tests/inspections/test_search.py` says so.
"""

REMOVE = "INSERT INTO finding_search(finding_search, rowid, search_text) VALUES ('delete', old.id, old.search_text);"
ADD = "INSERT INTO finding_search(rowid, search_text) VALUES (new.id, new.search_text);"
TRIGGERS = {
    "insert": ("AFTER INSERT", ADD),
    "delete": ("AFTER DELETE", REMOVE),
    "update": ("AFTER UPDATE OF search_text", REMOVE + ADD),
}


def install(apps, schema_editor):
    """For ``RunPython``: the triggers, and the table filled anew with what was written while they were missing."""
    if schema_editor.connection.vendor != "sqlite":
        return
    for verb, (moment, body) in TRIGGERS.items():
        schema_editor.execute(f"DROP TRIGGER IF EXISTS finding_search_{verb}")
        schema_editor.execute(f"CREATE TRIGGER finding_search_{verb} {moment} ON inspections_finding BEGIN {body} END")
    schema_editor.execute("INSERT INTO finding_search(finding_search) VALUES ('rebuild')")
