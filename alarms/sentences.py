"""What each line of an alarm's history reads like, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy

from alarms.words import Answer, Cause, ClockName, Duty, FalseReason, OnSite

OF = {
    "raise": gettext_lazy("%(source)s报警"),
    "report": gettext_lazy("又接到举报：%(address)s"),
    "rise": gettext_lazy("数值继续升高，级别升为%(level)s"),
    "judge_true": gettext_lazy("判为属实"),
    "judge_unclear": gettext_lazy("看不清，派人到现场核实"),
    "judge_false": gettext_lazy("判为误报：%(reason)s"),
    "dispatch": gettext_lazy("呼叫%(duty)s：%(people)s"),
    "late": gettext_lazy("%(clock)s超时"),
    "to_ledger": gettext_lazy("转入问题台账 %(number)s"),
    "serious": ngettext_lazy("离线已有%(hours)s小时，列为严重", "离线已有%(hours)s小时，列为严重", "hours"),
    "accept": pgettext_lazy("history", "接单"),
    "arrive": pgettext_lazy("history", "到达现场"),
    "control": pgettext_lazy("history", "已扑灭、已控制"),
    "feedback": gettext_lazy("现场反馈：%(on_site)s"),
    "close": gettext_lazy("复看正常，办结"),
    "send_back": gettext_lazy("复看未恢复，退回处置"),
    "resolve": gettext_lazy("处理完毕"),
    "call": gettext_lazy("电话联系%(person)s：%(answer)s"),
    "comment": gettext_lazy("补充说明"),
}
TONES = {"late": "late", "send_back": "late", "serious": "late", "close": "done", "resolve": "done", "control": "done"}
LEVELS = {"yellow": gettext_lazy("黄色"), "red": gettext_lazy("红色"), "info": gettext_lazy("提示")}


def of(step) -> str:
    facts = step.details
    if step.action == "judge_unclear" and step.by_id is None:
        return _("按规定直接派出") if facts.get("at_once") else _("未在时限内研判，按待核实派出")
    words = {
        "source": facts.get("source", ""),
        "level": str(LEVELS.get(facts.get("to"), facts.get("to", ""))),
        "reason": label(FalseReason, facts.get("reason")),
        "duty": label(Duty, facts.get("duty")),
        "people": _("、").join(facts.get("people", [])),
        "clock": label(ClockName, facts.get("clock")),
        "number": facts.get("number", ""),
        "address": facts.get("address", ""),
        "hours": facts.get("hours", ""),
        "on_site": label(OnSite, facts.get("on_site")),
        "person": facts.get("person", ""),
        "answer": label(Answer, facts.get("answer")),
    }
    return str(OF[step.action] % words)


def more(step) -> list[str]:
    facts, lines = step.details, []
    if facts.get("cause"):
        lines.append(_("原因：%(cause)s") % {"cause": label(Cause, facts["cause"])})
    if facts.get("area_m2"):
        lines.append(_("过火面积约 %(area)s ㎡") % {"area": facts["area_m2"]})
    return lines


def label(choices, value) -> str:
    return str(dict(choices.choices).get(value, "")) or _("未注明")
