"""Air written directly: a station in the first village, its hours and days."""

import datetime as dt
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from airquality.models import DailyValue, Reading, Station
from common import clock
from tests.factories.grids import DistrictFactory, centre


class StationFactory(DjangoModelFactory):
    """``grid=`` puts it into the middle of another village."""

    class Meta:
        model = Station

    district = factory.SubFactory(DistrictFactory)
    code = factory.Sequence(lambda n: f"{1000 + n}A")
    name = factory.Sequence(lambda n: f"测试站{n}")
    level = "national"
    grid = factory.LazyAttribute(lambda made: made.district.villages[0])
    lon = factory.LazyAttribute(lambda made: centre(made.grid)[0])
    lat = factory.LazyAttribute(lambda made: centre(made.grid)[1])


class ReadingFactory(DjangoModelFactory):
    """A good hour (AQI 40 in both editions) with the label of the last full hour."""

    class Meta:
        model = Reading

    station = factory.SubFactory(StationFactory)
    district = factory.SelfAttribute("station.district")
    hour = factory.LazyFunction(lambda: clock.now().replace(minute=0, second=0, microsecond=0))
    so2, no2, co, o3, pm10, pm25 = Decimal(9), Decimal(20), Decimal("0.5"), Decimal(60), Decimal(40), Decimal(20)
    received_at = factory.LazyFunction(clock.now)


class DailyValueFactory(DjangoModelFactory):
    """A good day, PM10 leading with 40; give ``aqi``, ``level`` and ``primary`` with other figures."""

    class Meta:
        model = DailyValue

    station = factory.SubFactory(StationFactory)
    district = factory.SelfAttribute("station.district")
    day = factory.LazyFunction(lambda: clock.today() - dt.timedelta(days=1))
    so2, no2, co, pm10, pm25 = Decimal(9), Decimal(20), Decimal("0.5"), Decimal(40), Decimal(20)
    o3_8h, o3_1h = Decimal(70), Decimal(80)
    aqi, level = 40, 1
    edition = factory.LazyAttribute(lambda made: "2026" if made.day >= dt.date(2026, 3, 1) else "2012")
    computed_at = factory.LazyFunction(clock.now)
