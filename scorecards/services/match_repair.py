"""Putting right what a list from above shows, each with one step of the ledger's own services. A second press finds it done."""

import datetime as dt
import uuid
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import Conflict
from grids.models import Grid
from inspections.models import Finding, ProblemType
from inspections.services.import_words import TYPE_WORDS
from inspections.services.submit import submit
from inspections.words import OPEN_STATES, FindingState
from rectification.services import advance
from scorecards.models import MatchRow
from scorecards.services.match_pairs import choice_key
from scorecards.services.matching import Facts, insist_office, judge
from scorecards.words import Handling, MatchResult

NAMESPACE = uuid.UUID("0b6c5f0e-6a51-4d0e-9c0b-6d3a5a1f7c42")
MORNING = dt.time(9)


def _locked(row: MatchRow, *, by) -> MatchRow:
    """As it stands now, ours until the transaction ends."""
    insist_office(by, row.list_match.district_id)
    return MatchRow.objects.select_for_update(of=("self",)).select_related("list_match__district").get(pk=row.pk)


def _insist(row: MatchRow, *results: MatchResult, version: int | None = None) -> None:
    """``version``: of the row the person had read, where what others did since would be written over."""
    if row.result not in results or version not in (None, row.version):
        raise Conflict(_("这一行刚由他人处理，现在是“%(result)s”。请刷新后查看。") % {"result": row.get_result_display()}, code="handled")


def _save(row: MatchRow, handling: Handling, *, by, note: str = "") -> MatchRow:
    row.handling, row.handled_by, row.handled_at, row.note = handling, by, clock.now(), note.strip()[:300]
    row.version += 1
    row.save()
    return row


# --- missing here -------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def register(row: MatchRow, *, by, problem_type: ProblemType, grid: Grid | None = None, not_same: bool = False) -> MatchRow:
    """Report and register the problem with the superior's number, date and source."""
    row = _locked(row, by=by)
    if row.handling == Handling.REGISTERED:
        return row
    _insist(row, MatchResult.MISSING_HERE)
    finding = submit(_report(row, problem_type=problem_type, grid=grid), by=by).finding
    if finding.state not in OPEN_STATES:
        raise Conflict(_("这一条曾补登为 %(finding)s，现为“%(state)s”。") % {"finding": finding, "state": finding.get_state_display()}, code="gone")
    if finding.state == FindingState.REPORTED:
        finding = advance(finding, "register", by=by, not_same=not_same)
    row.finding, row.how, row.likeness = finding, "new", 100
    judge(row, Facts([finding.pk]))
    _save(row, Handling.REGISTERED, by=by)
    record("match_row.register", row, by=by, district_id=finding.district_id, payload={"finding": finding.number})
    return row


def _report(row: MatchRow, *, problem_type: ProblemType, grid: Grid | None) -> dict:
    match = row.list_match
    ordered_at = min(clock.at(row.ordered_on, MORNING), clock.now()) if row.ordered_on else clock.now()
    return {
        "uuid": uuid.uuid5(NAMESPACE, f"{match.district_id}:{choice_key(row.superior_number) or row.pk}"),
        "problem_type": problem_type,
        "grid": grid,
        "source": match.source,
        "text": row.text[:2000],
        "address": row.address[:200],
        "superior_number": row.superior_number,
        "superior_due_at": clock.end_of(row.due_on) if row.due_on else None,
        "captured_at": ordered_at,
        "saved_at": ordered_at,
    }


class Guesses:
    """What kind of problem and which ground a row is probably about; read once for a page."""

    def __init__(self, district_id: int):
        self.types = list(ProblemType.objects.filter(district_id=district_id, is_active=True).select_related("field"))
        towns = Grid.objects.filter(district_id=district_id, parent__isnull=False, organisation__isnull=False).order_by("-level", "-pk")
        self.towns = {grid.organisation_id: grid for grid in towns}

    def type_of(self, row: MatchRow) -> ProblemType | None:
        words = row.text.lower()
        return next((each for each in self.types if each.name in words or any(word in words for word in TYPE_WORDS.get(each.code, ()))), None)

    def grid_of(self, row: MatchRow) -> Grid | None:
        return self.towns.get(row.organisation_id)


# --- differing ----------------------------------------------------------------------------------------------------------------------
def may_correct(row: MatchRow) -> bool:
    """Whether one press can put something right: the superior's date, or that the superior has accepted."""
    return "deadline" in row.differs or ("status" in row.differs and bool(row.is_done))


@transaction.atomic
def correct(row: MatchRow, *, by) -> MatchRow:
    """Take over the superior's date as a signed correction, and the superior's acceptance, as the list tells them."""
    row = _locked(row, by=by)
    if row.handling == Handling.CORRECTED and not may_correct(row):
        return row
    _insist(row, MatchResult.DIFFERING)
    note = _("按“%(list)s”第 %(row)s 行更正") % {"list": row.list_match, "row": row.number}
    step = partial(advance, by=by, note=note)
    finding = Finding.objects.get(pk=row.finding_id)
    if "deadline" in row.differs:
        finding = step(finding, "correct", corrected={"superior_due_at": clock.end_of(row.due_on)})
    if "status" in row.differs and row.is_done:
        finding = step(finding, "superior_accept", accepted_at=min(clock.at(row.done_on, MORNING), clock.now()) if row.done_on else clock.now())
    judge(row, Facts([finding.pk]), twice="twice" in row.differs)
    _save(row, Handling.CORRECTED, by=by)
    record("match_row.correct", row, by=by, district_id=finding.district_id, payload={"finding": finding.number, "left": row.differs})
    return row


# --- by hand ------------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def rematch(row: MatchRow, *, by, finding: Finding | None, note: str = "", version: int | None = None) -> MatchRow:
    """A person says which of ours it is, or that it is none of them (``finding`` None)."""
    row = _locked(row, by=by)
    if row.number is None:
        raise ValidationError(_("这是本区台账的行，请在清单的行上指定对应关系。"), code="not_of_the_list")
    if finding and (finding.district_id != row.list_match.district_id or finding.is_sealed):
        raise ValidationError({"finding": _("本区台账没有这一条。")}, code="not_here")
    if row.handling == Handling.REMATCHED and (row.finding, row.handled_by_id, row.note) == (finding, by.pk, note.strip()[:300]):
        return row
    _insist(row, *MatchResult, version=version)
    was = row.finding_id
    row.finding, row.how, row.likeness = finding, "hand", 100 if finding else 0
    judge(row, Facts([finding.pk] if finding else []))
    if finding:
        MatchRow.objects.filter(list_match=row.list_match_id, number=None, finding=finding).delete()
    _save(row, Handling.REMATCHED, by=by, note=note)
    record("match_row.rematch", row, by=by, district_id=row.list_match.district_id, payload={"from": was, "to": row.finding_id, "note": note})
    return row


@transaction.atomic
def report(row: MatchRow, *, by, note: str, version: int | None = None) -> MatchRow:
    """待上报核对: what only the superior can put right, with a note on what is to be said."""
    row = _locked(row, by=by)
    if not note.strip():
        raise ValidationError({"note": _("请写明要向上级核对什么。")}, code="note")
    if row.handling == Handling.REPORTED and row.note == note.strip()[:300]:
        return row
    _insist(row, MatchResult.MISSING_THERE, MatchResult.DIFFERING, version=version)
    _save(row, Handling.REPORTED, by=by, note=note)
    record("match_row.report", row, by=by, district_id=row.list_match.district_id, payload={"note": row.note})
    return row
