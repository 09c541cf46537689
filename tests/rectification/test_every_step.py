"""Every step of both tables: who takes it, from which states, what it does to state, clocks and people told, and who is refused."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction

from common import clock
from common.errors import Conflict, NotYourRole
from inspections.models import Finding
from inspections.words import FindingState, Source
from notices.models import Notice
from rectification import sentences
from rectification.models import Task
from rectification.services import advance, effects, parts
from rectification.words import TaskState
from rectification.workflow import FINDING_STEPS, TASK_STEPS
from tests.rectification.scene import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_lot")]


@dataclass
class Case:
    """How to take a step: ``who`` (None: the system), what it needs, which notice it queues, and what it does to the row."""

    who: str | None
    details: Any = dict
    notice: str = ""
    told: str = ""
    row: dict = field(default_factory=dict)
    make: Any = None
    effect: Any = None


def request_of(kind):
    def make(scene, state):
        task = scene.task(state)
        scene.request(task, kind)
        return task

    return make


def from_above(scene, state):
    return scene.finding(state, source=Source.CITY_INSPECTION, **({} if state != "reported" else {"number": "2026-9", "registered_at": clock.now()}))


def parties(scene):
    return [{"organisation": scene.district.town_a.organisation, "role": "territorial"}, {"organisation": scene.district.housing, "role": "sector"}]


def ecology(scene):
    return [{"organisation": scene.district.ecology, "role": "support"}]


OF_FINDING = {
    "register": Case("office", effect=lambda scene, old, new: new.number and new.registered_at and new.step_due_at > new.registered_at),
    "reject": Case("office", notice="finding.reject", told="member", effect=lambda scene, old, new: new.ended_at and not new.step_due_at),
    "merge": Case(
        "office", lambda scene, row: {"into": scene.finding("assigned")}, "finding.merge", "member", effect=lambda s, old, new: new.merged_into
    ),
    "assign": Case(
        "office",
        lambda scene, row: {"assignees": parties(scene)},
        "task.assigned",
        "town",
        effect=lambda s, old, new: new.due_at and not new.step_due_at,
    ),
    "assign_more": Case("office", lambda scene, row: {"assignees": ecology(scene)}, effect=lambda s, old, new: new.tasks.count() == 3),
    "unassign": Case(None, notice="finding.unassign", told="office", effect=lambda s, old, new: new.step_due_at and not new.due_at),
    "rectify": Case(None, notice="finding.rectify", told="director", effect=lambda s, old, new: new.rectified_at and new.step_due_at),
    "stop": Case(None, effect=lambda s, old, new: new.recheck_on == clock.today() + 7 * DAY and not new.due_at),
    "recheck": Case("supervision", effect=lambda s, old, new: new.recheck_on == clock.today() + 7 * DAY),
    "resume": Case("supervision", notice="finding.resume", told="director", effect=lambda s, old, new: new.rectified_at and not new.recheck_on),
    "strike_off": Case("director", notice="task.strike_off", told="town", effect=lambda s, old, new: new.struck_off_at and not new.step_due_at),
    "send_back": Case(
        "supervision", notice="task.reopen", told="town", effect=lambda s, old, new: set(new.tasks.values_list("state", flat=True)) == {"returned"}
    ),
    "look_back": Case("supervision", lambda scene, row: {"result": "stable"}, effect=lambda s, old, new: new.look_backs.get().done_at),
    "finish_look_back": Case(None),
    "superior_accept": Case("office", make=from_above, effect=lambda s, old, new: new.superior_accepted_at),
    "correct": Case("office", lambda scene, row: {"corrected": {"address": "另一处"}}, effect=lambda s, old, new: new.address == "另一处"),
    "void": Case("director", effect=lambda s, old, new: not new.tasks.unfinished().exists()),
    "comment": Case("leader", notice="finding.comment", told="office"),
}


def drawn(scene, state):
    return scene.task(state, lot="drawn")


def second_looked(scene, state):
    """Where the second looker was the first of the two, only the ordinary look is wanted."""
    return scene.task(state, lot="second_looked" if state == "second_look" else "")


def wanted(days):
    return lambda scene, row: {"wanted_at": row.due_at + days * DAY}


OF_TASK = {
    "accept": Case("town", effect=lambda s, old, new: new.accepted_at and new.handler == s["town"]),
    "arrive": Case("town", effect=lambda s, old, new: new.arrived_at),
    "dispatch": Case(
        "manager", lambda s, row: {"handler": s["member"]}, "task.dispatch", "member", effect=lambda s, old, new: new.handler == s["member"]
    ),
    "feedback": Case(
        "town",
        lambda s, row: {"conclusion": "rectified"},
        "task.feedback",
        "department",
        effect=lambda s, old, new: new.fed_back_at and new.verify_due_at,
    ),
    "progress": Case("town", effect=lambda s, old, new: new.due_at == old.due_at),
    "object_date": Case(
        "town", wanted(2), "task.object_date", "commander", effect=lambda s, old, new: new.due_at == old.due_at and new.requests.get()
    ),
    "refuse": Case("town", notice="task.refuse", told="commander"),
    "extend": Case(
        "town",
        lambda s, row: {"wanted_at": row.due_at + DAY, "reason_code": "weather"},
        "task.extend",
        "commander",
        effect=lambda s, old, new: new.extensions == 0,
    ),
    "suspend": Case("town", wanted(10), "task.suspend", "commander"),
    "transfer": Case("town", lambda s, row: {"organisation": s.district.ecology}, "task.transfer", "commander"),
    "milestones": Case(
        "town",
        lambda s, row: {"milestones": [{"due_on": clock.today() + DAY, "percent": 100, "target": "完工"}]},
        "task.milestones",
        "commander",
        row={"kind": "long_term"},
        effect=lambda s, old, new: not new.milestones.exists(),
    ),
    "withdraw": Case("town", make=request_of("extension"), effect=lambda s, old, new: new.requests.get().state == "withdrawn"),
    "approve": Case(
        "commander",
        notice="task.approve",
        told="town",
        make=request_of("extension"),
        effect=lambda s, old, new: new.due_at == old.due_at + DAY and new.extensions == 1 and new.original_due_at == old.original_due_at,
    ),
    "decline": Case(
        "commander", notice="task.decline", told="town", make=request_of("extension"), effect=lambda s, old, new: new.due_at == old.due_at
    ),
    "leave": Case(None, effect=lambda s, old, new: new.ended_at),
    "pause": Case(None, lambda s, row: {"until": clock.now() + 9 * DAY}, effect=lambda s, old, new: new.suspended_until),
    "resume": Case("commander", effect=lambda s, old, new: DAY <= new.due_at - old.due_at < DAY + dt.timedelta(hours=1) and not new.suspended_at),
    "hand_over": Case(None, effect=lambda s, old, new: new.ended_at),
    "pass": Case(
        "department", notice="task.pass", told="town", make=second_looked, effect=lambda s, old, new: new.passed_at and not new.verify_due_at
    ),
    "draw": Case(None),
    "confirm": Case(
        "office", notice="task.confirm", told="town", make=drawn, effect=lambda s, old, new: new.passed_at or old.state == TaskState.FED_BACK
    ),
    "return": Case(
        "department",
        notice="task.return",
        told="town",
        make=second_looked,
        effect=lambda s, old, new: new.returns == 1 and new.due_at == old.due_at and not new.fed_back_at,
    ),
    "overturn": Case("supervision", notice="task.overturn", told="town", make=drawn, effect=lambda s, old, new: new.returns == 1),
    "reopen": Case(None, notice="task.reopen", told="town", effect=lambda s, old, new: new.returns == 1 and not new.passed_at),
    "urge": Case("office", notice="task.urge", told="town", effect=lambda s, old, new: new.due_at == old.due_at),
    "call": Case("office"),
    "release": Case(None, row={"must_feed_back": False}, effect=lambda s, old, new: new.passed_at and new.fed_back_at),
    "succeed": Case(None, lambda s, row: {"into": s.district.ecology}, effect=lambda s, old, new: new.organisation == s.district.ecology),
    "void": Case(None, effect=lambda s, old, new: new.ended_at),
}
BOTH = [(FINDING_STEPS, OF_FINDING, "finding", FindingState), (TASK_STEPS, OF_TASK, "task", TaskState)]
EACH = [pytest.param(steps, cases[action], kind, action, states, id=f"{kind}-{action}") for steps, cases, kind, states in BOTH for action in cases]


def test_every_step_of_both_tables_has_a_case_here_and_a_sentence():
    for steps, cases, _kind, _states in BOTH:
        assert set(cases) == set(steps)
    assert set(FINDING_STEPS) <= set(sentences.OF_FINDING)
    assert set(TASK_STEPS) <= set(sentences.OF_TASK)


def row_of(scene, case, kind, state):
    if case.make:
        return case.make(scene, state)
    return scene.finding(state) if kind == "finding" else scene.task(state, **case.row)


def take(scene, case, row, action, by="owner"):
    who = (scene[case.who] if case.who else None) if by == "owner" else by
    return advance(row, action, by=who, version=row.version, note="情况属实", **case.details(scene, row) if case.details is not dict else {})


@pytest.mark.parametrize(("steps", "case", "kind", "action", "states"), EACH)
def test_the_owner_takes_the_step_from_each_of_its_states(scene, steps, case, kind, action, states):
    step = steps[action]
    for state in sorted(step.sources):
        with transaction.atomic():
            row = row_of(scene, case, kind, state)
            before = Notice.objects.filter(kind=case.notice).count()

            take(scene, case, row, action)

            new = type(row).objects.get(pk=row.pk)
            event = new.events.get(action__in=effects.names_of(action))
            assert event.from_state == state and event.version == row.version
            if event.action != action:
                assert new.state == TaskState.SECOND_LOOK and not Notice.objects.filter(kind=case.notice).exists()
                transaction.set_rollback(True)
                continue
            if action not in ("look_back", "unassign"):
                assert event.to_state == (step.target or state)
            assert case.effect is None or case.effect(scene, row, new), f"{action} from {state}"
            told = Notice.objects.filter(kind=case.notice, recipient=scene[case.told]) if case.notice else None
            if told is not None and not (action == "comment" and state in ("void",)):
                assert told.exists() and Notice.objects.filter(kind=case.notice).count() > before, f"{action} from {state}"
            transaction.set_rollback(True)


@pytest.mark.parametrize(("steps", "case", "kind", "action", "states"), EACH)
def test_everybody_else_is_refused_with_the_reason(scene, steps, case, kind, action, states):
    step = steps[action]
    row = row_of(scene, case, kind, sorted(step.sources)[0])

    for name, person in scene.people.items():
        if parts.towards(person, row) & step.parts:
            continue
        with pytest.raises(NotYourRole) as refusal:
            take(scene, case, row, action, by=person)
        assert "办理" in str(refusal.value), name
    assert not row.events.exists()


@pytest.mark.parametrize(("steps", "case", "kind", "action", "states"), EACH)
def test_from_any_other_state_nothing_happens(scene, steps, case, kind, action, states):
    rows = {state: row_of(scene, Case(None), kind, state) for state in sorted(set(states) - steps[action].sources)}

    for state, row in rows.items():
        with pytest.raises(Conflict) as lost:
            advance(row, action, by=scene[case.who] if case.who else None, note="x")
        assert lost.value.code == "not_open"
        assert type(row).objects.get(pk=row.pk).version == row.version, state
        assert not row.events.exists()


def test_only_what_would_succeed_is_offered(scene):
    """Whatever the page offers to a person is not refused for the role or the state."""
    rows = [scene.finding(state) for state in FindingState] + [scene.task(state) for state in TaskState]

    for row in rows:
        row = (Finding if isinstance(row, Finding) else Task).objects.get(pk=row.pk)
        for person in scene.people.values():
            for action in parts.actions_for(person, row):
                assert row.state in parts.steps_of(row)[action].sources
                assert parts.towards(person, row) & parts.steps_of(row)[action].parts
