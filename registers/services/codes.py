"""Codes of objects: the kind's prefix and a running number, ``GD-0001``."""

from django.db.models import F

from registers.models import Site, SiteKind


def next_code(kind: SiteKind) -> str:
    return next_codes(kind, 1)[0]


def next_codes(kind: SiteKind, count: int) -> list[str]:
    """``count`` codes nobody has. The row lock taken here is held to the end of the caller's transaction, so a rolled-back one leaves no gap."""
    found: list[str] = []
    while len(found) < count:
        wanted = count - len(found)
        SiteKind.objects.filter(pk=kind.pk).update(last_number=F("last_number") + wanted)
        last = SiteKind.objects.values_list("last_number", flat=True).get(pk=kind.pk)
        codes = [f"{kind.prefix}-{number:04d}" for number in range(last - wanted + 1, last + 1)]
        taken = set(Site.objects.filter(kind=kind, code__in=codes).values_list("code", flat=True))
        found += [code for code in codes if code not in taken]
    return found
