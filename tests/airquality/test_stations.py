"""Stations are entered and changed by the office; their grid follows their point."""

import pytest
from django.core.exceptions import ValidationError

from airquality.models import Station
from airquality.services import stations
from audit.models import AuditEvent
from common import clock
from common.errors import Conflict, NotYourRole
from grids import services as grids
from tests.factories.accounts import UserFactory
from tests.factories.grids import centre, square
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def new(district, **values):
    lon, lat = centre(district.villages[1])
    return Station(**{"district": district, "code": "1001A", "name": "西村站", "lon": lon, "lat": lat} | values)


def test_a_station_finds_its_grid(district, office):
    made = stations.save(new(district), by=office)
    assert (made.grid, made.version) == (district.villages[1], 1)
    made.lon, made.lat = centre(district.villages[3])
    assert stations.save(made, by=office).grid == district.villages[3]
    made.lon = 100.0
    assert stations.save(made, by=office).grid is None
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == ["station.new", "station.edit", "station.edit"]


def test_two_people_with_one_station(district, office):
    stations.save(new(district), by=office)
    one, other = Station.objects.get(), Station.objects.get()
    one.name = "新名"
    stations.save(one, by=office)
    with pytest.raises(Conflict):
        stations.save(other, by=office)


def test_a_code_is_given_once_in_a_district(district, office):
    stations.save(new(district), by=office)
    with pytest.raises(ValidationError):
        stations.save(new(district), by=office)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_register_one_station_at_once_the_second_is_told_at_the_field(district, office):
    found = at_once(*(lambda n=n: stations.save(new(district, name=f"西村站{n}"), by=office) for n in range(2)))
    (refused,) = [each for each in found if not isinstance(each, Station)]
    assert list(refused.message_dict) == ["__all__"]
    assert Station.objects.count() == 1


def test_the_office_and_the_systems_keeper_keep_stations(district, town):
    assert stations.may_edit(UserFactory(sysadmin=district), district.pk)
    for person in (town, UserFactory(member=district.villages[0]), UserFactory(office_staff=None)):
        with pytest.raises(NotYourRole):
            stations.save(new(district), by=person)


def test_everybody_at_work_in_the_district_sees_all_its_stations(district, station, other, town):
    seen = {name: list(Station.objects.visible_to(person)) for name, person in (("town", town), ("stranger", UserFactory()))}
    assert seen == {"town": [station, other], "stranger": []}


def test_a_station_goes_with_the_part_of_a_split_grid_in_which_it_stands(district, station):
    village = district.villages[0]
    west, south = village.min_lon, village.min_lat
    halves = [
        {"code": "T1-1-1", "name": "东村西片", "polygon": square(west, south, width=0.005)},
        {"code": "T1-1-2", "name": "东村东片", "polygon": square(west + 0.005, south, width=0.015)},
    ]
    grids.split_grid(village, parts=halves, on=clock.today(), by=None)
    station.refresh_from_db()
    assert (station.grid.name, AuditEvent.objects.filter(action="station.regrid").count()) == ("东村东片", 1)
