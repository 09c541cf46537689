"""Numbers of the ledger: ``2026-000123``, per district and Beijing year."""

from django.db import IntegrityError, transaction
from django.db.models import F

from audit.services import hold_chain
from inspections.models import NumberSequence


def next_number(district_id: int, year: int) -> str:
    """The next number; the row lock taken here is held to the end of the caller's transaction, so a rolled-back one leaves no gap.

    The district's chain is held before it: a report that registers itself is on record already when it asks for its number.
    """
    hold_chain(district_id)
    mine = NumberSequence.objects.filter(district_id=district_id, year=year)
    if not mine.update(last=F("last") + 1):
        _begin(district_id, year)
        mine.update(last=F("last") + 1)
    return f"{year}-{mine.get().last:06d}"


def _begin(district_id: int, year: int) -> None:
    try:
        with transaction.atomic():
            NumberSequence.objects.create(district_id=district_id, year=year)
    except IntegrityError:
        """Another transaction has begun the year at the same moment."""


def next_numbers(district_id: int, year: int, count: int) -> list[str]:
    """As many numbers at once, for an import; in the same order of locks."""
    hold_chain(district_id)
    mine = NumberSequence.objects.filter(district_id=district_id, year=year)
    if not mine.update(last=F("last") + count):
        _begin(district_id, year)
        mine.update(last=F("last") + count)
    last = mine.get().last
    return [f"{year}-{n:06d}" for n in range(last - count + 1, last + 1)]
