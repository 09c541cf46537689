"""Looking at the latest hours again and again: what is found is written once and raised once for each level that it rises to, and what deserves it
becomes an alarm in the same transaction."""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

import notices.services
from airquality import hours
from airquality.hours import HOUR, day_of
from airquality.models import Anomaly, AnomalyRule, DustSpell, ExcludedDay, Reading, RegionalEvent, Station, WatchSettings
from airquality.watch import rules as checks
from airquality.watch import window as windows
from airquality.watch import wording
from airquality.watch.keeping import load, settings_of
from airquality.watch.rules import Found
from airquality.watch.window import Window
from airquality.watch.words import RISING, Level, Suppressed
from airquality.words import POLLUTANTS, SYMBOLS, ExcludedReason
from common import clock, language
from common.apart import Apart
from grids import people
from grids.models import Grid
from grids.roles import OFFICE

LATE_DAYS = 7
"""Readings that come later than that are for the books alone."""
OVERLAP = dt.timedelta(minutes=10)
"""Longer than any transaction that takes readings in."""
PARTICLES = ("pm10", "pm25")


@dataclass(frozen=True)
class Watch:
    """One district under watch."""

    district: Grid
    settings: WatchSettings
    rules: list[AnomalyRule]
    window: Window
    now: dt.datetime
    raises: bool = True
    asked: dict = field(default_factory=dict)
    """What was answered already: is it dusty, is it regional."""

    def once(self, key: tuple, answer):
        if key not in self.asked:
            self.asked[key] = answer()
        return self.asked[key]


def scan(*, district: Grid | None = None) -> int:
    """Every district, or one: how many anomalies were new. Safe to run twice and by two at once: each anomaly is a transaction under the settings' lock."""
    districts = [district] if district else Grid.objects.districts().filter(stations__is_active=True).distinct().order_by("pk")
    with Apart("airquality.watch_stations") as each:
        return sum(each(districts, _scan))


def _scan(district: Grid) -> int:
    load(district)
    now, kept = clock.now(), settings_of(district)
    stations = list(Station.objects.active().of(district))
    wanted = _hours(district, kept, stations, now)
    found = look_at(district, wanted, now=now)
    WatchSettings.objects.filter(district=district).update(looked_at=now)
    return found


def _hours(district: Grid, kept: WatchSettings, stations: list[Station], now: dt.datetime) -> list[dt.datetime]:
    """The newest hours, and older ones for which something has come or changed since the last look.

    Back to the hour that has just been waited for long enough, or one with a silent station would never be looked at.
    """
    newest = hours.latest(now)
    back = max(kept.late_hours, math.ceil(kept.wait_minutes / 60))
    recent = {newest - n * HOUR for n in range(back + 1)}
    since = (kept.looked_at or now - HOUR) - OVERLAP
    late = Reading.objects.filter(Q(received_at__gte=since) | Q(changed_at__gte=since), station__in=stations, hour__gte=now - dt.timedelta(LATE_DAYS))
    return sorted(recent | set(late.filter(hour__lt=newest).values_list("hour", flat=True).distinct()))


def look_at(district: Grid, wanted: list[dt.datetime], *, now: dt.datetime, raises: bool = True) -> int:
    """These hours, the oldest first. How many anomalies are new. ``raises``: False only writes down, of a past that is built up.

    One that fails holds up none of the others; the faults are raised together at the end, so that ``looked_at`` stays and the next look tries again.
    """
    stations = list(Station.objects.active().of(district).select_related("grid"))
    if not stations or not wanted:
        return 0
    kept, rules = settings_of(district), list(AnomalyRule.objects.of(district).filter(is_active=True))
    window = windows.read(district.pk, stations, first=wanted[0], last=wanted[-1], includes_micro=kept.includes_micro)
    watch = Watch(district, kept, rules, window, now, raises)
    with Apart("airquality.watch_anomalies") as each:
        return sum(_look_at(watch, hour, each) for hour in wanted if _is_ready(watch, hour))


def _is_ready(watch: Watch, hour: dt.datetime) -> bool:
    """All stations that have sent lately have sent this hour too, or have been waited for long enough."""
    window = watch.window
    if watch.now >= hour + dt.timedelta(minutes=watch.settings.wait_minutes):
        return True
    sending = [each for each in window.stations if any(window.has(each, hour - n * HOUR) for n in range(3))]
    return bool(sending) and all(window.has(each, hour) for each in sending)


def _look_at(watch: Watch, hour: dt.datetime, each: Apart) -> int:
    """Nothing is locked for an hour that says nothing.

    One transaction for each anomaly: whoever has put an alarm on record holds the district's chain, and must not wait for another alarm's row.
    """
    found = checks.look(watch.window, watch.rules, hour)
    known = _known({one.hour for one in found}, watch) if found else {}
    news = (one for one in found if one.key not in known or _rises(known[one.key], one.level))
    return sum(each(sorted(news, key=_order), partial(_write, watch)))


def _known(moments: Iterable[dt.datetime], watch: Watch) -> dict[tuple, str]:
    """The level of what is on record."""
    rows = Anomaly.objects.filter(district=watch.district, hour__in=moments).values_list("station_id", "pollutant", "rule", "hour", "level")
    return {tuple(key): level for *key, level in rows}


def _rises(was: str, level: str) -> bool:
    """Readings that were corrected, or came later, make it worse. A fault stands beside the levels."""
    return was in RISING and level in RISING and RISING.index(Level(level)) > RISING.index(Level(was))


@transaction.atomic
def _write(watch: Watch, found: Found) -> bool:
    """Whether it is new; one on record takes a higher level. Nothing is done where another scan was quicker."""
    WatchSettings.objects.select_for_update(no_key=True).get(district=watch.district)
    was = Anomaly.objects.filter(station=found.station, pollutant=found.pollutant, rule=found.rule, hour=found.hour).first()
    if was is not None and not _rises(was.level, found.level):
        return False
    trial = replace(watch, asked=dict(watch.asked))  # an event that is undone with its anomaly must not answer for the next one
    with language.official():
        _keep(trial, found, was)
    watch.asked.update(trial.asked)
    return was is None


def _order(found: Found) -> tuple:
    return found.hour, found.station.position, found.station.pk, found.rule, found.pollutant


def _keep(watch: Watch, found: Found, was: Anomaly | None) -> None:
    """Write it down; where nothing speaks against it, raise it.

    Where something does, one that was raised stays as it was told: with the higher level it would hide the next one of that level as its repeat.
    """
    event = _regional(watch, found)
    why, repeated = _suppression(watch, found, event)
    if why and was is not None and not was.why_quiet:
        return
    made = was or Anomaly(
        district=watch.district, station=found.station, pollutant=found.pollutant, rule=found.rule, hour=found.hour, fault=found.fault,
        found_at=watch.now,
    )  # fmt: skip
    made.level, made.numbers, made.hint, made.words = found.level, found.numbers, found.hint, _words(found)
    made.suppressed, made.suppressed_by, made.regional_event = why, repeated, event if why == Suppressed.REGIONAL else None
    made.save()
    if not why and watch.raises and settings.AIR_ANOMALY:
        import_string(settings.AIR_ANOMALY)(made)


def _words(found: Found) -> str:
    return wording.words(
        station=found.station.name, pollutant=found.pollutant, rule=found.rule, fault=found.fault, hour=found.hour, numbers=found.numbers
    )


# --- what speaks against an alarm -------------------------------------------------------------------------------------------------------
def _suppression(watch: Watch, found: Found, event: RegionalEvent | None) -> tuple[str, Anomaly | None]:
    if found.level != Level.FAULT and found.pollutant in PARTICLES and _is_dusty(watch, found):
        return Suppressed.SAND_DUST, None
    if event is not None:
        return Suppressed.REGIONAL, None
    earlier = _earlier(watch, found)
    if earlier is not None:
        return Suppressed.REPEAT, earlier
    is_late = found.fault != "missing" and watch.now - found.hour > watch.settings.late_hours * HOUR
    return (Suppressed.LATE if is_late else ""), None


def _earlier(watch: Watch, found: Found) -> Anomaly | None:
    """One that was raised within the hours before, of at least this level; a fault repeats its own kind only."""
    same = Anomaly.objects.raised().filter(station=found.station, pollutant=found.pollutant, rule=found.rule, fault=found.fault)
    near = same.filter(hour__gt=found.hour - watch.settings.repeat_hours * HOUR, hour__lte=found.hour).order_by("-hour")
    if found.level in RISING:
        near = near.filter(level__in=RISING[RISING.index(Level(found.level)) :])
    return near.first()


def _is_dusty(watch: Watch, found: Found) -> bool:
    return watch.once((found.station.pk, found.hour), lambda: is_dusty(watch.district, found.station, found.hour))


def is_dusty(district: Grid, station: Station, hour: dt.datetime) -> bool:
    """Said by the office as it blew, or approved afterwards."""
    began = hour - HOUR
    running = DustSpell.objects.of(district).filter(starts_at__lt=hour).filter(Q(ends_at=None) | Q(ends_at__gt=began))
    excluded = ExcludedDay.objects.of(district).filter(day=day_of(hour), reason=ExcludedReason.SAND_DUST).filter(Q(station=None) | Q(station=station))
    return running.exists() or excluded.exists()


def _regional(watch: Watch, found: Found) -> RegionalEvent | None:
    """The event of the hour and pollutant, made when it first stands for something. Faults are nobody's weather."""
    if found.level == Level.FAULT or found.pollutant not in POLLUTANTS:
        return None
    return watch.once((found.pollutant, found.hour), lambda: _event(watch, found))


def _event(watch: Watch, found: Found) -> RegionalEvent | None:
    kept = watch.settings
    numbers = checks.regional(watch.window, found.pollutant, found.hour, share=kept.regional_share, least=kept.regional_stations)
    if numbers is None:
        return None
    said = wording.regional_words(pollutant=found.pollutant, hour=found.hour, numbers=numbers)
    event, is_new = RegionalEvent.objects.get_or_create(
        district=watch.district, pollutant=found.pollutant, hour=found.hour, defaults={"numbers": numbers, "words": said, "found_at": watch.now}
    )
    if is_new and watch.now - found.hour <= kept.late_hours * HOUR:
        _tell(event)
    return event


def _tell(event: RegionalEvent) -> None:
    """The office, and the groups that listen to the air."""
    told: dict[str, Any] = {
        "title": lambda: _("%(pollutant)s区域性升高") % {"pollutant": SYMBOLS[event.pollutant]},
        "body": lambda: wording.regional_words(pollutant=event.pollutant, hour=event.hour, numbers=event.numbers),
        "url": f"{reverse('airquality:anomalies')}?event={event.pk}",
        "dedup_key": f"air-regional:{event.pk}",
        "kind": "air.regional",
        "district_id": event.district_id,
    }
    notices.services.queue(to=people.with_role(event.district_id, OFFICE), **told)
    notices.services.tell_groups(**told)
