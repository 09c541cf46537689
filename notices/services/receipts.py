"""What the gateway reports later: delivered or not, answered or not."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from common import clock
from notices import nudge
from notices.models import Channel, Notice
from notices.services.telling import use_second_channel
from notices.words import REACHED, Outcome

BY_GATEWAY = (Channel.SMS, Channel.VOICE)
WEIGHT: dict[str, int] = {"": 0} | dict.fromkeys(Outcome, 2) | {Outcome.DELIVERED: 1, Outcome.ANSWERED: 3}
"""A later receipt counts when it says more: a call that was put through may be found unanswered, but nothing unsays an answer."""


@dataclass(frozen=True)
class Receipt:
    outcome: Outcome
    key: str = ""
    id: str = ""
    at: dt.datetime | None = None


def take(receipts: list[Receipt]) -> list[Receipt]:
    """Write down what they say; those about messages that nobody knows here. The same receipt again changes nothing."""
    return [receipt for receipt in receipts if not _take_one(receipt)]


@transaction.atomic
def _take_one(receipt: Receipt) -> bool:
    """By the key, which is known from the beginning; by the gateway's id only when there is no key."""
    which = Q(dedup_key=receipt.key) if receipt.key else Q(provider_message_id=receipt.id) & ~Q(provider_message_id="")
    notice = Notice.objects.filter(which, channel__in=BY_GATEWAY).select_for_update(of=("self",)).select_related("recipient").first()
    if notice is None:
        return False
    if WEIGHT[receipt.outcome] > WEIGHT[notice.outcome]:
        _write_down(notice, receipt)
    return True


def _write_down(notice: Notice, receipt: Receipt) -> None:
    now = clock.now()
    at = receipt.at if receipt.at and notice.created_at <= receipt.at <= now else now
    answered = at if receipt.outcome == Outcome.ANSWERED else None
    Notice.objects.filter(pk=notice.pk).update(outcome=receipt.outcome, outcome_at=at, answered_at=answered)
    if receipt.outcome not in REACHED and use_second_channel(notice):
        nudge.after_commit()
