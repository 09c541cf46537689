"""What a person may see and do follows from the posts, memberships and handovers of today."""

import datetime as dt

import pytest

from common import clock
from grids import services
from grids.models import Grid, Membership, Post
from grids.roles import PostRole, Role
from grids.scope import looked_after, rights, role_label
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory, GridFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def fresh(user):
    """The same person at the next request."""
    return type(user).objects.get(pk=user.pk)


def test_a_grid_person_sees_the_own_grid_and_what_lies_below():
    district = DistrictFactory()
    chief = UserFactory(chief=district.town_a)

    assert set(Grid.objects.visible_to(chief)) == {district.town_a, *district.villages[:2]}


def test_a_path_never_matches_one_that_merely_begins_alike():
    root = GridFactory()
    short = GridFactory(parent=root)
    short.path = "/1/"
    short.save()
    alike = GridFactory(parent=root)
    alike.path = "/10/"
    alike.save()
    member = UserFactory(member=short)

    assert list(Grid.objects.visible_to(member)) == [short]


def test_a_township_official_has_the_township_and_a_department_official_no_grid():
    district = DistrictFactory()

    assert rights(UserFactory(town_handler=district.town_a.organisation)).paths == (district.town_a.path,)
    assert rights(UserFactory(dept_handler=district.ecology)).paths == ()


def test_the_office_has_the_whole_district_because_its_area_is_the_root():
    district = DistrictFactory()

    assert rights(UserFactory(office_staff=district)).paths == (district.path,)


def test_a_chief_answers_for_the_own_grid_and_not_for_one_walked_in():
    district = DistrictFactory()
    chief = UserFactory(chief=district.villages[0], patroller=district.villages[-1])
    town, office = UserFactory(town_handler=district.town_a.organisation), UserFactory(office_staff=district)

    assert set(rights(chief).paths) == {district.villages[0].path, district.villages[-1].path}
    assert [looked_after(user, district) for user in (chief, town, office)] == [
        [district.villages[0].path],
        [district.town_a.path],
        [district.path],
    ]


def test_people_of_another_district_see_nothing_of_ours():
    ours, theirs = DistrictFactory(), DistrictFactory()
    stranger = UserFactory(office_director=theirs)

    assert not Grid.objects.visible_to(stranger).filter(district=ours).exists()
    assert not Post.objects.visible_to(stranger).filter(grid__district=ours).exists()
    assert not Membership.objects.visible_to(stranger).filter(organisation__district=ours).exists()


def test_a_lead_unit_has_the_fields_of_its_headquarters():
    district = DistrictFactory()

    assert rights(UserFactory(dept_handler=district.ecology)).field_ids == {district.straw.pk, district.catering.pk}
    assert rights(UserFactory(commander=district.dust)).field_ids == {district.dust.pk}


@pytest.mark.parametrize(("starts", "ends", "counts"), [(0, None, True), (1, None, False), (-9, 0, True), (-9, -1, False)])
def test_a_post_counts_from_its_first_day_to_its_last(starts, ends, counts):
    district, today, user = DistrictFactory(), clock.today(), UserFactory()
    ends_on = None if ends is None else today + ends * DAY
    Post.objects.create(user=user, grid=district.town_a, role=PostRole.CHIEF, starts_on=today + starts * DAY, ends_on=ends_on)

    assert bool(rights(user).paths) is counts


def test_a_post_ended_at_once_gives_nothing_at_the_next_request():
    district = DistrictFactory()
    director, member = UserFactory(office_director=district), UserFactory()
    post = services.appoint(user=member, grid=district.villages[0], role=PostRole.MEMBER, by=director)
    assert rights(member).paths

    services.end_post(post, by=director)

    assert rights(fresh(member)).paths == ()
    post.refresh_from_db()
    assert post.ends_on == clock.today()


def test_an_inactive_account_has_no_rights():
    district = DistrictFactory()

    assert rights(UserFactory(office_director=district, is_active=False)).roles == frozenset()


def test_a_stand_in_has_the_rights_for_those_days_only(time_machine):
    district, today = DistrictFactory(), clock.today()
    away, here = UserFactory(town_handler=district.town_a.organisation), UserFactory(town_handler=district.town_b.organisation)
    duty = away.memberships.get()
    services.hand_over(duty, substitute=here, starts_on=today + DAY, ends_on=today + 2 * DAY, reason="休假", by=away)

    assert rights(fresh(here)).paths == (district.town_b.path,)
    time_machine.move_to(clock.at(today + DAY, dt.time(9)))
    assert set(rights(fresh(here)).paths) == {district.town_a.path, district.town_b.path}
    assert set(rights(fresh(away)).paths) == {district.town_a.path}
    time_machine.move_to(clock.at(today + 3 * DAY, dt.time(9)))
    assert rights(fresh(here)).paths == (district.town_b.path,)


def test_a_handover_taken_back_ends_at_once():
    district, today = DistrictFactory(), clock.today()
    away, here = UserFactory(chief=district.town_a), UserFactory(chief=district.town_b)
    handover = services.hand_over(away.posts.get(), substitute=here, starts_on=today, ends_on=today + DAY, reason="外出", by=away)
    assert district.town_a.path in rights(fresh(here)).paths

    services.end_handover(handover, by=away)

    assert rights(fresh(here)).paths == (district.town_b.path,)


def test_an_auditor_reads_no_business_data():
    district = DistrictFactory()
    auditor = UserFactory(auditor=district)

    assert not Grid.objects.visible_to(auditor).exists()
    assert rights(auditor).district_ids == frozenset()


def test_the_label_names_all_that_a_person_is():
    district = DistrictFactory()
    user = UserFactory(office_staff=district, chief=district.town_a)

    assert role_label(rights(user)) == f"{Role.OFFICE_STAFF.label}、{PostRole.CHIEF.label}"
