"""What everybody asks about the closing of a month."""

from scorecards.models import Settlement
from scorecards.words import SettlementState


def is_settled(district_id: int, month: str) -> bool:
    return Settlement.objects.filter(district_id=district_id, month=month, state=SettlementState.SETTLED).exists()


def stamp(district_id: int, month: str) -> str:
    """The digest of a settled month for print; empty while it is open."""
    settled = Settlement.objects.filter(district_id=district_id, month=month, state=SettlementState.SETTLED)
    return settled.values_list("digest", flat=True).first() or ""
