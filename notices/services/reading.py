"""What a person does with a message, and the signs of life of those who send them."""

from django.utils import timezone

from common import clock
from notices.models import Heartbeat, Notice


def open_notice(notice: Notice, *, by) -> None:
    """Note that the recipient has opened it; the first time counts, and nobody opens for another."""
    Notice.objects.filter(pk=notice.pk, recipient=by, opened_at=None).update(opened_at=clock.now())


def mark_all_opened(*, by) -> int:
    return Notice.objects.for_person(by).unopened().update(opened_at=clock.now())


def beat(name: str) -> None:
    """A sign of life of a background process, by the machine's clock."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, beat_at=timezone.now())], update_conflicts=True, unique_fields=["name"], update_fields=["beat_at"]
    )
