"""What each step changes (``prepare``, before the row is written) and brings about (``follow``, after it, in the same transaction)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from alarms.models import Alarm, AlarmClock, AlarmPhoto, Call
from alarms.services import dispatching, ledger, telling
from alarms.words import AlarmKind, AlarmState, Answer, Cause, ClockName, FalseReason, Judgement, OnSite
from notices.words import Channel

NEEDS_PHOTO = (AlarmKind.FIRE, AlarmKind.DUST)


def prepare(move) -> None:
    if work := PREPARE.get(move.action):
        work(move)


def follow(move) -> None:
    FOLLOW.get(move.action, _nothing)(move)


def _nothing(move) -> None:
    """The step is its own effect."""


def meet(alarm: Alarm, *names, at) -> None:
    """These clocks stand still; one that was already met keeps its time."""
    AlarmClock.objects.filter(alarm=alarm, name__in=names, met_at=None).update(met_at=at)


# --- judging ------------------------------------------------------------------------------------------------------------------------
def _judged(move, judgement: str) -> None:
    move.changes |= {"judgement": judgement, "judged_by": move.by, "judged_at": move.now}
    move.facts["judgement"] = str(judgement)


def _prepare_true(move) -> None:
    _judged(move, Judgement.TRUE)
    if move.alarm.state == AlarmState.RAISED:
        move.target = AlarmState.WATCHED if move.alarm.for_operator else AlarmState.DISPATCHED
    for name in ("address", "text"):
        if move.details.get(name):
            move.changes[name] = move.details[name]


def _follow_true(move) -> None:
    meet(move.alarm, ClockName.JUDGE, at=move.now)
    _send(move)
    put_on_ledger(move.alarm, by=move.by, now=move.now)


def put_on_ledger(alarm: Alarm, *, by, now) -> None:
    """One finding, whoever judged and whenever."""
    finding = ledger.to_ledger(alarm, by=by)
    if finding is None or alarm.finding_id:
        return
    Alarm.objects.filter(pk=alarm.pk).update(finding=finding)
    alarm.finding = finding
    dispatching.note(alarm, "to_ledger", now=now, details={"number": finding.number or ""}, by=by)


def _prepare_unclear(move) -> None:
    _judged(move, Judgement.UNCLEAR)


def _follow_unclear(move) -> None:
    if move.by is not None:
        meet(move.alarm, ClockName.JUDGE, at=move.now)
    _send(move)


def _send(move) -> None:
    if move.row.from_state == AlarmState.RAISED and not move.alarm.for_operator:
        Alarm.objects.filter(pk=move.alarm.pk).update(dispatched_at=move.now)
        dispatching.send(move.alarm, now=move.now)


def _prepare_false(move) -> None:
    reason = move.details.get("reason")
    if reason not in FalseReason.values:
        raise ValidationError({"reason": _("请选择误报原因。")})
    if reason == FalseReason.OTHER and not move.note:
        raise ValidationError({"note": _("选“其他”时请写明原因。")})
    _judged(move, Judgement.FALSE)
    move.changes |= {"false_reason": reason, "closed_at": move.now}
    move.facts["reason"] = reason


def _follow_false(move) -> None:
    meet(move.alarm, ClockName.JUDGE, at=move.now)
    _left(move.alarm, at=move.now)
    if move.row.from_state != AlarmState.RAISED:
        title = _called_off
        telling.to_called(move.alarm, event="off", title=lambda: title(move.alarm), channels=(Channel.INBOX, Channel.SMS))


def _called_off(alarm: Alarm) -> str:
    return _("不用再去，已判为误报：%(about)s") % {"about": telling.about(alarm)}


# --- on the spot --------------------------------------------------------------------------------------------------------------------
def _left(alarm: Alarm, *, at) -> None:
    alarm.calls.filter(answer=Answer.WAITING).update(answer=Answer.LEFT, answered_at=at)


def _taken_by(move, person) -> None:
    """Who has answered; those still ringing need not."""
    move.alarm.calls.filter(person=person, answer__in=(Answer.WAITING, Answer.ANSWERED)).update(answer=Answer.ACCEPTED, answered_at=move.now)
    _left(move.alarm, at=move.now)
    telling.to_called(
        move.alarm,
        event="taken",
        title=lambda: _("%(person)s已接单：%(about)s") % {"person": person, "about": telling.about(move.alarm)},
        without=person,
    )


def _prepare_accept(move) -> None:
    move.changes |= {"accepted_at": move.now, "accepted_by": move.by}


def _follow_accept(move) -> None:
    meet(move.alarm, ClockName.ACCEPT, at=move.now)
    _taken_by(move, move.by)
    ledger.follow(move.alarm, by=move.by)


def _prepare_arrive(move) -> None:
    move.changes["arrived_at"] = move.now
    if move.alarm.accepted_at is None:
        _prepare_accept(move)


def _follow_arrive(move) -> None:
    meet(move.alarm, ClockName.ACCEPT, ClockName.ARRIVE, at=move.now)
    if move.row.from_state == AlarmState.DISPATCHED:
        _taken_by(move, move.by)
    ledger.follow(move.alarm, by=move.by)


def _prepare_control(move) -> None:
    move.changes["controlled_at"] = move.now


def _follow_control(move) -> None:
    meet(move.alarm, ClockName.CONTROL, at=move.now)


def _prepare_feedback(move) -> None:
    alarm, said = move.alarm, move.details.get("on_site")
    errors = {}
    if said not in OnSite.values:
        errors["on_site"] = _("请选择现场结论。")
    if not move.note:
        errors["note"] = _("请写明现场情况。")
    cause = move.details.get("cause") or ""
    if alarm.kind == AlarmKind.STATION and said != OnSite.NOTHING and cause not in Cause.values:
        errors["cause"] = _("站点异常请选择原因类型。")
    waiting = AlarmPhoto.objects.filter(alarm=alarm, step=None, uploaded_by=move.by)
    if alarm.kind in NEEDS_PHOTO and said in (OnSite.REAL, OnSite.REAL_OPEN) and not waiting.exists():
        errors["photos"] = _("请至少拍一张现场照片。")
    if errors:
        raise ValidationError(errors)
    move.changes |= {"fed_back_at": move.now, "on_site": said, "cause": cause, "area_m2": move.details.get("area_m2")}
    if said == OnSite.REAL and alarm.controlled_at is None:
        move.changes["controlled_at"] = move.now
    move.facts |= {"on_site": said, "cause": cause, "area_m2": move.details.get("area_m2"), "photos": waiting.count()}


def _follow_feedback(move) -> None:
    alarm = move.alarm
    AlarmPhoto.objects.filter(alarm=alarm, step=None, uploaded_by=move.by).update(step=move.row)
    controlled = (ClockName.CONTROL,) if alarm.on_site != OnSite.REAL_OPEN else ()
    meet(alarm, ClockName.ACCEPT, ClockName.ARRIVE, ClockName.REPORT, *controlled, at=move.now)
    if alarm.on_site != OnSite.NOTHING and alarm.judgement != Judgement.TRUE:
        Alarm.objects.filter(pk=alarm.pk).update(judgement=Judgement.TRUE, judged_at=move.now, judged_by=None)
        put_on_ledger(alarm, by=None, now=move.now)
    ledger.follow(alarm, by=move.by, note=move.note, done=alarm.on_site != OnSite.REAL_OPEN)
    telling.to_operators(
        alarm, event=f"feedback-{move.row.pk}", title=lambda: _("现场已反馈，请复看后办结：%(about)s") % {"about": telling.about(alarm)}, urgent=True
    )


# --- the end ------------------------------------------------------------------------------------------------------------------------
def _prepare_close(move) -> None:
    if not move.details.get("watched"):
        raise ValidationError({"watched": _("请先复看画面或数据，确认已经恢复正常，再勾选。")})
    move.changes["closed_at"] = move.now


def _prepare_resolve(move) -> None:
    _insist_note(move)
    move.changes["closed_at"] = move.now
    if not move.alarm.judgement:
        move.changes |= {"judgement": Judgement.TRUE, "judged_by": move.by, "judged_at": move.now}


def _follow_resolve(move) -> None:
    meet(move.alarm, ClockName.JUDGE, at=move.now)


def _prepare_back(move) -> None:
    _insist_note(move)


def _follow_back(move) -> None:
    AlarmClock.objects.filter(alarm=move.alarm, name=ClockName.CONTROL, late_at=None).update(met_at=None)
    telling.to_called(
        move.alarm,
        event=f"back-{move.row.pk}",
        title=lambda: _("请继续处置：%(about)s") % {"about": telling.about(move.alarm)},
        channels=(Channel.INBOX, Channel.SMS),
    )


def _insist_note(move) -> None:
    if not move.note:
        raise ValidationError({"note": _("请写明情况或理由。")})


# --- calls by hand ------------------------------------------------------------------------------------------------------------------
def _prepare_call(move) -> None:
    person, answer = move.details.get("person"), move.details.get("answer")
    if person is None:
        raise ValidationError({"person": _("请选择通话对象。")})
    if answer not in (Answer.ACCEPTED, Answer.ANSWERED, Answer.MISSED):
        raise ValidationError({"answer": _("请选择通话结果。")})
    move.facts |= {"person": str(person), "answer": answer}
    if answer == Answer.ACCEPTED and move.alarm.state == AlarmState.DISPATCHED:
        move.target = AlarmState.ACCEPTED
        move.changes |= {"accepted_at": move.now, "accepted_by": person}


def _follow_call(move) -> None:
    person, answer = move.details["person"], move.details["answer"]
    Call.objects.create(
        alarm=move.alarm, person=person, duty=move.details["duty"], channel=Call.BY_HAND, called_at=move.now, called_by=move.by, answer=answer,
        answered_at=None if answer == Answer.MISSED else move.now, note=move.note[:200],
    )  # fmt: skip
    if move.target == AlarmState.ACCEPTED and move.row.from_state == AlarmState.DISPATCHED:
        meet(move.alarm, ClockName.ACCEPT, at=move.now)
        _taken_by(move, person)
        ledger.follow(move.alarm, by=person)


PREPARE = {
    "judge_true": _prepare_true,
    "judge_unclear": _prepare_unclear,
    "judge_false": _prepare_false,
    "accept": _prepare_accept,
    "arrive": _prepare_arrive,
    "control": _prepare_control,
    "feedback": _prepare_feedback,
    "close": _prepare_close,
    "resolve": _prepare_resolve,
    "send_back": _prepare_back,
    "comment": _insist_note,
    "call": _prepare_call,
}
FOLLOW = {
    "judge_true": _follow_true,
    "judge_unclear": _follow_unclear,
    "judge_false": _follow_false,
    "accept": _follow_accept,
    "arrive": _follow_arrive,
    "control": _follow_control,
    "feedback": _follow_feedback,
    "resolve": _follow_resolve,
    "send_back": _follow_back,
    "call": _follow_call,
}
