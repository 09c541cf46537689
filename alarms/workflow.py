"""What may happen to an alarm, who may do it, where it leads: one declared table, no database (domain 9.3, 9.5).

A step without ``target`` leaves the state as it is. ``Part`` is what a person is towards this alarm (``access.towards``).
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alarms.words import AlarmState as A


class Part(TextChoices):
    SYSTEM = "system", _("系统")
    OPERATOR = "operator", _("值守员（攻坚办）")
    CREW = "crew", _("现场处置人员")


@dataclass(frozen=True)
class Step:
    label: str
    sources: frozenset
    parts: frozenset
    target: str = ""
    form: str = "note"
    tone: str = ""
    """``primary`` for what is wanted, ``danger`` for what hurts."""


def step(label, sources, parts, target="", **more) -> Step:
    return Step(label, frozenset(sources), frozenset(parts), target, **more)


UNDER_WAY = {A.DISPATCHED, A.ACCEPTED, A.ARRIVED, A.CONTROLLED, A.FED_BACK}
STEPS = {
    "judge_true": step(_("判为属实"), {A.RAISED, *UNDER_WAY}, {Part.OPERATOR, Part.SYSTEM}, form="judge", tone="primary"),
    "judge_unclear": step(_("看不清，派人核实"), {A.RAISED}, {Part.OPERATOR, Part.SYSTEM}, A.DISPATCHED),
    "judge_false": step(_("判为误报"), {A.RAISED, *UNDER_WAY}, {Part.OPERATOR}, A.FALSE, form="false", tone="danger"),
    "accept": step(_("接单"), {A.DISPATCHED}, {Part.CREW}, A.ACCEPTED, tone="primary"),
    "arrive": step(_("到场"), {A.DISPATCHED, A.ACCEPTED}, {Part.CREW}, A.ARRIVED, tone="primary"),
    "control": step(_("已扑灭、已控制"), {A.ARRIVED}, {Part.CREW}, A.CONTROLLED, tone="primary"),
    "feedback": step(_("反馈"), {A.ARRIVED, A.CONTROLLED}, {Part.CREW}, A.FED_BACK, form="feedback", tone="primary"),
    "close": step(_("复看后办结"), {A.FED_BACK}, {Part.OPERATOR}, A.CLOSED, form="close", tone="primary"),
    "send_back": step(pgettext_lazy("step", "仍有烟火，退回处置"), {A.FED_BACK}, {Part.OPERATOR}, A.ARRIVED, form="reason"),
    "resolve": step(_("处理完毕"), {A.RAISED, A.WATCHED}, {Part.OPERATOR, Part.SYSTEM}, A.CLOSED, form="reason"),
    "call": step(_("记录电话"), {A.RAISED, A.WATCHED, *UNDER_WAY}, {Part.OPERATOR}, form="call"),
    "comment": step(_("补充说明"), set(A.values), {Part.OPERATOR, Part.CREW}, form="reason"),
}
EVENTS = ("raise", "rise", "dispatch", "late", "to_ledger", "serious", "report")
"""What the system writes into the history beside the steps."""


def allowed(state: str, parts) -> list[str]:
    return [action for action, each in STEPS.items() if state in each.sources and each.parts & parts]
