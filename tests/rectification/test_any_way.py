"""Whatever way people take through both tables, the rules that always hold do hold (design 4): walks of offered steps, chosen by Hypothesis."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import canonical
from audit.models import AuditEvent
from common import clock
from inspections.models import Finding
from inspections.words import FindingState
from notices.models import Notice
from rectification.models import Task
from rectification.services import advance, parts
from rectification.words import LEFT, TaskState
from tests.rectification.test_every_step import OF_FINDING, OF_TASK

pytestmark = pytest.mark.django_db
CLOSED = (FindingState.RECTIFIED, FindingState.STRUCK_OFF, FindingState.LOOKED_BACK)
PICK = st.integers(min_value=0, max_value=10**6)
WALK = st.lists(st.tuples(PICK, st.integers(min_value=0, max_value=60)), min_size=4, max_size=24)
LIFE = ("number", "registered_at")
ISSUED = ("original_due_at", "late_since", "assigned_at", "accept_due_at")


@given(walk=WALK, risk=st.sampled_from(["low", "medium", "high"]))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_walk_of_offered_steps_keeps_the_rules(scene, walk, risk):
    with transaction.atomic():
        finding, moment, before = scene.finding("reported", risk=risk), clock.now(), {}
        twin = scene.finding("assigned", number="2026-900000")
        for pick, hours in walk:
            moment += dt.timedelta(hours=hours)
            with clock.standing(moment):
                if step := chosen(scene, finding, pick):
                    take(scene, *step, twin=twin)
                before = kept(finding, before)
                holds(finding)
        transaction.set_rollback(True)


def rows(finding) -> list:
    return [Finding.objects.get(pk=finding.pk), *Task.objects.filter(finding=finding).select_related("finding").order_by("pk")]


def chosen(scene, finding, pick):
    """One of the steps that are open to anybody now."""
    offered = [(person, row, action) for person in scene.people.values() for row in rows(finding) for action in parts.actions_for(person, row)]
    return offered[pick % len(offered)] if offered else None


def take(scene, person, row, action, *, twin):
    """What is offered is never refused for the role or the state; a rule of content (no second extension, say) may still say no, and then nothing moves."""
    details = (OF_TASK if isinstance(row, Task) else OF_FINDING)[action].details
    given = {"into": twin} if action == "merge" else details(scene, row) if details is not dict else {}
    try:
        with transaction.atomic():
            advance(row, action, by=person, version=row.version, note="情况属实", **given)
    except ValidationError:
        assert type(row).objects.get(pk=row.pk).version == row.version


def kept(finding, before: dict) -> dict:
    """What is issued once never changes afterwards."""
    after = {}
    for row in rows(finding):
        for name in ISSUED if isinstance(row, Task) else LIFE:
            after[type(row), row.pk, name] = getattr(row, name)
    assert {key: value for key, value in before.items() if value is not None and after[key] != value} == {}
    return after


def holds(finding) -> None:
    finding, *tasks = rows(finding)
    for row in (finding, *tasks):
        events = list(row.events.order_by("version", "pk"))
        assert [event.version for event in events] == sorted({event.version for event in events}), "each version is left by one step"
        assert not events or row.version == events[-1].version + 1
        moves = [event.to_state for event in events if event.to_state]
        assert not moves or moves[-1] == row.state
        sealed = AuditEvent.objects.filter(object_type=row._meta.label, object_id=str(row.pk)).order_by("-pk").first()
        assert sealed is None or sealed.after_sha256 == canonical.row_digest(row), "the ledger is as its last act left it"
    if finding.state in CLOSED:
        assert all(task.state == TaskState.PASSED for task in tasks if task.must_feed_back and task.state not in LEFT)
    for task in tasks:
        if task.state == TaskState.PASSED and task.must_feed_back:
            judges = {event.by_id for event in task.events.filter(action__in=("pass", "confirm"))}
            assert not judges & set(task.organisation.memberships.values_list("user_id", flat=True)) and task.assigned_by_id not in judges
    keys = list(Notice.objects.values_list("dedup_key", flat=True))
    assert len(keys) == len(set(keys))
