"""The database's idea of what is wanted of a person is the same as the workflow's."""

import itertools

import pytest

from inspections.words import FindingState, Source
from rectification import wanted
from rectification.models import Task, TaskRequest
from rectification.services import parts
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def rows(scene):
    for state, risk, other in itertools.product(("fed_back", "second_look"), ("low", "medium", "high"), ("accepted", "refused", None)):
        scene.task(state, risk=risk, other=other)
    scene.task("fed_back", assigned_by=scene["department"])
    scene.task("fed_back", risk="medium", assigned_by=scene["office"])
    scene.task("second_look", first_verifier=scene["office"])
    scene.task("fed_back", lot="drawn")
    scene.task("fed_back", lot="drawn", other=None)
    scene.task("second_look", lot="second_looked", first_verifier=scene["supervision"])
    scene.task("fed_back", finding=scene.finding("registered", source=Source.CITY_INSPECTION))


def test_to_verify_is_what_the_workflow_offers(scene):
    rows(scene)
    both = UserFactory(office_staff=scene.district, town_handler=scene.district.town_a.organisation)

    for person in [*scene.people.values(), both]:
        offered = {task.pk for task in Task.objects.visible_to(person) if {"pass", "confirm"} & set(parts.actions_for(person, task))}
        assert set(wanted.to_verify(person).values_list("pk", flat=True)) == offered


@pytest.mark.parametrize(("queryset", "action"), [(wanted.to_accept, "accept"), (wanted.to_feed_back, "feedback")])
def test_what_waits_for_a_party(scene, queryset, action):
    for state in ("assigned", "accepted", "returned", "fed_back"):
        scene.task(state)
        scene.task(state, handler=scene["member"])

    for person in scene.people.values():
        offered = {task.pk for task in Task.objects.visible_to(person) if action in parts.actions_for(person, task)}
        assert set(queryset(person).values_list("pk", flat=True)) == offered


def test_what_waits_for_a_decision(scene):
    task = scene.task("accepted")
    scene.request(task)

    deciders = {name for name, person in scene.people.items() if wanted.to_decide(person).exists()}

    assert deciders == {"commander", "director"}
    assert all("approve" in parts.actions_for(scene[name], task) for name in deciders)
    assert TaskRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("queryset", "action", "state"),
    [
        (wanted.to_register, "register", FindingState.REPORTED),
        (wanted.to_assign, "assign", FindingState.REGISTERED),
        (wanted.to_strike_off, "strike_off", FindingState.RECTIFIED),
    ],
)
def test_what_waits_for_the_office(scene, queryset, action, state):
    plain = scene.finding(state)
    sealed = scene.finding(state, is_sealed=True)

    for person in scene.people.values():
        seen = type(plain).objects.visible_to(person).filter(pk__in=(plain.pk, sealed.pk))
        offered = {row.pk for row in seen if action in parts.actions_for(person, row)}
        assert set(queryset(person).filter(pk__in=seen.values("pk")).values_list("pk", flat=True)) == offered


def test_a_look_back_is_wanted_from_its_day_on_only(scene):
    finding = scene.finding("struck_off")
    assert wanted.look_backs(scene["supervision"]).exists()
    assert not wanted.look_backs(scene["town"]).exists()

    finding.look_backs.update(planned_on="2099-01-01")

    assert not wanted.look_backs(scene["supervision"]).exists()
    assert "look_back" not in parts.actions_for(scene["supervision"], type(finding).objects.get(pk=finding.pk))
