"""What is true of a task or a finding of a month: one row is stored with all of it, and every rate is a choice among these rows."""

from enum import IntFlag

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable


class Flag(IntFlag):
    # Of a task, as it stood at the cut-off.
    CLOSED = 1
    """Its feedback passed in the month."""
    IN_TIME = 2
    """The feedback that stands came before its date."""
    OVERDUE = 4
    """Open past its date, and not handed in time to a body that has the power."""
    AWAITING = 8
    """Fed back in the month and not verified yet."""
    SUSPENDED = 16
    SENT_BACK = 32
    EXTENDED = 64
    DISPATCHED = 128
    """Assigned in the month, and not voided."""
    KEPT = 256
    """Of these, neither refused nor handed over."""
    OWN_FIELD = 512
    """Of a department: it leads the finding's field."""
    OTHER_FIELD = 1024
    # Of a finding.
    FILED = 1 << 12
    """Registered in the month (a covert visit: assigned), and it stayed."""
    REFUSED = 1 << 13
    SELF_FOUND = 1 << 14
    FOUND_ABOVE = 1 << 15
    """By superiors or 督查局."""
    FOUND_BY_OTHERS = 1 << 16
    REPORT_TAKEN = 1 << 17
    """Reported by somebody with a post in the unit's grids, and registered."""
    REPORT_REFUSED = 1 << 18
    # Of a day of a station.
    AIR_DAY = 1 << 20
    """Of the month itself."""
    AIR_COUNTED = 1 << 21
    AIR_BEFORE = 1 << 22
    """Of the same month of last year."""


Masks = tuple[Flag, ...]
"""Alternatives: a row is meant when it has all flags of one of them."""


def meets(flags: int, masks: Masks) -> bool:
    return any(flags & mask == mask for mask in masks)


def with_flags(rows: QuerySet, masks: Masks, *, name: str) -> QuerySet:
    """Adds to stored rows the truth of ``meets`` under ``name``."""
    places = {f"{name}_{n}": F("flags").bitand(int(mask)) for n, mask in enumerate(masks)}
    found = Q()
    for (place, _bits), mask in zip(places.items(), masks, strict=True):
        found |= Q(**{place: int(mask)})
    return rows.annotate(**places).annotate(**{name: Case(When(found, then=True), default=False)})


def summed(conditions: dict[Flag, Q]) -> Combinable:
    """Expression: the flags whose condition holds."""
    total: Combinable = Value(0)
    for flag, condition in conditions.items():
        total = total + Case(When(condition, then=Value(int(flag))), default=Value(0), output_field=IntegerField())
    return total
