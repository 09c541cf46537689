"""Signed entries: corrections of settled months, and marks no row of the ledger gives (domain 6.2)."""

from scorecards.models import Adjustment
from scorecards.words import SignState


def signed(district_id: int, month: str) -> list[Adjustment]:
    """Entries that count in the month, always in the same order."""
    found = Adjustment.objects.filter(district_id=district_id, month=month, state=SignState.SIGNED)
    return list(found.select_related("organisation").order_by("organisation__position", "organisation_id", "id"))
