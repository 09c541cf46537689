"""Movements of the accounts of grids: problems that were registered there, moved, struck off, merged into others or voided.

A covert visit is known once it is assigned: no account may betray a sealed one. A grid that went up in another hands its open problems on at
that moment, though their rows keep the old grid (``grids.services.merging``).
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, DateTimeField, Exists, F, IntegerField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Greatest

from common import clock
from grids.models import Grid, StructureChange
from inspections.models import Finding, FindingEvent
from inspections.words import CLOSED_STATES, FindingState, Source
from scorecards.account_words import EntryKind
from scorecards.models import AccountEntry
from scorecards.services.book import Book, key, paper, words

ENDS = (*CLOSED_STATES, FindingState.MERGED, FindingState.VOID)
KNOWN = {"registered_at__isnull": False, "is_sealed": False}


@dataclass(frozen=True)
class Merging:
    source: int
    into: int
    at: dt.datetime


def book(into: Book) -> int:
    """Ends first, as with duties; merged grids last, because they hand on what the book says they hold."""
    mergings = _mergings(into)
    count = _endings(into, mergings) + _moves(into, mergings) + _registrations(into, mergings)
    return count + sum(_hand_on(into, each) for each in mergings)


# --- the place ----------------------------------------------------------------------------------------------------------------------
def _mergings(into: Book) -> list[Merging]:
    """Grids that went up in others, in the order of time."""
    last = StructureChange.objects.filter(grid=OuterRef("pk"), kind=StructureChange.Kind.MERGED).order_by("-at")
    gone = Grid.objects.filter(district_id=into.district_id, merged_into__isnull=False).annotate(merged_at=Subquery(last.values("at")[:1]))
    found = [
        Merging(grid.pk, grid.merged_into_id, grid.merged_at or clock.at(grid.valid_to))
        for grid in gone.order_by("pk")
        if grid.merged_at or grid.valid_to
    ]
    return sorted(found, key=lambda each: each.at)


def _holder(grid: str, moment: str, mergings: list[Merging]):
    """The grid that answered at ``moment`` for what lies in ``grid``."""
    whens = [
        When(**{grid: each.source, f"{moment}__gte": since}, then=Value(heir))
        for each in mergings
        for since, heir in reversed(_heirs(each.source, mergings))
    ]
    return Case(*whens, default=F(grid), output_field=IntegerField()) if whens else F(grid)


def _heirs(source: int, mergings: list[Merging]) -> list[tuple[dt.datetime, int]]:
    """Since when which grid has answered for one that went up in another, which may have gone up in a third."""
    step = {each.source: each for each in mergings}
    found: list[tuple[dt.datetime, int]] = []
    while source in step and len(found) < len(step):
        since = max([step[source].at, *(at for at, _heir in found)])
        source = step[source].into
        found.append((since, source))
    return found


def _known_at(*, finding: str = ""):
    """When a problem came onto the ledger for everybody. ``finding``: the path to it."""
    assigned = FindingEvent.objects.filter(finding=OuterRef(f"{finding[:-2]}_id" if finding else "pk"), action="assign").order_by("at")
    unsealed = Coalesce(Subquery(assigned.values("at")[:1]), F(f"{finding}assigned_at"), F(f"{finding}registered_at"))
    return Case(When(**{f"{finding}source": Source.COVERT_VISIT}, then=unsealed), default=F(f"{finding}registered_at"), output_field=DateTimeField())


def _changes():
    """Corrections of the grid and regrouping after a split, with ``old`` and ``new``."""
    side = {name: Cast(KeyTextTransform(n, KeyTransform("grid", KeyTransform("changes", "details"))), IntegerField()) for n, name in SIDES}
    return FindingEvent.objects.filter(action__in=("correct", "regrid"), details__changes__has_key="grid").annotate(**side)


SIDES = (("0", "old"), ("1", "new"))


# --- movements ----------------------------------------------------------------------------------------------------------------------
def _findings(into: Book):
    return Finding.objects.filter(district_id=into.district_id, **KNOWN).annotate(known_at=_known_at())


def _registrations(into: Book, mergings: list[Merging]) -> int:
    """In the grid in which it lay then: what the first later change of its grid moved it away from."""
    later = _changes().filter(finding=OuterRef("pk"), at__gte=OuterRef("known_at")).order_by("at", "pk")
    lay = Case(When(Exists(later), then=Subquery(later.values("old")[:1])), default=F("grid_id"), output_field=IntegerField())
    return into.write(
        _findings(into).annotate(lay=lay),
        key=key("finding", "pk", "register"),
        at=F("known_at"),
        grid=_holder("lay", "known_at", mergings),
        kind=Case(When(rebound_of__isnull=False, then=words(EntryKind.REBOUNDED)), default=words(EntryKind.ADDED)),
        finding=F("pk"),
        paper_number=paper(),
    )


def _moves(into: Book, mergings: list[Merging]) -> int:
    known = {f"finding__{name}": value for name, value in KNOWN.items()}
    moved = _changes().filter(finding__district_id=into.district_id, **known).annotate(known_at=_known_at(finding="finding__"))
    moved = moved.filter(at__gte=F("known_at")).annotate(from_grid=_holder("old", "at", mergings), to_grid=_holder("new", "at", mergings))
    moved = moved.filter(Q(from_grid=None) | Q(to_grid=None) | ~Q(from_grid=F("to_grid")))
    same = {"at": F("at"), "finding": F("finding_id"), "paper_number": paper(finding="finding__")}
    out = into.write(moved, key=key("change", "pk", "out"), grid=F("from_grid"), kind=words(EntryKind.MOVED_OUT), **same)
    return out + into.write(moved, key=key("change", "pk", "in"), grid=F("to_grid"), kind=words(EntryKind.MOVED_IN), **same)


def _endings(into: Book, mergings: list[Merging]) -> int:
    """Struck off, merged or voided, once for good; never before the problem last moved."""
    moved = _changes().filter(finding=OuterRef("pk")).order_by("-at").values("at")[:1]
    handed_on = AccountEntry.objects.filter(finding=OuterRef("pk"), grid__isnull=False).order_by("-stands_at").values("stands_at")[:1]
    end = Coalesce("struck_off_at", "ended_at", "registered_at")
    ended = _findings(into).filter(state__in=ENDS).annotate(end=end)
    ended = ended.annotate(moment=Greatest("end", "known_at", Coalesce(Subquery(moved), "end"), Coalesce(Subquery(handed_on), "end")))
    return into.write(
        ended,
        key=key("finding", "pk", "end"),
        at=F("end"),
        stands_at=F("moment"),
        grid=_holder("grid_id", "moment", mergings),
        kind=Case(When(state__in=CLOSED_STATES, then=words(EntryKind.CLOSED)), default=words(EntryKind.VOIDED)),
        finding=F("pk"),
        paper_number=paper(),
    )


def _hand_on(into: Book, merging: Merging) -> int:
    """What the merged grid held then goes to its successor."""
    if merging.at >= into.until:
        return 0
    held = AccountEntry.objects.filter(grid=merging.source, stands_at__lt=merging.at).with_effect().order_by().values("finding_id")
    rows = Finding.objects.filter(pk__in=held.annotate(held=Sum("effect")).filter(held__gt=0).values("finding_id"))
    same = {"at": Value(merging.at, output_field=DateTimeField()), "finding": F("pk"), "paper_number": paper()}
    name = ("merging", str(merging.source), "pk")
    out = into.write(rows, key=key(*name, "out"), grid=merging.source, kind=words(EntryKind.MOVED_OUT), **same)
    return out + into.write(rows, key=key(*name, "in"), grid=merging.into, kind=words(EntryKind.MOVED_IN), **same)
