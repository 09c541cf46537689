"""Every edit of the calendar. Deadlines that are issued stand in their own rows and never move by an edit."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from common.errors import NotYourRole
from grids.roles import SETTINGS_KEEPERS
from grids.scope import rights
from worktime import calendar
from worktime.importing import Entry
from worktime.models import CalendarDay, DutyHours


def may_edit(user) -> bool:
    return rights(user).has(*SETTINGS_KEEPERS)


def check_may_edit(by) -> None:
    if by is not None and not may_edit(by):
        raise NotYourRole(_("工作日历由攻坚办主任或系统管理员维护。"))


def changed() -> None:
    calendar.forget()
    transaction.on_commit(calendar.forget, robust=True)


@transaction.atomic
def set_day(date: dt.date, *, is_workday: bool, name: str = "", reason: str, by) -> CalendarDay:
    """Say whether a day is worked. In a year that is not announced yet the day stays provisional."""
    check_may_edit(by)
    if not reason.strip():
        raise ValidationError({"reason": _("请写明修改原因。")}, code="reason_missing")
    before = calendar.load().day(date)
    fields = {"is_workday": is_workday, "name": name.strip(), "provisional": not is_announced(date.year)}
    row, _created = CalendarDay.objects.update_or_create(date=date, defaults=fields)
    changed()
    old = {"is_workday": before.is_workday, "name": before.name}
    record("worktime.set_day", row, by=by, payload={"date": date, "before": old, "after": fields, "reason": reason.strip()})
    return row


@transaction.atomic
def import_year(year: int, entries: list[Entry], *, by) -> int:
    """Replace a whole year by what was announced: ``entries``, and Monday–Friday for the rest. How many days are new or other than before."""
    check_may_edit(by)
    if not any(not entry.is_workday for entry in entries):
        raise ValidationError(_("没有读到任何放假日期，未导入。"), code="no_holidays")
    wanted = whole_year(year, entries)
    before = calendar.load()
    CalendarDay.objects.filter(date__year=year).delete()
    CalendarDay.objects.bulk_create(wanted, batch_size=500)
    changed()
    count = sum(differs(before.day(row.date), row) for row in wanted)
    listed = [f"{entry.date} {'班' if entry.is_workday else '休'} {entry.name}".strip() for entry in sorted(entries, key=lambda entry: entry.date)]
    record("worktime.import_year", "worktime.CalendarDay", by=by, payload={"year": year, "days": listed, "changed": count})
    return count


def whole_year(year: int, entries: list[Entry]) -> list[CalendarDay]:
    special = {entry.date: entry for entry in entries}
    first = dt.date(year, 1, 1)
    dates = [first + dt.timedelta(days=n) for n in range((dt.date(year + 1, 1, 1) - first).days)]
    plain = [special.get(date) or Entry(date, date.isoweekday() <= 5, "") for date in dates]
    return [CalendarDay(date=entry.date, is_workday=entry.is_workday, name=entry.name) for entry in plain]


def differs(before: calendar.Day, row: CalendarDay) -> bool:
    return (before.is_workday, before.name) != (row.is_workday, row.name)


@transaction.atomic
def set_duty_hours(spans: list[tuple[dt.time, dt.time]], *, by) -> None:
    """``spans`` of one working day, in order and apart from each other."""
    check_may_edit(by)
    check_spans(spans)
    before = [str(span) for span in DutyHours.objects.all()]
    DutyHours.objects.all().delete()
    rows = DutyHours.objects.bulk_create(DutyHours(starts=starts, ends=ends) for starts, ends in spans)
    changed()
    record("worktime.set_duty_hours", "worktime.DutyHours", by=by, payload={"before": before, "after": [str(row) for row in rows]})


def check_spans(spans: list[tuple[dt.time, dt.time]]) -> None:
    moments = [moment for span in spans for moment in span]
    if not spans:
        raise ValidationError(_("至少保留一个值守时段。"), code="no_spans")
    if any(earlier >= later for earlier, later in zip(moments, moments[1:], strict=False)):
        raise ValidationError(_("值守时段须先后有序、互不重叠，结束时间晚于开始时间。"), code="spans_overlap")


def is_announced(year: int) -> bool:
    return CalendarDay.objects.filter(date__year=year, provisional=False).exists()
