"""Effects of the steps on a task, requests apart."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from common import clock
from grids import people
from grids.models import Grid
from grids.roles import PARTIES, OrganisationKind
from inspections.words import Risk
from rectification.models import Clock, Task, TaskPhoto
from rectification.services import chance, clocks, finding_steps, telling
from rectification.services.move import Move
from rectification.words import UNFINISHED, Conclusion, Lot, TaskState
from rectification.workflow import Part
from worktime import services as worktime

QUIET_AFTER_URGING, QUIET_MINUTE_CLOCK = dt.timedelta(hours=2), dt.timedelta(minutes=10)


# --- the party ----------------------------------------------------------------------------------------------------------------------
def prepare_accept(move: Move) -> None:
    move.changes["accepted_at"] = move.now
    if move.subject.handler_id is None:
        move.changes["handler"] = move.by


def follow_accept(move: Move) -> None:
    """The receiver of a transfer has signed: the sender's clock stops here."""
    old = move.subject.transferred_from
    if old is not None and old.state in UNFINISHED:
        move.then(old, "hand_over", by=None)


def prepare_dispatch(move: Move) -> None:
    """``handler``: somebody of the organisation, or who holds a post in the grids of the place (``handlers``)."""
    handler = move.details.get("handler")
    if handler is None or handler.pk not in {person.pk for person in handlers(move.subject)}:
        raise ValidationError({"handler": _("请选择本单位人员或问题所在网格的网格人员。")})
    move.changes["handler"] = handler
    move.facts["handler"] = str(handler)


def handlers(task: Task) -> list:
    """Who may be given the task: people of the organisation, and the grid people of its grids in which the place lies (domain 1.4)."""
    keys = [int(key) for key in task.finding.grid_path.strip("/").split("/") if key]
    grids = Grid.objects.filter(pk__in=keys, organisation_id=task.organisation_id) if task.organisation.kind == OrganisationKind.TOWNSHIP else ()
    found = [*people.members_of(task.organisation, PARTIES), *(person for grid in grids for person in people.holders_of(grid))]
    return list({person.pk: person for person in found}.values())


def follow_dispatch(move: Move) -> None:
    telling.tell(
        [move.details["handler"]],
        task=move.subject,
        event=move.event,
        title=lambda: _("请办理：%(about)s") % {"about": telling.about(move.finding)},
        body=lambda: _("整改期限 %(due)s。%(note)s") % {"due": telling.moment(move.subject.due_at), "note": move.note},
        channels=telling.BY_HAND,
    )


def prepare_arrive(move: Move) -> None:
    if move.subject.arrived_at:
        raise ValidationError(_("已登记过到场。"), code="arrived")
    move.changes["arrived_at"] = move.now


def prepare_feedback(move: Move) -> None:
    """``conclusion`` and, where the type asks for it, at least one after-photo uploaded to this task."""
    task = move.subject
    conclusion = move.details.get("conclusion")
    if conclusion not in Conclusion.values:
        raise ValidationError({"conclusion": _("请选择整改结论。")})
    waiting = TaskPhoto.objects.filter(task=task, event=None, uploaded_by=move.by)
    if conclusion != Conclusion.NOT_FOUND and task.finding.problem_type.needs_after_photo and not waiting.exists():
        raise ValidationError({"photos": _("请至少上传一张整改后的照片，从整改前的同一位置拍摄。")})
    unfinished = task.milestones.filter(done_on=None).exists()
    if unfinished and conclusion == Conclusion.RECTIFIED:
        raise ValidationError({"conclusion": _("还有节点没有完成，请先填报进展。")})
    move.changes |= {
        "fed_back_at": move.now,
        "conclusion": conclusion,
        "verify_due_at": clocks.office_due(task.district_id, Clock.Name.VERIFY, move.now),
        "first_verifier": None,
        "lot": _draw(task),
    }
    move.facts |= {"conclusion": conclusion, "photos": waiting.count(), "due_at": task.due_at.isoformat()}
    move.facts["verify_due_at"] = move.changes["verify_due_at"].isoformat()


def _draw(task: Task) -> str:
    """One low-risk feedback in five gets a blind second look: drawn before anybody has looked, so that being asked tells nothing (design 4)."""
    is_low = task.finding.risk == Risk.LOW and not task.finding.is_from_above
    return Lot.DRAWN if is_low and chance.drawn(clocks.policy_of(task.district_id).second_look_one_in) else ""


def follow_feedback(move: Move) -> None:
    task = move.subject
    TaskPhoto.objects.filter(task=task, event=None, uploaded_by=move.by).update(event=move.event)
    clocks.refresh_finding_due(task.finding_id)
    telling.tell(
        telling.verifiers(task),
        task=task,
        event=move.event,
        title=lambda: _("待核查：%(organisation)s 已反馈，%(about)s") % {"organisation": task.organisation, "about": telling.about(task.finding)},
    )
    telling.tell(
        telling.second_lookers(task),
        task=task,
        event=move.event,
        step="draw",
        title=lambda: _("抽中盲查，请独立复核：%(about)s") % {"about": telling.about(move.finding)},
    )


def prepare_progress(move: Move) -> None:
    """Monthly progress of a long-term task; may tick off a milestone."""
    milestone = move.details.get("milestone")
    if milestone is not None and (milestone.task_id != move.subject.pk or milestone.done_on):
        raise ValidationError({"milestone": _("请选择本任务尚未完成的节点。")})
    if milestone is not None:
        move.facts["milestone"] = milestone.target


def follow_progress(move: Move) -> None:
    if milestone := move.details.get("milestone"):
        milestone.done_on, milestone.note = clock.beijing(move.now).date(), move.note[:300]
        milestone.save(update_fields=["done_on", "note"])


# --- the verifier -------------------------------------------------------------------------------------------------------------------
def prepare_pass(move: Move) -> None:
    """Of two independent looks the first that passes waits for the other; which of them it was is told to nobody before."""
    task = move.subject
    if task.state == TaskState.FED_BACK and task.lot:
        move.action, move.target = "draw", TaskState.SECOND_LOOK
        move.facts["verify_due_at"] = _iso(task.verify_due_at)
        move.changes |= {"first_verifier": move.by, "lot": Lot.SECOND_LOOKED if move.part == Part.SECOND_LOOKER else Lot.DRAWN}
        return
    move.changes |= {"passed_at": move.now, "verify_due_at": None}
    move.facts |= {
        "fed_back_at": move.subject.fed_back_at.isoformat(),
        "due_at": move.subject.due_at.isoformat(),
        "verify_due_at": _iso(move.subject.verify_due_at),
    }


def _iso(value) -> str:
    return value.isoformat() if value else ""


def follow_passed(move: Move) -> None:
    finding_steps.settle(move)
    telling.tell(
        telling.task_people(move.subject),
        task=move.subject,
        event=move.event,
        title=lambda: _("核查通过：%(about)s") % {"about": telling.about(move.finding)},
    )


def prepare_return(move: Move) -> None:
    """Back to the party, first due date kept unless the verifier grants a new one; ``false_fix`` marks a faked result (虚假整改)."""
    task = move.subject
    move.changes |= {"returns": task.returns + 1, "verify_due_at": None, "conclusion": "", "first_verifier": None, "lot": ""}
    move.facts |= {"fed_back_at": _iso(task.fed_back_at), "verify_due_at": _iso(task.verify_due_at), "false_fix": bool(move.details.get("false_fix"))}
    move.changes["fed_back_at"] = None
    if due_at := move.details.get("due_at"):
        if due_at <= move.now:
            raise ValidationError({"due_at": _("新的期限须晚于现在。")})
        move.facts["due_at"] = [task.due_at.isoformat(), due_at.isoformat()]
        move.changes |= {"due_at": due_at, "due_steps": [], "due_rule": ""}


def follow_return(move: Move) -> None:
    clocks.refresh_finding_due(move.subject.finding_id)
    telling.tell(
        telling.task_people(move.subject),
        task=move.subject,
        event=move.event,
        title=lambda: _("退回重办：%(note)s") % {"note": move.note},
        channels=telling.BY_HAND,
    )


def prepare_reopen(move: Move) -> None:
    prepare_return(move)
    move.changes["passed_at"] = None


# --- the office ---------------------------------------------------------------------------------------------------------------------
def prepare_urge(move: Move) -> None:
    """Not again within two hours (ten minutes for minute clocks), whoever does it: a flood of urging is not read."""
    quiet = QUIET_MINUTE_CLOCK if move.finding.problem_type.is_minute_clock else QUIET_AFTER_URGING
    last = move.subject.events.filter(action="urge", at__gt=move.now - quiet).order_by("at").last()
    if last is not None:
        raise ValidationError(_("刚于%(moment)s催办过，请稍后再催，或改打电话。") % {"moment": telling.moment(last.at)}, code="urged")


def follow_urge(move: Move) -> None:
    times = move.subject.events.filter(action="urge").count()
    telling.tell(
        telling.task_people(move.subject),
        task=move.subject,
        event=move.event,
        title=lambda: _("催办（第%(n)s次）：%(about)s") % {"n": times, "about": telling.about(move.finding)},
        body=lambda: _("整改期限 %(due)s。%(note)s") % {"due": telling.moment(move.subject.due_at), "note": move.note},
        channels=telling.BY_HAND,
    )


# --- leaving and pausing ------------------------------------------------------------------------------------------------------------
def prepare_leave(move: Move) -> None:
    move.changes["ended_at"] = move.now


def follow_leave(move: Move) -> None:
    finding_steps.settle(move)


def prepare_release(move: Move) -> None:
    """Who only supports is done when those who must feed back have passed."""
    move.changes |= {"fed_back_at": move.subject.fed_back_at or move.now, "passed_at": move.now, "verify_due_at": None}


def prepare_succeed(move: Move) -> None:
    """The organisation has merged: its successor has the duty now, under the same clocks."""
    move.changes["organisation"] = move.details["into"]
    move.facts |= {"from": str(move.subject.organisation), "organisation": str(move.details["into"])}
    move.facts |= {"from_id": move.subject.organisation_id, "organisation_id": move.details["into"].pk}


def follow_succeed(move: Move) -> None:
    telling.tell(
        telling.task_people(move.subject),
        task=move.subject,
        event=move.event,
        title=lambda: _("因单位合并，由你单位继续办理：%(about)s") % {"about": telling.about(move.finding)},
    )


def prepare_pause(move: Move) -> None:
    move.changes |= {"suspended_at": move.now, "suspended_until": move.details["until"]}


def prepare_resume(move: Move) -> None:
    """The time stood still: the due date moves by exactly as long."""
    task = move.subject
    stood = move.now - task.suspended_at
    move.changes |= {"due_at": task.due_at + stood, "suspended_at": None, "suspended_until": None}
    move.facts["due_at"] = [task.due_at.isoformat(), (task.due_at + stood).isoformat()]


def follow_clock(move: Move) -> None:
    clocks.refresh_finding_due(move.subject.finding_id)


def stamp_late(now) -> int:
    """Write ``late_since`` once for every party whose clock has run out. Safe to run twice."""
    return Task.objects.overdue(now).filter(late_since=None).update(late_since=F("due_at"))


def used_share(task: Task, now) -> int:
    """Percent of the party's time that is used, at most 100."""
    return min(100, round(100 * worktime.used_fraction(task.assigned_at, task.due_at, now)))


PREPARE = {
    "accept": prepare_accept,
    "arrive": prepare_arrive,
    "feedback": prepare_feedback,
    "progress": prepare_progress,
    "dispatch": prepare_dispatch,
    "urge": prepare_urge,
    "release": prepare_release,
    "succeed": prepare_succeed,
    "pass": prepare_pass,
    "confirm": prepare_pass,
    "return": prepare_return,
    "overturn": prepare_return,
    "reopen": prepare_reopen,
    "leave": prepare_leave,
    "hand_over": prepare_leave,
    "void": prepare_leave,
    "pause": prepare_pause,
    "resume": prepare_resume,
}
FOLLOW = {
    "accept": follow_accept,
    "feedback": follow_feedback,
    "progress": follow_progress,
    "dispatch": follow_dispatch,
    "pass": follow_passed,
    "confirm": follow_passed,
    "return": follow_return,
    "overturn": follow_return,
    "reopen": follow_return,
    "urge": follow_urge,
    "leave": follow_leave,
    "hand_over": follow_leave,
    "void": follow_leave,
    "succeed": follow_succeed,
    "pause": follow_clock,
    "resume": follow_clock,
}
