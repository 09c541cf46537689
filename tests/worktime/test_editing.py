import datetime as dt
import json

import pytest
from django.core.exceptions import ValidationError

from audit.models import AuditEvent
from common import clock
from common.errors import NotYourRole
from grids.roles import Role
from notices.models import Notice
from tests.factories.worktime import CalendarDayFactory
from worktime import calendar, editing, services, tasks, warning
from worktime.importing import Entry
from worktime.models import CalendarDay, DutyHours, Unit

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 30)


def test_an_edit_is_seen_at_once_and_audited(director):
    assert services.is_workday(MONDAY)

    editing.set_day(MONDAY, is_workday=False, name="临时放假", reason="区政府通知", by=director)

    assert not services.is_workday(MONDAY)
    event = AuditEvent.objects.get(action="worktime.set_day")
    payload = json.loads(event.payload)
    assert payload["before"] == {"is_workday": True, "name": ""}
    assert payload["reason"] == "区政府通知"
    assert event.after_sha256


def test_issued_deadlines_do_not_move(director):
    issued = services.deadline(clock.at(dt.date(2026, 11, 27), dt.time(10)), 1, Unit.WORKING_DAYS)

    editing.set_day(MONDAY, is_workday=False, reason="区政府通知", by=director)

    again = services.deadline(clock.at(dt.date(2026, 11, 27), dt.time(10)), 1, Unit.WORKING_DAYS)
    assert issued.due_at.date() == MONDAY
    assert again.due_at.date() == dt.date(2026, 12, 1)


def test_an_edit_by_another_process_is_seen_when_the_stamp_is_looked_at(monkeypatch):
    assert services.is_workday(MONDAY)
    CalendarDay.objects.filter(date=MONDAY).update(is_workday=False, updated_at=clock.now() + dt.timedelta(seconds=1))
    assert services.is_workday(MONDAY)

    monkeypatch.setattr(calendar, "CHECK_SECONDS", 0)

    assert not services.is_workday(MONDAY)


def test_the_calendar_is_read_once(django_assert_num_queries):
    services.is_workday(MONDAY)
    with django_assert_num_queries(0):
        services.deadline(clock.at(MONDAY), 30, Unit.WORKING_DAYS)


def test_an_unchanged_calendar_is_not_read_again(monkeypatch, django_assert_num_queries):
    kept = calendar.current()
    monkeypatch.setattr(calendar, "CHECK_SECONDS", 0)
    with django_assert_num_queries(2):
        assert calendar.current() is kept


def test_an_edit_needs_a_reason(director):
    with pytest.raises(ValidationError):
        editing.set_day(MONDAY, is_workday=False, reason="  ", by=director)
    assert not AuditEvent.objects.filter(action="worktime.set_day").exists()


@pytest.mark.parametrize("role", [Role.OFFICE_STAFF, Role.SUPERVISION, Role.AUDITOR])
def test_others_may_not_edit(seated, role):
    person = seated(role)

    with pytest.raises(NotYourRole):
        editing.set_day(MONDAY, is_workday=False, reason="x", by=person)
    with pytest.raises(NotYourRole):
        editing.import_year(2027, [Entry(dt.date(2027, 1, 1), False, "元旦")], by=person)
    with pytest.raises(NotYourRole):
        editing.set_duty_hours([(dt.time(9), dt.time(17))], by=person)


def test_a_day_edited_before_the_year_is_announced_stays_provisional(director):
    row = editing.set_day(dt.date(2027, 1, 1), is_workday=False, name="元旦", reason="预计放假", by=director)

    assert row.provisional
    assert services.missing_year_warning(dt.date(2026, 12, 1)) == 2027


def test_importing_a_year_replaces_it_whole(director):
    CalendarDayFactory(date=dt.date(2027, 3, 1), is_workday=False, name="错的")
    entries = [Entry(dt.date(2027, 1, 1), False, "元旦"), Entry(dt.date(2027, 1, 3), True, "元旦")]

    changed = editing.import_year(2027, entries, by=director)

    assert changed == 3
    assert CalendarDay.objects.filter(date__year=2027, provisional=False).count() == 365
    assert services.is_workday(dt.date(2027, 3, 1))
    assert services.is_workday(dt.date(2027, 1, 3))
    assert not services.is_workday(dt.date(2027, 1, 1))
    assert services.missing_year_warning(dt.date(2026, 12, 1)) is None
    assert json.loads(AuditEvent.objects.get(action="worktime.import_year").payload)["days"] == ["2027-01-01 休 元旦", "2027-01-03 班 元旦"]


def test_importing_nothing_is_refused(director):
    with pytest.raises(ValidationError):
        editing.import_year(2027, [], by=director)


def test_duty_hours_are_replaced_and_used(director):
    editing.set_duty_hours([(dt.time(9), dt.time(17))], by=director)

    due = services.deadline(clock.at(MONDAY, dt.time(16)), 2, Unit.DUTY_HOURS).due_at
    assert due == clock.at(dt.date(2026, 12, 1), dt.time(10))
    assert AuditEvent.objects.filter(action="worktime.set_duty_hours").exists()


@pytest.mark.parametrize(
    "spans",
    [
        [],
        [(dt.time(9), dt.time(9))],
        [(dt.time(12), dt.time(9))],
        [(dt.time(9), dt.time(12)), (dt.time(11), dt.time(17))],
        [(dt.time(14), dt.time(18)), (dt.time(8), dt.time(12))],
    ],
)
def test_duty_hours_must_be_in_order(director, spans):
    with pytest.raises(ValidationError):
        editing.set_duty_hours(spans, by=director)
    assert DutyHours.objects.count() == 2


# --- the warning ----------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("today", "year"),
    [("2026-10-31", None), ("2026-11-01", 2027), ("2026-12-31", 2027), ("2027-01-01", 2027), ("2025-11-30", None), ("2027-11-01", 2027)],
)
def test_missing_year_warning(today, year):
    assert services.missing_year_warning(dt.date.fromisoformat(today)) == year


def test_keepers_of_settings_are_told_once_a_week(seated, director):
    staff, other = seated(Role.OFFICE_STAFF), seated(Role.SUPERVISION)
    day = dt.date(2026, 11, 23)

    assert warning.warn_missing_year(today=day) == 2
    assert warning.warn_missing_year(today=day + dt.timedelta(days=6)) == 0
    assert warning.warn_missing_year(today=day + dt.timedelta(days=7)) == 2
    assert warning.warn_missing_year(today=dt.date(2026, 10, 1)) == 0
    assert set(Notice.objects.values_list("recipient", flat=True)) == {staff.pk, director.pk}
    assert not Notice.objects.filter(recipient=other).exists()
    assert Notice.objects.first().url == "/settings/calendar/2027/"


def test_task_runs():
    tasks.warn_missing_year()
