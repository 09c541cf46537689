"""What may happen, who may do it, where it leads: two declared tables, no database (design 4, domain 2.6).

A step without ``target`` leaves the state as it is. ``Part`` is what a person is *towards this row*; ``services.parts`` works it out.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inspections.words import FindingState as F
from rectification.words import PARTY_TURN, UNFINISHED, VERIFIER_TURN
from rectification.words import TaskState as T


class Part(TextChoices):
    SYSTEM = "system", _("系统")
    OFFICE = "office", _("攻坚办")
    DIRECTOR = "director", _("攻坚办主任")
    SUPERVISION = "supervision", _("督查局")
    COMMANDER = "commander", _("指挥长")
    HEADQUARTERS = "headquarters", _("指挥部")
    LEADER = "leader", _("区领导")
    PARTY = "party", _("承办单位")
    HANDLER = "handler", _("经办人")
    VERIFIER = "verifier", _("核查人")
    SECOND_LOOKER = "second_looker", _("抽查人")
    RECEIVER = "receiver", _("接收单位")


@dataclass(frozen=True)
class Step:
    label: str
    sources: frozenset
    parts: frozenset
    target: str = ""
    needs_note: bool = False
    form: str = "note"
    """Which form asks for what the step needs (``rectification.forms.STEP_FORMS``)."""
    tone: str = ""
    """``primary`` for what is wanted, ``danger`` for what hurts."""


def step(label, sources, parts, target="", **more) -> Step:
    return Step(label, frozenset(sources), frozenset(parts), target, **more)


FINDING_STEPS = {
    "register": step(_("受理登记"), {F.REPORTED}, {Part.OFFICE, Part.SYSTEM}, F.REGISTERED, form="register", tone="primary"),
    "reject": step(pgettext_lazy("step", "不予受理"), {F.REPORTED}, {Part.OFFICE}, F.REJECTED, needs_note=True),
    "merge": step(_("并案"), {F.REPORTED, F.REGISTERED}, {Part.OFFICE}, F.MERGED, needs_note=True, form="merge"),
    "assign": step(_("交办"), {F.REGISTERED}, {Part.OFFICE, Part.SYSTEM}, F.ASSIGNED, form="assign", tone="primary"),
    "assign_more": step(_("增加承办单位"), {F.ASSIGNED}, {Part.OFFICE, Part.COMMANDER, Part.SYSTEM}, form="assign"),
    "unassign": step(_("全部退单，待重新交办"), {F.ASSIGNED}, {Part.SYSTEM}, F.REGISTERED),
    "rectify": step(_("核查全部通过"), {F.ASSIGNED, F.STOPPED_PENDING}, {Part.SYSTEM}, F.RECTIFIED),
    "stop": step(_("停而未改，转入复查"), {F.ASSIGNED}, {Part.SYSTEM}, F.STOPPED_PENDING),
    "recheck": step(_("复查：仍停"), {F.STOPPED_PENDING}, {Part.OFFICE, Part.SUPERVISION, Part.HEADQUARTERS}, needs_note=True),
    "resume": step(_("复查：已整改或已取缔"), {F.STOPPED_PENDING}, {Part.OFFICE, Part.SUPERVISION}, F.RECTIFIED, needs_note=True, tone="primary"),
    "strike_off": step(_("销号"), {F.RECTIFIED}, {Part.DIRECTOR}, F.STRUCK_OFF, tone="primary"),
    "send_back": step(_("退回重查"), {F.RECTIFIED}, {Part.SUPERVISION, Part.DIRECTOR}, F.ASSIGNED, needs_note=True, tone="danger"),
    "look_back": step(
        _("回头看"), {F.STRUCK_OFF}, {Part.OFFICE, Part.SUPERVISION, Part.HEADQUARTERS}, form="look_back", needs_note=True, tone="primary"
    ),
    "finish_look_back": step(_("回头看完成"), {F.STRUCK_OFF}, {Part.SYSTEM}, F.LOOKED_BACK),
    "superior_accept": step(_("登记上级验收"), set(F.values), {Part.OFFICE}, form="superior_accept"),
    "correct": step(_("更正"), {F.REGISTERED, F.ASSIGNED, F.STOPPED_PENDING, F.RECTIFIED}, {Part.OFFICE}, form="correct", needs_note=True),
    "void": step(_("作废"), {F.REPORTED, F.REGISTERED, F.ASSIGNED}, {Part.DIRECTOR}, F.VOID, needs_note=True, tone="danger"),
    "comment": step(_("批示、说明"), set(F.values), {Part.LEADER, Part.OFFICE, Part.SUPERVISION, Part.COMMANDER}, needs_note=True),
}

TASK_STEPS = {
    "accept": step(_("签收"), {T.ASSIGNED}, {Part.PARTY, Part.HANDLER}, T.ACCEPTED, tone="primary"),
    "arrive": step(_("登记到场"), {T.ASSIGNED, T.ACCEPTED}, {Part.PARTY, Part.HANDLER}),
    "dispatch": step(_("指派经办人"), set(PARTY_TURN), {Part.PARTY}, form="handler"),
    "feedback": step(
        _("提交整改结果"), {T.ACCEPTED, T.RETURNED}, {Part.PARTY, Part.HANDLER}, T.FED_BACK, needs_note=True, form="feedback", tone="primary"
    ),
    "progress": step(_("填报进展"), {T.ACCEPTED, T.RETURNED, T.SUSPENDED}, {Part.PARTY, Part.HANDLER}, needs_note=True, form="progress"),
    "object_date": step(_("时限异议"), {T.ASSIGNED}, {Part.PARTY}, needs_note=True, form="date"),
    "refuse": step(pgettext_lazy("step", "退单"), {T.ASSIGNED}, {Part.PARTY}, needs_note=True),
    "extend": step(_("申请延期"), {T.ACCEPTED, T.RETURNED}, {Part.PARTY}, needs_note=True, form="extension"),
    "suspend": step(_("申请缓办"), {T.ACCEPTED, T.RETURNED}, {Part.PARTY}, needs_note=True, form="date"),
    "transfer": step(_("申请移交"), {T.ASSIGNED, T.ACCEPTED, T.RETURNED}, {Part.PARTY}, needs_note=True, form="transfer"),
    "milestones": step(_("提交整改方案"), {T.ACCEPTED, T.RETURNED}, {Part.PARTY}, form="milestones", needs_note=True),
    "withdraw": step(_("撤回申请"), set(PARTY_TURN), {Part.PARTY}),
    "approve": step(pgettext_lazy("step", "同意"), set(PARTY_TURN), {Part.COMMANDER, Part.DIRECTOR}, form="decision", tone="primary"),
    "decline": step(pgettext_lazy("step", "不同意"), set(PARTY_TURN), {Part.COMMANDER, Part.DIRECTOR}, form="decision", needs_note=True),
    "leave": step(_("退单生效"), set(PARTY_TURN), {Part.SYSTEM}, T.REFUSED),
    "pause": step(_("缓办生效"), {T.ACCEPTED, T.RETURNED}, {Part.SYSTEM}, T.SUSPENDED),
    "resume": step(_("恢复办理"), {T.SUSPENDED}, {Part.COMMANDER, Part.DIRECTOR, Part.PARTY, Part.SYSTEM}, T.ACCEPTED),
    "hand_over": step(_("移交完成"), set(UNFINISHED), {Part.SYSTEM}, T.TRANSFERRED),
    "pass": step(_("核查通过"), set(VERIFIER_TURN), {Part.VERIFIER}, T.PASSED, form="verify", tone="primary"),
    "draw": step(_("抽中盲查"), {T.FED_BACK}, {Part.SYSTEM}, T.SECOND_LOOK),
    "confirm": step(_("抽查通过"), set(VERIFIER_TURN), {Part.SECOND_LOOKER}, T.PASSED, form="verify", tone="primary"),
    "return": step(pgettext_lazy("step", "退回重办"), set(VERIFIER_TURN), {Part.VERIFIER}, T.RETURNED, needs_note=True, form="return", tone="danger"),
    "overturn": step(_("抽查退回"), set(VERIFIER_TURN), {Part.SECOND_LOOKER}, T.RETURNED, needs_note=True, form="return", tone="danger"),
    "reopen": step(_("退回重查"), {T.PASSED}, {Part.SYSTEM}, T.RETURNED, needs_note=True),
    "urge": step(_("催办"), set(UNFINISHED) - {T.SUSPENDED}, {Part.OFFICE, Part.SUPERVISION, Part.HEADQUARTERS}),
    "call": step(_("登记电话"), set(UNFINISHED), {Part.OFFICE, Part.SUPERVISION, Part.HEADQUARTERS}, needs_note=True),
    "release": step(_("配合事项随主办单位办结"), set(UNFINISHED), {Part.SYSTEM}, T.PASSED),
    "succeed": step(_("单位合并，由承继单位继续办理"), set(UNFINISHED), {Part.SYSTEM}),
    "void": step(_("作废"), set(UNFINISHED), {Part.SYSTEM}, T.VOID),
}

HIDDEN = {"draw"}
"""Steps nobody chooses by name: of two independent looks the one that passes first becomes ``draw``."""


def allowed(steps: dict, state: str, parts) -> list[str]:
    """Actions open in ``state`` to somebody who is ``parts`` towards the row, in the table's order."""
    return [action for action, each in steps.items() if state in each.sources and each.parts & set(parts)]
