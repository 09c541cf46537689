"""The one function that changes a state (style B3.4, trust C): compare-and-set, history, effects, notices and audit in one transaction."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from audit.services import record
from common import clock, language
from inspections.models import Finding, FindingEvent
from rectification.models import Task, TaskEvent
from rectification.services import effects, gate
from rectification.services.move import Move
from rectification.words import TaskState


def advance(subject, action: str, *, by, version: int | None = None, note: str = "", **details):
    """Take one step of a ``Finding`` or ``Task`` and return it as it then stands; ``replayed`` is set when the same person had already taken it.

    ``version`` is the one the person has read; ``by=None`` is the system. ``details`` are the step's own (``rectification.services.effects``).
    Raises ``Conflict`` (row changed meanwhile, step not open in this state), ``NotYourRole`` and ``ValidationError``.
    """
    with transaction.atomic():
        subject = _locked(subject)
        if version not in (None, subject.version) and _is_replay(subject, action, by=by, version=version):
            subject.replayed = True
            return subject
        move = _begin(subject, action, by=by, version=version, note=note.strip(), details=details)
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


def _is_replay(subject, action, *, by, version) -> bool:
    return subject.events.filter(action__in=effects.names_of(action), by=by, version=version).exists()


def _only_looked_since(subject, *, version) -> bool:
    """The other of two independent verdicts has come meanwhile: nobody may learn that from a refusal (blind second look)."""
    running = isinstance(subject, Task) and subject.state == TaskState.SECOND_LOOK
    return running and not subject.events.filter(version__gte=version).exclude(action="draw").exists()


def _begin(subject, action, *, by, version, note, details) -> Move:
    step = gate.step_of(subject, action)
    gate.check_role(subject, step, by=by)
    if version not in (None, subject.version) and not _only_looked_since(subject, version=version):
        raise gate.overtaken(subject)
    part = gate.part_now(subject, step, by=by)
    if step.needs_note and not note:
        raise ValidationError({"note": _("请写明情况或理由。")}, code="note")
    return Move(
        subject=subject,
        action=action,
        step=step,
        by=by,
        part=part,
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
        raise gate.overtaken(subject)
    move.was_state, move.was_version = subject.state, subject.version
    for name, value in {"state": move.target, "version": subject.version + 1, **move.changes}.items():
        setattr(subject, name, value)


def _write_history(move: Move) -> None:
    kind, of_kind = (TaskEvent, _of_task(move)) if isinstance(move.subject, Task) else (FindingEvent, {"finding": move.subject})
    move.event = kind.objects.create(
        **of_kind,
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


def _of_task(move: Move) -> dict:
    return {"task": move.subject, "check_due_at": parse_datetime(move.facts.get("verify_due_at") or "")}


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
