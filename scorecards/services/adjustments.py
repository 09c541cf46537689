"""Signed entries: corrections of settled months, and marks no row of the ledger gives (domain 6.2)."""

from common import clock
from grids.models import Organisation
from scorecards.models import Adjustment, Scheme, Scorecard, ScoreRow
from scorecards.services.settling import following, settled_months
from scorecards.words import PARTIES, AdjustmentKind, InnovationLevel, SignState

INNOVATION = {InnovationLevel.DISTRICT: 100, InnovationLevel.CITY: 200, InnovationLevel.PROVINCE: 400}
PRAISE = 200
DEDUCTION = 50
"""Of a late report and of wrong data, where the scheme says nothing else."""
DEDUCTIONS = (AdjustmentKind.LATE_REPORT, AdjustmentKind.WRONG_DATA)
OPEN_MONTHS = 12


def signed(district_id: int, month: str) -> list[Adjustment]:
    """Entries that count in the month, always in the same order."""
    found = Adjustment.objects.filter(district_id=district_id, month=month, state=SignState.SIGNED)
    return list(found.select_related("organisation").order_by("organisation__position", "organisation_id", "id"))


def uncounted(district_id: int, month: str) -> list[Adjustment]:
    """Signed entries of a built month that count nowhere, because their unit has no card in it or is not ranked."""
    cards = Scorecard.objects.filter(district_id=district_id, month=month, organisation__isnull=False)
    if not cards.exists():
        return []
    ranked = set(cards.filter(unranked="").values_list("organisation_id", flat=True))
    return [entry for entry in signed(district_id, month) if entry.organisation_id not in ranked]


def first_open_month(district_id: int) -> str:
    """Where a correction counts: the month after the last settled one; without any the earliest that has cards, or last month."""
    if settled := settled_months(district_id):
        return following(settled[0])
    built = Scorecard.objects.filter(district_id=district_id).order_by("month").values_list("month", flat=True).first()
    return built or clock.previous_month(clock.today())


def open_months(district_id: int) -> list[str]:
    """Months an entry can count in, newest first: from the first open one to the running one."""
    month, running, found = first_open_month(district_id), clock.month_of(clock.today()), []
    while month <= running:
        found.append(month)
        month = following(month)
    return found[::-1][:OPEN_MONTHS] or [month]


def amount_of(kind: str, *, unit: Organisation, month: str, level: str = "") -> int:
    """Hundredths, signed, of an entry whose figure is not free."""
    if kind == AdjustmentKind.INNOVATION:
        return INNOVATION[InnovationLevel(level)]
    if kind == AdjustmentKind.PRAISE:
        return PRAISE
    scheme = Scheme.objects.filter(district_id=unit.district_id, kind=unit.kind).in_force(month).first()
    line = scheme.lines.filter(indicator=kind).first() if scheme else None
    return -(line.per_event if line and line.per_event else DEDUCTION)


def units(district_id: int):
    """Units that are marked; of headquarters and grids no entries are drawn up."""
    return Organisation.objects.filter(district_id=district_id, kind__in=PARTIES).active(clock.today()).order_by("kind", "position", "id")


# --- what a correction is about -----------------------------------------------------------------------------------------------------
def settled_card(district_id: int, organisation_id: int, month: str) -> Scorecard | None:
    if month not in settled_months(district_id):
        return None
    return Scorecard.objects.filter(district_id=district_id, organisation_id=organisation_id, month=month).first()


def marks_of(card: Scorecard):
    """Rows of a settled card that gave or took points."""
    return ScoreRow.objects.filter(scorecard=card).exclude(amount=0).select_related("line", "finding").order_by("line__position", "at", "id")


def corrected_row(entry: Adjustment) -> ScoreRow | None:
    """The row of the settled month that the entry corrects; None when it is about a whole figure."""
    if not entry.of_event_key:
        return None
    card = {"scorecard__district_id": entry.district_id, "scorecard__organisation_id": entry.organisation_id, "scorecard__month": entry.of_month}
    return ScoreRow.objects.filter(event_key=entry.of_event_key, **card).select_related("line", "finding").first()
