"""Taking in what comes: from a device by its key, from a station's anomaly, from somebody who calls. One transaction, nothing outside the database."""

import datetime as dt
import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction

from alarms import bearings
from alarms.models import Alarm, AlarmSource
from alarms.reading import ALIVE, BLIND, READINGS, Message, Unreadable
from alarms.services import dispatching, monitors, pictures, raising, signals, sources
from alarms.services.merging import Signal
from alarms.services.signals import Taken
from alarms.words import OF_MANY_PLACES, AlarmKind, Meaning, SourceKind
from audit.services import record
from common import clock, language
from grids.models import Grid

SLOT = dt.timedelta(minutes=10)
"""As long as this the same words without a time are a message sent again. Sent again a little later it merges."""


def take_in(source: AlarmSource, message: Message, *, size: int) -> Taken:
    """One signal however often it is sent; a sign of life is only counted."""
    now = clock.now()
    if message.meaning == ALIVE:
        signals.beaten(source, now=now)
        return Taken("alive")
    message = in_time(source, message, at=now)
    known = signals.known(source, message.digest) or _just_before(source, message, now=now)
    if known:
        return known
    kept = pictures.keep(message.pictures)
    try:
        with transaction.atomic(), language.official():
            return _take_in(source, message, kept=kept, size=size, now=now)
    except IntegrityError:
        known = signals.known(source, message.digest)
        if known is None:
            raise
        return known


def _take_in(source: AlarmSource, message: Message, *, kept, size: int, now: dt.datetime) -> Taken:
    if message.meaning == READINGS:
        return monitors.take_in(source, message, size=size, now=now)
    if message.event.lower() != BLIND:
        signals.heard(source, now=now)
    meaning = meaning_of(source, message, now=now)
    alarm = raising.take(signal_of(source, message), now=now) if meaning == Meaning.ALARM else None
    signal = signals.write(source, message, meaning=meaning, alarm=alarm, size=size, now=now)
    pictures.announce(signal, kept)
    return Taken(meaning, signal, alarm)


def _just_before(source: AlarmSource, message: Message, *, now: dt.datetime) -> Taken | None:
    """The same words of less than ten minutes ago, though a mark lies between: what a platform relays without a point merges with nothing."""
    if not message.slot or message.lon is not None or source.kind not in OF_MANY_PLACES:
        return None
    found = signals.known(source, in_time(source, message, at=now - SLOT).digest)
    return found if found and found.signal and found.signal.received_at > now - SLOT else None


def in_time(source: AlarmSource, message: Message, *, at: dt.datetime) -> Message:
    """A device that never says when may send the same words for every fire: what comes ten minutes later, or after trying out, is something else."""
    if message.meaning == READINGS or message.occurred_at is not None:
        return message
    tried_out = "-test" if is_tried_out(source, now=clock.now()) else ""
    return replace(message, slot=f"{int(at.timestamp()) // int(SLOT.total_seconds())}{tried_out}")


def is_tried_out(source: AlarmSource, *, now: dt.datetime) -> bool:
    return source.test_until is not None and source.test_until > now


def meaning_of(source: AlarmSource, message: Message, *, now: dt.datetime) -> str:
    """A source being set up raises nothing; one that names its events raises only these. One switched off is refused at the door."""
    if message.meaning != Meaning.ALARM:
        return message.meaning
    if is_tried_out(source, now=now):
        return Meaning.TEST
    wanted = source.accepted_events
    return Meaning.ALARM if not wanted or message.event.lower() in wanted else Meaning.OTHER


def keep_unreadable(source: AlarmSource, body: bytes, *, reason: Unreadable) -> None:
    """What nobody could read is kept as well, once: whoever sets the device up must see it."""
    with language.official():
        text = str(reason)
    message = Message(meaning=Meaning.UNREADABLE, text=text, raw=body[: signals.LONGEST_RAW])
    if signals.known(source, message.digest) is None:
        with suppress(IntegrityError), transaction.atomic():
            signals.write(source, message, meaning=Meaning.UNREADABLE, alarm=None, size=len(body), now=clock.now())
    signals.heard(source, now=clock.now())


def signal_of(source: AlarmSource, message: Message) -> Signal:
    """Where it is: as the device says, else from bearing and distance, else where the device stands."""
    lon, lat = (message.lon, message.lat) if message.lon is not None and message.lat is not None else (source.lon, source.lat)
    if message.lon is None and message.bearing is not None and message.distance_m and source.lon is not None:
        lon, lat = bearings.along(source.lon, source.lat, bearing=message.bearing, metres=message.distance_m)
    return Signal(
        source=source,
        kind=AlarmKind.DUST if source.kind == SourceKind.DUST_MONITOR else AlarmKind.FIRE,
        text=message.text,
        lon=lon,
        lat=lat,
        bearing=message.bearing if message.bearing is not None else source.bearing,
        distance_m=message.distance_m,
        occurred_at=message.occurred_at,
    )


# --- stations -----------------------------------------------------------------------------------------------------------------------
ANOMALY_KINDS = {"fault": AlarmKind.FAULT, "yellow": AlarmKind.STATION, "red": AlarmKind.STATION}


def from_anomaly(anomaly) -> Alarm | None:
    """A station's anomaly (``settings.AIR_ANOMALY``), in the transaction of whoever found it. ``info`` raises nothing; the same one again neither,
    but with a higher level it makes its alarm worse (``raising``).
    """
    kind = ANOMALY_KINDS.get(anomaly.level)
    if kind is None:
        return None
    source = station_source(anomaly.station, now=clock.now())
    raw = json.dumps({"anomaly": anomaly.pk, "rule": anomaly.rule, "level": anomaly.level}).encode()
    message = Message(meaning=Meaning.ALARM, event=f"{anomaly.rule}"[:60], text=anomaly.words, occurred_at=anomaly.hour, raw=raw)
    known = signals.known(source, message.digest)
    if known:
        return known.alarm
    with transaction.atomic(), language.official():
        now, level = clock.now(), "" if kind == AlarmKind.FAULT else anomaly.level
        signal = Signal(source=source, kind=kind, text=anomaly.words, level=level, lon=source.lon, lat=source.lat, occurred_at=anomaly.hour)
        alarm = raising.take(signal, now=now)
        signals.write(source, message, meaning=Meaning.ALARM, alarm=alarm, size=len(raw), now=now)
    return alarm


def station_source(station, *, now: dt.datetime) -> AlarmSource:
    """The source that stands for a station; made when it is first needed, it follows the station's code, name and place."""
    columns, found = _columns(station), sources.of_station(station.pk).first()
    if found is not None and all(getattr(found, name) == value for name, value in columns.items()):
        return found
    _free_code(station)
    if found is None:
        return _new_source(station, columns, now=now)
    AlarmSource.objects.filter(pk=found.pk).update(**columns)
    found.refresh_from_db()
    return found


def _columns(station) -> dict[str, Any]:
    place = {"lon": station.lon, "lat": station.lat, "grid": station.grid, "grid_path": station.grid.path if station.grid else ""}
    return place | {"reference": station.code, "name": str(station.name)[:80]}


def _free_code(station) -> None:
    """A code that another station had before stands with that one's source until its next anomaly."""
    others = AlarmSource.objects.filter(district_id=station.district_id, kind=SourceKind.STATION, reference=station.code)
    others.exclude(pk__in=sources.of_station(station.pk)).update(reference="")


def _new_source(station, columns: dict[str, Any], *, now: dt.datetime) -> AlarmSource:
    """Of two at once the second finds what the first has made."""
    first = columns | {"slug": lambda: sources.own_slug(SourceKind.STATION, station.pk), "made_at": now}
    return AlarmSource.objects.get_or_create(district_id=station.district_id, kind=SourceKind.STATION, reference=station.code, defaults=first)[0]


# --- people -------------------------------------------------------------------------------------------------------------------------
def report_smoke(district: Grid, said: dict, *, by=None) -> Alarm:
    """Somebody has seen smoke: the operator writes it down, or a page for citizens does. The same ``key`` with the same words and place again is the
    same report; a form that was sent before and is filled anew is another.

    ``said``: key (unique of this report), text, address, lon, lat, caller, caller_phone.
    """
    source = _callers_of(district)
    message = Message(
        meaning=Meaning.ALARM, event="call", text=said.get("text", ""), lon=said.get("lon"), lat=said.get("lat"), raw=_written_down(said),
        facts={name: said[name] for name in ("address", "caller", "caller_phone") if said.get(name)},
    )  # fmt: skip
    known = signals.known(source, message.digest)
    if known:
        return known.alarm
    try:
        with transaction.atomic(), language.official():
            return _report(source, message, said, by=by)
    except IntegrityError:
        known = signals.known(source, message.digest)
        if known is None:
            raise
        return known.alarm


def _callers_of(district: Grid) -> AlarmSource:
    """The source that stands for all who call; made when it is first needed."""
    first: dict[str, Any] = {
        "slug": lambda: sources.own_slug(SourceKind.CITIZEN, district.pk), "name": str(SourceKind.CITIZEN.label), "made_at": clock.now(),
        "grid_path": district.path,
    }  # fmt: skip
    return AlarmSource.objects.get_or_create(district=district, kind=SourceKind.CITIZEN, defaults=first)[0]


def _written_down(said: dict) -> bytes:
    content = {"key": str(said["key"])} | {name: said.get(name) for name in ("text", "address", "lon", "lat")}
    return json.dumps(content, ensure_ascii=False).encode()


def _report(source: AlarmSource, message: Message, said: dict, *, by) -> Alarm:
    now = clock.now()
    more = {"caller": said.get("caller", "")[:60], "caller_phone": said.get("caller_phone", "")[:20]}
    signal = Signal(
        source=source, kind=AlarmKind.FIRE, text=message.text, address=said.get("address", ""), lon=message.lon, lat=message.lat, more=more
    )
    alarm = raising.take(signal, now=now, by=by)
    is_merged = alarm.signals.exists()
    signals.write(source, message, meaning=Meaning.ALARM, alarm=alarm, size=len(message.raw), now=now)
    if is_merged:
        facts = {"address": signal.address}
        dispatching.note(alarm, "report", now=now, details=facts, text=signal.text, by=by)
        record("alarm.report", alarm, by=by, district_id=alarm.district_id, payload={"text": signal.text, **facts})
    return alarm
