"""Sending people: clocks start, the first in line is called, and the next when nobody answers. The alarm's row is held by the caller."""

import datetime as dt

from django.utils.translation import gettext as _

from alarms.models import Alarm, AlarmClock, AlarmRule, AlarmStep, Dispatch
from alarms.services import defaults, duty, telling
from alarms.words import ClockName, Duty

MINUTES = {
    ClockName.ACCEPT: "accept_minutes",
    ClockName.ARRIVE: "arrive_minutes",
    ClockName.CONTROL: "control_minutes",
    ClockName.REPORT: "report_minutes",
}


def start_judging(alarm: Alarm, rule: AlarmRule, *, now: dt.datetime) -> None:
    due = now + dt.timedelta(minutes=rule.judge_minutes)
    AlarmClock.objects.create(alarm=alarm, name=ClockName.JUDGE, started_at=now, due_at=due)


def send(alarm: Alarm, *, now: dt.datetime) -> Dispatch | None:
    """Start the clocks of those who go, and call the first in line."""
    rule = defaults.rule_of(alarm.district_id, alarm.kind)
    rows = [
        AlarmClock(alarm=alarm, name=name, started_at=now, due_at=now + dt.timedelta(minutes=getattr(rule, column)))
        for name, column in MINUTES.items()
    ]
    AlarmClock.objects.bulk_create(rows, ignore_conflicts=True)
    telling.to_groups(alarm, event="dispatch", title=lambda: _("已派出，请就近处置：%(about)s") % {"about": telling.about(alarm)})
    return call_next(alarm, now=now)


def call_next(alarm: Alarm, *, now: dt.datetime) -> Dispatch | None:
    """The next rung that has not been called yet; None when everybody has been. The office as last rung is told, not sent.

    Somebody the operator has rung up by hand is called all the same when it is their turn.
    """
    called = {row.duty: row for row in alarm.dispatches.all()}
    known = set(alarm.calls.exclude(dispatch=None).values_list("person_id", flat=True))
    for rung in duty.line(alarm):
        people = [person for person in rung.people if person.pk not in known]
        if rung.duty in called or not people:
            continue
        made = Dispatch.objects.create(alarm=alarm, rung=len(called) + 1, duty=rung.duty, at=now)
        if rung.duty == Duty.OFFICE:
            telling.call_office(alarm, made, title=lambda: _("无人接单，请电话调度：%(about)s") % {"about": telling.about(alarm)})
        else:
            telling.call(alarm, made, people)
        names = [str(person) for person in people]
        note(alarm, "dispatch", now=now, details={"rung": made.rung, "duty": str(rung.duty), "people": names})
        return made
    return None


def note(alarm: Alarm, action: str, *, now: dt.datetime, details: dict | None = None, text: str = "", by=None) -> AlarmStep:
    """A line of the history beside the steps."""
    return AlarmStep.objects.create(
        alarm=alarm, action=action, from_state=alarm.state, to_state=alarm.state, version=alarm.version, by=by, by_name=str(by or ""), note=text,
        details=details or {}, at=now,
    )  # fmt: skip
