"""What a party asks for and the commander decides: date objection, refusal, extension, suspension, transfer (design 4, domain 5.3)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common import clock
from inspections.words import Kind
from rectification.models import Clock, Milestone, Task, TaskRequest
from rectification.services import clocks, finding_steps, parts, telling
from rectification.services.move import Move
from rectification.words import ExtensionReason, RequestKind, RequestState, TaskState

KINDS = {
    "object_date": RequestKind.DATE_OBJECTION,
    "refuse": RequestKind.REFUSAL,
    "extend": RequestKind.EXTENSION,
    "suspend": RequestKind.SUSPENSION,
    "transfer": RequestKind.TRANSFER,
    "milestones": RequestKind.PLAN,
}


# --- asking -------------------------------------------------------------------------------------------------------------------------
def prepare_ask(move: Move) -> None:
    if move.subject.requests.filter(state=RequestState.PENDING).exists():
        raise ValidationError(_("已有一项申请在等待审批，请等审批后再提。"), code="request_pending")
    CHECKS[move.action](move)
    move.facts |= {"wanted_at": _iso(move.details.get("wanted_at")), "organisation": str(move.details.get("organisation") or "")}


def check_acceptance_open(move: Move) -> None:
    """Objection and refusal only within the time for acceptance."""
    if move.now > move.subject.accept_due_at:
        raise ValidationError(_("签收期限已过，不能再提出时限异议或退单。"), code="accept_over")


def check_objection(move: Move) -> None:
    check_acceptance_open(move)
    _later_than_due(move)


def check_extension(move: Move) -> None:
    """Before the due date, at most twice, total at most twice the original time, not for minute clocks or 立行立改 (domain 5.3)."""
    task, policy = move.subject, clocks.policy_of(move.subject.district_id)
    wanted = _later_than_due(move)
    if not parts.may_extend(task):
        raise ValidationError(_("这类问题须立即整改，不能延期。"), code="not_extendable")
    if move.now >= task.due_at:
        raise ValidationError(_("已过期限，不能再申请延期。"), code="too_late")
    if task.extensions >= policy.max_extensions:
        raise ValidationError(_("已延期%(n)s次，不能再延。") % {"n": task.extensions}, code="too_often")
    latest = task.assigned_at + policy.max_total_share * (task.original_due_at - task.assigned_at)
    if wanted > latest:
        raise ValidationError(
            {"wanted_at": _("延期后总时长不能超过原时限的%(n)s倍，最晚到%(day)s。") % {"n": policy.max_total_share, "day": f"{latest:%Y-%m-%d}"}}
        )
    if move.details.get("reason_code") not in ExtensionReason.values:
        raise ValidationError({"reason_code": _("请选择理由类别。")})
    superior_due_at = task.finding.superior_due_at if task.finding.is_from_above else None
    if superior_due_at and wanted > superior_due_at and not move.details.get("consent"):
        raise ValidationError({"consent": _("超出上级期限的延期须先经上级同意，请填写同意的文号。")})


def check_suspension(move: Move) -> None:
    cap = move.now + dt.timedelta(days=clocks.policy_of(move.subject.district_id).suspension_cap_days)
    wanted = move.details.get("wanted_at")
    if not wanted or not move.now < wanted <= cap:
        raise ValidationError({"wanted_at": _("缓办截止时间须在今后，且不晚于%(day)s。") % {"day": f"{cap:%Y-%m-%d}"}})


def check_transfer(move: Move) -> None:
    receiver = move.details.get("organisation")
    if receiver is None or receiver.district_id != move.subject.district_id or receiver.merged_into_id:
        raise ValidationError({"organisation": _("请选择接收单位。")})
    if move.finding.tasks.filter(organisation=receiver).exclude(state__in=["refused", "transferred", "void"]).exists():
        raise ValidationError({"organisation": _("这个单位已经在承办同一问题。")})


def check_plan(move: Move) -> None:
    """``milestones``: list of ``{"due_on", "target", "percent"}`` ending at 100 %, dates and shares rising, none after the task's date."""
    plan = move.details.get("milestones") or []
    if move.subject.kind != Kind.LONG_TERM:
        raise ValidationError(_("只有长期整改须提交节点方案。"), code="not_long_term")
    if move.subject.milestones.filter(done_on__isnull=False).exists():
        raise ValidationError({"milestones": _("已有完成的节点，不能重新制定；请通过延期申请调整。")})
    shares, days = [each["percent"] for each in plan], [each["due_on"] for each in plan]
    if not plan or shares != sorted(set(shares)) or shares[-1] != 100 or shares[0] < 1 or days != sorted(set(days)):
        raise ValidationError({"milestones": _("节点日期和完成率须逐个递增，最后一个为100%。")})
    if days[-1] > clock.beijing(move.subject.due_at).date():
        raise ValidationError({"milestones": _("最后一个节点不能晚于整改期限。")})
    move.facts["milestones"] = [{**each, "due_on": each["due_on"].isoformat()} for each in plan]


def _later_than_due(move: Move) -> dt.datetime:
    wanted = move.details.get("wanted_at")
    if not wanted or wanted <= move.subject.due_at:
        raise ValidationError({"wanted_at": _("申请的期限须晚于现在的期限。")})
    return wanted


def follow_ask(move: Move) -> None:
    request = TaskRequest.objects.create(
        task=move.subject,
        kind=KINDS[move.action],
        reason=move.note,
        reason_code=move.details.get("reason_code") or "",
        wanted_at=move.details.get("wanted_at"),
        organisation=move.details.get("organisation"),
        consent=move.details.get("consent") or "",
        plan=move.facts.get("milestones", []),
        asked_by=move.by,
        asked_at=move.now,
        decide_due_at=clocks.office_due(move.subject.district_id, Clock.Name.DECIDE, move.now),
        previous_due_at=move.subject.due_at,
    )
    telling.tell(
        telling.commanders(move.finding),
        task=move.subject,
        event=move.event,
        title=lambda: _("待审批：%(organisation)s 申请%(kind)s") % {"organisation": move.subject.organisation, "kind": request.get_kind_display()},
        channels=telling.BY_HAND,
    )


# --- deciding -----------------------------------------------------------------------------------------------------------------------
def prepare_decide(move: Move) -> None:
    request = move.subject.requests.select_related("organisation", "asked_by").filter(state=RequestState.PENDING).first()
    if request is None:
        raise ValidationError(_("没有待审批的申请。"), code="no_request")
    if request.asked_by_id == move.by.pk:
        raise ValidationError(_("不能审批自己提出的申请。"), code="own_request")
    move.details["request"] = request
    move.facts |= {"kind": request.kind, "wanted_at": _iso(request.wanted_at), "organisation": str(request.organisation or "")}
    if move.action == "approve" and request.kind in (RequestKind.EXTENSION, RequestKind.DATE_OBJECTION):
        _grant_date(move, request)


def _grant_date(move: Move, request: TaskRequest) -> None:
    """The date asked for, or the earlier one the commander writes in."""
    task, granted = move.subject, move.details.get("granted_at") or request.wanted_at
    if not task.due_at < granted <= request.wanted_at:
        raise ValidationError({"granted_at": _("批准的期限须晚于现在的期限，且不晚于申请的期限。")})
    move.details["granted_at"] = granted
    move.changes |= {"due_at": granted, "due_steps": [], "due_rule": ""}
    if request.kind == RequestKind.EXTENSION:
        move.changes["extensions"] = task.extensions + 1
    if granted > move.now:
        move.changes["late_since"] = None
    move.facts["due_at"] = [task.due_at.isoformat(), granted.isoformat()]


def follow_approve(move: Move) -> None:
    request = _decided(move, RequestState.APPROVED)
    if request.kind == RequestKind.REFUSAL:
        move.then(move.subject, "leave", by=None, note=move.note)
    elif request.kind == RequestKind.SUSPENSION:
        move.then(move.subject, "pause", by=None, until=request.wanted_at)
    elif request.kind == RequestKind.TRANSFER:
        _pass_on(move, request)
    elif request.kind == RequestKind.PLAN:
        _adopt(request)
    clocks.refresh_finding_due(move.subject.finding_id)


def _pass_on(move: Move, request: TaskRequest) -> None:
    """A new task for the receiver; the sender's clock runs until the receiver signs."""
    task = move.subject
    finding_steps.create_task(task.finding, move=move, organisation=request.organisation, role=task.role, transferred_from=task)


def _adopt(request: TaskRequest) -> None:
    """The commander has approved the plan of a long-term task: its stages are the milestones now."""
    request.task.milestones.all().delete()
    Milestone.objects.bulk_create(Milestone(task=request.task, **{**each, "due_on": dt.date.fromisoformat(each["due_on"])}) for each in request.plan)


def prepare_withdraw(move: Move) -> None:
    request = move.subject.requests.filter(state=RequestState.PENDING).first()
    if request is None:
        raise ValidationError(_("没有待审批的申请。"), code="no_request")
    move.facts["kind"] = request.kind


def follow_decline(move: Move) -> None:
    _decided(move, RequestState.DECLINED)


def _decided(move: Move, state: RequestState) -> TaskRequest:
    request: TaskRequest = move.details["request"]
    request.state, request.decided_by, request.decided_at, request.decision_note = state, move.by, move.now, move.note
    request.granted_due_at = move.details.get("granted_at")
    request.save(update_fields=["state", "decided_by", "decided_at", "decision_note", "granted_due_at"])
    telling.tell(
        telling.task_people(move.subject),
        task=move.subject,
        event=move.event,
        title=lambda: _("%(kind)s申请：%(decision)s") % {"kind": request.get_kind_display(), "decision": request.get_state_display()},
        channels=telling.BY_HAND,
    )
    return request


def follow_lapse(move: Move) -> None:
    """Feedback or leaving makes a pending request pointless."""
    move.subject.requests.filter(state=RequestState.PENDING).update(state=RequestState.WITHDRAWN, decided_at=move.now)


def follow_accept(move: Move) -> None:
    """Who signs no longer refuses."""
    lapsing = move.subject.requests.filter(state=RequestState.PENDING, kind=RequestKind.REFUSAL)
    lapsing.update(state=RequestState.WITHDRAWN, decided_at=move.now)


def resume_due(now: dt.datetime) -> list[Task]:
    """Suspended tasks whose time is over."""
    return list(Task.objects.filter(state=TaskState.SUSPENDED, suspended_until__lte=now))


def _iso(value) -> str:
    return value.isoformat() if value else ""


CHECKS = {
    "object_date": check_objection,
    "refuse": check_acceptance_open,
    "extend": check_extension,
    "suspend": check_suspension,
    "transfer": check_transfer,
    "milestones": check_plan,
}
PREPARE = {**dict.fromkeys(KINDS, prepare_ask), "withdraw": prepare_withdraw, "approve": prepare_decide, "decline": prepare_decide}
FOLLOW = {
    **dict.fromkeys(KINDS, follow_ask),
    "approve": follow_approve,
    "decline": follow_decline,
    "accept": follow_accept,
    "withdraw": follow_lapse,
    "feedback": follow_lapse,
    "pause": follow_lapse,
    "leave": follow_lapse,
    "release": follow_lapse,
    "hand_over": follow_lapse,
    "void": follow_lapse,
}
