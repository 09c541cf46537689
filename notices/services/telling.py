"""Telling people: rows into the outbox, and the next channel when one has given up."""

import datetime as dt
from collections.abc import Callable, Iterable

from django.db import models, transaction
from django.utils.translation import gettext_noop

from common import clock, language
from notices import nudge, quiet
from notices.channels import SECOND, obstacle, web_push
from notices.models import Channel, Notice, State

Text = str | Callable[[], str]
"""Words for one person: plain, lazily translated, or a function that is called in the recipient's language."""
TITLE_LENGTH = 200
CALLS_ARE_FOR = gettext_noop("语音电话只用于紧急事项")


def queue(
    *,
    to: Iterable,
    title: Text,
    body: Text = "",
    url: str = "",
    dedup_key: str,
    kind: str,
    subject: models.Model | None = None,
    channels: Iterable[str] = (Channel.INBOX,),
    district_id: int = 0,
    not_before: dt.datetime | None = None,
    urgent: bool = False,
) -> int:
    """Put one row per person and channel into the outbox, in the caller's transaction, and return how many are new.

    Everybody is told in the language they have chosen. Calling it again with the same ``dedup_key`` adds nothing. Who cannot be reached by
    a channel gets a cancelled row that says why. Who has a browser that takes pushes is pushed what comes into the inbox.
    """
    now = clock.now()
    template = subject_of(subject) | {
        "url": url,
        "kind": kind,
        "district_id": district_id or 0,
        "urgent": urgent,
        "created_at": now,
    }
    moment = max(not_before, now) if not_before else now
    words: dict[str, dict] = {}
    rows = {}
    people, wanted = _with_browsers(to), tuple(channels)
    for person in people:
        said = words.get(person.language) or words.setdefault(person.language, _in_their_words(person, title, body))
        for channel in (*wanted, *_besides(person, wanted)):
            row = _row(person, channel, dedup_key=f"{dedup_key}:u{person.pk}:{channel}", moment=moment, **template, **said)
            rows[row.dedup_key] = row
    return insert(rows)


def _with_browsers(to: Iterable) -> list:
    """The people, and which browsers they have, in one query; none where nothing can be pushed."""
    people = list(to)
    if web_push.is_available():
        models.prefetch_related_objects(people, "push_subscriptions")
    return people


def _besides(person, wanted: tuple[str, ...]) -> tuple[str, ...]:
    follows = Channel.INBOX in wanted and Channel.WEB_PUSH not in wanted and web_push.is_available()
    return (Channel.WEB_PUSH,) if follows and person.push_subscriptions.all() else ()


def _in_their_words(person, title: Text, body: Text) -> dict:
    """In the recipient's language; a body that only says the title again is left out."""
    with language.of(person):
        said, more = spoken(title)[:TITLE_LENGTH], spoken(body)
    return {"title": said, "body": "" if more in said else more}


def subject_of(subject: models.Model | None) -> dict[str, str]:
    return {"subject_type": subject._meta.label, "subject_id": str(subject.pk)} if subject is not None else {}


def spoken(text: Text) -> str:
    return str(text() if callable(text) else text)


def _row(person, channel: str, *, moment: dt.datetime, **fields) -> Notice:
    why_not = obstacle(channel, person) or (CALLS_ARE_FOR if channel == Channel.VOICE and not fields["urgent"] else "")
    return Notice(
        recipient=person,
        channel=channel,
        state=State.CANCELLED if why_not else State.PENDING,
        last_error=why_not,
        not_before=quiet.earliest(moment, channel=channel, urgent=fields["urgent"]),
        **fields,
    )


def insert(rows: dict[str, Notice]) -> int:
    """Only what is not there yet: scans offer the same rows every minute, and a refused insert is not free."""
    known = set(Notice.objects.filter(dedup_key__in=rows).values_list("dedup_key", flat=True))
    fresh = [row for key, row in rows.items() if key not in known]
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        nudge.after_commit()
    return len(fresh)


@transaction.atomic
def use_second_channel(notice: Notice) -> Notice | None:
    """After a channel has given up: the same words by the next one on which this person has not been told yet. A group has no other."""
    for channel in SECOND.get(Channel(notice.channel), ()):
        key = f"{notice.base_key}:{channel}"
        if obstacle(channel, notice.recipient) or Notice.objects.filter(dedup_key=key).exists():
            continue
        copied = ("kind", "district_id", "recipient", "title", "body", "url", "subject_type", "subject_id", "urgent")
        fields = {name: getattr(notice, name) for name in copied} | {"created_at": clock.now()}
        moment = quiet.earliest(clock.now(), channel=channel, urgent=notice.urgent)
        row = Notice(dedup_key=key, channel=channel, not_before=moment, **fields)
        Notice.objects.bulk_create([row], ignore_conflicts=True)
        return row
    return None
