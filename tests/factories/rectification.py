"""Tasks written directly; give the dates the test is about."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from common import clock
from rectification.models import LookBack, Task, TaskEvent, TaskRequest
from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingFactory


class TaskFactory(DjangoModelFactory):
    """A township's task, assigned now and due in three days."""

    class Meta:
        model = Task

    finding = factory.SubFactory(FindingFactory, state="assigned")
    district = factory.SelfAttribute("finding.district")
    organisation = factory.LazyAttribute(lambda made: made.finding.grid.organisation)
    role = "territorial"
    state = "assigned"
    assigned_at = factory.LazyFunction(clock.now)
    accept_due_at = factory.LazyAttribute(lambda made: made.assigned_at + dt.timedelta(hours=8))
    due_at = factory.LazyAttribute(lambda made: made.assigned_at + dt.timedelta(days=3))
    original_due_at = factory.SelfAttribute("due_at")


class TaskEventFactory(DjangoModelFactory):
    class Meta:
        model = TaskEvent

    task = factory.SubFactory(TaskFactory)
    action = "progress"
    at = factory.LazyFunction(clock.now)


class TaskRequestFactory(DjangoModelFactory):
    class Meta:
        model = TaskRequest

    task = factory.SubFactory(TaskFactory)
    kind = "extension"
    reason = "连续降雨"
    asked_by = factory.SubFactory(UserFactory)
    asked_at = factory.LazyFunction(clock.now)
    decide_due_at = factory.LazyAttribute(lambda made: made.asked_at + dt.timedelta(days=1))
    previous_due_at = factory.SelfAttribute("task.due_at")


class LookBackFactory(DjangoModelFactory):
    class Meta:
        model = LookBack

    finding = factory.SubFactory(FindingFactory, state="struck_off")
    district = factory.SelfAttribute("finding.district")
    window_from = dt.date(2026, 10, 1)
    window_to = dt.date(2026, 10, 15)
    planned_on = dt.date(2026, 10, 8)
