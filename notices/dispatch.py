"""Sending what lies in the outbox.

At least once, on purpose: a reminder that comes twice carries the same key, a lost one costs somebody's post. A dispatcher claims a row for each
free place in the channel's lane in a short transaction, sends outside of it and writes down the outcome as soon as it is known: a dispatcher killed
at the worst moment doubles what was on its way (one mail, at most four texts). Its other rows are taken up when their lease, counted by the
database's clock, has run out.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop

from common import clock
from notices import services
from notices.channels import ALL, ChannelError, obstacle_of
from notices.channels.base import Sent
from notices.lanes import WIDTH, Lanes
from notices.models import UNSENT, Channel, Notice, Robot, State
from notices.words import REACHED

logger = logging.getLogger(__name__)

AT_ONCE = 20
"""Messages of the inbox that are settled before the lanes are looked at again."""
FIRST_RETRY = dt.timedelta(seconds=30)
LONGEST_RETRY = dt.timedelta(hours=1)
REST_SECONDS = 30
URGENT_AFTER = dt.timedelta(seconds=5)
PACE = dt.timedelta(seconds=3)
"""Between two messages to one group: the platforms take twenty a minute and shut a robot out that sends more."""
_resting: dict[str, float] = {}
"""Ways that did not answer (a channel, or one robot), and until when (monotonic) this process leaves them alone, so that the others are not held up."""


def drain(worker: str, *, seconds: float | None = None, older_than=dt.timedelta(), patience: float | None = None) -> int:
    """Send until nothing is due or the time is up; how many rows were dealt with.

    A channel whose answer took longer than ``patience`` seconds is left to other processes for a while: workers have more to do than to wait.
    """
    until = time.monotonic() + seconds if seconds is not None else float("inf")
    total = 0
    with Lanes() as lanes:
        while True:
            done, begun = _begin(worker, lanes, older_than=older_than) if time.monotonic() < until else (0, 0)
            landed = _finish(lanes, patience=patience)
            total += done + landed
            if not (done or begun or landed or lanes):
                return total


def _begin(worker: str, lanes: Lanes, *, older_than) -> tuple[int, int]:
    """Put rows on their way where there is room; how many were dealt with at once, and how many are under way."""
    done = begun = 0
    waiting = set(due(older_than).values_list("channel", flat=True).distinct())
    for channel in [*WIDTH, Channel.INBOX]:
        room = AT_ONCE if channel == Channel.INBOX else lanes.room(channel)
        for notice in claim(worker, limit=room, older_than=older_than, channel=channel) if channel in waiting and room > 0 else ():
            with OnlyThisRow(notice):
                message = ready(notice)
                if message is not None and channel != Channel.INBOX:
                    lanes.send(notice, message)
                    begun += 1
                    continue
                if message is not None:
                    sent(notice, message())
            done += 1
    return done, begun


def _finish(lanes: Lanes, *, patience: float | None) -> int:
    """Write down what has become of those that came back."""
    landed = lanes.back() if lanes else []
    for notice, future, took in landed:
        with OnlyThisRow(notice):
            outcome(notice, future)
        if patience is not None and took > patience:
            rest(notice, REST_SECONDS)
    return len(landed)


def due(older_than=dt.timedelta()):
    """Of the rows that are due, those whose way is not resting; what is urgent does not wait until it is old."""
    now = clock.now()
    found = Notice.objects.due(now - older_than, urgent_since=now - min(older_than, URGENT_AFTER))
    channels = [way for way in resting() if way in Channel.values]
    robots = [int(way.removeprefix("robot:")) for way in resting() if way.startswith("robot:")]
    robots += Robot.objects.filter(sent_at__gt=now - PACE, sent_at__lte=now).values_list("pk", flat=True)
    found = found.exclude(channel__in=channels) if channels else found
    return found.exclude(robot_id__in=robots) if robots else found


@transaction.atomic
def claim(worker: str, *, limit: int = 5, older_than=dt.timedelta(), channel: str = "") -> list[Notice]:
    """Take up to ``limit`` due rows for this worker. The attempt is counted now: a row that kills its process uses itself up."""
    offered = due(older_than).filter(channel=channel) if channel else due(older_than)
    offered = offered.order_by("-urgent", "not_before", "id")
    if connection.features.has_select_for_update_skip_locked:
        offered = offered.select_for_update(skip_locked=True)
    ids = list(offered.values_list("id", flat=True)[:limit])
    lease = Now() + dt.timedelta(seconds=settings.NOTICE_LEASE_SECONDS)
    Notice.objects.filter(id__in=ids).update(state=State.CLAIMED, claimed_by=worker, lease_until=lease, attempts=F("attempts") + 1)
    mine = Notice.objects.select_related("recipient", "robot").in_bulk(ids)
    return [mine[pk] for pk in ids]


def deliver(notice: Notice) -> None:
    """Send one claimed row here and now, and write down what became of it."""
    message = ready(notice)
    if message is not None:
        future: Future = Future()
        try:
            future.set_result(message())
        except ChannelError as error:
            future.set_exception(error)
        outcome(notice, future)


def ready(notice: Notice) -> Callable[[], Sent] | None:
    """What sends this claimed row; None when it is settled without being sent."""
    if _settled_unsent(notice):
        return None
    try:
        return ALL[Channel(notice.channel)].prepare(notice)
    except ChannelError as error:
        failed(notice, str(error), final=error.final)
        return None


def _settled_unsent(notice: Notice) -> bool:
    if way(notice) in resting():
        settle(notice, state=State.RETRY, attempts=notice.attempts - 1)
    elif notice.outcome in REACHED:
        settle(notice, state=State.SENT, sent_at=notice.outcome_at, last_error="")
    elif notice.attempts > settings.NOTICE_MAX_ATTEMPTS:
        give_up(notice, notice.last_error or "The process ended during every attempt")
    elif why_not := obstacle_of(notice) or unwanted(notice):
        settle(notice, state=State.CANCELLED, last_error=why_not)
    else:
        return False
    return True


def outcome(notice: Notice, future: Future) -> None:
    """Of one that was sent: its receipt, or why not."""
    try:
        answer = future.result()
    except ChannelError as error:
        if error.down or error.rest:
            rest(notice, error.rest or REST_SECONDS)
        failed(notice, str(error), final=error.final)
        if error.then:
            error.then()
    else:
        sent(notice, answer)


def sent(notice: Notice, answer: Sent) -> None:
    settle(notice, state=State.SENT, sent_at=clock.now(), provider_message_id=answer.receipt, last_error="")
    if answer.then:
        answer.then()


def unwanted(notice: Notice) -> str:
    """Why the subject's own app no longer wants it sent; asked right before sending, which may be hours after the row was written."""
    path = settings.NOTICE_STILL_WANTED.get(notice.subject_type.partition(".")[0])
    if not path:
        return ""
    with transaction.atomic():
        return "" if import_string(path)(notice) else gettext_noop("事项已办结或已变更，不再需要提醒")


def failed(notice: Notice, reason: str, *, final: bool = False) -> None:
    logger.warning("Notice %s not sent (attempt %s): %s", notice.dedup_key, notice.attempts, reason)
    if final or notice.attempts >= settings.NOTICE_MAX_ATTEMPTS:
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


def way(notice: Notice) -> str:
    """What rests when it does not answer: a channel, or a group's robot alone."""
    return f"robot:{notice.robot_id}" if notice.robot_id else str(notice.channel)


def rest(notice: Notice, seconds: float) -> None:
    _resting[way(notice)] = time.monotonic() + seconds


def resting() -> list[str]:
    return [way for way, until in _resting.items() if time.monotonic() < until]


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
