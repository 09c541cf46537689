"""Sending what lies in the outbox.

At least once, on purpose: a reminder that comes twice carries the same key, a lost one costs somebody's post. A dispatcher claims a few rows
in a short transaction, sends each outside of it and writes down the outcome before it takes the next: a dispatcher killed at the worst moment
doubles one message. Its other rows are taken up when their lease, counted by the database's clock, has run out.
"""

import datetime as dt
import logging
import time

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop

from common import clock
from notices import services
from notices.channels import ALL, ChannelError, obstacle_of
from notices.models import UNSENT, Channel, Notice, State

logger = logging.getLogger(__name__)

BATCH = 5
FIRST_RETRY = dt.timedelta(seconds=30)
LONGEST_RETRY = dt.timedelta(hours=1)
REST_SECONDS = 30
_resting: dict[str, float] = {}
"""Channels that did not answer, and until when (monotonic) this process leaves them alone, so that the others are not held up."""


def drain(worker: str, *, seconds: float | None = None, older_than=dt.timedelta()) -> int:
    """Send until nothing is due or the time is up; how many rows were dealt with."""
    until = time.monotonic() + seconds if seconds is not None else float("inf")
    total = 0
    while time.monotonic() < until and (done := run_once(worker, older_than=older_than)):
        total += done
    return total


def run_once(worker: str, *, limit: int = BATCH, older_than=dt.timedelta()) -> int:
    claimed = claim(worker, limit=limit, older_than=older_than)
    for notice in claimed:
        with OnlyThisRow(notice):
            deliver(notice)
    return len(claimed)


@transaction.atomic
def claim(worker: str, *, limit: int = BATCH, older_than=dt.timedelta()) -> list[Notice]:
    """Take up to ``limit`` due rows for this worker. The attempt is counted now: a row that kills its process uses itself up."""
    due = Notice.objects.due(clock.now() - older_than).exclude(channel__in=resting()).order_by("-urgent", "not_before", "id")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    ids = list(due.values_list("id", flat=True)[:limit])
    lease = Now() + dt.timedelta(seconds=settings.NOTICE_LEASE_SECONDS)
    Notice.objects.filter(id__in=ids).update(state=State.CLAIMED, claimed_by=worker, lease_until=lease, attempts=F("attempts") + 1)
    mine = Notice.objects.select_related("recipient", "robot").in_bulk(ids)
    return [mine[pk] for pk in ids]


def deliver(notice: Notice) -> None:
    """Send one claimed row and write down what became of it."""
    if notice.channel in resting():
        return settle(notice, state=State.RETRY, attempts=notice.attempts - 1)
    if notice.attempts > settings.NOTICE_MAX_ATTEMPTS:
        return give_up(notice, notice.last_error or "The process ended during every attempt")
    if why_not := obstacle_of(notice) or unwanted(notice):
        return settle(notice, state=State.CANCELLED, last_error=why_not)
    try:
        receipt = ALL[Channel(notice.channel)].send(notice)
    except ChannelError as error:
        if error.down:
            _resting[notice.channel] = time.monotonic() + REST_SECONDS
        return failed(notice, str(error))
    return settle(notice, state=State.SENT, sent_at=clock.now(), provider_message_id=receipt, last_error="")


def unwanted(notice: Notice) -> str:
    """Why the subject's own app no longer wants it sent; asked right before sending, which may be hours after the row was written."""
    path = settings.NOTICE_STILL_WANTED.get(notice.subject_type.partition(".")[0])
    if not path:
        return ""
    with transaction.atomic():
        return "" if import_string(path)(notice) else gettext_noop("事项已办结或已变更，不再需要提醒")


def failed(notice: Notice, reason: str) -> None:
    logger.warning("Notice %s not sent (attempt %s): %s", notice.dedup_key, notice.attempts, reason)
    if notice.attempts >= settings.NOTICE_MAX_ATTEMPTS:
        return give_up(notice, reason)
    wait = min(FIRST_RETRY * 2 ** (notice.attempts - 1), LONGEST_RETRY)
    return settle(notice, state=State.RETRY, not_before=clock.now() + wait, last_error=reason[:500])


@transaction.atomic
def give_up(notice: Notice, reason: str) -> None:
    """For good: shown to the office, and the person is told by another channel."""
    settle(notice, state=State.DEAD, last_error=reason[:500])
    services.use_second_channel(notice)


def settle(notice: Notice, **outcome) -> None:
    """Only while the row is still ours: after a lost lease somebody else's outcome stands."""
    mine = Notice.objects.filter(pk=notice.pk, state=State.CLAIMED, claimed_by=notice.claimed_by)
    if not mine.update(**outcome, lease_until=None, claimed_by=""):
        logger.warning("Notice %s was taken over before its outcome %s could be written", notice.dedup_key, outcome["state"])


def resting() -> list[str]:
    return [channel for channel, until in _resting.items() if time.monotonic() < until]


class OnlyThisRow:
    """The isolation between rows: what nobody foresaw is logged with its traceback and written on the row that caused it; the others go on.

    A failure to write that down (the database is gone) is not caught, and neither is what ends the process.
    """

    def __init__(self, notice: Notice):
        self.notice = notice

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback) -> bool:
        if not isinstance(error, Exception):
            return False
        logger.error("Notice %s raised what nobody foresaw", self.notice.dedup_key, exc_info=error)
        failed(self.notice, f"{kind.__name__}: {error}")
        return True


def oldest_unsent():
    """Moment of the oldest row that is due and unsent, for /readyz; None when nothing waits."""
    return Notice.objects.filter(state__in=UNSENT, not_before__lte=clock.now()).order_by("not_before").values_list("not_before", flat=True).first()
