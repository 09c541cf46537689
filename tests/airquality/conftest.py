"""A small district with two stations, one in each township, and the people who look at its air."""

import datetime as dt
from decimal import Decimal

import pytest

from airquality import hours
from airquality.models import Reading
from tests.factories.accounts import UserFactory
from tests.factories.airquality import StationFactory
from tests.factories.grids import DistrictFactory

DAY = dt.date(2026, 11, 20)
GOOD = {"so2": 9, "no2": 20, "co": "0.5", "o3": 60, "pm10": 40, "pm25": 20}


@pytest.fixture
def district(db):
    return DistrictFactory()


@pytest.fixture
def office(district):
    return UserFactory(office_staff=district)


@pytest.fixture
def town(district):
    return UserFactory(town_handler=district.town_a.organisation)


@pytest.fixture
def station(district):
    return StationFactory(district=district, code="1001A", name="东村站")


@pytest.fixture
def other(district):
    return StationFactory(district=district, code="1002A", name="南村站", grid=district.villages[2])


@pytest.fixture
def write_day():
    """``write_day(station, day, pm25=…)``: 24 hours written directly; a list gives each hour its own figure."""

    def write(station, day=DAY, *, status="real_time", **values):
        rows = []
        for n, hour in enumerate(hours.of_day(day)):
            found = {name: value[n] if isinstance(value, list) else value for name, value in (GOOD | values).items()}
            found = {name: None if value is None else Decimal(value) for name, value in found.items()}
            rows.append(Reading(district_id=station.district_id, station=station, hour=hour, status=status, received_at=hour, **found))
        Reading.objects.bulk_create(rows)

    return write
