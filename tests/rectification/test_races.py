"""Many people at one row, and failures in the middle of a step. On SQLite writers wait for each other anyway."""

import sys
from collections import Counter

import pytest
from django.db import connection

from audit.models import AuditEvent
from common.errors import Conflict
from inspections.models import Finding
from inspections.words import FindingState
from notices.models import Notice
from rectification.models import Task, TaskEvent
from rectification.services import advance
from tests.factories.accounts import UserFactory
from tests.rectification.scene import Scene
from tests.threads import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_lot"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks are PostgreSQL's"),
]


def test_eight_people_closing_a_hundred_tasks_give_a_hundred_closings():
    scene = Scene()
    closers = [UserFactory(dept_handler=scene.district.housing) for _ in range(8)]
    tasks = [scene.task("fed_back") for _ in range(100)]

    def close_all(person):
        outcomes = Counter()
        for task in tasks:
            try:
                advance(Task.objects.get(pk=task.pk), "pass", by=person, version=task.version)
                outcomes["closed"] += 1
            except Conflict:
                outcomes["lost"] += 1
        return outcomes

    answers = at_once(*[lambda person=person: close_all(person) for person in closers])

    assert sum(answer["closed"] for answer in answers) == 100
    assert sum(answer["lost"] for answer in answers) == 700
    assert TaskEvent.objects.filter(action="pass").count() == Task.objects.filter(state="passed").count() == 100
    assert AuditEvent.objects.filter(action="task.pass").count() == 100


def test_two_tasks_of_one_finding_passed_at_the_same_moment_never_leave_it_stuck():
    scene = Scene()
    for _ in range(12):
        task = scene.task("fed_back", other="fed_back")
        other = task.finding.tasks.exclude(pk=task.pk).get()

        answers = at_once(
            lambda task=task: advance(task, "pass", by=scene["department"], version=1),
            lambda other=other: advance(other, "pass", by=scene["town"], version=1),
        )

        assert not [answer for answer in answers if isinstance(answer, Exception)]
        assert Finding.objects.get(pk=task.finding_id).state == FindingState.RECTIFIED


def test_the_same_step_of_the_same_person_twice_at_once_is_one_step():
    scene = Scene()
    task = scene.task("assigned")

    answers = at_once(*[lambda: advance(task, "accept", by=scene["town"], version=1)] * 4)

    assert sorted(getattr(answer, "replayed", False) for answer in answers) == [False, True, True, True]
    assert task.events.count() == 1


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("rectification.services.advance", "record"),
        ("rectification.services.telling", "queue"),
        ("rectification.services.clocks", "refresh_finding_due"),
    ],
)
def test_a_failure_in_the_middle_leaves_nothing_behind(monkeypatch, module, name):
    scene = Scene()
    task = scene.task("fed_back", other="passed")

    def fail(*args, **kwargs):
        raise OSError("disk gone")

    monkeypatch.setattr(sys.modules[module], name, fail)
    with pytest.raises(OSError, match="disk gone"):
        advance(task, "pass", by=scene["department"], version=1)

    task = Task.objects.select_related("finding").get(pk=task.pk)
    assert (task.state, task.version, task.finding.state) == ("fed_back", 1, "assigned")
    assert not TaskEvent.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="task.").exists()
    assert not Notice.objects.exists()
