"""A photo too big for the way: the phone sends a smaller picture of it, which takes the announced one's place (trust B13)."""

import re

from django.db import transaction

import evidence.services
from audit.services import record

SHA256 = re.compile(r"[0-9a-f]{64}")


def stand_in(owner, old: str, stream, *, sha256: str, size: int, by, link) -> bool:
    """Store a smaller picture of ``old`` and announce it instead, on a finding or visit, while ``old`` has not arrived; False where it is not wanted.

    The bytes come first: what arrives broken replaces nothing, and the phone tries again with what it has. ``link`` of the owner's photos fills
    the place it takes, in the same transaction.
    """
    if not SHA256.fullmatch(old) or owner.photos.filter(sha256=sha256).exists() or not _slots(owner, old, size).exists():
        return False
    evidence.services.store(stream, sha256=sha256, size=size, by=by)
    _replace(owner, old, sha256=sha256, size=size, by=by, link=link)
    return True


def _slots(owner, old: str, size: int):
    return owner.photos.filter(sha256=old, photo=None, size__gt=size)


@transaction.atomic
def _replace(owner, old: str, *, sha256: str, size: int, by, link) -> None:
    owner = type(owner).objects.select_for_update(of=("self",)).get(pk=owner.pk)
    slot = _slots(owner, old, size).first()
    if slot is None or owner.photos.filter(sha256=sha256).exists():
        return
    slot.sha256, slot.size = sha256, size
    slot.save(update_fields=["sha256", "size"])
    record(f"{owner._meta.model_name}.photo_smaller", owner, by=by, district_id=owner.district_id, payload={"from": old, "to": sha256})
    link(owner, by=by, shown={sha256})
