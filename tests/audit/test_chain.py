"""The chain itself: what is written, what is refused, what is found."""

import hashlib
import threading
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from audit import canonical, guards, services, verify
from audit.models import FIRST_LINK, AuditEvent
from common import context
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def fill(number=5, *, district=7):
    return [services.record("test.act", "thing", by=None, district_id=district, payload={"n": n}) for n in range(number)]


def outcome(**wanted):
    return verify.run(**wanted)


@contextmanager
def guards_down():
    """As the owner of the database could."""
    with connection.cursor() as cursor:
        for table in guards.TABLES:
            for name in guards.names(connection.vendor, table):
                cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    yield


def test_event_says_who_did_what_from_where():
    person = UserFactory(name="示例甲")
    person.role_label = "攻坚办工作人员"
    context.enter(context.RequestContext(request_id="abc", ip="10.1.2.3"))

    event = services.record("user.edit", person, by=person, district_id=3, payload={"old": "甲", "new": Decimal("1.50")})

    assert (event.actor_id, event.actor_name, event.role, event.ip, event.request_id) == (person.pk, "示例甲", "攻坚办工作人员", "10.1.2.3", "abc")
    assert (event.object_type, event.object_id, event.payload) == ("accounts.User", str(person.pk), '{"new":"1.5","old":"甲"}')
    context.enter(context.RequestContext())


def test_hash_is_what_the_documents_say():
    first, second = fill(2)

    assert first.prev_hash == FIRST_LINK and second.prev_hash == first.hash
    text = "\x1f".join(
        ["7", "2", second.ts, "", "system", "", "", "", "test.act", "ok", "thing", "", hashlib.sha256(b'{"n":1}').hexdigest(), "", first.hash]
    )
    assert second.hash == hashlib.sha256(f"airduty-audit-v1{text}".encode()).hexdigest()


def test_each_district_has_a_chain_of_its_own():
    fill(2, district=1)
    fill(3, district=2)

    assert list(AuditEvent.objects.chain(2).values_list("seq", flat=True)) == [1, 2, 3]
    assert outcome().exit_code == 0
    assert outcome(district=2).events == 3


def test_separator_cannot_be_smuggled_in_by_a_name():
    event = services.append("x", "thing", actor=services.Actor(1, "甲\x1f2\n"))

    assert event.actor_name == "甲2"


def test_act_is_undone_when_it_cannot_be_recorded():
    person = UserFactory(name="旧")
    with pytest.raises(TypeError), transaction.atomic():
        type(person).objects.filter(pk=person.pk).update(name="新")
        services.record("user.edit", person, by=None, payload={"what": object()})

    person.refresh_from_db()
    assert person.name == "旧"


@pytest.mark.skipif("sm3" not in hashlib.algorithms_available, reason="this OpenSSL has no SM3")
def test_national_algorithm_can_be_chosen(settings):
    settings.AUDIT_HASH = "sm3"
    events = fill(3)

    assert events[0].hash != services.canonical.digest("") and outcome().exit_code == 0
    settings.AUDIT_HASH = "sha256"
    assert outcome().exit_code == 1


# --- refusals -----------------------------------------------------------------------------------------------------------------------
def attempt(statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET actor_name = 'somebody'",
        "UPDATE audit_auditevent SET payload = '{}'",
        "UPDATE audit_auditevent SET payload = NULL, result = 'failed'",
        "UPDATE audit_auditevent SET seq = seq + 100",
        "DELETE FROM audit_auditevent",
        "UPDATE audit_anchor SET seq = 1",
        "DELETE FROM audit_anchor",
    ],
)
def test_database_refuses_to_change_the_record(statement):
    fill()
    services.anchor()

    attempt(statement)

    assert outcome().exit_code == 0


@pytest.mark.parametrize("table", guards.TABLES)
def test_database_refuses_to_empty_the_record(table):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE; an unconditional DELETE is refused like any other")
    attempt(f"TRUNCATE {table}")


def test_guards_stand_after_all_migrations():
    assert guards.missing(connection) == []


def test_a_guard_taken_away_is_reported():
    fill()
    with guards_down():
        found = outcome()

    assert found.exit_code == 0
    assert {fault["kind"] for fault in found.faults} == {"guard"}


# --- discoveries --------------------------------------------------------------------------------------------------------------------
def first_fault(found):
    return found.faults[len([fault for fault in found.faults if fault["kind"] == "guard"])]["where"]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"actor_name": "somebody"}, "7:3"),
        ({"payload": '{"n":99}'}, "7:3"),
        ({"after_sha256": "0" * 64}, "7:3"),
        ({"prev_hash": "0" * 64}, "7:3"),
        ({"district_id": 8}, "7:3"),
        ({"seq": 99}, "7:3"),
    ],
)
def test_edited_event_is_named(change, where):
    fill()
    with guards_down():
        AuditEvent.objects.filter(district_id=7, seq=3).update(**change)
        found = outcome(district=7)

    assert (found.exit_code, first_fault(found)) == (1, where)


def test_deleted_event_in_the_middle_is_named():
    fill()
    with guards_down():
        AuditEvent.objects.filter(seq=3).delete()
        found = outcome()

    assert (found.exit_code, first_fault(found)) == (1, "7:3")


def test_inserted_event_is_found():
    fill()
    with guards_down():
        AuditEvent.objects.filter(seq__gte=3).order_by("-seq").update(seq=F("seq") + 10)
        AuditEvent.objects.filter(seq__gte=13).update(seq=F("seq") - 9)
        AuditEvent.objects.create(district_id=7, seq=3, ts="x", prev_hash="x", hash="x", payload="{}")
        found = outcome()

    assert (found.exit_code, first_fault(found)) == (1, "7:3")


def test_swapped_events_are_found():
    fill()
    with guards_down():
        for old, new in ((3, 99), (4, 3), (99, 4)):
            AuditEvent.objects.filter(seq=old).update(seq=new)
        assert outcome().exit_code == 1


def recompute(district=7):
    """What an insider with the source would do after a change."""
    prev_hash = FIRST_LINK
    for event in AuditEvent.objects.chain(district):
        event.prev_hash = prev_hash
        event.hash = prev_hash = services.link(event)
        event.save()


@pytest.mark.parametrize("kept_outside", [False, True])
def test_cut_tail_and_recomputed_chain_are_found_by_the_anchor(kept_outside, tmp_path):
    fill()
    services.anchor()
    (own,) = (tmp_path / "anchors").glob("*.jsonl")
    outside = own.rename(tmp_path / "outside.jsonl")
    with guards_down():
        AuditEvent.objects.filter(seq__gt=3).delete()
        assert outcome().exit_code == 2
        AuditEvent.objects.filter(seq=2).update(actor_name="somebody")
        recompute()
        assert outcome().exit_code == 2
        if kept_outside:
            services.Anchor.objects.all().delete()
            assert outcome().exit_code == 0, "nothing inside tells any more"
            found = outcome(anchor_file=outside)
            assert (found.exit_code, first_fault(found)) == (2, "7:5")


@pytest.mark.parametrize("line", ["not json", "{}", '{"district_id":7,"seq":5,"hash":"0","ts":"2026","hmac":"0"}'])
def test_forged_anchor_is_found(line, tmp_path):
    fill()
    file = tmp_path / "forged.jsonl"
    file.write_text(f"\n{line}\n", encoding="utf-8")

    assert outcome(anchor_file=file).exit_code == 2


def test_unmoved_chain_is_anchored_once():
    fill()

    assert [len(services.anchor()) for _ in range(2)] == [1, 0]
    assert outcome().exit_code == 0


# --- lawful erasure -----------------------------------------------------------------------------------------------------------------
def test_redaction_keeps_the_chain_whole_and_leaves_a_trace():
    person = UserFactory()
    event = fill()[2]

    trace = services.redact(event, by=person, reason="当事人申请，依法删除个人信息")

    found = outcome()
    assert (found.exit_code, found.redacted) == (0, 1)
    assert event.details is None and event.pretty == ""
    assert trace.details == {"reason": "当事人申请，依法删除个人信息", "seq": 3}


def test_redaction_needs_a_reason_and_cannot_erase_itself():
    event = fill()[2]
    with pytest.raises(ValidationError):
        services.redact(event, by=None, reason="  ")
    with pytest.raises(ValidationError):
        services.redact(services.redact(event, by=None, reason="依法"), by=None, reason="依法")


def test_erasure_past_the_service_is_found():
    fill()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditevent SET payload = NULL WHERE seq = 2")

    found = outcome()
    assert (found.exit_code, first_fault(found)) == (1, "7:2")


# --- many at once -------------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_chain_does_not_fork_when_eight_people_act_at_once():
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("connections that share memory do not wait for each other as those to a file do")
    errors = []

    def act():
        try:
            for n in range(50):
                services.record("test.act", "thing", by=None, district_id=7, payload={"n": n})
        except DatabaseError as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = outcome()
    assert errors == []
    assert (found.exit_code, found.events) == (0, 400)


def test_recording_costs_two_round_trips(django_assert_num_queries):
    with django_assert_num_queries(2):
        services.record("test.act", "thing", by=None, district_id=7)


# --- spelling -----------------------------------------------------------------------------------------------------------------------
def test_canonical_spelling():
    import datetime as dt
    import uuid

    from django.utils.translation import gettext_lazy

    value = {
        "b": [True, None, 1, 1.5, Decimal("100"), Decimal("0.0")],
        "a": dt.datetime(2026, 11, 23, 9, tzinfo=dt.timezone(dt.timedelta(hours=8))),
        3: (dt.date(2026, 11, 23), dt.timedelta(minutes=1), uuid.UUID(int=0), {"二", "一"}),
        "lazy": gettext_lazy("甲"),
    }

    assert canonical.dumps(value) == (
        '{"3":["2026-11-23","60.0","00000000-0000-0000-0000-000000000000",["一","二"]],"a":"2026-11-23T01:00:00.000000Z",'
        '"b":[true,null,1,"1.5","100","0"],"lazy":"甲"}'
    )
