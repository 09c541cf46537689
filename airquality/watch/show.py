"""What the pages of watching show: an anomaly in the reader's language, its neighbours in time, what has become of it."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from airquality import hourly
from airquality.aqi.rounding import rounded
from airquality.hours import HOUR
from airquality.models import Anomaly, Reading, Station
from airquality.watch import keeping, rings, wording
from airquality.watch import window as windows
from airquality.watch.figures import plain
from airquality.watch.rules import shown
from airquality.watch.window import Window
from airquality.watch.words import Level
from airquality.words import POLLUTANTS, SYMBOLS, UNITS
from common import clock

BEFORE, AFTER = 12, 6
TONES = {Level.YELLOW: "soon", Level.RED: "grave", Level.FAULT: "off"}


@dataclass(frozen=True)
class Row:
    """An anomaly in a list."""

    anomaly: Anomaly
    words: str
    symbol: str
    tone: str
    alarm: dict

    @property
    def hour_words(self) -> str:
        return wording.hour_words(self.anomaly.hour)


def rows(anomalies: list[Anomaly], user) -> list[Row]:
    alarms = alarms_of(user, anomalies)
    return [
        Row(each, sentence(each), SYMBOLS.get(each.pollutant, ""), TONES.get(Level(each.level), ""), alarms.get(each.pk, {})) for each in anomalies
    ]


def sentence(anomaly: Anomaly) -> str:
    """In the reader's language; what was told stays in ``anomaly.words``."""
    return wording.words(
        station=anomaly.station.name, pollutant=anomaly.pollutant, rule=anomaly.rule, fault=anomaly.fault, hour=anomaly.hour, numbers=anomaly.numbers
    )


def numbers(anomaly: Anomaly) -> list[tuple[str, str, str]]:
    return wording.table(pollutant=anomaly.pollutant, rule=anomaly.rule, hour=anomaly.hour, numbers=anomaly.numbers)


def alarms_of(user, anomalies: list[Anomaly]) -> dict[int, dict]:
    if not settings.AIR_ALARMS or not anomalies:
        return {}
    return import_string(settings.AIR_ALARMS)(user, anomalies)


# --- around one anomaly -----------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Point:
    hour: dt.datetime
    value: Decimal | None
    mean: Decimal | None
    is_it: bool

    @property
    def hour_words(self) -> str:
        return wording.hour_words(self.hour)


def course(anomaly: Anomaly) -> list[Point]:
    """The station and the mean of the compared ones, half a day before and some hours after."""
    window, name = around(anomaly), anomaly.pollutant or "pm25"
    last = min(anomaly.hour + AFTER * HOUR, clock.now())
    found, hour = [], anomaly.hour - BEFORE * HOUR
    while hour <= last:
        found.append(Point(hour, window.raw(anomaly.station, name, hour), window.mean(name, hour), hour == anomaly.hour))
        hour += HOUR
    return found


def around(anomaly: Anomaly) -> Window:
    """Also of a station that is out of use by now: it is read and not compared."""
    stations = list(Station.objects.active().of(anomaly.district_id))
    includes_micro = keeping.settings_of(anomaly.district).includes_micro
    first, last = anomaly.hour - BEFORE * HOUR, anomaly.hour + AFTER * HOUR
    found = Reading.objects.filter(station__in={*stations, anomaly.station}, hour__range=(first, last))
    readings = {(each.station_id, each.hour): each for each in hourly.best(found)}
    return windows.Window(anomaly.district_id, stations, includes_micro, first, readings)


def chart(points: list[Point], pollutant: str) -> dict:
    """Two lines; the hour itself is marked."""
    name = pollutant or "pm25"
    series = [
        {"type": "line", "name": _("本站"), "data": [_figure(point.value) for point in points], "symbol": "circle", "symbolSize": 6,
         "markLine": {"silent": True, "symbol": "none", "label": {"show": False}, "data": [{"xAxis": BEFORE}]}},
        {"type": "line", "name": _("全域均值"), "data": [_figure(point.mean) for point in points], "symbol": "rect", "symbolSize": 6},
    ]  # fmt: skip
    return {
        "grid": {"left": 8, "right": 16, "top": 48, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0},
        "xAxis": {"type": "category", "data": [f"{clock.beijing(point.hour):%H:00}" for point in points], "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "name": UNITS[name], "nameTextStyle": {"align": "left"}},
        "series": series,
    }


def _figure(value: Decimal | None):
    return "-" if value is None else float(rounded(value, 2))


# --- what came of it --------------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Effect:
    """One or two hours later against the hour of the anomaly."""

    label: str
    value: str
    change: str
    share: str
    mean: str


def effects(anomaly: Anomaly, points: list[Point]) -> list[Effect]:
    """Nothing for a fault, and nothing before the hours have come."""
    by_hour = {point.hour: point for point in points}
    here = by_hour[anomaly.hour]
    if anomaly.level == Level.FAULT or here.value is None:
        return []
    later = [(n, by_hour.get(anomaly.hour + n * HOUR)) for n in (1, 2)]
    labels = {1: _("1小时后"), 2: _("2小时后")}
    return [_effect(labels[n], here.value, point, anomaly.pollutant) for n, point in later if point]


def _effect(label: str, before: Decimal, point: Point, name: str) -> Effect:
    mean = "—" if point.mean is None else shown(point.mean, name)
    if point.value is None:
        return Effect(label, "—", "—", "—", mean)
    change = point.value - before
    share = f"{rounded(change * 100 / before, 1):+f}%" if before else "—"
    return Effect(label, plain(point.value), f"{'+' if change > 0 else ''}{plain(change)}", share, mean)


def sector_of(anomaly: Anomaly) -> rings.Sector | None:
    wind = keeping.wind_at(anomaly.district_id, anomaly.hour)
    return rings.sector(wind.wind_direction, wind.wind_speed) if wind else None


def latest_of(station: Station) -> dict:
    """The station's newest hour: what the plan's page shows on top."""
    reading = Reading.objects.filter(station=station).order_by("-hour").first()
    if reading is None:
        return {}
    cells = [(SYMBOLS[name], "—" if reading.values[name] is None else plain(reading.values[name]), UNITS[name]) for name in POLLUTANTS]
    return {"hour": wording.hour_words(reading.hour), "cells": cells}
