"""The plan of the day, made by a scan that may run twice, at once and late."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection

from audit import verify
from common import clock
from grids.models import Handover, Post
from inspections import tasks
from inspections.models import Patrol, PatrolRule, Visit, WeatherState
from inspections.services import planning
from tests.factories.accounts import UserFactory
from tests.factories.inspections import VisitFactory
from tests.factories.registers import SiteFactory

MONDAY = dt.date(2026, 11, 23)
WEEK = [MONDAY + dt.timedelta(days=n) for n in range(7)]


def at(day: dt.date, hour: int = 6, minute: int = 0):
    return clock.standing(clock.at(day, dt.time(hour, minute)))


@pytest.fixture
def rule(district):
    def make(**changes):
        return PatrolRule.objects.create(**{"district": district, "level": 3, "times": 1, "per": "week"} | changes)

    return make


@pytest.fixture
def sites(district, site):
    """Seven more in the first village."""
    return [site, *(SiteFactory(district=district, kind=site.kind, lon=114.005 + n / 1000, lat=34.01) for n in range(7))]


def live(days, *, walked: bool = True) -> None:
    """Plan each day; what was planned is visited, unless nobody walks."""
    for day in days:
        with at(day):
            planning.plan(day)
        if walked:
            noon = clock.at(day, dt.time(12))
            Visit.objects.filter(state="planned").update(state="done", conclusion="normal", arrived_at=noon, received_at=noon)


def finished(moment: dt.datetime) -> None:
    """Every visit done and every round finished then."""
    Visit.objects.filter(state="planned").update(state="done", conclusion="normal", arrived_at=moment, received_at=moment)
    Patrol.objects.update(state="finished", started_at=moment, finished_at=moment)


@pytest.mark.django_db
class TestPlan:
    def test_round_that_a_phone_began_meanwhile_is_recorded_as_it_is(self, patrol):
        Patrol.objects.filter(pk=patrol.pk).update(state="started", started_at=clock.now())
        [(found, payload)] = planning._as_they_are([(patrol, {"objects": 2})])
        assert (found.state, payload) == ("started", {"objects": 2})

    def test_everything_is_visited_once_a_week_evenly_over_working_days_and_people(self, district, rule, sites):
        people = [UserFactory(patroller=district.villages[0]) for _n in range(2)]
        rule()
        live(WEEK)
        assert Counter(Visit.objects.values_list("site", flat=True)) == dict.fromkeys([site.pk for site in sites], 1)
        by_day = Counter(Visit.objects.values_list("patrol__planned_on", flat=True))
        assert set(by_day) <= set(WEEK[:5])
        assert max(by_day.values()) <= 2
        by_person = Counter(Visit.objects.values_list("person", flat=True))
        assert sum(by_person[person.pk] for person in people) == 8

    def test_plan_made_twice_is_one(self, district, rule, sites, member):
        rule(per="workday")
        with at(MONDAY):
            assert planning.plan(MONDAY) == 8
            assert planning.plan(MONDAY) == 0
        assert Patrol.objects.count() == 1
        assert list(Visit.objects.values_list("position", flat=True)) == list(range(8))

    def test_missed_turn_comes_again_next_day(self, rule, sites, member):
        rule()
        live(WEEK[:1], walked=False)
        planned = set(Visit.objects.values_list("site", flat=True))
        with at(WEEK[1]):
            planning.close_past()
            planning.plan(WEEK[1])
        assert Patrol.objects.get(planned_on=MONDAY).state == "missed"
        assert planned <= set(Visit.objects.filter(patrol__planned_on=WEEK[1]).values_list("site", flat=True))

    def test_two_turns_missed_are_made_up_on_two_days(self, rule, site, member):
        rule(times=2)
        live([WEEK[3], WEEK[4]])
        assert sorted(Patrol.objects.values_list("planned_on", flat=True)) == [WEEK[3], WEEK[4]]
        assert Visit.objects.count() == 2

    def test_twice_a_day_is_twice_on_the_round(self, rule, site, member):
        rule(times=2, per="day")
        live([MONDAY])
        assert list(Visit.objects.values_list("site", flat=True)) == [site.pk, site.pk]

    def test_object_visited_already_is_not_due_again(self, district, rule, site, member):
        rule()
        with at(MONDAY):
            VisitFactory(patrol=None, site=site, person=member, done=True, is_planned=False)
            assert planning.plan(MONDAY) == 0
        with at(WEEK[6] + dt.timedelta(days=1)):
            assert planning.plan(WEEK[6] + dt.timedelta(days=1)) == 1

    def test_visit_by_the_township_does_not_do_the_villages_round(self, district, rule, site, member):
        town = UserFactory(town_handler=district.town_a.organisation)
        rule(level=2)
        rule(level=3)
        with at(MONDAY):
            assert planning.plan(MONDAY) == 2
        assert set(Patrol.objects.values_list("grid", "person")) == {(district.town_a.pk, town.pk), (district.villages[0].pk, member.pk)}

    def test_object_that_is_over_or_of_another_kind_or_risk_is_left_out(self, district, rule, site, member):
        SiteFactory(district=district, kind=site.kind, is_over=True)
        key = SiteFactory(district=district, kind=site.kind, risk="key")
        rule(per="workday", risk="key", kind=site.kind)
        live([MONDAY])
        assert list(Visit.objects.values_list("site", flat=True)) == [key.pk]

    def test_holiday_asks_for_nothing_and_a_makeup_day_does(self, rule, site, member):
        rule(per="workday")
        live([dt.date(2026, 10, day) for day in range(5, 12)])
        assert sorted(day.day for day in Patrol.objects.values_list("planned_on", flat=True)) == [8, 9, 10]

    def test_share_is_drawn_once_for_the_period(self, district, rule, site, member):
        for _n in range(49):
            SiteFactory(district=district, kind=site.kind)
        rule(per="month", share=10)
        live([dt.date(2026, 11, day) for day in range(1, 31)])
        assert 1 <= Visit.objects.count() <= 12
        assert Visit.objects.count() == Visit.objects.values("site").distinct().count()

    def test_vacant_grid_gets_no_round(self, rule, site):
        rule(per="workday")
        live([MONDAY])
        assert not Patrol.objects.exists()

    def test_stand_in_goes_instead_of_the_absent(self, district, rule, site, member):
        substitute = UserFactory()
        post = Post.objects.get(user=member)
        Handover.objects.create(post=post, substitute=substitute, reason="出差", starts_on=MONDAY, ends_on=MONDAY)
        rule(per="workday")
        live(WEEK[:2])
        assert list(Patrol.objects.order_by("planned_on").values_list("person", flat=True)) == [substitute.pk, member.pk]

    def test_chief_goes_where_nobody_else_is_on_post(self, district, rule, site):
        chief = UserFactory(chief=district.villages[0])
        rule(per="workday")
        live([MONDAY])
        assert Patrol.objects.get().person == chief


@pytest.mark.django_db
class TestWarning:
    @pytest.fixture
    def orange(self, district):
        return WeatherState.objects.create(district=district, weather="orange", starts_at=clock.at(MONDAY, dt.time(5)))

    def test_warning_adds_rounds_and_one_visit_serves_both_rules(self, rule, site, member, orange):
        rule(per="workday")
        rule(per="day", weather="orange")
        live([MONDAY])
        assert list(Patrol.objects.values_list("kind", "weather")) == [("emergency", "orange")]
        assert Visit.objects.count() == 1

    def test_ordinary_days_ask_for_nothing_of_the_warning(self, rule, site, member):
        rule(per="day", weather="orange")
        live([MONDAY])
        assert not Visit.objects.exists()

    def test_warning_of_the_morning_is_caught_up_by_the_next_scan(self, district, rule, site, member):
        rule(per="day", weather="red")
        with at(MONDAY, 9):
            assert planning.plan_today() == 0
            WeatherState.objects.create(district=district, weather="red", starts_at=clock.now())
            assert planning.plan_today() == 1
            assert planning.plan_today() == 0

    def test_upgrade_sends_out_again_who_has_finished_and_only_once(self, district, rule, site, member, orange):
        rule(per="day", weather="orange")
        rule(per="day", weather="red", times=2)
        with at(MONDAY):
            assert planning.plan_today() == 1
        finished(clock.at(MONDAY, dt.time(10)))
        with at(MONDAY, 14):
            assert planning.plan_today() == 0
            WeatherState.objects.create(district=district, weather="red", starts_at=clock.now())
            assert [planning.plan_today(), planning.plan_today()] == [1, 0]
        assert list(Patrol.objects.order_by("pk").values_list("weather", "is_planned", "state")) == [
            ("orange", True, "finished"),
            ("red", False, "planned"),
        ]

    def test_what_was_left_out_of_a_finished_round_is_not_given_again_under_the_same_warning(self, rule, sites, member, orange):
        rule(per="day", weather="orange")
        with at(MONDAY):
            planning.plan_today()
        Visit.objects.order_by("pk").last().delete()
        finished(clock.at(MONDAY, dt.time(10)))
        with at(MONDAY, 11):
            assert planning.plan_today() == 0

    def test_night_window_goes_over_midnight_and_counts_for_its_evening(self, rule, site, member, orange):
        rule(per="day", weather="orange", is_night=True)
        live([MONDAY], walked=False)
        patrol = Patrol.objects.get()
        assert (patrol.kind, patrol.starts_at, patrol.ends_at) == (
            "night",
            clock.at(MONDAY, dt.time(22)),
            clock.at(WEEK[1], dt.time(5)),
        )
        with at(WEEK[1], 4):
            planning.close_past()
            patrol.refresh_from_db()
            assert patrol.state == "planned"
        with at(WEEK[1]):
            planning.plan_today()
        patrol.refresh_from_db()
        assert patrol.state == "missed"
        assert Patrol.objects.filter(planned_on=WEEK[1]).count() == 1

    def test_night_check_does_not_stand_for_the_day(self, rule, site, member, orange):
        rule(per="day", weather="orange", is_night=True)
        rule(per="day")
        live([MONDAY])
        assert sorted(Patrol.objects.values_list("kind", flat=True)) == ["daily", "night"]


@pytest.mark.django_db
class TestScan:
    def test_nothing_is_planned_before_half_past_five(self, rule, site, member):
        rule(per="workday")
        with at(MONDAY, 5, 29):
            assert planning.plan_today() == 0
        with at(MONDAY, 5, 31):
            tasks.plan_rounds()
        assert Visit.objects.count() == 1

    def test_by_hand(self, rule, site, member, capsys):
        rule(per="workday")
        with at(MONDAY):
            call_command("plan_patrols", "--day", str(MONDAY))
        assert capsys.readouterr().out == "1 visits planned.\n"

    def test_round_with_a_visit_is_finished_by_it_when_its_window_is_over(self, patrol, planned):
        now = clock.now()
        Visit.objects.update(state="done", arrived_at=now, received_at=now)
        Patrol.objects.update(state="started", started_at=now)
        with clock.standing(patrol.ends_at + dt.timedelta(minutes=1)):
            assert planning.close_past() == 1
            assert planning.close_past() == 0
        patrol.refresh_from_db()
        assert (patrol.state, patrol.finished_at) == ("finished", now)

    def test_what_is_planned_and_closed_stands_as_it_is_on_record(self, rule, sites, member, put_visit, seen):
        rule(per="workday")
        today = clock.today()
        PatrolRule.objects.update(per="day")
        planning.plan(today)
        visit = Visit.objects.get(site=sites[0])
        assert put_visit(member, seen(), key=visit.uuid).status_code == 201
        report = verify.Report()
        verify.verify_state(report)
        assert [fault for fault in report.faults if "Visit" in fault["where"] or "Patrol" in fault["where"]] == []
        Visit.objects.filter(pk=visit.pk).update(received_at=None, state="planned")
        report = verify.Report()
        verify.verify_state(report)
        assert any(f"Visit {visit.pk}" in fault["where"] for fault in report.faults)


@pytest.mark.django_db(transaction=True)
def test_plan_made_at_once_by_four_is_one(rule, sites, member):
    rule(per="day")
    today = clock.today()

    def one(_n):
        try:
            return planning.plan(today)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        added = sorted(pool.map(one, range(4)))
    assert added == [0, 0, 0, 8]
    assert Patrol.objects.count() == 1
