"""A photo too big for the way: the phone sends a smaller picture of it, which takes the announced one's place (trust B13)."""

import re

from django.db import transaction

from audit.services import record

SHA256 = re.compile(r"[0-9a-f]{64}")


@transaction.atomic
def replace(owner, old: str, *, sha256: str, size: int, by) -> None:
    """Announce ``sha256`` instead of ``old`` on a finding or visit, while ``old`` has not arrived. Anything else changes nothing."""
    if not SHA256.fullmatch(old) or owner.photos.filter(sha256=sha256).exists():
        return
    slot = owner.photos.select_for_update().filter(sha256=old, photo=None, size__gt=size).first()
    if slot is None:
        return
    slot.sha256, slot.size = sha256, size
    slot.save(update_fields=["sha256", "size"])
    record(f"{owner._meta.model_name}.photo_smaller", owner, by=by, district_id=owner.district_id, payload={"from": old, "to": sha256})
