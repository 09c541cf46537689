"""Numbers a device has given and we never saw: the only sign of a report that was lost before it reached us (trust C2)."""

from dataclasses import dataclass

from django.db.models import Max

from inspections.models import Finding

LISTED = 50
"""Missing numbers named per device."""


@dataclass(frozen=True)
class Gap:
    device_id: str
    missing: list[int]
    count: int
    last_seq: int
    last_at: object
    reporters: list[str]


def gaps(district_ids, *, limit: int = 200) -> list[Gap]:
    """Devices of these districts with missing numbers, those heard of last first. A device counts from 1."""
    seen = Finding.objects.filter(district_id__in=district_ids, seq__isnull=False).exclude(device_id="")
    devices = seen.values("device_id").annotate(last_seq=Max("seq"), last_at=Max("received_at")).order_by("-last_at")[:limit]
    found = [_gap(seen, dict(device)) for device in devices]
    return [gap for gap in found if gap.count]


def _gap(seen, device: dict) -> Gap:
    rows = seen.filter(device_id=device["device_id"])
    there = set(rows.values_list("seq", flat=True))
    count = device["last_seq"] - len(there - {0})
    missing: list[int] = []
    for number in range(device["last_seq"], 0, -1):
        if len(missing) >= min(LISTED, count):
            break
        if number not in there:
            missing.append(number)
    names = list(rows.order_by().values_list("reporter__name", flat=True).distinct()[:5])
    return Gap(device["device_id"], sorted(missing), max(0, count), device["last_seq"], device["last_at"], names)
