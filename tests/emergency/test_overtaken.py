"""Steps published ahead that another one overtakes, the day of a lift, and limits that run out unseen."""

import datetime as dt

import pytest
from django.urls import reverse

from common import clock
from emergency import board, coverage, figures
from emergency.services import decisions, reporting, scan
from inspections.models import Finding
from notices.models import Notice
from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingFactory, PatrolFactory, VisitFactory
from tests.factories.registers import SiteFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 16)
NUMBERS = {"sites_stopped": 3, "vehicles_stopped": 2, "vehicles_checked": 5, "roads_cleaned": 4, "people_out": 9, "note": ""}


def at(hour: int, *, day: int = 0) -> dt.datetime:
    return clock.at(DAY + dt.timedelta(days=day), dt.time(hour))


@pytest.fixture
def town(place):
    return UserFactory(town_handler=place.district.town_a.organisation)


def signed_in(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_start_ahead_overtaken_from_now_begins_the_response_now(place, client):
    with clock.standing(at(8)):
        place.running("yellow", starts_at=at(12, day=1))
    with clock.standing(at(10)):
        episode = place.running("red", kind="upgrade")
    with clock.standing(at(11)):
        signed_in(client, place.office)
        pages = [client.get(reverse(f"emergency:{name}", args=[episode.pk, DAY.isoformat()])) for name in ("day", "coverage")]
        hours = figures.of_episode(episode)["hours"]

    assert [page.status_code for page in pages] == [200, 200]
    assert (episode.starts_at, figures.days_of(episode)[-1], hours) == (at(10), DAY, 1.0)


def test_an_upgrade_later_than_the_start_leaves_the_start(place):
    with clock.standing(at(8)):
        place.running("yellow")
    with clock.standing(at(10)):
        assert place.running("red", kind="upgrade").starts_at == at(8)


def test_the_day_of_a_lift_goes_by_the_step_that_ran_not_by_one_that_never_began(place):
    with clock.standing(at(8)):
        place.running("yellow")
        place.running("orange", kind="upgrade", starts_at=at(18))
    with clock.standing(at(14)):
        episode = place.running("yellow", kind="lift")
    with clock.standing(at(20)):
        assert episode.step_on(DAY).level == "yellow"
        assert episode.level == "yellow"


def test_a_lift_with_orange_only_ahead_offers_and_demands_the_level_in_force(place, client):
    with clock.standing(at(8)):
        place.running("yellow")
        episode = place.running("orange", kind="upgrade", starts_at=at(18))
    with clock.standing(at(9)):
        with pytest.raises(decisions.ValidationError):
            place.approved("orange", kind="lift")
        assert str(place.approved("yellow", kind="lift")).startswith("黄色")
    assert episode.level == "orange"


def test_every_step_ahead_is_named_with_the_one_before_it(place):
    with clock.standing(at(0)):
        place.running("red")
        place.running("orange", kind="downgrade", starts_at=at(10))
        episode = place.running("yellow", kind="downgrade", starts_at=at(20))
        found = board.steps(episode)

    assert [(each.step.level, each.before.level) for each in found.ahead] == [("orange", "red"), ("yellow", "orange")]


def test_on_the_day_of_a_lift_units_are_reminded_and_may_report(place, town, client):
    unit = place.district.town_a.organisation
    with clock.standing(at(8)):
        place.running("orange")
    with clock.standing(at(14)):
        episode = place.running("orange", kind="lift")
    with clock.standing(at(16)):
        assert scan.scan()["reports"] > 0
        page = signed_in(client, town).get(reverse("emergency:overview")).content.decode()
        assert page.count("填报今日数字") == 1
        reporting.report(episode, unit, DAY, by=town, version=None, **NUMBERS)
        assert "今日数字已填" in client.get(reverse("emergency:overview")).content.decode()
    with clock.standing(at(16, day=1)):
        assert scan.scan()["reports"] == 0


def test_the_office_is_told_once_at_the_hour_that_the_days_report_is_unsent(place):
    with clock.standing(at(8)):
        episode = place.running("orange")
    told = Notice.objects.filter(dedup_key__contains="emergency:daily:")
    with clock.standing(at(16)):
        scan.scan()
        assert not told.exists()
    with clock.standing(at(17)):
        assert (scan.scan()["unsent"] > 0, scan.scan()["unsent"]) == (True, 0)
        assert "日报" in [line.title for line in board.clocks(episode, None, episode.orders.all())]


def test_the_report_that_has_gone_is_not_asked_for(place):
    with clock.standing(at(8)):
        episode = place.running("orange")
    with clock.standing(at(16)):
        reporting.send(episode, DAY, by=place.office, version=None)
    with clock.standing(at(17)):
        assert scan.scan()["unsent"] == 0


def test_who_approves_and_the_office_are_told_once_when_the_limit_of_approval_is_over(place):
    with clock.standing(at(8)):
        step = place.drafted()
        decisions.submit(step, by=place.office, version=step.version)
    with clock.standing(at(9)):
        assert scan.scan()["steps"] == 0
    with clock.standing(at(11)):
        assert (scan.scan()["steps"] > 0, scan.scan()["steps"]) == (True, 0)
    told = set(Notice.objects.filter(dedup_key__contains="emergency:late:").values_list("recipient", flat=True))
    assert {place.head.pk, place.office.pk} <= told


def test_rejected_findings_are_no_problems_of_the_day(place):
    with clock.standing(at(8)):
        episode = place.running("orange")
        for state in ("rejected", "merged", "void", "registered"):
            FindingFactory(district=place.district, source="emergency", state=state)
    assert Finding.objects.filter(source="emergency").count() == 4
    assert figures.problems_of(episode, at(0), at(0, day=1)).count() == 1


def test_night_checks_under_a_warning_are_in_both_figures_and_ordinary_nights_in_none(place):
    with clock.standing(at(8)):
        episode = place.running("orange")
        for weather in ("orange", "ordinary"):
            patrol = PatrolFactory(district=place.district, grid=place.district.villages[1], kind="night", weather=weather)
            VisitFactory(site=SiteFactory(district=place.district), patrol=patrol, done=True)
        found = coverage.of_day(episode, DAY)
        assert (found.planned, found.done, figures.of_day(episode, DAY)["visits"]) == (1, 1, 1)


def test_the_row_of_a_lift_opens_its_own_orders_alone(place, client):
    episode = place.lifted()
    page = signed_in(client, place.office).get(reverse("emergency:orders", args=[episode.pk]) + "?party=enterprise&level=orange&is_lift=True&box=all")

    assert page.context["page"].paginator.count == 3
    assert "is_lift=True" in client.get(episode.get_absolute_url()).content.decode()
