"""Both editions of HJ 633 as data: breakpoints, caps, indicators. Retyped from the standards' own tables (domain 7.5)."""

import datetime as dt
from decimal import Decimal

HJ2012, HJ2026 = "2012", "2026"
FIRST_DAY_2026 = dt.date(2026, 3, 1)

LEVELS = (0, 50, 100, 150, 200, 300, 400, 500)
"""The sub-indexes at which the lines of a table stand."""
TOP = 500


def _row(*figures) -> tuple[Decimal, ...]:
    return tuple(Decimal(figure) for figure in figures)


_COMMON = {
    "so2_24h": _row(0, 50, 150, 475, 800, 1600, 2100, 2620),
    "so2_1h": _row(0, 150, 500, 650, 800),
    "no2_24h": _row(0, 40, 80, 180, 280, 565, 750, 940),
    "no2_1h": _row(0, 100, 200, 700, 1200, 2340, 3090, 3840),
    "co_24h": _row(0, 2, 4, 14, 24, 36, 48, 60),
    "co_1h": _row(0, 5, 10, 35, 60, 90, 120, 150),
    "o3_8h": _row(0, 100, 160, 215, 265, 800),
    "o3_1h": _row(0, 160, 200, 300, 400, 800, 1000, 1200),
}
BREAKPOINTS = {
    HJ2012: _COMMON | {"pm10": _row(0, 50, 150, 250, 350, 420, 500, 600), "pm25": _row(0, 35, 75, 115, 150, 250, 350, 500)},
    HJ2026: _COMMON | {"pm10": _row(0, 50, 120, 250, 350, 420, 500, 600), "pm25": _row(0, 35, 60, 115, 150, 250, 350, 500)},
}
"""Edition → indicator → concentrations in µg/m³ (CO mg/m³). Particles have one row, of the daily mean. A short row ends where notes b and c begin."""
SHORT_ROWS = ("so2_1h", "o3_8h")
"""Above their last line: 2026 gives the last line's sub-index (200, 300); 2012 gives none, and the other indicator of the pollutant speaks."""

HOURLY = {HJ2012: ("so2", "no2", "co", "o3", "pm10", "pm25"), HJ2026: ("so2", "no2", "co", "o3", "pm10", "pm25")}
"""Items of the hour, all of them means of one hour. So says the 2026 edition; under 2012 the national platform published by it too, see ``index.hourly``."""
HOURLY_TEXT_2012 = ("so2", "no2", "co", "o3", "o3_8h", "pm10_24h", "pm25_24h")
"""Items of the hour in the words of the 2012 edition: particles by the running mean of 24 hours, ozone by one hour and by eight."""
DAILY = {HJ2012: ("so2", "no2", "co", "o3_8h", "o3_1h", "pm10", "pm25"), HJ2026: ("so2", "no2", "co", "o3_8h", "pm10", "pm25")}

HOUR_ROWS = {
    "so2": "so2_1h", "so2_24h": "so2_24h", "no2": "no2_1h", "co": "co_1h", "o3": "o3_1h", "o3_8h": "o3_8h",
    "pm10": "pm10", "pm25": "pm25", "pm10_24h": "pm10", "pm25_24h": "pm25",
}  # fmt: skip
"""Item of the hour → row of the table."""
DAY_ROWS = {"so2": "so2_24h", "no2": "no2_24h", "co": "co_24h", "o3_8h": "o3_8h", "o3_1h": "o3_1h", "pm10": "pm10", "pm25": "pm25"}
POLLUTANTS = ("so2", "no2", "co", "o3", "pm10", "pm25")


def edition_on(day: dt.date) -> str:
    """The edition in force on the day of observation (Beijing time)."""
    return HJ2026 if day >= FIRST_DAY_2026 else HJ2012


def pollutant_of(item: str) -> str:
    """``o3_8h`` is ozone."""
    return item.partition("_")[0]
