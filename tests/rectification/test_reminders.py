"""The ladder of domain 5.2, lived through hour by hour."""

import datetime as dt
from collections import Counter

import pytest

from common import clock
from notices.models import Notice
from rectification.models import Reminder, ReminderRule, Task
from rectification.services import advance, reminders
from rectification.services.clock_scan import scan as scan_clocks
from tests.rectification.test_month_story import assigned, district, no_second_look, people  # noqa: F401

pytestmark = pytest.mark.django_db


def live(start, days, hours=4):
    """Scan every few hours from ``start`` on; a rung that a late scan has passed is still fired."""
    for step in range(0, days * 24 + 1, hours):
        scan_clocks(start + dt.timedelta(hours=step))
        reminders.scan(start + dt.timedelta(hours=step))


def test_an_untouched_task_climbs_every_rung_once_and_is_reminded_each_overdue_day(district, people):  # noqa: F811
    finding = assigned(district, people)
    task = finding.tasks.get(role="territorial")

    live(clock.now(), days=12)

    fired = Counter(Reminder.objects.filter(task=task).values_list("rule__code", flat=True))
    once = {"accept-half", "accept-over", "time-70", "one-day", "due-today", "overdue-3", "overdue-7"}
    assert {code: fired[code] for code in once} == dict.fromkeys(once, 1)
    assert 8 <= fired["overdue"] <= 9
    assert Task.objects.get(pk=task.pk).late_since == task.due_at


def test_a_second_scan_at_the_same_moment_adds_nothing(district, people):  # noqa: F811
    assigned(district, people)
    later = clock.now() + dt.timedelta(days=6)
    reminders.scan(later)
    before = Notice.objects.count()

    reminders.scan(later)

    assert Notice.objects.count() == before > 0


def test_a_reminder_is_no_longer_wanted_once_the_party_has_signed(district, people):  # noqa: F811
    finding = assigned(district, people)
    task = finding.tasks.get(role="territorial")
    reminders.scan(task.accept_due_at)
    notice = Notice.objects.filter(kind="reminder.accept_overdue", subject_id=str(task.pk)).first()
    assert reminders.still_wanted(notice)

    advance(task, "accept", by=people["town"])

    assert not reminders.still_wanted(notice)


def test_a_rung_that_cannot_be_written_holds_up_no_other_and_is_seen(district, people):  # noqa: F811
    assigned(district, people)
    ReminderRule.objects.filter(code="accept-over").update(audiences=7)

    with pytest.raises(ExceptionGroup) as failed:
        reminders.scan(clock.now() + dt.timedelta(days=9))

    written = set(Reminder.objects.values_list("rule__code", flat=True))
    assert {type(fault) for fault in failed.value.exceptions} == {TypeError}
    assert written and "accept-over" not in written
