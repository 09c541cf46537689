"""By when a feedback was to be verified stands on its step, and on the verdict's."""

import datetime as dt
import importlib

import pytest
from django.apps import apps

from rectification.services import advance, chance
from tests.factories.rectification import TaskEventFactory, TaskFactory

HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(("is_drawn", "verdict"), [(True, "pass"), (False, "pass"), (False, "return")])
def test_the_limit_stays_with_the_feedback_and_its_verdict(scene, monkeypatch, is_drawn, verdict):
    monkeypatch.setattr(chance, "drawn", lambda one_in: is_drawn)
    task = scene.task("accepted", other="passed")
    task = advance(task, "feedback", by=scene["town"], version=1, note="已覆盖", conclusion="rectified")
    limit = task.verify_due_at
    advance(task, verdict, by=scene["department"], version=2, note="现场看过")

    assert [event.check_due_at for event in task.events.order_by("id")] == [limit, limit]


def test_other_steps_have_none(scene):
    advance(scene.task("assigned"), "accept", by=scene["town"], version=1)
    assert scene.task("accepted").events.filter(check_due_at__isnull=False).count() == 0


# --- steps from before it was a column ----------------------------------------------------------------------------------------------
def limits_of(task) -> list:
    importlib.import_module("rectification.migrations.0007_limits_of_checks").note(apps, None)
    return [event.check_due_at for event in task.events.order_by("at", "id")]


@pytest.fixture
def steps(db):
    """``steps(("feedback", limit), ("pass", None))``: an hour apart, each with the limit its details note."""
    task = TaskFactory()

    def take(*wanted):
        for n, (action, limit) in enumerate(wanted):
            details = {} if limit is None else {"verify_due_at": limit.isoformat()}
            TaskEventFactory(task=task, action=action, at=task.assigned_at + n * HOUR, details=details)
        return task

    return take


def test_what_the_details_note_becomes_the_limit_and_a_verdict_that_notes_none_has_that_of_the_feedback_before(steps):
    task = steps()
    first, second = task.assigned_at + 72 * HOUR, task.assigned_at + 96 * HOUR
    steps(("accept", None), ("feedback", first), ("return", None), ("feedback", second), ("draw", second), ("pass", None))

    assert limits_of(task) == [None, first, first, second, second, second]


def test_a_standing_feedback_that_notes_none_has_the_limit_of_its_task(steps):
    task = steps(("feedback", None))
    task.fed_back_at, task.verify_due_at = task.assigned_at, task.assigned_at + 72 * HOUR
    task.save()

    assert limits_of(task) == [task.verify_due_at]


def test_an_imported_verdict_that_never_had_a_limit_gets_none(steps):
    assert limits_of(steps(("feedback", None), ("pass", None))) == [None, None]
