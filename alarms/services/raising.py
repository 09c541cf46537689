"""From a signal to an alarm: merged into one that runs, or a new one with its clocks; the rule's row is held from the look to the commit."""

import datetime as dt

from django.utils.translation import gettext as _

from alarms.models import Alarm
from alarms.services import dispatching, merging, telling
from alarms.services.merging import Signal
from alarms.words import AlarmState, Judgement
from audit.services import record
from inspections.models import Finding
from inspections.services import corrections
from inspections.words import Severity

RED = "red"


def take(signal: Signal, *, now: dt.datetime, by=None) -> Alarm:
    """The alarm this signal belongs to; a new one where it is worse than what was judged false. To be called in a transaction."""
    rule = merging.held_rule(signal.source.district_id, signal.kind)
    found = merging.held(signal, rule, now=now)
    if found is None or (found.state == AlarmState.FALSE and merging.rises(found, signal)):
        return _raise(signal, rule, now=now, by=by)
    _add(found, signal, now=now)
    return found


def _add(alarm: Alarm, signal: Signal, *, now: dt.datetime) -> None:
    """Whoever has the alarm in hand hears of what makes it worse, and of what comes when all seemed over; of the rest the figure is enough."""
    was = alarm.level
    if merging.merge(alarm, signal, now=now):
        _risen(alarm, signal, was=was, now=now)
    elif alarm.state == AlarmState.FED_BACK:
        telling.seen_again(alarm, text=signal.text)


def _risen(alarm: Alarm, signal: Signal, *, was: str, now: dt.datetime) -> None:
    """The level is not among the columns that an event seals (rows from before would not match): what it was and is stands in the event."""
    dispatching.note(alarm, "rise", now=now, details={"from": was, "to": signal.level}, text=signal.text)
    telling.risen(alarm, text=signal.text)
    if alarm.level == RED:
        raise_severity(alarm.finding, note=_("报警级别升为红色。"))
    record("alarm.rise", alarm, by=None, district_id=alarm.district_id, payload={"from": was, "to": signal.level, "text": signal.text})


def raise_severity(finding: Finding | None, *, note: str) -> None:
    """The problem on the ledger becomes serious with its alarm, as a correction that says why."""
    held = Finding.objects.select_for_update(of=("self",)).filter(pk=finding.pk).first() if finding else None
    if held and held.is_open and held.severity != Severity.SERIOUS:
        corrections.apply(held, {"severity": Severity.SERIOUS}, note=note, by=None)


def _raise(signal: Signal, rule, *, now: dt.datetime, by) -> Alarm:
    alarm = merging.begin(signal, rule, now=now)
    dispatching.note(alarm, "raise", now=now, details={"source": signal.source.name}, text=signal.text, by=by)
    if rule.judge_minutes or alarm.for_operator:
        dispatching.start_judging(alarm, rule, now=now)
        telling.raised(alarm)
    else:
        send_at_once(alarm, now=now)
    record("alarm.raise", alarm, by=by, district_id=alarm.district_id, payload={"source": signal.source.pk, "text": signal.text})
    return alarm


def send_at_once(alarm: Alarm, *, now: dt.datetime) -> None:
    """Kinds that are not looked at first (``judge_minutes`` 0): people go, and the operator is told."""
    changes = {"state": "dispatched", "judgement": Judgement.UNCLEAR, "judged_at": now, "dispatched_at": now, "version": alarm.version + 1}
    Alarm.objects.filter(pk=alarm.pk).update(**changes)
    for name, value in changes.items():
        setattr(alarm, name, value)
    dispatching.note(alarm, "judge_unclear", now=now, details={"at_once": True})
    dispatching.send(alarm, now=now)
    telling.raised(alarm)
