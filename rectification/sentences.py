"""What each step reads like in the history: one sentence per action, in the reader's language."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.templatetags.ui import moment
from rectification.words import Conclusion, LookBackResult, RequestKind

N = gettext_lazy

OF_FINDING = {
    "submit": N("上报问题"),
    "import": N("由既有台账导入"),
    "rebound": N("回头看发现反弹，另行立案"),
    "register": N("受理登记，编号 %(number)s"),
    "reject": N("不予受理"),
    "merge": N("并入 %(into)s"),
    "assign": N("交办：%(parties)s"),
    "assign_more": N("增加承办单位：%(parties)s"),
    "unassign": N("承办单位均已退单，待重新交办"),
    "rectify": N("承办单位均已核查通过，待销号"),
    "stop": N("停而未改，转入每周复查"),
    "recheck": N("复查：仍未整改"),
    "resume": N("复查：已整改或已取缔，待销号"),
    "strike_off": N("销号"),
    "send_back": N("退回重查"),
    "look_back": N("回头看：%(result)s"),
    "finish_look_back": N("回头看全部完成"),
    "superior_accept": N("上级验收通过"),
    "correct": N("更正台账：%(changed)s"),
    "void": N("作废"),
    "comment": N("批示、说明"),
    "flag_answer": N("对疑点作出说明"),
}
OF_TASK = {
    "import": N("%(unit)s的整改情况由既有台账导入"),
    "accept": N("%(unit)s签收"),
    "arrive": N("%(unit)s到达现场"),
    "dispatch": N("%(unit)s指派经办人：%(handler)s"),
    "feedback": N("%(unit)s提交整改结果：%(conclusion)s"),
    "progress": N("%(unit)s填报进展"),
    "object_date": N("%(unit)s提出时限异议，申请改为 %(wanted)s"),
    "refuse": N("%(unit)s申请退单"),
    "extend": N("%(unit)s申请延期至 %(wanted)s"),
    "suspend": N("%(unit)s申请缓办至 %(wanted)s"),
    "transfer": N("%(unit)s申请移交给%(organisation)s"),
    "milestones": N("%(unit)s提交整改方案（%(count)s个节点）"),
    "withdraw": N("%(unit)s撤回%(kind)s申请"),
    "approve": N("同意%(unit)s的%(kind)s申请"),
    "decline": N("不同意%(unit)s的%(kind)s申请"),
    "leave": N("%(unit)s退单"),
    "pause": N("%(unit)s的任务缓办"),
    "resume": N("%(unit)s恢复办理"),
    "hand_over": N("%(unit)s移交完成，由接收单位办理"),
    "pass": N("%(unit)s的整改核查通过"),
    "draw": N("%(unit)s的整改核查通过，抽中盲查"),
    "confirm": N("%(unit)s的整改抽查通过"),
    "return": N("核查退回%(unit)s重办"),
    "overturn": N("抽查退回%(unit)s重办"),
    "reopen": N("%(unit)s的整改退回重查"),
    "urge": N("催办%(unit)s"),
    "call": N("电话联系%(unit)s"),
    "release": N("%(unit)s的配合事项随主办单位办结"),
    "succeed": N("%(unit)s承继合并前单位的任务"),
    "void": N("%(unit)s的任务作废"),
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
        "parties": _("；").join(facts.get("parties", [])),
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


def _moment(text) -> str:
    return moment(dt.datetime.fromisoformat(text)) if text else "—"
