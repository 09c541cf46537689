"""Grids change: devices and running alarms stay with the people who keep the place; what is on record stays as it was recorded."""

import datetime as dt
import json
from types import SimpleNamespace

import pytest
from django.conf import settings

from alarms.models import Alarm, AlarmSource, DutyShift
from alarms.services import advance, duty, intake, offline, rosters, scan, sources
from audit import verify
from audit.models import AuditEvent
from common import clock
from grids import services
from tests.factories.accounts import UserFactory
from tests.factories.alarms import alarm_of
from tests.factories.grids import SIDE, GridFactory, centre, square

pytestmark = pytest.mark.django_db


def halves(grid):
    return [
        {"code": f"{grid.code}-{side}", "name": f"{grid.name}{word}", "polygon": square(grid.min_lon + n * SIDE / 2, width=SIDE / 2)}
        for n, (side, word) in enumerate((("w", "西"), ("e", "东")))
    ]


def faults() -> list:
    """What the record says against rows of alarms."""
    assert {"alarms.Alarm", "alarms.AlarmSource"} <= set(settings.AUDITED_MODELS)
    return [fault for fault in verify.run(state=True).faults if fault["where"].startswith("alarms.")]


def device(district, director, *, lon: float, lat: float, kind: str = "smoke_camera") -> AlarmSource:
    source = AlarmSource(district=district, kind=kind, name="东塔", lon=lon, lat=lat)
    sources.create(source, by=director)
    return source


def test_devices_and_alarms_move_with_their_grid_and_are_seen_by_the_new_township(district, director, camera):
    alarm, village = alarm_of(camera), district.villages[0]
    there = UserFactory(town_handler=district.town_b.organisation)
    assert not Alarm.objects.visible_to(there).exists()
    services.move_grid(village, parent=district.town_b, on=clock.today(), by=director)

    village.refresh_from_db()
    for row in (alarm, camera):
        row.refresh_from_db()
        assert row.grid_path == village.path
    assert Alarm.objects.visible_to(there).get() == alarm


def test_devices_and_running_alarms_of_a_split_grid_go_to_the_part_in_which_they_lie(district, director, operator):
    village = district.villages[0]
    lat = centre(village)[1]
    camera = device(district, director, lon=village.min_lon + SIDE * 0.75, lat=lat)
    alarm = alarm_of(camera, 1, lon=village.min_lon + SIDE * 0.25, lat=lat)
    ended = alarm_of(camera, 2, lon=village.min_lon + SIDE * 0.75, lat=lat)
    advance.advance(ended, "judge_false", by=operator, reason="fog")
    west, east = services.split_grid(village, parts=halves(village), on=clock.today(), by=director)

    village.refresh_from_db()
    for row, grid in ((camera, east), (alarm, west), (ended, village)):
        row.refresh_from_db()
        assert (row.grid, row.grid_path) == (grid, grid.path)
    assert sorted(AuditEvent.objects.filter(action__endswith=".regrid").values_list("action", flat=True)) == ["alarm.regrid", "alarmsource.regrid"]
    assert faults() == []


def test_the_record_holds_after_a_stations_anomaly_a_phoned_report_and_a_silent_device(district, director, operator, member):
    lon, lat = centre(district.villages[0])
    station = SimpleNamespace(pk=5, code="S1", name="实验中学站", lon=lon, lat=lat, grid=district.villages[0], district_id=district.pk)
    more = {"pollutant": "pm25", "rule": "R1", "level": "yellow", "hour": clock.now(), "words": "偏高", "district_id": district.pk}
    intake.from_anomaly(SimpleNamespace(pk=1, station=station, **more))
    station.name = "实验中学站（新）"
    intake.from_anomaly(SimpleNamespace(pk=2, station=station, **more))
    intake.report_smoke(district, {"key": "1", "text": "有烟", "address": "村东"}, by=operator)
    device(district, director, lon=lon, lat=lat, kind="dust_monitor")
    with clock.standing(clock.now() + dt.timedelta(hours=3)):
        scan.scan()
        offline.watch()

    assert set(Alarm.objects.values_list("kind", flat=True)) == {"station", "fire", "offline"}
    assert faults() == []


def test_everybody_posted_in_a_township_of_many_villages_may_be_on_its_roster(district, member, town, django_assert_num_queries):
    unit = district.town_a.organisation
    for _n in range(45):
        GridFactory(parent=district.town_a, organisation=unit)
    gone = UserFactory(member=district.villages[1])
    gone.posts.update(ends_on=clock.today() - dt.timedelta(days=1), starts_on=clock.today() - dt.timedelta(days=9))
    UserFactory(member=district.villages[2])

    with django_assert_num_queries(2):
        assert {person.pk for person in duty.serving_in(unit)} == {member.pk, town.pk}


@pytest.mark.usefixtures("at_ten")
def test_shifts_that_run_or_come_go_on_for_the_unit_into_which_theirs_is_merged(district, director, town):
    old, new = district.town_a.organisation, district.town_b.organisation
    today = clock.today()
    both = UserFactory(town_handler=new)
    for unit, person in ((old, town), (old, both), (new, both)):
        rosters.plan(unit, first=today, last=today + dt.timedelta(days=1), shift="whole", person=person, by=director)
    past = DutyShift.objects.create(
        district=district, organisation=old, starts_at=clock.at(dt.date(2026, 1, 1)), ends_at=clock.at(dt.date(2026, 1, 2)), person=town
    )
    services.merge_organisations(old, into=new, on=today, by=director)

    assert list(DutyShift.objects.filter(organisation=old)) == [past]
    planned = DutyShift.objects.filter(organisation=new).order_by("starts_at", "person").values_list("person", flat=True)
    assert list(planned) == [town.pk, both.pk] * 2
    assert {person for person, _deputy in duty.on_shift([new])} == {town, both}
    facts = json.loads(AuditEvent.objects.get(action="dutyshift.succeed").payload)
    assert facts == {"from": str(old), "to": str(new), "carried": 2, "doubled": 2}
