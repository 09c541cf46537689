"""Reports from an offline queue that cannot become rows yet are kept, never refused (design 5: 202)."""

import hashlib

from django.db import transaction

from audit import canonical
from audit.services import record
from common import clock
from inspections.models import HeldSubmission


@transaction.atomic
def hold(payload: dict, *, uuid, errors: dict, by) -> HeldSubmission:
    """Keep a submission word for word with the reasons it needs repair. Sent again, the newest wording and reasons stand."""
    text = canonical.dumps(_jsonable(payload))
    held, _created = HeldSubmission.objects.update_or_create(
        author=by,
        uuid=uuid,
        defaults={
            "payload": payload,
            "payload_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "errors": errors,
            "received_at": clock.now(),
            "resolved_at": None,
        },
    )
    record("finding.held", held, by=by, payload={"errors": list(errors)})
    return held


def resolve(*, uuid, by) -> None:
    """The repaired report has become a row."""
    HeldSubmission.objects.waiting().filter(author=by, uuid=uuid).update(resolved_at=clock.now())


def _jsonable(value):
    if isinstance(value, dict):
        return {str(key): _jsonable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_jsonable(each) for each in value]
    return repr(value) if isinstance(value, float) else value
