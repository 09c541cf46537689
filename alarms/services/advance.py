"""The one function that changes an alarm's state: row lock and compare-and-set, history, clocks, calls, finding, audit in one transaction."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from alarms import access
from alarms.models import Alarm, AlarmStep
from alarms.services import effects, ledger
from alarms.words import AlarmState
from alarms.workflow import STEPS, Step
from audit.services import record
from common import clock, language
from common.errors import Conflict, NotYourRole


@dataclass
class Move:
    alarm: Alarm
    action: str
    step: Step
    by: Any
    note: str
    details: dict
    now: dt.datetime
    target: str
    changes: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)
    row: AlarmStep | None = None


def advance(alarm: Alarm, action: str, *, by, version: int | None = None, note: str = "", **details) -> Alarm:
    """Take one step and return the alarm as it then stands; ``replayed`` is set when the same person had already taken it.

    ``version`` is the one the person has read; ``by=None`` is the system. ``details`` are the step's own (``services.effects``).
    Raises ``Conflict``, ``NotYourRole`` and ``ValidationError``.
    """
    if action == "judge_true":
        ledger.look_through(alarm)
    with transaction.atomic():
        alarm = Alarm.objects.held(alarm.pk)
        if is_replay(alarm, action, by=by, version=version):
            alarm.replayed = True
            return alarm
        move = _begin(alarm, action, by=by, version=version, note=note.strip(), details=details)
        effects.prepare(move)
        _change(move)
        move.row = _write(move)
        with language.official():
            effects.follow(move)
        alarm.refresh_from_db()
        record(f"alarm.{action}", alarm, by=by, district_id=alarm.district_id, payload={"from": move.row.from_state, "note": move.note, **move.facts})
    return alarm


def is_replay(alarm: Alarm, action: str, *, by, version) -> bool:
    """The same step of the same person, sent again by a phone that has not heard the answer. Every step raises the version, so that words are kept once too."""
    taken = alarm.steps.filter(action=action, by=by)
    if version is not None:
        return version != alarm.version and taken.filter(version=version).exists()
    step = STEPS.get(action)
    return bool(step and step.target and alarm.state not in step.sources) and taken.exists()


def _begin(alarm: Alarm, action: str, *, by, version, note: str, details: dict) -> Move:
    step = STEPS.get(action)
    if step is None:
        raise ValidationError(_("没有这个办理步骤。"), code="unknown_action")
    check_role(alarm, step, by=by)
    if alarm.state not in step.sources or not access.is_ready(alarm, action):
        raise not_open(alarm)
    insist_read(alarm, by=by, version=version)
    return Move(alarm, action, step, by, note, details, clock.now(), target=step.target or alarm.state)


def insist_read(alarm: Alarm, *, by, version) -> None:
    """Nobody else may have moved the alarm on since the person read it.

    What only adds to it (words, calls, a judgement under way) does not count, nor what time brings: whoever is called may accept while the operator
    writes, and a false alarm is false whether or not it has gone out meanwhile.
    """
    if version in (None, alarm.version):
        return
    moves = alarm.steps.filter(version__gte=version).exclude(from_state=F("to_state")).exclude(by=None)
    last = moves.exclude(by=by).order_by("pk").last()
    if last is not None:
        facts = {"person": last.by_name, "step": STEPS[last.action].label}
        message = _("%(person)s刚办理了“%(step)s”，请核对现在的情况再提交。") % facts
        raise Conflict(message, code="stale", state=str(alarm.state), version=alarm.version)


def check_role(alarm: Alarm, step: Step, *, by) -> None:
    if not step.parts & access.towards(by, alarm):
        raise NotYourRole(_("这一步由%(who)s办理。") % {"who": _("、").join(sorted(str(part.label) for part in step.parts if part != "system"))})


def not_open(alarm: Alarm) -> Conflict:
    if alarm.state != AlarmState.RAISED and alarm.accepted_by_id and alarm.state == AlarmState.ACCEPTED:
        message = _("已由%(person)s接单。") % {"person": alarm.accepted_by}
    else:
        message = _("当前状态为“%(state)s”，不能办理这一步。") % {"state": alarm.get_state_display()}
    return Conflict(message, code="not_open", state=str(alarm.state), version=alarm.version)


def _change(move: Move) -> None:
    alarm = move.alarm
    rows = Alarm.objects.filter(pk=alarm.pk, state=alarm.state, version=alarm.version)
    if not rows.update(state=move.target, version=F("version") + 1, **move.changes):
        raise not_open(alarm)


def _write(move: Move) -> AlarmStep:
    alarm = move.alarm
    row = AlarmStep.objects.create(
        alarm=alarm, action=move.action, from_state=alarm.state, to_state=move.target, version=alarm.version, by=move.by,
        by_name=str(move.by or ""), note=move.note, details=move.facts, at=move.now,
    )  # fmt: skip
    for name, value in {"state": move.target, "version": alarm.version + 1, **move.changes}.items():
        setattr(alarm, name, value)
    return row
