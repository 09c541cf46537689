"""What each step reads like in the history: one sentence per action, in the reader's language."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.templatetags.ui import moment
from rectification.words import Conclusion, LookBackResult, RequestKind, TaskRole

OF_FINDING = {
    "submit": gettext_lazy("上报问题"),
    "import": gettext_lazy("由既有台账导入"),
    "rebound": gettext_lazy("回头看发现反弹，另行立案"),
    "register": gettext_lazy("受理登记，编号 %(number)s"),
    "reject": pgettext_lazy("history", "不予受理"),
    "merge": gettext_lazy("并入 %(into)s"),
    "assign": gettext_lazy("交办：%(parties)s"),
    "assign_more": gettext_lazy("增加承办单位：%(parties)s"),
    "unassign": gettext_lazy("承办单位均已退单，待重新交办"),
    "rectify": gettext_lazy("承办单位均已核查通过，待销号"),
    "stop": gettext_lazy("停而未改，转入每周复查"),
    "recheck": gettext_lazy("复查：仍未整改"),
    "resume": gettext_lazy("复查：已整改或已取缔，待销号"),
    "strike_off": pgettext_lazy("history", "销号"),
    "send_back": pgettext_lazy("history", "退回重查"),
    "look_back": gettext_lazy("回头看：%(result)s"),
    "finish_look_back": gettext_lazy("回头看全部完成"),
    "superior_accept": gettext_lazy("上级验收通过"),
    "correct": gettext_lazy("更正台账：%(changed)s"),
    "regrid": gettext_lazy("随网格拆分调整网格"),
    "void": pgettext_lazy("history", "作废"),
    "comment": pgettext_lazy("history", "批示、说明"),
    "flag_answer": gettext_lazy("对疑点作出说明"),
    "supplement": gettext_lazy("补充情况"),
}
OF_TASK = {
    "import": gettext_lazy("%(unit)s的整改情况由既有台账导入"),
    "accept": gettext_lazy("%(unit)s签收"),
    "arrive": gettext_lazy("%(unit)s到达现场"),
    "dispatch": gettext_lazy("%(unit)s指派经办人：%(handler)s"),
    "feedback": gettext_lazy("%(unit)s提交整改结果：%(conclusion)s"),
    "progress": gettext_lazy("%(unit)s填报进展"),
    "object_date": gettext_lazy("%(unit)s提出时限异议，申请改为 %(wanted)s"),
    "refuse": gettext_lazy("%(unit)s申请退单"),
    "extend": gettext_lazy("%(unit)s申请延期至 %(wanted)s"),
    "suspend": gettext_lazy("%(unit)s申请缓办至 %(wanted)s"),
    "transfer": gettext_lazy("%(unit)s申请移交给%(organisation)s"),
    "milestones": gettext_lazy("%(unit)s提交整改方案（%(count)s个节点）"),
    "withdraw": gettext_lazy("%(unit)s撤回%(kind)s申请"),
    "approve": gettext_lazy("同意%(unit)s的%(kind)s申请"),
    "decline": gettext_lazy("不同意%(unit)s的%(kind)s申请"),
    "leave": gettext_lazy("%(unit)s退单"),
    "pause": gettext_lazy("%(unit)s的任务缓办"),
    "resume": gettext_lazy("%(unit)s恢复办理"),
    "hand_over": gettext_lazy("%(unit)s移交完成，由接收单位办理"),
    "pass": gettext_lazy("%(unit)s的整改核查通过"),
    "draw": gettext_lazy("%(unit)s的整改核查通过，抽中盲查"),
    "confirm": gettext_lazy("%(unit)s的整改抽查通过"),
    "return": gettext_lazy("核查退回%(unit)s重办"),
    "overturn": gettext_lazy("抽查退回%(unit)s重办"),
    "reopen": gettext_lazy("%(unit)s的整改退回重查"),
    "urge": gettext_lazy("催办%(unit)s"),
    "call": gettext_lazy("电话联系%(unit)s"),
    "release": gettext_lazy("%(unit)s的配合事项随主办单位办结"),
    "succeed": gettext_lazy("%(unit)s承继合并前单位的任务"),
    "void": gettext_lazy("%(unit)s的任务作废"),
}
TONES = {
    "reject": "late", "send_back": "late", "void": "late", "return": "late", "overturn": "late", "reopen": "late", "stop": "late",
    "strike_off": "done", "rectify": "done", "resume": "done", "pass": "done", "confirm": "done", "superior_accept": "done",
}  # fmt: skip


def of_finding(event) -> str:
    facts = event.details
    words = {
        "number": facts.get("number", ""),
        "into": facts.get("into", ""),
        "parties": _("；").join(_party(each) for each in facts.get("parties", [])),
        "result": _label(LookBackResult, facts.get("result")),
        "changed": _("、").join(_column(event, name) for name in facts.get("changes", {})),
    }
    return _filled(OF_FINDING, event.action, words)


def of_task(event, unit) -> str:
    facts = event.details
    words = {
        "unit": unit,
        "handler": facts.get("handler", ""),
        "conclusion": _label(Conclusion, facts.get("conclusion")),
        "wanted": _moment(facts.get("wanted_at")),
        "organisation": facts.get("organisation", ""),
        "kind": _label(RequestKind, facts.get("kind")),
        "count": len(facts.get("milestones", [])),
    }
    return _filled(OF_TASK, event.action, words)


def more(event) -> list[str]:
    """What else the step has changed: dates from and to, a marked false result, a milestone, a consent."""
    facts, lines = event.details, []
    due = facts.get("due_at")
    if isinstance(due, list):
        lines.append(_("期限由 %(old)s 改为 %(new)s") % {"old": _moment(due[0]), "new": _moment(due[1])})
    if facts.get("false_fix"):
        lines.append(_("认定为虚假整改"))
    if facts.get("milestone"):
        lines.append(_("完成节点：%(target)s") % {"target": facts["milestone"]})
    if facts.get("imported"):
        lines.append(_("由既有台账导入，时间以台账所载为准"))
    return lines


def _filled(texts: dict, action: str, words: dict) -> str:
    """An action without a sentence would be a raw key on the page: a test keeps both tables complete."""
    return str(texts[action]) % words


def _label(choices, value) -> str:
    return str(dict(choices.choices).get(value, "")) or str(_("未注明"))


def _column(event, name: str) -> str:
    return str(event._meta.get_field("finding").related_model._meta.get_field(name).verbose_name)


def _party(facts: dict) -> str:
    return _("%(role)s：%(organisation)s") % {"role": _label(TaskRole, facts["role"]), "organisation": facts["organisation"]}


def _moment(text) -> str:
    return moment(dt.datetime.fromisoformat(text)) if text else "—"
