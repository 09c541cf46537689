"""The working role may add to the audit record and change nothing of it; ``upgrade_database`` gives it that and no more."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from airduty import databases
from audit.models import AuditEvent
from audit.services import record
from notices.models import Heartbeat

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")
ROLE = "airduty_trial"


@pytest.fixture
def working(db):
    """From here on the test acts as the working role; the role goes with the test's transaction."""
    record("before", "session", by=None)
    assert databases.let_work(ROLE, password="only for this test")
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")


def refused(statement: str) -> str:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(error.value)


def test_it_adds_to_the_record_and_works_in_the_other_tables(working):
    record("after", "session", by=None)
    Heartbeat.objects.update_or_create(name="x", defaults={"beat_at": "2026-11-01T00:00:00Z"})
    Heartbeat.objects.all().delete()

    assert AuditEvent.objects.filter(action__in=["before", "after"]).count() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET action = 'x'",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
        "DELETE FROM audit_anchor",
        "ALTER TABLE audit_auditevent DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_auditevent_no_change ON audit_auditevent",
        "DROP TABLE audit_auditevent",
        "DELETE FROM django_migrations",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_it_cannot_touch_the_record_or_its_guards(working, statement):
    said = refused(statement)

    assert "permission denied" in said or "must be owner" in said


def test_a_payload_may_be_erased_and_nothing_else_written_in_its_place(working):
    AuditEvent.objects.filter(action="before").update(payload=None)

    assert AuditEvent.objects.get(action="before").payload is None
    assert "append-only" in refused("UPDATE audit_auditevent SET payload = 'x'")


def test_the_upgrade_makes_the_role_once_and_can_be_run_again(settings, monkeypatch, transactional_db):
    owner = dict(connection.settings_dict)
    settings.DATABASE_OWNER_URL = f"postgres://{owner['USER']}@{owner['HOST']}:{owner['PORT']}/{owner['NAME']}"
    monkeypatch.setitem(connection.settings_dict, "USER", ROLE)
    try:
        assert "was made and may work" in upgraded()
        assert f"Role {ROLE} may work" in upgraded()
        connection.close()
        record("as the role", "session", by=None)
    finally:
        connection.close()
        with databases.as_owner(), connection.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")
        monkeypatch.undo()
        connection.close()


def upgraded() -> str:
    told = io.StringIO()
    call_command("upgrade_database", verbosity=0, stdout=told)
    return told.getvalue()


def test_one_role_for_both_is_refused(settings, transactional_db):
    own = connection.settings_dict
    settings.DATABASE_OWNER_URL = f"postgres://{own['USER']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"

    with pytest.raises(CommandError, match="the same role"):
        upgraded()


def test_without_an_owner_it_migrates_and_grants_nothing(settings, transactional_db):
    settings.DATABASE_OWNER_URL = ""

    assert upgraded() == ""
