"""Rules R1 to R8 of domain 9.2: a window of readings and the figures in, what was found out. Nothing is written here; all in decimals."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from airquality.aqi.ranks import ranks
from airquality.aqi.rounding import mean, rounded
from airquality.hours import HOUR, day_of
from airquality.models import AnomalyRule, Station
from airquality.watch.figures import COARSE, defaults, plain, watched
from airquality.watch.window import Window
from airquality.watch.words import RISING, Fault, Hint, Level, RuleCode
from airquality.words import POLLUTANTS


@dataclass(frozen=True)
class Found:
    """``numbers``: what the rule went by, as text, in the order in which people read it; ``words`` are made of them alone."""

    station: Station
    pollutant: str
    rule: str
    level: str
    hour: dt.datetime
    numbers: dict = field(default_factory=dict)
    fault: str = ""
    hint: str = ""

    @property
    def key(self) -> tuple:
        return self.station.pk, self.pollutant, self.rule, self.hour

    @property
    def pk(self) -> str:
        """How the log of a look names it (``common.apart``)."""
        return f"{self.rule} {self.station.pk} {self.pollutant} {self.hour:%Y-%m-%dT%H:%M%z}"


class Figures:
    """A rule's figures as decimals; one that is not kept yet has its default."""

    def __init__(self, rule: AnomalyRule):
        self.kept = defaults(rule.code) | rule.figures
        self.pollutants = [name for name in watched(rule.code) if name in (rule.pollutants or POLLUTANTS)]

    def __getitem__(self, name: str) -> Decimal:
        return Decimal(self.kept[name])

    def hours(self, name: str) -> int:
        return int(self[name])


def shown(value: Decimal, name: str = "") -> str:
    """A concentration or mean as people read it: one decimal, CO with two."""
    return plain(rounded(value, 2 if name == "co" else 1))


def look(window: Window, rules: list[AnomalyRule], hour: dt.datetime) -> list[Found]:
    """All that the active rules say about one hour of every station; hints stand on every find of their station and hour."""
    found = []
    for rule in rules:
        figures = Figures(rule)
        for station in window.stations if rule.is_active else ():
            found += [each for name in figures.pollutants for each in CHECKS[RuleCode(rule.code)](window, station, name, hour, figures)]
    return _with_hints(_once(found))


def _once(found: list[Found]) -> list[Found]:
    """One of each key: a station that is wholly silent is found once, not six times; two faults of one value are told by the first."""
    kept: dict[tuple, Found] = {}
    for each in found:
        kept.setdefault(each.key, each)
    return list(kept.values())


def _with_hints(found: list[Found]) -> list[Found]:
    hints = {(each.station.pk, each.hour): each.hint for each in found if each.hint}
    return [each if each.fault else replace(each, hint=hints.get((each.station.pk, each.hour), "")) for each in found]


# --- R1 ---------------------------------------------------------------------------------------------------------------------------------
def neighbour_high(window: Window, station: Station, name: str, hour: dt.datetime, figures: Figures) -> Iterator[Found]:
    value = window.value(station, name, hour)
    others = window.values(name, hour, without=station)
    if value is None or not window.is_compared(station) or len(others) < figures.hours("least_stations"):
        return
    middle = mean(each for _station, each in others) or Decimal(0)
    if value > figures["factor"] * middle and value - middle > figures[name]:
        is_red = value > figures["red_factor"] * middle
        numbers = {
            "value": plain(value), "others": len(others), "mean": shown(middle, name), "difference": shown(value - middle, name),
            **({"times": plain(rounded(value / middle, 2))} if middle else {}),
            "factor": figures.kept["red_factor" if is_red else "factor"], "least": figures.kept[name],
        }  # fmt: skip
        yield Found(station, name, RuleCode.R1, Level.RED if is_red else Level.YELLOW, hour, numbers)


# --- R2 ---------------------------------------------------------------------------------------------------------------------------------
def jump(window: Window, station: Station, name: str, hour: dt.datetime, figures: Figures) -> Iterator[Found]:
    value, before = window.value(station, name, hour), window.value(station, name, hour - HOUR)
    if value is None or before is None:
        return
    limit = max(figures[name], before * figures["share"] / 100)
    if value - before > limit:
        yield Found(station, name, RuleCode.R2, Level.YELLOW, hour, _rise(value, before, limit, name))


def _rise(value: Decimal, before: Decimal, limit: Decimal, name: str) -> dict:
    numbers = {"value": plain(value), "before": plain(before), "rise": plain(value - before)}
    share = {"rise_share": plain(rounded((value - before) * 100 / before, 1))} if before else {}
    return numbers | share | {"limit": shown(limit, name)}


# --- R3 ---------------------------------------------------------------------------------------------------------------------------------
def streak(window: Window, station: Station, name: str, hour: dt.datetime, figures: Figures) -> Iterator[Found]:
    if not window.is_compared(station):
        return
    length = figures.hours("hours")
    pairs = [_above(window, station, name, hour - n * HOUR) for n in range(length - 1, -1, -1)]
    there = [pair for pair in pairs if pair]
    if len(there) == length:
        series = [[plain(value), shown(middle, name)] for value, middle in there]
        yield Found(station, name, RuleCode.R3, Level.YELLOW, hour, {"hours": str(length), "series": series})


def _above(window: Window, station: Station, name: str, hour: dt.datetime) -> tuple[Decimal, Decimal] | None:
    value, middle = window.value(station, name, hour), window.mean(name, hour)
    is_above = value is not None and middle is not None and len(window.values(name, hour)) > 1 and value > middle
    return (value, middle) if is_above else None  # type: ignore[return-value]


# --- R4 ---------------------------------------------------------------------------------------------------------------------------------
def threshold(window: Window, station: Station, name: str, hour: dt.datetime, figures: Figures) -> Iterator[Found]:
    """Crossed upwards; without the hour before, being above counts as having crossed."""
    index, before = window.sub_index(station, name, hour), window.sub_index(station, name, hour - HOUR)
    crossed = [level for level in RISING if index is not None and index > figures[level] and (before is None or before <= figures[level])]
    if crossed:
        numbers = {"value": plain(window.value(station, name, hour) or Decimal(0)), "index": str(index)}
        was = {} if before is None else {"index_before": str(before)}
        yield Found(station, name, RuleCode.R4, crossed[-1], hour, numbers | was | {"threshold": figures.kept[crossed[-1]]})


# --- R5, R6 -----------------------------------------------------------------------------------------------------------------------------
def dust_type(window: Window, station: Station, name: str, hour: dt.datetime, figures: Figures) -> Iterator[Found]:
    coarse, fine = window.value(station, "pm10", hour), window.value(station, "pm25", hour)
    if coarse is None or fine is None or coarse <= figures["high"]:
        return
    if fine < figures["ratio"] * coarse:
        numbers = {"value": plain(coarse), "high": figures.kept["high"], "pm25": plain(fine), "ratio": plain(rounded(fine / coarse, 2))}
        yield Found(station, "pm10", RuleCode.R5, Level.INFO, hour, numbers | {"ratio_limit": figures.kept["ratio"]}, hint=Hint.DUST)


def burning_type(window: Window, station: Station, name: str, hour: dt.datetime, figures: Figures) -> Iterator[Found]:
    """PM2.5 and CO up together. Potassium, the better sign, is measured by no station here."""
    numbers: dict = {}
    for each in ("pm25", "co"):
        value, before = window.value(station, each, hour), window.value(station, each, hour - HOUR)
        if value is None or before is None:
            return
        limit = max(figures[each], before * figures["share"] / 100)
        if value - before <= limit:
            return
        numbers |= {key if each == "pm25" else f"co_{key}": number for key, number in _rise(value, before, limit, each).items()}
    yield Found(station, "pm25", RuleCode.R6, Level.INFO, hour, numbers, hint=Hint.BURNING)


# --- R7 ---------------------------------------------------------------------------------------------------------------------------------
def rank_loss(window: Window, station: Station, name: str, hour: dt.datetime, figures: Figures) -> Iterator[Found]:
    limit = figures.hours("rank")
    if not window.is_compared(station) or len(window.compared) <= limit or window.value(station, name, hour) is None:
        return
    now, before = (_ranked(window.month_means(name, each)) for each in (hour, hour - HOUR))
    if day_of(hour - HOUR).month != day_of(hour).month or station.pk not in now or station.pk not in before:
        return
    (rank, middle), (rank_before, _middle) = now[station.pk], before[station.pk]
    if rank > limit >= rank_before:
        numbers = {"month_mean": shown(middle, name), "stations": len(now), "rank_before": rank_before, "rank": rank, "limit": str(limit)}
        yield Found(station, name, RuleCode.R7, Level.INFO, hour, numbers)


def _ranked(means: dict[int, Decimal]) -> dict[int, tuple[int, Decimal]]:
    found = {pk: rounded(value, 3) for pk, value in means.items()}
    places = ranks(list(found.values()))
    return {pk: (place, value) for (pk, value), place in zip(found.items(), places, strict=True) if place is not None}


# --- R8 ---------------------------------------------------------------------------------------------------------------------------------
def fault(window: Window, station: Station, name: str, hour: dt.datetime, figures: Figures) -> Iterator[Found]:
    if name in station.not_measured:
        return
    for check in (_missing, _negative, _inverted, _constant):
        yield from check(window, station, name, hour, figures)


def _fault(station: Station, name: str, hour: dt.datetime, kind: str, numbers: dict) -> Found:
    return Found(station, name, RuleCode.R8, Level.FAULT, hour, numbers, fault=kind)


def _missing(window: Window, station: Station, name: str, hour: dt.datetime, figures: Figures) -> Iterator[Found]:
    """Keyed by the hour at which the gap became a fault, so that one gap is one fault however long it lasts."""
    is_silent = not window.has(station, hour)
    there = (lambda when: window.has(station, when)) if is_silent else (lambda when: window.raw(station, name, when) is not None)
    if there(hour):
        return
    last = _last(window, hour, there) or (window.last_seen.get(station.pk) if is_silent else None)
    least = figures.hours("missing")
    if last is None or hour - last < least * HOUR:
        return
    numbers = {"hours": str(least), "last": last.isoformat()}
    yield _fault(station, "" if is_silent else name, last + least * HOUR, Fault.MISSING, numbers)


def _last(window: Window, hour: dt.datetime, there: Callable[[dt.datetime], bool]) -> dt.datetime | None:
    """The newest hour of the window that has something."""
    hours = (hour - n * HOUR for n in range(1, int((hour - window.start) / HOUR) + 1)) if window.start else ()
    return next((when for when in hours if there(when)), None)


def _constant(window: Window, station: Station, name: str, hour: dt.datetime, figures: Figures) -> Iterator[Found]:
    """Keyed by the hour at which it had stood long enough."""
    value = window.raw(station, name, hour)
    if value is None or window.start is None:
        return
    length, least = 1, figures.hours("constant_coarse" if name in COARSE else "constant")
    while window.raw(station, name, hour - length * HOUR) == value:
        length += 1
    began = hour - (length - 1) * HOUR
    if length >= least and began > window.start:
        yield _fault(station, name, began + (least - 1) * HOUR, Fault.CONSTANT, {"value": plain(value), "hours": str(least)})


def _inverted(window: Window, station: Station, name: str, hour: dt.datetime, figures: Figures) -> Iterator[Found]:
    fine, coarse = window.value(station, "pm25", hour), window.value(station, "pm10", hour)
    if name == "pm25" and fine is not None and coarse is not None and fine > coarse:
        yield _fault(station, name, hour, Fault.INVERTED, {"value": plain(fine), "pm10": plain(coarse)})


def _negative(window: Window, station: Station, name: str, hour: dt.datetime, figures: Figures) -> Iterator[Found]:
    value = window.raw(station, name, hour)
    if value is not None and value < 0:
        yield _fault(station, name, hour, Fault.NEGATIVE, {"value": plain(value)})


CHECKS: dict[RuleCode, Callable[[Window, Station, str, dt.datetime, Figures], Iterator[Found]]] = {
    RuleCode.R1: neighbour_high,
    RuleCode.R2: jump,
    RuleCode.R3: streak,
    RuleCode.R4: threshold,
    RuleCode.R5: dust_type,
    RuleCode.R6: burning_type,
    RuleCode.R7: rank_loss,
    RuleCode.R8: fault,
}


# --- all together -----------------------------------------------------------------------------------------------------------------------
def regional(window: Window, name: str, hour: dt.datetime, *, share: int, least: int) -> dict | None:
    """The numbers of a rise of all compared stations by more than ``share`` percent, or None. Who has no two figures cannot contradict."""
    pairs = [(now, before) for each in window.compared if (now := window.value(each, name, hour)) is not None
             and (before := window.value(each, name, hour - HOUR)) is not None]  # fmt: skip
    if len(pairs) < least or any(now * 100 <= before * (100 + share) for now, before in pairs):
        return None
    rises = [(now - before) * 100 / before for now, before in pairs if before]
    middle, before = (mean(column) or Decimal(0) for column in zip(*pairs, strict=True))
    numbers = {"stations": len(pairs), "before": shown(before, name), "mean": shown(middle, name), "share": str(share)}
    return numbers | ({"least_rise": plain(rounded(min(rises), 1))} if rises else {})
