"""Messages as rows: each once, whatever becomes of it."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from alarms.models import Alarm, AlarmSignal, AlarmSource
from alarms.reading import Message

LONGEST_RAW = 64 * 1024
HEARD_EVERY = dt.timedelta(seconds=30)


@dataclass(frozen=True)
class Taken:
    """What became of a message: ``meaning`` as in ``Meaning``, or "alive", "readings"."""

    meaning: str
    signal: AlarmSignal | None = None
    alarm: Alarm | None = None
    replay: bool = False


def known(source: AlarmSource, digest: str) -> Taken | None:
    """What became of the same message when it came before."""
    found = AlarmSignal.objects.filter(source=source, sha256=digest).select_related("alarm").first()
    return Taken(found.meaning, found, found.alarm, replay=True) if found else None


@transaction.atomic
def heard(source: AlarmSource, *, now: dt.datetime) -> None:
    """Not one write of the time for each message. The source's row is held until commit, before any other: whoever edits it holds it and waits for
    the chain.
    """
    last = AlarmSource.objects.select_for_update(no_key=True).filter(pk=source.pk).values_list("heard_at", flat=True).first()
    if last is None or last < now - HEARD_EVERY:
        AlarmSource.objects.filter(pk=source.pk).update(heard_at=now)


def beaten(source: AlarmSource, *, now: dt.datetime) -> None:
    """A sign of life: counted, kept as nothing else."""
    AlarmSource.objects.filter(pk=source.pk).update(beats=F("beats") + 1, heard_at=now)


def write(source: AlarmSource, message: Message, *, meaning: str, alarm: Alarm | None, size: int, now: dt.datetime) -> AlarmSignal:
    return AlarmSignal.objects.create(
        source=source,
        alarm=alarm,
        sha256=message.digest,
        meaning=meaning,
        event=message.event,
        channel=message.channel,
        text=message.text[:500],
        occurred_at=message.occurred_at,
        occurred_text=message.occurred_text,
        received_at=now,
        lon=message.lon,
        lat=message.lat,
        bearing=message.bearing,
        facts=message.facts,
        raw=message.raw[:LONGEST_RAW],
        size=size,
    )
