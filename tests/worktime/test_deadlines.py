import datetime as dt

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common import clock
from worktime import calendar, deadlines, services
from worktime.calendar import Calendar, Day
from worktime.models import CalendarDay, Unit


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.BEIJING)


# --- the announced days, typed off the State Council's notices ------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "worked", "reason"),
    [
        ("2024-02-04", True, "makeup"),
        ("2024-02-09", True, "workday"),  # New Year's Eve 2024 was no holiday
        ("2024-02-10", False, "holiday"),
        ("2025-01-26", True, "makeup"),
        ("2025-01-28", False, "holiday"),
        ("2025-10-06", False, "holiday"),
        ("2025-10-11", True, "makeup"),
        ("2026-02-14", True, "makeup"),
        ("2026-02-23", False, "holiday"),
        ("2026-09-20", True, "makeup"),
        ("2026-09-25", False, "holiday"),
        ("2026-10-01", False, "holiday"),
        ("2026-10-07", False, "holiday"),
        ("2026-10-08", True, "workday"),
        ("2026-10-10", True, "makeup"),
        ("2026-10-11", False, "weekend"),
        ("2026-11-23", True, "workday"),
    ],
)
def test_announced_days_are_known(day, worked, reason):
    found = calendar.load().day(dt.date.fromisoformat(day))

    assert (found.is_workday, found.reason, found.provisional) == (worked, reason, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "figure", "unit", "due"),
    [
        ("2026-09-30T17:05", 24, "hours", "2026-10-01T17:05"),
        ("2026-09-30T23:50", 30, "minutes", "2026-10-01T00:20"),
        ("2026-09-30T17:05", 3, "natural_days", "2026-10-03T23:59:59"),
        ("2026-09-30T00:00", 0, "natural_days", "2026-09-30T23:59:59"),
        ("2026-10-01T10:00", 0, "working_days", "2026-10-01T23:59:59"),
        ("2026-09-29T10:05", 5, "working_days", "2026-10-12T23:59:59"),
        ("2026-09-18T10:05", 1, "working_days", "2026-09-20T23:59:59"),  # Sunday, worked for National Day
        ("2026-02-13T18:00", 2, "working_days", "2026-02-24T23:59:59"),
        ("2026-11-23T23:59:59", 1, "working_days", "2026-11-24T23:59:59"),
        ("2026-09-30T17:05", 2, "duty_hours", "2026-10-08T09:35"),
        ("2026-10-08T08:00", 4, "duty_hours", "2026-10-08T15:00"),
        ("2026-10-08T12:30", 1, "duty_hours", "2026-10-08T15:30"),
        ("2026-10-09T14:30", 7, "duty_hours", "2026-10-10T12:00"),  # ends with the span, not at the start of the next one
        ("2026-10-11T09:00", 0, "duty_hours", "2026-10-11T09:00"),
    ],
)
def test_limits_end_when_the_rules_say(start, figure, unit, due):
    assert services.deadline(moment(start), figure, unit).due_at == moment(due)


@pytest.mark.django_db
def test_start_is_counted_on_the_beijing_day():
    start = dt.datetime(2026, 11, 30, 16, 0, tzinfo=dt.UTC)  # midnight of 1 December in Beijing

    assert services.deadline(start, 1, Unit.NATURAL_DAYS).due_at == moment("2026-12-02T23:59:59")


@pytest.mark.django_db
def test_days_that_are_not_announced_make_a_limit_provisional():
    assert not services.deadline(moment("2026-12-30T10:00"), 1, Unit.WORKING_DAYS).provisional
    assert services.deadline(moment("2026-12-30T10:00"), 2, Unit.WORKING_DAYS).provisional
    assert services.deadline(moment("2026-12-31T17:30"), 1, Unit.DUTY_HOURS).provisional
    assert not services.deadline(moment("2026-12-30T10:00"), 9, Unit.NATURAL_DAYS).provisional
    assert not services.deadline(moment("2026-12-31T23:00"), 9, Unit.HOURS).provisional


@pytest.mark.django_db
@pytest.mark.parametrize(("start", "figure"), [(dt.datetime(2026, 1, 1), 1), (moment("2026-01-01"), -1), (moment("2026-01-01"), 3_661)])
def test_what_cannot_be_counted_is_refused(start, figure):
    with pytest.raises(ValueError, match="limit"):
        services.deadline(start, figure, Unit.WORKING_DAYS)


# --- explanation ----------------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_limit_explains_itself_day_by_day():
    found = services.deadline(moment("2026-10-07T10:05"), 3, Unit.WORKING_DAYS)

    with translation.override("zh-hans"):
        lines = services.explain(found.steps)
    assert lines == [
        "2026年10月7日（星期三） 10:05 起算，时限 3 个工作日，当日不计，自次日起数",
        "2026年10月8日（星期四）：第 1 个工作日",
        "2026年10月9日（星期五）：第 2 个工作日",
        "2026年10月10日（星期六）：国庆节调休上班，第 3 个工作日",
        "截止：2026年10月10日（星期六） 24:00",
    ]


@pytest.mark.django_db
def test_steps_are_plain_json_of_the_agreed_shape():
    steps = services.deadline(moment("2026-10-07T10:05"), 1, Unit.WORKING_DAYS).steps

    assert steps == [
        {"date": "2026-10-07", "counts": False, "reason": "start", "name": "", "n": 0}
        | {"unit": "working_days", "figure": 1, "at": "2026-10-07T10:05:00+08:00"},
        {"date": "2026-10-08", "counts": True, "reason": "workday", "name": "", "n": 1, "due_at": "2026-10-08T23:59:59+08:00"},
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "figure", "unit", "words"),
    [
        ("2026-10-01T10:00", 1, "working_days", ["国庆节放假，不计", "第 1 个工作日"]),
        ("2026-10-10T19:00", 1, "duty_hours", ["当日值守时段已过，不计", "周末，不计", "累计 1 小时 0 分"]),
        ("2026-10-10T19:00", 1, "natural_days", ["第 1 天"]),
        ("2026-12-31T10:00", 1, "working_days", ["放假安排尚未公布"]),
        ("2026-10-10T19:00:05", 30, "minutes", ["连续计时 30 分钟", "19:30:05"]),
        ("2026-10-10T19:00", 2, "hours", ["连续计时 2 小时", "21:00"]),
        ("2026-10-10T19:00", 0, "natural_days", ["要求当日办结", "24:00"]),
        ("2026-10-10T19:00", 0, "hours", ["要求立即办理"]),
    ],
)
def test_lines_name_the_reason(start, figure, unit, words):
    with translation.override("zh-hans"):
        text = "\n".join(services.explain(services.deadline(moment(start), figure, unit).steps))

    assert all(word in text for word in words), text


@pytest.mark.django_db
def test_unnamed_days_off_are_explained_too():
    CalendarDay.objects.filter(date="2026-10-08").update(is_workday=False)
    CalendarDay.objects.filter(date="2026-10-10").update(name="")

    with translation.override("zh-hans"):
        text = "\n".join(services.explain(services.deadline(moment("2026-10-07T10:00"), 2, Unit.WORKING_DAYS).steps))
    assert "2026年10月8日（星期四）：放假，不计" in text
    assert "2026年10月10日（星期六）：第 2 个工作日" in text


@pytest.mark.django_db
def test_long_counts_are_cut_short_in_the_middle():
    found = services.deadline(moment("2026-01-05T10:00"), 200, Unit.WORKING_DAYS)

    assert len(found.steps) == 41
    gap = found.steps[20]
    counted = [step for step in found.steps if step["counts"] and step["reason"] != "collapsed"]
    assert gap["reason"] == "collapsed"
    assert gap["days"] + len(counted) == 200 == found.steps[-1]["n"]
    assert f"其中 {gap['days']} 天计入" in services.explain(found.steps)[20]


def test_a_given_date_needs_no_explanation():
    assert services.explain([]) == []


# --- words on days --------------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_next_working_day_and_working_days_between():
    assert services.next_working_day(dt.date(2026, 9, 30)) == dt.date(2026, 10, 8)
    assert services.next_working_day(dt.date(2026, 10, 9)) == dt.date(2026, 10, 10)
    assert services.working_days_between(dt.date(2026, 9, 30), dt.date(2026, 10, 12)) == 4
    assert services.working_days_between(dt.date(2026, 10, 12), dt.date(2026, 9, 30)) == -4
    assert services.working_days_between(dt.date(2026, 9, 30), dt.date(2026, 9, 30)) == 0
    assert services.is_workday(dt.date(2026, 10, 10))


def test_used_fraction():
    start, due = moment("2026-11-01T00:00"), moment("2026-11-11T00:00")

    assert services.used_fraction(start, due, moment("2026-11-08T00:00")) == pytest.approx(0.7)
    assert services.used_fraction(start, due, moment("2026-10-08T00:00")) == 0
    assert services.used_fraction(start, due, moment("2026-11-21T00:00")) == pytest.approx(2)
    assert services.used_fraction(due, due, due) == 1
    assert services.used_fraction(due, due, start) == 0


# --- properties -----------------------------------------------------------------------------------------------------------------------
FIRST = dt.date(2026, 1, 1)
DATES = st.dates(FIRST, dt.date(2026, 12, 31))
MOMENTS = st.datetimes(dt.datetime(2025, 12, 1), dt.datetime(2026, 12, 31)).map(lambda naive: naive.replace(tzinfo=clock.BEIJING))


def calendar_of(odd: dict[dt.date, bool]) -> Calendar:
    return Calendar(days={date: Day(date, worked) for date, worked in odd.items()})


CALENDARS = st.dictionaries(DATES, st.booleans(), max_size=60).map(calendar_of)


@given(CALENDARS, MOMENTS, st.integers(0, 120), st.sampled_from(Unit))
def test_due_is_never_before_the_start(calendar, start, figure, unit):
    due, steps = deadlines.count(calendar, start, figure, unit)

    assert due >= start.replace(microsecond=0) if unit in (Unit.NATURAL_DAYS, Unit.WORKING_DAYS) else due >= start
    assert len(steps) <= deadlines.SHOWN_STEPS + 1


@given(CALENDARS, MOMENTS, st.integers(0, 60), DATES, st.sampled_from([Unit.WORKING_DAYS, Unit.DUTY_HOURS]))
def test_one_more_working_day_never_makes_a_limit_later(calendar, start, figure, date, unit):
    more = Calendar(days=calendar.days | {date: Day(date, True)})

    assert deadlines.count(more, start, figure, unit)[0] <= deadlines.count(calendar, start, figure, unit)[0]


@given(CALENDARS, MOMENTS, st.integers(0, 60), st.sampled_from(Unit))
def test_a_longer_limit_is_never_due_earlier(calendar, start, figure, unit):
    assert deadlines.count(calendar, start, figure, unit)[0] <= deadlines.count(calendar, start, figure + 1, unit)[0]


@given(CALENDARS, MOMENTS, st.integers(1, 60))
def test_limits_in_working_days_end_on_a_working_day_and_count_back(calendar, start, figure):
    due, _steps = deadlines.count(calendar, start, figure, Unit.WORKING_DAYS)
    between = [start.date() + dt.timedelta(days=n) for n in range(1, (due.date() - start.date()).days + 1)]

    assert calendar.is_workday(due.date())
    assert sum(map(calendar.is_workday, between)) == figure
    assert due.time() == dt.time(23, 59, 59)


@given(CALENDARS, MOMENTS, st.integers(1, 40))
def test_limits_in_duty_hours_end_inside_duty_hours(calendar, start, figure):
    due, steps = deadlines.count(calendar, start, figure, Unit.DUTY_HOURS)

    assert calendar.is_workday(due.date())
    assert any(begin < due.time() <= end for begin, end in calendar.spans)
    assert steps[-1]["n"] == figure * 60


@pytest.mark.django_db
def test_working_days_between_undoes_a_limit():
    for figure in range(0, 60, 7):
        for day in range(1, 28, 5):
            start = clock.at(dt.date(2026, 9, day), dt.time(10))
            due = services.deadline(start, figure, Unit.WORKING_DAYS).due_at.date()
            assert services.working_days_between(start.date(), due) == figure
