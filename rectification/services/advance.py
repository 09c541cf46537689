"""The one function that changes a state (style B3.4, trust C): compare-and-set, history, effects, notices and audit in one transaction."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from audit.services import record
from common import clock, language
from common.errors import Conflict, NotYourRole
from inspections.models import Finding, FindingEvent
from rectification.models import Task, TaskEvent
from rectification.services import effects, parts
from rectification.services.move import Move
from rectification.workflow import Part


def advance(subject, action: str, *, by, version: int | None = None, note: str = "", **details):
    """Take one step of a ``Finding`` or ``Task`` and return it as it then stands; ``replayed`` is set when the same person had already taken it.

    ``version`` is the one the person has read; ``by=None`` is the system. ``details`` are the step's own (``rectification.services.effects``).
    Raises ``Conflict`` (row changed meanwhile, step not open in this state), ``NotYourRole`` and ``ValidationError``.
    """
    with transaction.atomic():
        subject = _locked(subject)
        if version is not None and version != subject.version:
            return _replay_or_conflict(subject, action, by=by, version=version)
        move = _begin(subject, action, by=by, note=note.strip(), details=details)
        effects.prepare(move)
        _change(move)
        _write_history(move)
        with language.official():
            effects.follow(move)
        _seal(move)
    return move.subject


def _locked(subject):
    """Read the row anew under the lock of its finding, so that two tasks of one finding are never finished past each other."""
    finding_id = subject.finding_id if isinstance(subject, Task) else subject.pk
    finding = Finding.objects.select_for_update(of=("self",)).select_related("field__headquarters", "problem_type").get(pk=finding_id)
    if not isinstance(subject, Task):
        return finding
    task = Task.objects.select_related("organisation").get(pk=subject.pk)
    task.finding = finding
    return task


def _replay_or_conflict(subject, action, *, by, version):
    if subject.events.filter(action__in=effects.names_of(action), by=by, version=version).exists():
        subject.replayed = True
        return subject
    raise Conflict(_("这一步已有他人办理，请刷新后查看。"), code="stale", **_standing(subject, by))


def _standing(subject, by) -> dict:
    """Where the row stands, told no closer than the person may know (blind second look)."""
    state = parts.state_for(by, subject)[0] if isinstance(subject, Task) and by is not None else subject.state
    return {"state": str(state), "version": subject.version}


def _begin(subject, action, *, by, note, details) -> Move:
    step = parts.steps_of(subject).get(action)
    if step is None:
        raise ValidationError(_("没有这个办理步骤。"), code="unknown_action")
    held = parts.towards(by, subject)
    if subject.state not in step.sources:
        raise Conflict(
            _("当前状态为“%(state)s”，不能办理这一步。") % {"state": subject.get_state_display()},
            code="not_open",
            **_standing(subject, by),
        )
    if not held & step.parts:
        raise NotYourRole(_("这一步由%(who)s办理。") % {"who": _("、").join(sorted(str(part.label) for part in step.parts))})
    if step.needs_note and not note:
        raise ValidationError({"note": _("请写明情况或理由。")}, code="note")
    part = sorted(held & step.parts)[0]
    return Move(
        subject=subject,
        action=action,
        step=step,
        by=by,
        part=Part(part),
        note=note,
        details=details,
        now=clock.now(),
        target=step.target or subject.state,
        then=advance,
    )


def _change(move: Move) -> None:
    subject = move.subject
    rows = type(subject).objects.filter(pk=subject.pk, state=subject.state, version=subject.version)
    if not rows.update(state=move.target, version=F("version") + 1, **move.changes):
        raise Conflict(_("这一步已有他人办理，请刷新后查看。"), code="stale", **_standing(subject, move.by))
    move.was_state, move.was_version = subject.state, subject.version
    for name, value in {"state": move.target, "version": subject.version + 1, **move.changes}.items():
        setattr(subject, name, value)


def _write_history(move: Move) -> None:
    kind, owner = (TaskEvent, "task") if isinstance(move.subject, Task) else (FindingEvent, "finding")
    move.event = kind.objects.create(
        **{owner: move.subject},
        action=move.action,
        from_state=move.was_state,
        to_state=move.target,
        version=move.was_version,
        by=move.by,
        by_name=str(move.by) if move.by else "",
        part=move.part,
        note=move.note,
        details=move.facts,
        at=move.now,
    )


def _seal(move: Move) -> None:
    subject = move.subject
    stands = type(subject).objects.get(pk=subject.pk)
    subject.state, subject.version = stands.state, stands.version
    payload = {"from": move.was_state, "to": move.target, "note": move.note, **move.facts}
    record(
        f"{'task' if isinstance(subject, Task) else 'finding'}.{move.action}",
        stands,
        by=move.by,
        district_id=subject.district_id,
        payload=payload,
    )
