"""Which alarm a signal belongs to. Two signals of one place at the same moment make one alarm: the rule's row is held until commit."""

import datetime as dt
from dataclasses import dataclass, field
from math import cos, radians

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from alarms.models import Alarm, AlarmNumber, AlarmRule, AlarmSource
from alarms.services import defaults
from alarms.words import OF_MANY_PLACES, OPEN_STATES, AlarmState, SourceKind
from common import clock
from grids import geometry
from grids.models import Grid

DEGREE_METRES = 111_320
LEVELS = ("", "info", "yellow", "red")
VIEW_DEGREES = 30
"""How much a camera sees at once where its source does not say."""
WIDEST_VIEW = 90
"""No lens that gives a bearing sees more; a greater figure says how far the camera turns."""
AT_HOME_METRES = 50
"""A device that writes its own place differs from ours by a little."""


@dataclass
class Signal:
    """What is known of the place and the cause of one signal."""

    source: AlarmSource
    kind: str
    text: str = ""
    level: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    bearing: float | None = None
    distance_m: float | None = None
    occurred_at: dt.datetime | None = None
    lasted: dt.timedelta = dt.timedelta()
    """How long what it tells of has gone on already: of that time nothing else could have been heard."""
    more: dict = field(default_factory=dict)


def held_rule(district_id: int, kind: str) -> AlarmRule:
    """The rule, locked until commit: all signals of this kind in this district queue up here."""
    rule = AlarmRule.objects.select_for_update(of=("self",)).select_related("problem_type").filter(district_id=district_id, kind=kind).first()
    if rule is None:
        defaults.rule_of(district_id, kind)
        return held_rule(district_id, kind)
    return rule


def held(signal: Signal, rule: AlarmRule, *, now: dt.datetime) -> Alarm | None:
    """``running``, locked until commit; not one that somebody has ended in between."""
    found = running(signal, rule, now=now)
    while found is not None:
        alarm = Alarm.objects.held(found.pk)
        if alarm.is_open or alarm.state == found.state:
            return alarm
        found = running(signal, rule, now=now)
    return None


def running(signal: Signal, rule: AlarmRule, *, now: dt.datetime) -> Alarm | None:
    """The newest alarm this signal belongs to. One that was judged false takes what the same source sends on for as long, and no longer;
    not what other people call about."""
    since = now - dt.timedelta(minutes=rule.merge_minutes) - signal.lasted
    found = Alarm.objects.filter(district_id=rule.district_id, kind=signal.kind)
    lately = Q(state__in=OPEN_STATES, last_signal_at__gte=since)
    if signal.source.kind != SourceKind.CITIZEN:
        lately |= Q(state=AlarmState.FALSE, source=signal.source, closed_at__gte=since)
    near = found.filter(lately).filter(_near(signal, rule.merge_metres)).exclude(_without_own_point())
    candidates = near.select_related("source").order_by("-pk")[:200]
    return next((alarm for alarm in candidates if _is_one_place(alarm, signal, rule.merge_metres)), None)


def _near(signal: Signal, metres: int) -> Q:
    """By the point; without one by the source, unless that sees many places: then the signal belongs to nothing else."""
    of_many = signal.source.kind in OF_MANY_PLACES
    if _point_of(signal) is None or not metres:
        return Q(pk__in=()) if of_many else Q(source=signal.source)
    reach = metres / DEGREE_METRES
    wide = reach / max(0.1, cos(radians(signal.lat)))
    box = Q(lat__range=(signal.lat - reach, signal.lat + reach), lon__range=(signal.lon - wide, signal.lon + wide))
    return box if of_many else box | Q(source=signal.source, lon=None)


def _without_own_point() -> Q:
    """Alarms that are shown where their platform stands, for want of anything better: nothing is near them."""
    return Q(source__kind__in=OF_MANY_PLACES, lon=F("source__lon"), lat=F("source__lat"))


def _point_of(signal: Signal) -> tuple[float, float] | None:
    """Where the signal itself is. Where a platform stands says nothing of what its many cameras see."""
    if signal.lon is None or signal.lat is None:
        return None
    at_home = (signal.lon, signal.lat) == (signal.source.lon, signal.source.lat)
    return None if at_home and signal.source.kind in OF_MANY_PLACES else (signal.lon, signal.lat)


def _is_one_place(alarm: Alarm, signal: Signal, metres: int) -> bool:
    if _only_looks(alarm) and _only_looks(signal) and not _in_one_view(alarm, signal):
        return False
    if signal.lon is None or alarm.lon is None or not metres:
        return alarm.source_id == signal.source.pk
    return geometry.distance_m(alarm.lon, alarm.lat, signal.lon, signal.lat) <= metres


def _only_looks(seen: Alarm | Signal) -> bool:
    """Known is in which direction, not how far: the point is the device's own."""
    if seen.bearing is None or seen.distance_m:
        return False
    home = seen.source
    if seen.lon is None or home.lon is None:
        return True
    return geometry.distance_m(seen.lon, seen.lat, home.lon, home.lat) <= AT_HOME_METRES


def _in_one_view(alarm: Alarm, signal: Signal) -> bool:
    """The same smoke may stand at either edge of the picture: the axes then differ by the whole angle of view."""
    apart = abs(alarm.bearing - signal.bearing) % 360
    return min(apart, 360 - apart) <= min(signal.source.view_degrees or VIEW_DEGREES, WIDEST_VIEW)


def rises(alarm: Alarm, signal: Signal) -> bool:
    """Whether the signal is of a higher level than the alarm."""
    return LEVELS.index(signal.level) > LEVELS.index(alarm.level) if signal.level in LEVELS and alarm.level in LEVELS else False


def merge(alarm: Alarm, signal: Signal, *, now: dt.datetime) -> bool:
    """Count the signal; whether the level has risen. Who has called in is kept where nobody is named yet, and words that the operator has written."""
    risen = rises(alarm, signal)
    changes = {"level": signal.level} if risen else {}
    if risen and _as_sent(alarm):
        changes["text"] = signal.text[:500]
    changes |= signal.more if not (alarm.caller or alarm.caller_phone) else {}
    Alarm.objects.filter(pk=alarm.pk).update(signal_count=F("signal_count") + 1, last_signal_at=max(now, alarm.last_signal_at), **changes)
    for name, value in changes.items():
        setattr(alarm, name, value)
    return risen


def _as_sent(alarm: Alarm) -> bool:
    """Nobody has put the words right: they are those of one of its signals."""
    return alarm.signals.filter(text=alarm.text).exists()


def begin(signal: Signal, rule: AlarmRule, *, now: dt.datetime) -> Alarm:
    """A new alarm, saved without clocks or history: those are the services' that raise it."""
    grid = place_of(signal)
    return Alarm.objects.create(
        district_id=rule.district_id,
        number=_next_number(rule.district_id, clock.beijing(now).year),
        kind=signal.kind,
        level=signal.level,
        source=signal.source,
        site=signal.source.site,
        field=rule.problem_type.field if rule.problem_type else None,
        grid=grid,
        grid_path=grid.path if grid else "",
        address=(signal.address or signal.source.address)[:200],
        lon=signal.lon,
        lat=signal.lat,
        bearing=signal.bearing,
        distance_m=signal.distance_m,
        text=signal.text[:500],
        first_signal_at=now,
        last_signal_at=now,
        occurred_at=signal.occurred_at,
        answer_minutes=rule.answer_minutes,
        **signal.more,
    )


def place_of(signal: Signal) -> Grid | None:
    """The grid of the point; the source's own where the point says nothing."""
    if signal.lon is None or (signal.lon, signal.lat) == (signal.source.lon, signal.source.lat):
        return signal.source.grid
    found = geometry.locate(signal.source.district_id, signal.lon, signal.lat)
    return found[0] if found else None


def _next_number(district_id: int, year: int) -> str:
    """``BJ2026-000123``; the row is held until commit, so that a transaction that fails leaves no gap."""
    mine = AlarmNumber.objects.filter(district_id=district_id, year=year)
    if not mine.update(last=F("last") + 1):
        try:
            with transaction.atomic():
                AlarmNumber.objects.create(district_id=district_id, year=year)
        except IntegrityError:
            """Another kind of alarm has begun the year at the same moment."""
        mine.update(last=F("last") + 1)
    return f"BJ{year}-{mine.get().last:06d}"
