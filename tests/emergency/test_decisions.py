"""A warning is entered, approved by another person by its level, published; upgrades, downgrades and the lift are steps of the same episode."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from audit import verify
from common import clock
from common.errors import Conflict, NotYourRole
from emergency import board
from emergency.models import Decision, Episode, Order
from emergency.services import answers, decisions, scan
from inspections.services import weather
from notices.models import Notice
from tests.factories.accounts import UserFactory
from tests.factories.emergency import later, ready

pytestmark = pytest.mark.django_db


def test_the_first_step_opens_an_episode_that_nobody_but_the_whole_districts_readers_sees(place):
    step = place.drafted()
    town = UserFactory(town_handler=place.district.town_a.organisation)

    assert (step.episode.number, step.episode.state, step.state) == ("2026-01", "preparing", "draft")
    assert [Episode.objects.visible_to(person).count() for person in (place.office, place.head, town)] == [1, 1, 0]


def test_only_the_office_enters_submits_and_publishes(place):
    with pytest.raises(NotYourRole):
        decisions.draft(place.district, "start", by=place.head, **place.words())
    step = place.drafted()
    with pytest.raises(NotYourRole):
        decisions.submit(step, by=place.head, version=step.version)


def test_there_is_one_episode_at_a_time(place):
    place.drafted()

    with pytest.raises(Conflict):
        place.drafted()


@pytest.mark.parametrize(("level", "who"), [("yellow", "deputy"), ("orange", "deputy"), ("red", "head")])
def test_yellow_and_orange_are_approved_by_a_deputy_and_red_by_the_head(place, level, who):
    step = place.drafted(level)
    step = decisions.submit(step, by=place.office, version=step.version)

    step = decisions.approve(step, by=getattr(place, who), version=step.version, note="同意")

    assert (step.state, step.approved_by, step.approval_note) == ("approved", getattr(place, who), "同意")


def test_red_is_not_approved_by_a_deputy(place):
    step = place.drafted("red")
    step = decisions.submit(step, by=place.office, version=step.version)

    with pytest.raises(NotYourRole, match="组长"):
        decisions.approve(step, by=place.deputy, version=step.version)


def test_who_submitted_does_not_approve_even_with_both_seats(place):
    both = UserFactory(office_staff=place.district, leader=place.district)
    step = place.drafted()
    step = decisions.submit(step, by=both, version=step.version)

    with pytest.raises(NotYourRole, match="另一人"):
        decisions.approve(step, by=both, version=step.version)


def test_the_second_of_two_leaders_finds_it_decided(place):
    step = place.drafted()
    step = decisions.submit(step, by=place.office, version=step.version)
    decisions.approve(Decision.objects.get(pk=step.pk), by=place.head, version=step.version)

    with pytest.raises(Conflict):
        decisions.send_back(step, by=place.deputy, version=step.version, note="再议")


def test_what_was_changed_after_the_page_was_opened_is_not_approved(place):
    step = place.drafted()
    step = decisions.submit(step, by=place.office, version=step.version)

    with pytest.raises(Conflict):
        decisions.approve(step, by=place.head, version=step.version - 1)


def test_sent_back_it_is_a_draft_again_with_the_reason_and_the_office_is_told(place):
    step = place.drafted()
    step = decisions.submit(step, by=place.office, version=step.version)
    with pytest.raises(ValidationError):
        decisions.send_back(step, by=place.head, version=step.version, note=" ")

    step = decisions.send_back(step, by=place.head, version=step.version, note="时间有误")

    assert (step.state, step.approval_note, step.submitted_by) == ("draft", "时间有误", None)
    assert Notice.objects.filter(recipient=place.director, body="时间有误", channel="inbox").exists()


def test_without_a_list_in_force_nothing_is_submitted():
    place = ready(enterprises=0)
    step = place.drafted()

    with pytest.raises(ValidationError, match="减排清单"):
        decisions.submit(step, by=place.office, version=step.version)


def test_publishing_starts_the_response_by_the_list_in_force_and_switches_the_rounds(place):
    episode = place.running("orange")

    assert (episode.state, episode.level, episode.peak, episode.reduction_list) == ("running", "orange", "orange", place.list)
    assert weather.current(place.district.pk).weather == "orange"


def test_published_twice_it_is_published_once(place):
    step = place.approved()
    decisions.publish(Decision.objects.get(pk=step.pk), by=place.office, version=step.version)

    with pytest.raises(Conflict):
        decisions.publish(step, by=place.director, version=step.version)
    assert Order.objects.filter(party="enterprise").count() == 3


def test_an_upgrade_replaces_the_orders_and_the_list_stays_that_of_the_start(place):
    episode = place.running("yellow")
    place.running("red", kind="upgrade")
    episode.refresh_from_db()

    assert (episode.level, episode.peak, weather.current(place.district.pk).weather) == ("red", "red", "red")
    found = Order.objects.filter(episode=episode, party="enterprise").order_by("pk").values_list("level", "state")
    assert list(found) == [("yellow", "superseded")] * 3 + [("red", "issued")] * 3


def test_a_step_published_ahead_leaves_the_one_in_force_with_its_limits_until_it_begins(place):
    episode = place.running("yellow")
    order = place.order(party="enterprise", enterprise__position=1)
    place.running("orange", kind="upgrade", starts_at=clock.now() + dt.timedelta(hours=6))
    answers.put_in_force(order, kind="lines", way="link", text="已停")
    states = lambda: set(Order.objects.filter(episode=episode, party="enterprise").values_list("level", "state"))  # noqa: E731

    with later(minutes=61):
        assert scan.scan()["overdue"] == 6
        assert episode.step_on(clock.today()).level == "yellow"
    assert states() == {("yellow", "in_force"), ("yellow", "issued"), ("orange", "issued")}
    groups = board.groups(Order.objects.filter(episode=episode, party="enterprise"), clock.now())
    assert [(group.label, group.total, group.in_force) for group in groups] == [("企业（黄色预警）", 3, 1), ("企业（橙色预警）", 3, 0)]
    with later(hours=6, minutes=1):
        assert (scan.scan()["replaced"], scan.scan()["replaced"]) == (11, 0)
    assert states() == {("yellow", "superseded"), ("orange", "issued")}
    assert verify.run(district=place.district.pk, state=True).faults == []


def test_rounds_follow_a_step_published_ahead_when_it_begins(place):
    hours = dt.timedelta(hours=1)
    weather.start(place.district, "yellow", note="手动", by=place.office)
    episode = place.running("orange", starts_at=clock.now() + 2 * hours)
    going = lambda: (running := weather.current(place.district.pk)) and (running.weather, running.held_by)  # noqa: E731

    assert (scan.scan()["rounds"], going()) == (0, ("yellow", ""))
    with later(hours=2, minutes=1):
        assert (scan.scan()["rounds"], scan.scan()["rounds"], going()) == (1, 0, ("orange", episode.number))
        place.running("red", kind="upgrade", starts_at=clock.now() + hours)
        assert going() == ("orange", episode.number)
    with later(hours=3, minutes=2):
        assert (scan.scan()["rounds"], going()) == (1, ("red", episode.number))


def test_a_warning_lifted_before_it_began_leaves_the_rounds_as_they_were(place):
    by_hand = weather.start(place.district, "yellow", note="手动", by=place.office)
    place.running("orange", starts_at=clock.now() + dt.timedelta(hours=2))
    place.running("orange", kind="lift")

    assert weather.current(place.district.pk) == by_hand
    with later(hours=3):
        assert (scan.scan()["rounds"], weather.current(place.district.pk)) == (0, by_hand)


def test_a_step_does_not_begin_before_the_one_in_force_nor_is_its_notice_of_tomorrow(place):
    place.running("yellow")
    day = dt.timedelta(days=1)

    for wrong in ({"starts_at": clock.now() - day}, {"notified_at": clock.now() + day}):
        with pytest.raises(ValidationError) as refused:
            decisions.draft(place.district, "upgrade", by=place.office, **place.words("upgrade", "orange", **wrong))
        assert set(refused.value.message_dict) == set(wrong)


def test_a_step_published_ahead_may_be_overtaken_by_one_of_now(place):
    place.running("yellow", starts_at=clock.now() + dt.timedelta(hours=6))

    assert place.running("red", kind="upgrade").level == "red"


def test_a_lift_is_approved_ahead_and_published_when_its_time_has_come(place):
    episode = place.running("orange")
    step = place.approved("orange", kind="lift", starts_at=clock.now() + dt.timedelta(hours=2))

    with pytest.raises(ValidationError, match="还没有到解除时间"):
        decisions.publish(step, by=place.office, version=step.version)
    episode.refresh_from_db()
    assert (episode.state, Order.objects.filter(is_lift=True).exists()) == ("running", False)
    with later(hours=2, minutes=1):
        assert decisions.publish(step, by=place.office, version=step.version).episode.state == "lifted"


def test_a_downgrade_keeps_the_peak(place):
    episode = place.running("red")
    place.running("yellow", kind="downgrade")
    episode.refresh_from_db()

    assert (episode.level, episode.peak, weather.current(place.district.pk).weather) == ("yellow", "red", "yellow")


def test_the_peak_of_an_ended_response_is_what_was_in_force_not_what_was_only_published_ahead(place):
    hours = dt.timedelta(hours=1)
    episode = place.running("yellow")
    place.running("red", kind="upgrade", starts_at=clock.now() + 6 * hours)
    with later(hours=1):
        place.running("orange", kind="downgrade")
        assert Episode.objects.get(pk=episode.pk).peak == "red"
    with later(hours=8):
        place.running("orange", kind="lift")

    assert Episode.objects.get(pk=episode.pk).peak == "orange"


def test_a_lift_of_yellow_does_not_end_the_orange_that_has_begun_meanwhile(place):
    episode = place.running("yellow")
    place.running("orange", kind="upgrade", starts_at=clock.now() + dt.timedelta(hours=2))
    step = place.approved("yellow", kind="lift")

    with later(hours=3):
        with pytest.raises(ValidationError, match="现在执行的是橙色预警，不能按“黄色预警解除”办理"):
            decisions.publish(step, by=place.office, version=step.version)
        decisions.drop(step, by=place.office, version=step.version, note="已升为橙色")
        assert place.running("orange", kind="lift").pk == episode.pk
    assert Episode.objects.get(pk=episode.pk).level == "orange"


@pytest.mark.parametrize(("kind", "level"), [("upgrade", "orange"), ("upgrade", "yellow"), ("downgrade", "red"), ("lift", "red")])
def test_a_step_must_go_where_its_name_says(place, kind, level):
    place.running("orange")

    with pytest.raises(ValidationError):
        decisions.draft(place.district, kind, by=place.office, **place.words(kind, level))


def test_lifting_ends_the_episode_the_weather_and_the_orders_and_sends_lift_orders(place):
    episode = place.lifted()

    assert (episode.state, episode.lifted_at is not None, weather.current(place.district.pk)) == ("lifted", True, None)
    assert set(Order.objects.filter(episode=episode, is_lift=False).values_list("state", flat=True)) == {"done"}
    assert Order.objects.filter(episode=episode, is_lift=True).count() == Order.objects.filter(episode=episode, is_lift=False).count()


def test_weather_set_by_hand_before_is_taken_over(place):
    weather.start(place.district, "orange", note="手动", by=place.office)

    episode = place.running("orange")

    running = weather.current(place.district.pk)
    assert (episode.state, running.note, running.held_by) == ("running", "手动", episode.number)


def test_nobody_changes_the_rounds_by_hand_while_a_warning_runs(place):
    place.running("orange")

    for change in (lambda: weather.stop(place.district, by=place.office), lambda: weather.start(place.district, "red", note="", by=place.office)):
        with pytest.raises(ValidationError) as refused:
            change()
        assert refused.value.code == "held"
    assert weather.current(place.district.pk).weather == "orange"


def test_a_draft_is_dropped_with_a_reason_and_the_next_warning_gets_the_next_number(place):
    step = place.drafted()
    decisions.drop(step, by=place.office, version=step.version, note="市里撤回")

    assert Episode.objects.get().state == "dropped"
    assert place.drafted().episode.number == "2026-02"


def test_everything_is_on_record(place):
    place.lifted()
    step = place.drafted()
    decisions.drop(step, by=place.office, version=step.version, note="误录")

    assert verify.run(district=place.district.pk, state=True).faults == []
