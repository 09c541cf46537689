"""A round handed over: the rest goes on, what was seen stays."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from common import clock
from common.errors import Conflict, NotYourRole
from inspections.models import Patrol, Visit
from inspections.services import handing_over, places
from notices.models import Notice
from tests.factories.accounts import UserFactory
from tests.factories.inspections import PatrolFactory, VisitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(district):
    return UserFactory(patroller=district.villages[0])


def test_what_is_left_becomes_the_other_persons_round(patrol, planned, member, other, site):
    VisitFactory(patrol=patrol, site=site, done=True)
    target = handing_over.hand_over(patrol, to=other, reason="临时请假", by=member)
    patrol.refresh_from_db()
    assert (patrol.state, patrol.handed_to, patrol.handover_reason) == ("handed_over", other, "临时请假")
    assert [(each.site, each.person, each.state) for each in target.visits.all()] == [(site, other, "planned")]
    assert sorted(patrol.visits.values_list("state", flat=True)) == ["done", "dropped"]


def test_who_goes_on_is_told_and_who_was_to_go_when_others_decide(patrol, planned, member, other, district):
    chief = UserFactory(chief=district.villages[0])
    target = handing_over.hand_over(patrol, to=other, reason="临时请假", by=chief)
    told = {notice.recipient: (notice.title, notice.url) for notice in Notice.objects.all()}
    village = district.villages[0]
    assert told == {
        other: (f"“{village}”的一次巡查移交给您", f"/m/round/{target.uuid}/"),
        member: (f"您在“{village}”的巡查已移交给{other}", "/m/rounds/"),
    }
    assert Notice.objects.get(recipient=other).body == "还有 1 处要到访。移交原因：临时请假"


def test_rest_joins_the_round_the_other_person_has_anyway(patrol, planned, member, other, district):
    own = PatrolFactory(district=district, person=other)
    assert handing_over.hand_over(patrol, to=other, reason="请假", by=member) == own
    assert Patrol.objects.count() == 2


def test_visit_made_before_the_hand_over_and_sent_after_it_is_kept(patrol, planned, member, other, put_visit, seen):
    handing_over.hand_over(patrol, to=other, reason="请假", by=member)
    assert put_visit(member, seen(), key=planned.uuid).status_code == 201
    assert Visit.objects.get(pk=planned.pk).state == "done"


def test_chief_township_and_office_may_and_a_neighbour_may_not(patrol, planned, other, district, office):
    chief, town = UserFactory(chief=district.villages[0]), UserFactory(town_handler=district.town_a.organisation)
    assert all(handing_over.may_hand_over(patrol, user) for user in (chief, town, office))
    for user in (other, UserFactory(chief=district.villages[1])):
        with pytest.raises(NotYourRole):
            handing_over.hand_over(patrol, to=other, reason="请假", by=user)


def test_a_round_whose_window_is_over_stays_as_it_was(district, member, other):
    patrol = PatrolFactory(district=district, person=member, planned_on=clock.today() - dt.timedelta(days=1))
    VisitFactory(patrol=patrol)

    with pytest.raises(Conflict):
        handing_over.hand_over(patrol, to=other, reason="临时请假", by=member)

    assert Patrol.objects.get().visits.filter(state="planned").count() == 1


def test_reason_and_a_person_of_the_grid_are_wanted(patrol, planned, member, other, office):
    for to, reason in ((other, " "), (office, "请假")):
        with pytest.raises(ValidationError):
            handing_over.hand_over(patrol, to=to, reason=reason, by=member)
    handing_over.hand_over(patrol, to=other, reason="请假", by=member)
    with pytest.raises(Conflict):
        handing_over.hand_over(patrol, to=other, reason="请假", by=member)


def test_rounds_and_visits_move_with_their_grid(patrol, planned, district):
    village = district.villages[0]
    places.grid_moved(village.path, "/9/9/", village)
    patrol.refresh_from_db()
    planned.refresh_from_db()
    assert (patrol.grid_path, planned.grid_path) == ("/9/9/", "/9/9/")
