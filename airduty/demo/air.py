"""The demonstration's air: eight stations, hours of three months with a pollution episode and a dust day, and daily values of the time before.

Invented by a small model and reproducible: what all stations share (weather, season), what the hour does, what a station adds.
"""

import datetime as dt
import math
import random
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from airduty.demo import geography
from airduty.demo.district import Place
from airquality import figures, hours
from airquality.aqi.rounding import mean
from airquality.models import AirTarget, Station
from airquality.services import daily, exclusions, intake, rules, stations
from airquality.words import Source, StationLevel, Status
from common import clock
from grids.models import Grid

PARTICLES_ONLY = ["so2", "no2", "co", "o3"]
STATIONS = [
    # code, name, level, township, more than the district's mean, reference, not measured
    ("9001A", "青禾区政府站", StationLevel.NATIONAL, 0, 1.0, False, []),
    ("9002A", "示例体育场站", StationLevel.NATIONAL, 1, 0.95, False, []),
    ("9101S", "示例工业园站", StationLevel.PROVINCIAL, 2, 1.12, False, []),
    ("9201C", "示例实验中学站", StationLevel.CITY, 3, 0.9, False, []),
    ("9202C", "示例建设路站", StationLevel.CITY, 0, 1.06, False, []),
    ("9301W", "示例批发市场微型站", StationLevel.MICRO, 4, 1.15, False, PARTICLES_ONLY),
    ("9302W", "示例物流园微型站", StationLevel.MICRO, 2, 1.2, False, PARTICLES_ONLY),
    ("9102S", "示例水库对照站", StationLevel.PROVINCIAL, 4, 0.55, True, []),
]  # fmt: skip
"""One township has none. Codes that the national network does not use."""
FEW_DAYS, WHOLE = 8, 60
"""Days of hours in a small demonstration, whose life is shorter than ``WHOLE``."""
EPISODE = range(7, 12)
"""Days ago; heaviest in the middle."""
LAST_YEARS = range(6, 13)
DUST_DAYS_AGO = 33
RULED_OUT_AFTER = 3
TARGETS = {"pm25": "35", "pm10": "63", "good_days": 305, "heavy_days": 3, "composite": "4.2"}
PARTICLES = ("pm25", "pm10")
ASKED_FOR = Decimal("0.95")
PARTS = ("pm25", "pm10", "so2", "no2", "co", "o3")


@dataclass(frozen=True)
class Sky:
    """What all stations share on a day."""

    day: dt.date
    smoke: float
    """PM2.5 of the day's mean."""
    dust: float
    """PM10 for one of PM2.5."""
    sun: float
    """Ozone of the afternoon."""


def build(place: Place, *, begun: dt.datetime, until: dt.datetime, days: int) -> None:
    """Before the district begins to live: its months are marked by the air, too. What people lay down is of the day ``begun``."""
    rng = random.Random(f"air {len(place.villages)}")
    today = clock.beijing(until).date()
    since, first = today - dt.timedelta(days=days), today - dt.timedelta(days=days if days > WHOLE else FEW_DAYS)
    with transaction.atomic():
        with clock.standing(begun):
            made = _stations(place, rng, today)
        with clock.standing(until):
            _past(made, rng, today, dt.date(since.year - 1, 1, 1) if days > WHOLE else since - dt.timedelta(days=400), first)
            _hours(place, made, rng, today, first, until)
            daily.work_out_due(district=place.district)
        with clock.standing(begun):
            for year in {since.year, today.year}:
                _targets(place, year)


def rule_out(district: Grid, today: dt.date, *, last: dt.date) -> None:
    """The dusty day is left out by approval, some days after it."""
    dusty = last - dt.timedelta(days=DUST_DAYS_AGO)
    if today == dusty + dt.timedelta(days=RULED_OUT_AFTER):
        by = User.objects.get(username="office")
        exclusions.exclude(district, dusty, reason="sand_dust", approval="沙尘天气影响剔除的批复（演示）", by=by)
        daily.work_out_due(district=district)


def _stations(place: Place, rng: random.Random, today: dt.date) -> list[tuple[Station, float]]:
    made = []
    for position, (code, name, level, town, factor, is_reference, lacking) in enumerate(STATIONS):
        villages = [grid for grid in place.villages if grid.parent_id == place.townships[town].pk]
        lon, lat = geography.point_in(rng, rng.choice(villages).polygon)
        station = Station(
            district=place.district, code=code, name=name, level=level, is_reference=is_reference, lon=lon, lat=lat, not_measured=lacking,
            position=position, calibrated_on=today - dt.timedelta(days=rng.randint(2, 28)),
        )  # fmt: skip
        made.append((stations.save(station, by=None), factor))
    return made


# --- weather ----------------------------------------------------------------------------------------------------------------------------
def _sky(rng: random.Random, day: dt.date, today: dt.date) -> Sky:
    """Winter smokes, summer makes ozone; of last year a little more of both."""
    winter = (1 + math.cos(math.tau * (day.timetuple().tm_yday - 15) / 365)) / 2
    worse = 1.08 if day.year < today.year else 1.0
    ago = (today - day).days
    if (since := ago % 365) in (LAST_YEARS if ago >= 365 else EPISODE):
        return Sky(day, 150 - 32 * abs(since - EPISODE[len(EPISODE) // 2]) + rng.uniform(-8, 8), 1.35, 40)
    smoke = (18 + 30 * winter) * worse * math.exp(rng.gauss(0, 0.38))
    if ago == DUST_DAYS_AGO:
        return Sky(day, 60, 6.5, 60)
    return Sky(day, smoke, rng.uniform(1.5, 2.1), (75 + 95 * (1 - winter)) * worse * rng.uniform(0.75, 1.15))


def _course(hour: int) -> float:
    """People's day: more in the morning and in the evening."""
    return 0.86 + 0.26 * math.exp(-(((hour - 8) / 2.2) ** 2)) + 0.34 * math.exp(-(((hour - 20) / 3.0) ** 2))


def _values(rng: random.Random, sky: Sky, hour: int, factor: float) -> dict[str, float]:
    course, noise = _course(hour), rng.gauss(1, 0.07)
    pm25 = sky.smoke * factor * course * noise
    light = max(0.0, math.sin(math.pi * (hour - 6) / 15)) if 6 <= hour <= 21 else 0.0
    return {
        "pm25": pm25,
        "pm10": pm25 * sky.dust * rng.gauss(1, 0.05),
        "so2": 6 + pm25 * 0.06 * rng.uniform(0.7, 1.3),
        "no2": (14 + 0.22 * sky.smoke) * factor * course * rng.gauss(1, 0.1),
        "co": 0.3 + pm25 * 0.009,
        "o3": max(4.0, 18 + (sky.sun - 18) * light) * rng.gauss(1, 0.05),
    }


def _figure(name: str, value: float) -> Decimal:
    return Decimal(f"{max(value, 0.1):.1f}" if name == "co" else f"{max(value, 1):.0f}")


# --- the time before ----------------------------------------------------------------------------------------------------------------------
def _past(made: list[tuple[Station, float]], rng: random.Random, today: dt.date, first: dt.date, end: dt.date) -> None:
    """Daily values from ``first`` to the day before ``end``."""
    skies = [_sky(rng, first + dt.timedelta(days=n), today) for n in range((end - first).days)]
    daily.enter_past([(station, sky.day, _day(rng, station, sky, factor)) for sky in skies for station, factor in made])


def _day(rng: random.Random, station: Station, sky: Sky, factor: float) -> dict[str, Decimal]:
    found = _values(rng, sky, 12, factor) | {"o3": sky.sun * 0.93}
    found |= {"o3_1h": found["o3"] * 1.12, "o3_8h": found.pop("o3")}
    return {name: _figure(name, value) for name, value in found.items() if name.partition("_")[0] not in station.not_measured}


# --- hours --------------------------------------------------------------------------------------------------------------------------------
def _hours(place: Place, made, rng: random.Random, today: dt.date, first: dt.date, until: dt.datetime) -> None:
    """Real-time values of all days; of finished months the reviewed ones, too, which differ in a few hours."""
    real_time, reviewed = [], []
    for n in range((today - first).days + 1):
        sky = _sky(rng, first + dt.timedelta(days=n), today)
        rows = [row for station, factor in made for row in _day_rows(rng, station, sky, factor, until)]
        real_time += rows
        if sky.day.month != today.month:
            reviewed += [_reviewed(rng, row) for row in rows]
    sender = intake.Sender(Source.INTERFACE, "演示数据平台")
    intake.take(real_time, district=place.district, sender=sender)
    intake.take(reviewed, district=place.district, sender=sender, status=Status.REVIEWED)


def _day_rows(rng: random.Random, station: Station, sky: Sky, factor: float, until: dt.datetime) -> list[dict]:
    """Now and then an hour does not come, or lacks a figure."""
    rows = []
    for n, hour in enumerate(hours.of_day(sky.day)):
        if hour > until or rng.random() < 0.006:
            continue
        values = _values(rng, sky, n + 1, factor)
        found = {name: str(_figure(name, values[name])) for name in PARTS if name not in station.not_measured}
        if rng.random() < 0.02:
            found[rng.choice(sorted(found))] = None
        rows.append({"station": station.code, "hour": hour.isoformat(), **found})
    return rows


def _reviewed(rng: random.Random, row: dict) -> dict:
    if rng.random() > 0.03 or not row.get("pm25"):
        return row
    return row | {"pm25": str(max(1, int(row["pm25"]) + rng.choice((-3, -2, 2, 3))))}


# --- what the office has laid down --------------------------------------------------------------------------------------------------------
def _targets(place: Place, year: int) -> None:
    """For the district and all townships but the last; each month is to be a little better than it was last year."""
    office = User.objects.get(username="office")
    for n, grid in enumerate([place.district, *place.townships[:5]]):
        values = {
            name: value if n == 0 or isinstance(value, int) else Decimal(value) + n - 3
            for name, value in TARGETS.items()
            if name != "composite" or not n
        }
        target = AirTarget(district=place.district, grid=grid, year=year, basis="年度攻坚方案（演示）", months=_months(grid, year), **values)
        rules.save_target(target, by=office)


def _months(grid: Grid, year: int) -> dict[str, dict[str, str]]:
    """Particles of each month of the year before, times ``ASKED_FOR``."""
    first = dt.date(year - 1, 1, 1)
    found: dict[str, dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    for day in figures.area_days(figures.counted_stations(grid, since=first), first, dt.date(year - 1, 12, 31)):
        for name in PARTICLES:
            if (value := day.values[name]) is not None:
                found[f"{day.day.month:02d}"][name].append(value)
    return {month: {name: f"{mean(values) * ASKED_FOR:.0f}" for name, values in items.items()} for month, items in found.items()}
