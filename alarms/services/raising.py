"""From a signal to an alarm: merged into one that runs, or a new one with its clocks; the rule's row is held from the look to the commit."""

import datetime as dt

from alarms.models import Alarm
from alarms.services import dispatching, merging, telling
from alarms.services.merging import Signal
from alarms.words import AlarmState, Judgement
from audit.services import record


def take(signal: Signal, *, now: dt.datetime, by=None) -> Alarm:
    """The alarm this signal belongs to; a new one where it is worse than what was judged false. To be called in a transaction."""
    rule = merging.held_rule(signal.source.district_id, signal.kind)
    found = merging.running(signal, rule, now=now)
    if found is None or (found.state == AlarmState.FALSE and merging.rises(found, signal)):
        return _raise(signal, rule, now=now, by=by)
    if merging.merge(found, signal, now=now):
        dispatching.note(found, "rise", now=now, details={"from": found.level, "to": signal.level}, text=signal.text)
    return found


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
