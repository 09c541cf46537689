"""Sub-indexes, the index, the primary pollutants: of one hour, of one day, in either edition."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from airquality.aqi import levels, tables
from airquality.aqi.rounding import concentration, upwards

Values = Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Index:
    """``aqi`` is None when nothing was measured, or, from 2026, when something is missing and the rest stays within 100 (``is_withheld``)."""

    edition: str
    sub_indexes: dict[str, int] = field(default_factory=dict)
    aqi: int | None = None
    primary: tuple[str, ...] = ()
    is_withheld: bool = False

    @property
    def level(self) -> int | None:
        return levels.of(self.aqi)


def sub_index(row: str, value: Decimal | None, *, edition: str) -> int | None:
    """IAQI of a concentration by one row of the edition's table; None where there is no valid concentration, or the table says nothing.

    >>> [sub_index("pm25", Decimal(61), edition=edition) for edition in ("2012", "2026")]
    [83, 101]
    >>> [sub_index("o3_8h", Decimal(801), edition=edition) for edition in ("2012", "2026")]
    [None, 300]
    """
    return None if value is None or value < 0 else _by_table(row, concentration(row, value), edition)


@lru_cache(maxsize=20_000)
def _by_table(row: str, value: Decimal, edition: str) -> int | None:
    """``value`` as published: there are few of them, and a year asks for each many times."""
    points = tables.BREAKPOINTS[edition][row]
    for n in range(1, len(points)):
        if value <= points[n]:
            low, high = tables.LEVELS[n - 1], tables.LEVELS[n]
            return upwards((high - low) * (value - points[n - 1]) / (points[n] - points[n - 1]) + low)
    if row not in tables.SHORT_ROWS:
        return tables.TOP
    return tables.LEVELS[len(points) - 1] if edition == tables.HJ2026 else None


def hourly(values: Values, *, edition: str, not_measured: Collection[str] = (), by_text: bool = False) -> Index:
    """The index of an hour. ``values``: means of one hour by pollutant; ``so2_24h`` too, for 2012, where SO2 is above 800.

    Under the 2012 edition the means of one hour of all six pollutants are taken, as the national platform did: that gives what it published, to the
    figure, for every one of 1,475 station hours. The text of the edition wanted running means of 24 hours for particles and the 8 h mean of ozone
    besides: ``by_text`` takes them (``pm10_24h``, ``pm25_24h``, ``o3_8h``).
    """
    items = tables.HOURLY_TEXT_2012 if by_text and edition == tables.HJ2012 else tables.HOURLY[edition]
    found = {item: sub_index(tables.HOUR_ROWS[item], values.get(item), edition=edition) for item in items}
    if edition == tables.HJ2012 and found["so2"] is None and values.get("so2") is not None:
        found["so2"] = sub_index("so2_24h", values.get("so2_24h"), edition=edition)
    return _index(found, edition, not_measured)


def daily(values: Values, *, edition: str, not_measured: Collection[str] = ()) -> Index:
    """The index of a day from its means, ``o3_8h`` and, for 2012, ``o3_1h``."""
    found = {item: sub_index(tables.DAY_ROWS[item], values.get(item), edition=edition) for item in tables.DAILY[edition]}
    return _index(found, edition, not_measured)


def _index(found: dict[str, int | None], edition: str, not_measured: Collection[str]) -> Index:
    there = {item: index for item, index in found.items() if index is not None}
    if not there:
        return Index(edition)
    aqi = max(there.values())
    if edition == tables.HJ2026 and aqi <= 100 and _lacks(found, not_measured):
        return Index(edition, there, is_withheld=True)
    primary = _pollutants(item for item, index in there.items() if index == aqi) if aqi > 50 else ()
    return Index(edition, there, max(aqi, 1) if edition == tables.HJ2026 else aqi, primary)


def _lacks(found: dict[str, int | None], not_measured: Collection[str]) -> bool:
    return any(index is None and tables.pollutant_of(item) not in not_measured for item, index in found.items())


def _pollutants(items) -> tuple[str, ...]:
    """In the order of the reports, each once: ozone may lead by two of its indicators."""
    named = {tables.pollutant_of(item) for item in items}
    return tuple(name for name in tables.POLLUTANTS if name in named)
