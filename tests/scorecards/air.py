"""Air over a marked district: a station in the first village, its days of October 2026 and of October a year before, a target."""

import datetime as dt
from decimal import Decimal

from airquality.models import AirTarget, DailyValue, Station
from tests.factories.airquality import DailyValueFactory, StationFactory

THIS, BEFORE = 2026, 2025


def days_of(
    station, year: int = THIS, *, month: int = 10, count: int = 31, pm25="40", pm10="80", status: str = "reviewed", **more
) -> list[DailyValue]:
    """Alike from the 1st on."""
    return [
        DailyValueFactory(station=station, day=dt.date(year, month, day), pm25=Decimal(pm25), pm10=Decimal(pm10), status=status, **more)
        for day in range(1, count + 1)
    ]


def aim(district, *, pm25="40", pm10="80", town=None, **more) -> AirTarget:
    figures = {name: value for name, value in {"pm25": pm25, "pm10": pm10, **more}.items() if value is not None}
    return AirTarget.objects.create(district=district, grid=town or district.town_a, year=THIS, months={"10": figures})


def station_in(district, village: int = 0, **more) -> Station:
    return StationFactory(district=district, grid=district.villages[village], **more)
