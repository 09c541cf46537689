"""Effects of the steps on a finding."""

import datetime as dt
from functools import partial

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import NotYourRole
from grids import people
from grids.models import Organisation
from grids.roles import Role
from inspections import search
from inspections.models import Finding
from inspections.services import corrections, photos
from inspections.services.numbers import next_number
from inspections.words import ON_LEDGER, FindingState, Kind
from rectification.models import Clock, Task
from rectification.services import clocks, look_backs, parts, similar, telling
from rectification.services.move import Move
from rectification.words import LEFT, Conclusion, TaskRole, TaskState
from rectification.workflow import Part

CLASSIFIED = ("problem_type", "field", "severity", "risk", "kind", "grid", "address")


# --- register -----------------------------------------------------------------------------------------------------------------------
def prepare_register(move: Move) -> None:
    """Give the number; the office may put type, field, place and risk right on the way."""
    finding = move.subject
    for name in CLASSIFIED:
        if move.details.get(name) not in (None, "") or name == "grid" and name in move.details:
            move.changes[name] = move.details[name]
    if "grid" in move.changes:
        move.changes["grid_path"] = move.changes["grid"].path if move.changes["grid"] else ""
    if (problem_type := move.changes.get("problem_type")) and "field" not in move.changes:
        move.changes["field"] = problem_type.field
    similar.insist_compared(move)
    if put_right := {name: move.changes[name] for name in CLASSIFIED if name in move.changes and move.changes[name] != getattr(finding, name)}:
        move.facts["changes"] = corrections.facts(finding, put_right)
    move.changes |= {
        "number": next_number(finding.district_id, clock.beijing(move.now).year),
        "registered_at": move.now,
        "step_due_at": clocks.office_due(finding.district_id, Clock.Name.ASSIGN, move.now),
    }
    move.facts["number"] = move.changes["number"]


def follow_register(move: Move) -> None:
    finding = move.subject
    finding.search_text = search.text_of(finding)
    finding.save(update_fields=["search_text"])
    photos.recaption(finding)


# --- reject, merge, void ------------------------------------------------------------------------------------------------------------
def prepare_end(move: Move) -> None:
    move.changes |= {"ended_at": move.now, "step_due_at": None, "due_at": None}


def prepare_merge(move: Move) -> None:
    """Merge into an open finding of the same district that is itself on the ledger."""
    into = move.details.get("into")
    if into is None or into.pk == move.subject.pk or into.district_id != move.subject.district_id or into.state not in ON_LEDGER:
        raise ValidationError({"into": _("请选择一条在办的问题并入。")})
    prepare_end(move)
    move.changes["merged_into"] = into
    move.facts["into"] = into.number


def follow_reject(move: Move) -> None:
    telling.tell(
        [move.subject.reporter] if move.subject.reporter else [],
        finding=move.subject,
        event=move.event,
        title=lambda: _("您上报的问题未受理：%(note)s") % {"note": move.note},
    )


def follow_void(move: Move) -> None:
    for task in move.subject.tasks.unfinished():
        move.then(task, "void", by=None, note=move.note)


# --- assign -------------------------------------------------------------------------------------------------------------------------
def prepare_assign(move: Move) -> None:
    """``assignees``: list of ``{"organisation", "role", "due_at"?, "handler"?, "measure"?}``; two of them make a dual assignment (双交办)."""
    assignees = move.details.get("assignees") or []
    if not assignees:
        raise ValidationError({"assignees": _("请至少选择一个承办单位。")})
    for each in assignees:
        _check_assignee(each, finding=move.subject, now=move.now)
    chosen = [each["organisation"].pk for each in assignees]
    if len(set(chosen)) != len(chosen):
        raise ValidationError({"assignees": _("同一单位不能交办两次。")})
    already = set(move.subject.tasks.exclude(state__in=LEFT).values_list("organisation_id", flat=True))
    if already & set(chosen):
        raise ValidationError({"assignees": _("所选单位中有的已经在承办这个问题。")})
    kind = move.details.get("kind") or move.subject.kind
    if kind == Kind.LONG_TERM and not all(each.get("due_at") for each in assignees):
        raise ValidationError({"assignees": _("长期整改须填写每个承办单位的完成期限。")})
    move.changes |= {"kind": kind, "is_sealed": False, "step_due_at": None}
    if move.action == "assign":
        move.changes["assigned_at"] = move.now
    move.facts["parties"] = [{"role": str(each["role"]), "organisation": str(each["organisation"])} for each in assignees]


def _check_assignee(each: dict, *, finding: Finding, now: dt.datetime) -> None:
    organisation: Organisation = each["organisation"]
    if organisation.district_id != finding.district_id or organisation.merged_into_id:
        raise ValidationError({"assignees": _("“%(name)s”不是本区现有单位。") % {"name": organisation}})
    if each.get("role") not in TaskRole.values:
        raise ValidationError({"assignees": _("请选择“%(name)s”的责任：属地、行业、牵头或配合。") % {"name": organisation}})
    if each.get("due_at") and each["due_at"] <= now:
        raise ValidationError({"assignees": _("“%(name)s”的期限已经过去，请改为今后的时间。") % {"name": organisation}})


def follow_assign(move: Move) -> None:
    finding = move.subject
    for each in move.details["assignees"]:
        create_task(finding, move=move, **each)
    clocks.refresh_finding_due(finding.pk)


def create_task(finding: Finding, *, move: Move, organisation, role, due_at=None, handler=None, measure="", transferred_from=None) -> Task:
    """A party's duty with its own clocks, told to its people."""
    task = Task.objects.create(
        finding=finding,
        district_id=finding.district_id,
        organisation=organisation,
        role=role,
        handler=handler,
        measure=measure or "",
        must_feed_back=role != TaskRole.SUPPORT,
        kind=move.details.get("kind") or finding.kind,
        assigned_at=move.now,
        assigned_by=move.by,
        transferred_from=transferred_from,
        **clocks.task_clocks(finding.problem_type, move.now, due_at=due_at or _superior_due(finding, move.now)),
    )
    telling.announce(task, event=move.event)
    record("task.assign", task, by=move.by, district_id=task.district_id, payload={"organisation": organisation.name, "role": role})
    return task


def _superior_due(finding: Finding, now: dt.datetime) -> dt.datetime | None:
    """The superior's date binds while it is still to come."""
    return finding.superior_due_at if finding.superior_due_at and finding.superior_due_at > now else None


# --- rectified, stopped, struck off -------------------------------------------------------------------------------------------------
def prepare_rectify(move: Move) -> None:
    move.changes |= {
        "rectified_at": move.now,
        "due_at": None,
        "recheck_on": None,
        "step_due_at": clocks.office_due(move.subject.district_id, Clock.Name.STRIKE_OFF, move.now),
    }


def follow_rectify(move: Move) -> None:
    """Supporting parties are released with those who had to feed back; the director is told that it waits to be struck off."""
    for task in move.subject.tasks.unfinished():
        move.then(task, "release", by=None)
    directors = people.with_role(move.subject.district_id, {Role.OFFICE_DIRECTOR})
    telling.tell(directors, finding=move.subject, event=move.event, title=lambda: _("待销号：%(about)s") % {"about": telling.about(move.subject)})


def prepare_resume(move: Move) -> None:
    if parts.assigned_all(move.by, move.subject):
        raise NotYourRole(_("交办人不能单独认定整改到位，请由其他人员复查。"))
    prepare_rectify(move)


def prepare_stop(move: Move) -> None:
    """Stopped is not rectified: looked at again every seven days (domain 3.5)."""
    every = clocks.policy_of(move.subject.district_id).recheck_every_days
    move.changes |= {"recheck_on": clock.beijing(move.now).date() + dt.timedelta(days=every), "due_at": None}


def prepare_strike_off(move: Move) -> None:
    move.changes |= {"struck_off_at": move.now, "step_due_at": None}


def follow_strike_off(move: Move) -> None:
    look_backs.plan(move.subject, today=clock.beijing(move.now).date())
    for task in move.subject.tasks.filter(state=TaskState.PASSED).select_related("organisation", "finding__problem_type"):
        telling.tell(telling.task_people(task), task=task, event=move.event, title=lambda: _("问题已销号"))


def prepare_send_back(move: Move) -> None:
    move.changes |= {"rectified_at": None, "step_due_at": None}


def follow_send_back(move: Move) -> None:
    for task in move.subject.tasks.filter(state=TaskState.PASSED):
        move.then(task, "reopen", by=None, note=move.note)


# --- afterwards ---------------------------------------------------------------------------------------------------------------------
def prepare_look_back(move: Move) -> None:
    look_backs.prepare(move)


def follow_look_back(move: Move) -> None:
    look_backs.follow(move)


def prepare_superior_accept(move: Move) -> None:
    """Struck off here is not struck off there: the superior's acceptance is a fact of its own, before or after ours (design 4)."""
    if not move.subject.is_from_above or move.subject.number is None:
        raise ValidationError(_("只有已受理的上级交办问题才登记上级验收。"), code="not_from_above")
    if move.subject.superior_accepted_at:
        raise ValidationError(_("已登记过上级验收。"), code="accepted_before")
    accepted_at = move.details.get("accepted_at") or move.now
    if accepted_at > move.now:
        raise ValidationError({"accepted_at": _("验收时间不能晚于现在。")})
    move.changes["superior_accepted_at"] = accepted_at


def follow_comment(move: Move) -> None:
    """What leaders, commanders and supervisors write is told to those who have the duty, and to the office."""
    who = telling.office_people(move.subject.district_id)
    for task in move.subject.tasks.unfinished().select_related("organisation"):
        who += telling.task_people(task)
    others = [person for person in who if person.pk != move.by.pk]
    telling.tell(others, finding=move.subject, event=move.event, title=partial(_commented, move))


def _commented(move: Move) -> str:
    text = _("%(part)s批示：%(note)s") if move.part == Part.LEADER else _("%(part)s说明：%(note)s")
    return text % {"part": move.part.label, "note": move.note}


def prepare_correct(move: Move) -> None:
    move.changes |= corrections.changes(move.subject, move.details.get("corrected") or {})
    move.facts["changes"] = corrections.facts(move.subject, move.changes)


def follow_correct(move: Move) -> None:
    finding = Finding.objects.select_related("problem_type", "field", "grid").get(pk=move.subject.pk)
    finding.search_text = search.text_of(finding)
    finding.save(update_fields=["search_text"])


def prepare_unassign(move: Move) -> None:
    move.changes |= {"due_at": None, "assigned_at": None, "step_due_at": clocks.office_due(move.subject.district_id, Clock.Name.ASSIGN, move.now)}


def follow_unassign(move: Move) -> None:
    telling.tell(
        telling.office_people(move.subject.district_id), finding=move.subject, event=move.event, title=lambda: _("承办单位均已退单，请重新交办")
    )


def settle(move: Move) -> None:
    """After a task ended: when nobody is left, assign anew; when all that must feed back have passed, the finding is rectified or stopped."""
    finding = move.finding
    duties = [task for task in Task.objects.filter(finding=finding) if task.state not in LEFT]
    clocks.refresh_finding_due(finding.pk)
    if finding.state != FindingState.ASSIGNED:
        return
    must = [task for task in duties if task.must_feed_back]
    if not duties:
        move.then(finding, "unassign", by=None)
    elif must and all(task.state == TaskState.PASSED for task in must):
        move.then(finding, "stop" if any(task.conclusion == Conclusion.STOPPED for task in must) else "rectify", by=None)


PREPARE = {
    "register": prepare_register,
    "reject": prepare_end,
    "merge": prepare_merge,
    "void": prepare_end,
    "assign": prepare_assign,
    "assign_more": prepare_assign,
    "rectify": prepare_rectify,
    "resume": prepare_resume,
    "stop": prepare_stop,
    "recheck": prepare_stop,
    "strike_off": prepare_strike_off,
    "send_back": prepare_send_back,
    "look_back": prepare_look_back,
    "superior_accept": prepare_superior_accept,
    "correct": prepare_correct,
    "unassign": prepare_unassign,
}
FOLLOW = {
    "rectify": follow_rectify,
    "resume": follow_rectify,
    "comment": follow_comment,
    "register": follow_register,
    "reject": follow_reject,
    "merge": follow_reject,
    "void": follow_void,
    "assign": follow_assign,
    "assign_more": follow_assign,
    "strike_off": follow_strike_off,
    "send_back": follow_send_back,
    "look_back": follow_look_back,
    "correct": follow_correct,
    "unassign": follow_unassign,
}
