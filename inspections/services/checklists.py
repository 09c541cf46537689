"""What answers to a checklist mean: which items pass, the score, what a failed item proposes (domain 4). Nothing here asks the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from inspections.words import AnswerType, Grade, Scoring, Severity

PASS, FAIL, NOT_APPLICABLE = "pass", "fail", "na"
VERDICTS = (PASS, FAIL, NOT_APPLICABLE)
MAX_TEXT = 500
YELLOW_FROM, GREEN_FROM = 6000, 8000
"""Plates of a building site, hundredths of a point (domain 4.1)."""


@dataclass(frozen=True)
class Result:
    """``score`` in hundredths (0–10000), None when no item applied or points are not whole yet. ``failed`` and ``serious`` are codes of failed items."""

    score: int | None = None
    grade: str = ""
    applicable: int = 0
    failed: list[str] = field(default_factory=list)
    serious: list[str] = field(default_factory=list)

    @property
    def is_failed(self) -> bool:
        return bool(self.serious)

    @property
    def passed(self) -> int:
        return self.applicable - len(self.failed)


# --- one answer ---------------------------------------------------------------------------------------------------------------------
def clean_answer(item, answer) -> dict:
    """``{"value", "note"}`` as it is kept: figures as plain decimal text. ``ValidationError`` says what would be right."""
    if not isinstance(answer, Mapping):
        answer = {"value": answer}
    note = answer.get("note") or ""
    if not isinstance(note, str) or len(note) > MAX_TEXT:
        raise ValidationError(_("%(item)s：说明不能超过 %(n)s 字。") % {"item": item.code, "n": MAX_TEXT}, code="note")
    return {"value": _clean_value(item, answer.get("value")), "note": note.strip()}


def _clean_value(item, value) -> str:
    if value == NOT_APPLICABLE:
        return NOT_APPLICABLE
    match item.answer_type:
        case AnswerType.NUMBER:
            return format(_figure(item, value), "f")
        case AnswerType.CHOICE if value in item.choices and isinstance(value, str):
            return value
        case AnswerType.TEXT if isinstance(value, str) and len(value) <= MAX_TEXT:
            return value.strip()
        case AnswerType.PASS_FAIL if value in VERDICTS and isinstance(value, str):
            return value
    raise ValidationError(_("%(item)s：答案应为%(right)s。") % {"item": item.code, "right": wanted(item)}, code="answer")


def wanted(item) -> str:
    """What an answer to this item may be, in words."""
    match item.answer_type:
        case AnswerType.CHOICE:
            return _("、").join(item.choices)
        case AnswerType.NUMBER:
            return _("数字")
        case AnswerType.TEXT:
            return _("不超过 %(n)s 字的文字") % {"n": MAX_TEXT}
    return _("合格、不合格或不适用（pass、fail、na）")


def _figure(item, value) -> Decimal:
    try:
        figure = Decimal(str(value)) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else None
    except InvalidOperation:
        figure = None
    if figure is None or not figure.is_finite() or abs(figure) > 10**9:
        raise ValidationError(_("%(item)s：答案应为%(right)s。") % {"item": item.code, "right": wanted(item)}, code="answer")
    return figure.quantize(Decimal("0.0001")).normalize() + 0


def limits(item, attributes: Mapping | None = None) -> tuple[Decimal | None, Decimal | None]:
    """Inclusive ``(lower, upper)`` for an object with these ledger columns."""
    by, attributes = item.limits_by or {}, attributes or {}
    stated = attributes.get(by.get("attribute", ""))
    upper = stated if by.get("own") else by.get("upper", {}).get(str(stated))
    return _decimal(item.lower), _decimal(upper) if _decimal(upper) is not None else _decimal(item.upper)


def _decimal(value) -> Decimal | None:
    try:
        found = None if value in (None, "") else Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def verdict(item, answer: Mapping | None, attributes: Mapping | None = None) -> str:
    """``pass``, ``fail``, ``na``; empty for an item not answered or one that only asks for words."""
    value = (answer or {}).get("value", "")
    if value in ("", NOT_APPLICABLE):
        return value
    match item.answer_type:
        case AnswerType.PASS_FAIL:
            return value if value in VERDICTS else ""
        case AnswerType.CHOICE:
            return (PASS if value in item.passing else FAIL) if item.passing else ""
        case AnswerType.NUMBER:
            return _within(_decimal(value), *limits(item, attributes))
    return ""


def _within(figure: Decimal | None, lower: Decimal | None, upper: Decimal | None) -> str:
    if figure is None or (lower is None and upper is None):
        return ""
    return PASS if (lower is None or figure >= lower) and (upper is None or figure <= upper) else FAIL


# --- the whole ----------------------------------------------------------------------------------------------------------------------
def result(scoring: str, items: Iterable, answers: Mapping, attributes: Mapping | None = None) -> Result:
    """Share of passed items over applicable ones, or mean of their points; any serious item failed is an overall fail.

    Points are of the whole list (domain 4.1: the mean of six): there are none while one of its items has no answer.
    """
    items = list(items)
    judged = [(item, verdict(item, answers.get(item.code), attributes)) for item in items]
    counted = [(item, word) for item, word in judged if word in (PASS, FAIL)]
    if not counted:
        return Result()
    failed = [item for item, word in counted if word == FAIL]
    serious = [item.code for item in failed if item.severity == Severity.SERIOUS]
    is_whole = scoring != Scoring.POINTS or not any((answers.get(item.code) or {}).get("value", "") == "" for item in items)
    score = _score(scoring, counted) if is_whole else None
    grade = "" if score is None else _grade(scoring, score, failed=bool(failed), serious=bool(serious))
    return Result(score, grade, len(counted), [item.code for item in failed], serious)


def _score(scoring: str, counted: list) -> int:
    weigh = (lambda item: item.points) if scoring == Scoring.POINTS else (lambda _item: 1)
    whole = sum(weigh(item) for item, _word in counted)
    got = sum(weigh(item) for item, word in counted if word == PASS)
    return round(Decimal(got * 10_000) / whole) if whole else 0


def _grade(scoring: str, score: int, *, failed: bool, serious: bool) -> Grade:
    if scoring == Scoring.POINTS:
        return Grade.GREEN if score >= GREEN_FROM else Grade.YELLOW if score >= YELLOW_FROM else Grade.RED
    if serious:
        return Grade.FAILED
    return Grade.PARTLY if failed else Grade.PASSED


def proposals(items: Iterable, failed: Iterable[str], answers: Mapping) -> list[dict]:
    """For each failed item what could be reported: its words, type and severity. ``problem_type`` is None where the item names none."""
    wanted_codes = set(failed)
    return [proposal(item, answers.get(item.code) or {}) for item in items if item.code in wanted_codes]


def proposal(item, answer: Mapping) -> dict:
    text = _("%(item)s不合格") % {"item": item.text}
    if item.answer_type in (AnswerType.NUMBER, AnswerType.CHOICE):
        text = _("%(item)s：%(value)s%(unit)s，不合格") % {"item": item.text, "value": answer.get("value", ""), "unit": item.unit}
    if answer.get("note"):
        text = _("%(text)s。%(note)s") % {"text": text, "note": answer["note"]}
    problem_type = item.problem_type.code if item.problem_type_id else None
    return {"item": item.code, "problem_type": problem_type, "text": text, "severity": item.severity}
