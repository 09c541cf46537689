"""A warning that is published before it begins: nothing is due, reported or looked at until then."""

import datetime as dt

import pytest
from django.urls import reverse

from common import clock
from emergency import coverage, figures
from emergency.models import Order
from emergency.services import links, scan
from notices.models import Notice
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
EVE = clock.at(dt.date(2026, 11, 16), dt.time(16))
START = clock.at(dt.date(2026, 11, 17))


@pytest.fixture
def episode(place):
    """Published at 16:00, in force from midnight."""
    place.list.enterprises.filter(position=1).update(stop_hours=6)
    with clock.standing(EVE):
        yield place.running("orange", starts_at=START)


def test_the_limit_of_force_runs_from_the_start_and_that_of_receipt_from_publishing(place, episode):
    found = Order.objects.filter(party="enterprise").order_by("pk").values_list("ack_due_at", "force_due_at")

    assert [(ack - EVE, force - START) for ack, force in found] == [(dt.timedelta(minutes=30), dt.timedelta(hours=hours)) for hours in (6, 1, 1)]
    assert set(Order.objects.filter(party="unit").values_list("force_due_at", flat=True)) == {START + dt.timedelta(hours=1)}


def test_a_start_that_is_past_counts_from_publishing(place):
    with clock.standing(EVE):
        episode = place.running("orange", starts_at=EVE - dt.timedelta(hours=3))

    assert episode.starts_at == EVE
    assert set(Order.objects.filter(party="unit").values_list("force_due_at", flat=True)) == {EVE + dt.timedelta(hours=1)}


def test_no_problem_is_proposed_before_the_limit_that_runs_from_the_start(place, episode):
    with clock.standing(START + dt.timedelta(minutes=59)):
        assert scan.scan()["overdue"] == 0
    with clock.standing(START + dt.timedelta(minutes=61)):
        assert scan.scan()["overdue"] == 6


def test_the_response_begins_with_the_day_of_the_start(place, episode):
    assert (episode.starts_at, figures.days_of(episode)) == (START, [])
    with clock.standing(START + dt.timedelta(hours=9)):
        assert figures.days_of(episode) == [START.date()]
        assert coverage.of_day(episode, START.date()).share == 50


def test_on_the_eve_no_unit_is_asked_for_numbers(place, episode):
    with clock.standing(EVE + dt.timedelta(minutes=30)):
        assert scan.scan()["reports"] == 0
    assert not Notice.objects.filter(kind="emergency.report").exists()


def test_lifted_before_it_began_it_lasted_no_time(place, episode):
    place.running("orange", kind="lift")
    episode.refresh_from_db()

    assert (figures.of_episode(episode)["hours"], figures.days_of(episode)) == (0, [])


@pytest.mark.parametrize("name", ["office", "town"])
def test_the_pages_of_the_eve_open_and_lead_to_no_day_that_is_not_there(place, episode, client, name):
    person = place.office if name == "office" else UserFactory(town_handler=place.district.town_a.organisation)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    pages = [client.get(reverse("emergency:overview")), client.get(episode.get_absolute_url(), follow=True)]

    assert [page.status_code for page in pages] == [200, 200]
    assert not any(f"/{EVE:%Y-%m-%d}/" in page.content.decode() for page in pages)


def test_the_link_page_names_the_start(place, episode, client):
    order = place.order(party="enterprise", enterprise__position=1)
    page = client.get(links.path_of(order)).content.decode()

    assert "自 11月17日 00:00 起执行" in page or "自 11-17 00:00 起执行" in page
