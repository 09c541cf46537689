"""Who is on duty: by the roster of the squad or the township, without those who have left; the site's side beside the township's."""

import datetime as dt
from types import SimpleNamespace

import pytest

from airquality.models import DutyTurn, StationPlan
from alarms.services import advance, duty, intake, rosters
from common import clock
from grids.models import Organisation
from tests.alarms.moments import later
from tests.factories.accounts import UserFactory
from tests.factories.airquality import StationFactory
from tests.factories.alarms import SourceFactory, alarm_of
from tests.factories.registers import SiteFactory, SitePostFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten")]


def planned(unit, person, deputy=None, *, by) -> None:
    rosters.plan(unit, first=clock.today(), last=clock.today(), shift="day", person=person, deputy=deputy, by=by)


def left(person) -> None:
    person.memberships.update(ends_on=clock.today() - dt.timedelta(days=1))


def line(alarm) -> list:
    return [(str(rung.duty), [person.pk for person in rung.people]) for rung in duty.line(alarm)]


# --- who has left -----------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def township(district):
    return district.town_a.organisation


@pytest.fixture
def pair(township, operator):
    """On duty in the township now, and the deputy."""
    found = UserFactory(town_handler=township), UserFactory(town_handler=township)
    planned(township, *found, by=operator)
    return found


def test_a_deputy_who_has_left_is_not_called_and_the_chiefs_are(camera, pair, member, chief):
    guard, deputy = pair
    left(deputy)

    assert line(alarm_of(camera))[:2] == [("first", [guard.pk]), ("deputy", [chief.pk])]


def test_a_deputy_whose_account_is_closed_is_not_called(camera, pair, member, chief):
    guard, deputy = pair
    deputy.is_active = False
    deputy.save()

    assert line(alarm_of(camera))[:2] == [("first", [guard.pk]), ("deputy", [chief.pk])]


def test_the_deputy_stands_in_for_who_has_left(camera, pair, member, chief):
    guard, deputy = pair
    left(guard)

    assert line(alarm_of(camera))[:2] == [("first", [deputy.pk]), ("deputy", [chief.pk])]


def test_where_both_have_left_the_posts_are_called(camera, pair, member, chief):
    for person in pair:
        left(person)

    assert line(alarm_of(camera))[:2] == [("first", [member.pk]), ("deputy", [chief.pk])]


def test_in_the_office_the_deputy_stands_in_as_well(district, operator, director):
    gone = UserFactory(office_staff=district)
    planned(district.office, gone, director, by=operator)
    assert duty.operators(district.pk) == [gone]
    left(gone)

    assert duty.operators(district.pk) == [director]


# --- squads of stations -----------------------------------------------------------------------------------------------------------------
def squad_of(district, name: str):
    squad = Organisation.objects.create(district=district, kind="squad", name=name, short_name=name)
    return squad, [UserFactory(dept_handler=squad) for _n in range(3)]


def station_with(district, squad=None):
    station = StationFactory(district=district)
    StationPlan.objects.create(district=district, station=station, squad=squad)
    return station


def anomaly_of(station):
    facts = {"pollutant": "pm25", "rule": "R1", "level": "yellow", "hour": clock.now(), "words": "偏高"}
    return SimpleNamespace(pk=1, station=station, district_id=station.district_id, **facts)


def test_the_squads_roster_is_asked_where_the_station_has_none_of_its_own(district, operator, member):
    squad, (guard, deputy, other) = squad_of(district, "一专班")
    planned(squad, guard, deputy, by=operator)
    alarm = intake.from_anomaly(anomaly_of(station_with(district, squad)))

    assert line(alarm)[:2] == [("first", [guard.pk]), ("deputy", [deputy.pk])]


def test_a_shift_without_deputy_is_followed_by_the_rest_of_the_squad(district, operator, member):
    squad, (guard, *others) = squad_of(district, "一专班")
    planned(squad, guard, by=operator)
    alarm = intake.from_anomaly(anomaly_of(station_with(district, squad)))

    assert line(alarm)[:2] == [("first", [guard.pk]), ("deputy", [person.pk for person in others])]


def test_the_stations_own_turn_comes_before_the_squads_roster(district, operator, member):
    squad, (guard, _deputy, other) = squad_of(district, "一专班")
    station = station_with(district, squad)
    planned(squad, guard, by=operator)
    DutyTurn.objects.create(station=station, day=clock.today(), shift="day", person=other)

    assert line(intake.from_anomaly(anomaly_of(station)))[0] == ("first", [other.pk])


def test_without_any_roster_the_whole_squad_is_called(district, operator, member):
    squad, crew = squad_of(district, "一专班")

    assert line(intake.from_anomaly(anomaly_of(station_with(district, squad))))[0] == ("first", [person.pk for person in crew])


def test_the_squad_of_another_station_is_never_called(district, operator, member):
    squad, (guard, *_others) = squad_of(district, "一专班")
    station_with(district, squad)
    planned(squad, guard, by=operator)
    alarm = intake.from_anomaly(anomaly_of(station_with(district)))

    assert line(alarm)[0] == ("first", [member.pk])


# --- the site's side --------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def site(district):
    return SiteFactory(district=district, organisation=district.housing)


@pytest.fixture
def dust(district, site):
    """An alarm of the site's monitor."""

    def raised():
        found = alarm_of(SourceFactory(district=district, kind="dust_monitor", site=site))
        assert (found.kind, found.site) == ("dust", site)
        return found

    return raised


def test_dust_is_told_to_the_sites_manager_and_to_the_township_within_the_first_call(dust, site, member, town, operator):
    manager = UserFactory()
    SitePostFactory(site=site, role="manager", user=manager, name=str(manager))
    alarm = dust()

    assert line(alarm)[0] == ("first", [member.pk, town.pk, manager.pk])
    assert {call.person for call in alarm.calls.filter(duty="first")} == {member, town, manager}
    with later(4):
        assert advance.advance(alarm, "arrive", by=manager).accepted_by == manager


def test_of_a_site_without_a_manager_on_the_platform_the_unit_in_charge_is_told(dust, site, district, member, operator):
    SitePostFactory(site=site, role="manager", name="某项目经理")
    handler = UserFactory(dept_handler=district.housing)

    assert line(dust())[0] == ("first", [member.pk, handler.pk])


def test_where_the_township_has_somebody_on_duty_its_desk_is_not_called_for_dust_at_once(dust, pair, member, town):
    guard, deputy = pair

    assert line(dust())[:3] == [("first", [guard.pk]), ("deputy", [deputy.pk]), ("desk", [town.pk])]


def test_smoke_beside_a_site_is_no_matter_of_its_manager(camera, site, member):
    SitePostFactory(site=site, role="manager", user=UserFactory(), name="某项目经理")

    assert line(alarm_of(camera))[0] == ("first", [member.pk])
