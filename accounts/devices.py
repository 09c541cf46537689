"""Keys of machines that send by themselves. A key is shown once, kept as a hash, and ended by hand; times are true times, they guard access."""

import datetime as dt
import hashlib
import secrets

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Device, DeviceUse
from audit.services import record

SEEN_EVERY = dt.timedelta(minutes=1)
"""How exactly ``seen_at`` is kept: not one write for each message."""


@transaction.atomic
def issue(district_id: int, name: str, *, by, use: str = DeviceUse.DATA) -> tuple[Device, str]:
    """A new device and its key, which is stored nowhere."""
    key = secrets.token_urlsafe(24)
    device = Device.objects.create(district_id=district_id, name=name, use=use, key_hash=_hash(key), made_by=by, made_at=timezone.now())
    record("device.issue", device, by=by, district_id=district_id, payload={"name": name, "use": str(use)})
    return device, key


@transaction.atomic
def renew(device: Device, *, by) -> str:
    """Another key for the same device; the old one ends at once, and a revoked device is back."""
    key = secrets.token_urlsafe(24)
    Device.objects.filter(pk=device.pk).update(key_hash=_hash(key), made_by=by, made_at=timezone.now(), revoked_at=None, revoked_by=None)
    record("device.renew", device, by=by, district_id=device.district_id, payload={"name": device.name})
    return key


@transaction.atomic
def revoke(device: Device, *, by) -> bool:
    """False when it was revoked already."""
    done = Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=timezone.now(), revoked_by=by)
    if done:
        record("device.revoke", device, by=by, district_id=device.district_id, payload={"name": device.name})
    return bool(done)


def find(key: str) -> Device | None:
    """The device with this key, unless revoked; notes that it was heard of."""
    device = Device.objects.filter(key_hash=_hash(key), revoked_at=None).first() if key else None
    if device is not None:
        now = timezone.now()
        Device.objects.filter(Q(seen_at=None) | Q(seen_at__lt=now - SEEN_EVERY), pk=device.pk).update(seen_at=now)
    return device


def _hash(key: str) -> str:
    """Without salt: the key is 192 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()
