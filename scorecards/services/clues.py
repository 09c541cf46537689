"""Handing clues over to the discipline body (线索移送): entered once, then its receipt and its result. Audit events name the number only."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import Conflict, NotYourRole
from evidence.models import File
from grids.models import Grid, Organisation
from inspections.models import Finding
from scorecards.models import Clue
from scorecards.models.clues import keepers_of_clues
from scorecards.services.settling import hold
from scorecards.words import ClueState


def insist(user, district_id: int) -> None:
    if district_id not in keepers_of_clues(user):
        raise NotYourRole(_("线索移送只对领导小组、攻坚办主任和督查局主要负责人开放。"))


def hand_over(
    district: Grid,
    *,
    by,
    key,
    organisation: Organisation,
    facts: str,
    receiver: str,
    paper_number: str,
    findings: list[Finding],
    evidence: list[File],
) -> Clue:
    """Sent again with the same ``key`` it is the one that is there; with other words it is refused (``Conflict``): a clue is not changed any more."""
    insist(by, district.pk)
    words = {"organisation": organisation, "facts": facts, "receiver": receiver, "paper_number": paper_number}
    with transaction.atomic():
        hold(district.pk)
        if there := Clue.objects.filter(key=key).first():
            return _same(there, words, findings=findings, evidence=evidence)
        clue = Clue.objects.create(key=key, district=district, number=_next_number(district), handed_by=by, handed_at=clock.now(), **words)
        clue.findings.set(findings)
        clue.files.set(evidence)
        record("clue.hand_over", clue, by=by, district_id=district.pk, payload={"number": clue.number})
    return clue


def _same(there: Clue, words: dict, *, findings: list[Finding], evidence: list[File]) -> Clue:
    papers = {file.sha256 for file in evidence} == set(there.files.values_list("sha256", flat=True))
    problems = {finding.pk for finding in findings} == set(there.findings.values_list("pk", flat=True))
    if not (papers and problems and all(getattr(there, name) == value for name, value in words.items())):
        text = _("这条线索已登记为 %(number)s，登记后不能修改。要另外移送一条，请重新打开“线索移送”再填。")
        raise Conflict(text % {"number": there}, code="already", clue=there.pk)
    return there


def _next_number(district: Grid) -> str:
    """XS-2026-003; nothing is ever deleted, so counting is enough."""
    prefix = f"XS-{clock.today().year}-"
    return f"{prefix}{Clue.objects.filter(district=district, number__startswith=prefix).count() + 1:03}"


STEPS = {"accept": (ClueState.HANDED, ClueState.ACCEPTED), "conclude": (ClueState.ACCEPTED, ClueState.CONCLUDED)}


def advance(clue: Clue, step: str, *, by, version: int, **given) -> Clue:
    """``accept`` with ``receipt`` and ``accepted_on``; ``conclude`` with ``result`` and ``result_on``. The same again is one."""
    insist(by, clue.district_id)
    _check_days(clue, step, given)
    source, target = STEPS[step]
    with transaction.atomic():
        if not Clue.objects.filter(pk=clue.pk, state=source, version=version).update(state=target, version=version + 1, **given):
            stored = Clue.objects.get(pk=clue.pk)
            if stored.state == target and all(getattr(stored, name) == value for name, value in given.items()):
                return stored
            raise Conflict(_("这条线索刚刚已由他人登记，请刷新后再看。"), code="clue_moved")
        clue.refresh_from_db()
        record(f"clue.{step}", clue, by=by, district_id=clue.district_id, payload={"number": clue.number})
    return clue


def _check_days(clue: Clue, step: str, given: dict) -> None:
    day = given["accepted_on" if step == "accept" else "result_on"]
    field = "accepted_on" if step == "accept" else "result_on"
    first = clock.beijing(clue.handed_at).date() if step == "accept" else clue.accepted_on
    if day > clock.today():
        raise ValidationError({field: _("日期不能晚于今天。")})
    if first and day < first:
        raise ValidationError({field: _("日期不能早于 %(day)s。") % {"day": first}})
