"""Numbers a device has given and we never saw: the only sign of something that was lost before it reached us (trust C2).

A phone counts reports, visits and rounds together; what is kept for repair has been seen too.
"""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Max

from inspections.models import Finding, HeldSubmission, PatrolSending, Visit

LISTED = 50
"""Missing numbers named per device."""


@dataclass(frozen=True)
class Gap:
    device_id: str
    missing: list[int]
    count: int
    last_seq: int
    last_at: dt.datetime
    reporters: list[str]


@dataclass
class _Device:
    last_at: dt.datetime
    seen: set[int] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


def gaps(district_ids, *, limit: int = 200) -> list[Gap]:
    """Devices of these districts with missing numbers, those heard of last first. A device counts from 1."""
    devices = _devices(district_ids, limit)
    for rows, person in _sources(district_ids):
        for device_id, seq, name in rows.filter(device_id__in=devices).values_list("device_id", "seq", f"{person}__name"):
            devices[device_id].seen.add(seq)
            devices[device_id].names.add(name)
    _add_held(devices)
    found = [_gap(device_id, device) for device_id, device in devices.items()]
    return [gap for gap in found if gap.count]


def _sources(district_ids) -> list[tuple]:
    """Everything that carries a device's number, with the way to its person."""
    return [
        (Finding.objects.filter(district_id__in=district_ids, seq__isnull=False).order_by(), "reporter"),
        (Visit.objects.filter(district_id__in=district_ids, seq__isnull=False).order_by(), "person"),
        (PatrolSending.objects.filter(patrol__district_id__in=district_ids).order_by(), "patrol__person"),
    ]


def _devices(district_ids, limit: int) -> dict[str, _Device]:
    heard: dict[str, dt.datetime] = {}
    for rows, _person in _sources(district_ids):
        for device in rows.exclude(device_id="").values("device_id").annotate(at=Max("received_at")).order_by("-at")[:limit]:
            heard[device["device_id"]] = max(device["at"], heard.get(device["device_id"], device["at"]))
    newest = sorted(heard.items(), key=lambda each: each[1], reverse=True)[:limit]
    return {device_id: _Device(at) for device_id, at in newest}


def _add_held(devices: dict[str, _Device]) -> None:
    for payload in HeldSubmission.objects.waiting().filter(payload__device_id__in=list(devices)).values_list("payload", flat=True):
        seq = payload.get("seq")
        if isinstance(seq, int) and seq > 0:
            devices[payload["device_id"]].seen.add(seq)


def _gap(device_id: str, device: _Device) -> Gap:
    last = max(device.seen)
    count = max(0, last - len(device.seen - {0}))
    missing: list[int] = []
    for number in range(last, 0, -1):
        if len(missing) >= min(LISTED, count):
            break
        if number not in device.seen:
            missing.append(number)
    return Gap(device_id, sorted(missing), count, last, device.last_at, sorted(device.names)[:5])
