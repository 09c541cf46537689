"""The source that stands for a station: found by the station, whatever becomes of its code."""

import pytest

from airquality.models import Anomaly, StationPlan
from alarms.models import Alarm, AlarmSource
from alarms.services import intake, of_stations
from alarms.services.duty import station_of
from common import clock
from grids.models import Organisation
from tests.alarms.moments import NOW
from tests.factories.airquality import StationFactory
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten")]


def anomaly_of(station, level="yellow", **more) -> Anomaly:
    facts = {"pollutant": "pm25", "rule": "R1", "hour": NOW, "words": "偏高", "found_at": NOW}
    return Anomaly.objects.create(district=station.district, station=station, level=level, **facts | more)


def renamed(station, code: str):
    station.code = code
    station.save()
    return station


def test_a_code_that_was_edited_twice_is_still_the_same_source(district, member):
    station = StationFactory(district=district, code="1001A")
    first = intake.from_anomaly(anomaly_of(station))
    for n, code in enumerate(("1002A", "1003A", "1001A"), 1):
        assert intake.from_anomaly(anomaly_of(renamed(station, code), rule=f"R{n + 1}")) == first

    source = AlarmSource.objects.get(kind="station")
    assert (source.slug, source.reference) == (f"station-{station.pk}", "1001A")


def test_stations_that_exchange_their_codes_keep_their_sources(district, member):
    one, other = StationFactory(district=district, code="1001A"), StationFactory(district=district, code="1002A")
    before = [intake.from_anomaly(anomaly_of(station)).source for station in (one, other)]
    renamed(one, "x"), renamed(other, "1001A"), renamed(one, "1002A")
    after = [intake.from_anomaly(anomaly_of(station, rule="R2")).source for station in (one, other)]

    assert after == before
    assert [(source.name, source.reference) for source in after] == [(one.name, "1002A"), (other.name, "1001A")]


def test_a_new_station_with_the_code_of_an_old_one_has_a_source_of_its_own(district, member):
    old = StationFactory(district=district, code="1001A")
    first = intake.from_anomaly(anomaly_of(old))
    renamed(old, "1001A-old")
    second = intake.from_anomaly(anomaly_of(StationFactory(district=district, code="1001A")))

    assert second.source != first.source
    assert intake.from_anomaly(anomaly_of(old, rule="R2")) == first


def test_after_its_code_was_edited_a_stations_squad_is_called_and_its_alarm_is_found(district, member):
    station = StationFactory(district=district, code="1001A")
    StationPlan.objects.create(district=district, station=station, squad=Organisation.objects.create(district=district, kind="squad", name="专班"))
    found = anomaly_of(station)
    alarm = intake.from_anomaly(found)
    renamed(station, "1002A")

    assert station_of(alarm) == station
    assert of_stations.alarms_of(member, [Anomaly.objects.get()])[found.pk]["label"] == alarm.number


def test_a_rise_after_the_alarm_was_over_is_shown_with_the_newer_alarm(district, member):
    found = anomaly_of(StationFactory(district=district))
    first = intake.from_anomaly(found)
    Alarm.objects.update(state="closed", closed_at=NOW)
    found.level = "red"
    second = intake.from_anomaly(found)

    assert second != first
    assert of_stations.alarms_of(member, [found])[found.pk]["label"] == second.number


@pytest.mark.django_db(transaction=True)
def test_of_those_who_need_it_at_once_one_makes_it(district):
    station = StationFactory(district=district)
    found = at_once(*[lambda: intake.station_source(station, now=clock.now()).pk] * 4)
    assert set(found) == {AlarmSource.objects.get(kind="station").pk}
