"""From hours to running means and to a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from airquality.aqi import validity
from airquality.aqi.rounding import mean

Hours = Sequence[Decimal | None]
"""Consecutive hours, None where there is no valid mean."""
MEAN_ITEMS = ("so2", "no2", "co", "pm10", "pm25")


def clean(values: Hours) -> list[Decimal | None]:
    """Negative figures are no concentrations."""
    return [None if value is None or value < 0 else value for value in values]


def running(values: Hours, *, length: int, least: int) -> list[Decimal | None]:
    """At each hour the mean of the ``length`` hours that end there, valid with ``least`` of them. The first ones have no full window: None.

    >>> running([Decimal(n) for n in (1, 2, 3)], length=2, least=2)
    [None, Decimal('1.5'), Decimal('2.5')]
    """
    values = clean(values)
    found = []
    for end in range(1, len(values) + 1):
        window = values[end - length : end] if end >= length else []
        enough = sum(value is not None for value in window) >= least
        found.append(mean(window) if window and enough else None)
    return found


def running_8h(values: Hours) -> list[Decimal | None]:
    return running(values, length=8, least=validity.HOURS_OF_EIGHT)


def running_24h(values: Hours) -> list[Decimal | None]:
    return running(values, length=24, least=validity.HOURS_OF_DAY)


@dataclass(frozen=True)
class Day:
    """``values`` holds every item that has a figure at all, ``invalid`` those whose figure does not count."""

    values: dict[str, Decimal | None]
    hours: dict[str, int]
    invalid: list[str] = field(default_factory=list)

    @property
    def counting(self) -> dict[str, Decimal | None]:
        return {item: None if item in self.invalid else value for item, value in self.values.items()}


def day(hours: Mapping[str, Hours]) -> Day:
    """``hours``: pollutant → the 24 hourly means of a natural day, labels 01:00 to 24:00. The first 8 h window ends at 08:00, so there are 17."""
    there = {name: clean(hours.get(name, ())) for name in (*MEAN_ITEMS, "o3")}
    counts = {name: sum(value is not None for value in values) for name, values in there.items()}
    values = {name: mean(there[name]) for name in MEAN_ITEMS}
    windows = [value for value in running_8h(there["o3"]) if value is not None]
    values["o3_8h"] = max(windows, default=None)
    values["o3_1h"] = max((value for value in there["o3"] if value is not None), default=None)
    invalid = [name for name in MEAN_ITEMS if values[name] is not None and not validity.is_day_valid(counts[name])]
    if values["o3_8h"] is not None and not validity.is_o3_valid(len(windows), values["o3_8h"]):
        invalid.append("o3_8h")
    if values["o3_1h"] is not None and not validity.is_o3_hour_valid(counts["o3"], values["o3_1h"]):
        invalid.append("o3_1h")
    return Day(values, {name: counts[name] for name in MEAN_ITEMS} | {"o3_8h": len(windows), "o3_1h": counts["o3"]}, invalid)
