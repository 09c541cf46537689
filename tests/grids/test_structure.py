"""Making, renaming, moving, closing and merging places and bodies."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from audit.models import AuditEvent
from common import clock
from common.errors import NotYourRole
from grids import geometry, services
from grids.models import Grid, Organisation, StructureChange
from grids.roles import OrganisationKind, PostRole, Role
from grids.scope import rights
from tests.factories.accounts import UserFactory
from tests.factories.grids import LAT, LON, SIDE, DistrictFactory, GridFactory, centre, square

pytestmark = pytest.mark.django_db
MOVES: list = []


def remember(old, new, grid):
    MOVES.append((old, new, grid.pk))


@pytest.fixture(autouse=True)
def moves(settings):
    """Who keeps copies of paths is told: here, this list."""
    settings.GRID_MOVED = [f"{__name__}.remember"]
    MOVES.clear()
    return MOVES


@pytest.fixture
def district():
    return DistrictFactory()


@pytest.fixture
def director(district):
    return UserFactory(office_director=district)


def test_a_new_grid_stands_below_its_parent(district, director):
    grid = services.create_grid(parent=district.town_a, code="N1", name="新村", polygon=square(LON), by=director)

    assert grid.path == f"{district.town_a.path}{grid.pk}/"
    assert (grid.level, grid.district_id, grid.min_lon) == (3, district.pk, LON)
    assert StructureChange.objects.get(grid=grid).by == director
    assert AuditEvent.objects.filter(action="grid.created", object_id=str(grid.pk), district_id=district.pk).exists()


def test_a_code_is_given_once_in_a_district(district, director):
    with pytest.raises(ValidationError) as refused:
        services.create_grid(parent=district, code="T1", name="又一个", by=director)
    assert list(refused.value.message_dict) == ["code"]


@pytest.mark.parametrize("trait", ["office_staff", "supervision", "leader", "auditor"])
def test_only_the_director_and_the_administrator_change_the_structure(district, trait):
    with pytest.raises(NotYourRole):
        services.rename_grid(district.town_a, name="甲", by=UserFactory(**{trait: district}))


def test_the_administrator_of_another_district_may_not(district):
    with pytest.raises(NotYourRole):
        services.rename_grid(district.town_a, name="甲", by=UserFactory(sysadmin=DistrictFactory()))


def test_a_renamed_grid_keeps_its_old_name_in_history(district, director):
    services.rename_grid(district.villages[0], name="新名村", by=director, note="区划调整")

    change = StructureChange.objects.get(grid=district.villages[0], kind="renamed")
    assert (change.before, change.after, change.note) == ("东村", "新名村", "区划调整")


def test_moving_takes_everything_below_along(district, director, moves):
    town = district.town_a
    old = {village.pk: village.path for village in district.villages[:2]}

    services.move_grid(town, parent=district.town_b, by=director)

    for village in Grid.objects.filter(pk__in=old):
        assert village.path == f"{district.town_b.path}{town.pk}/{village.pk}/"
        assert village.level == 4
    assert moves == [(f"{district.path}{town.pk}/", f"{district.town_b.path}{town.pk}/", town.pk)]


def test_a_grid_is_not_moved_below_itself(district, director):
    with pytest.raises(ValidationError):
        services.move_grid(district.town_a, parent=district.villages[0], by=director)


def test_a_grid_with_active_children_is_not_closed(district, director):
    with pytest.raises(ValidationError):
        services.close_grid(district.town_a, on=clock.today(), by=director)


def test_closing_ends_the_posts_and_nothing_is_found_there(district, director):
    village, member = district.villages[0], UserFactory(member=district.villages[0])

    services.close_grid(village, on=clock.today(), by=director, note="征迁")

    assert rights(type(member).objects.get(pk=member.pk)).paths == ()
    assert geometry.locate(district.pk, *centre(village)) == [district.town_a]


# --- merging grids ------------------------------------------------------------------------------------------------------------------
def test_a_merged_grid_stays_in_history_below_its_successor(district, director, moves):
    source, into = district.villages[:2]
    old = source.path

    services.merge_grids(source, into=into, on=clock.today(), by=director, note="合村并居")

    source.refresh_from_db()
    assert source.merged_into == into
    assert source.valid_to == clock.today()
    assert source.path == f"{into.path}{source.pk}/"
    assert moves == [(old, source.path, source.pk)]
    assert StructureChange.objects.filter(kind="merged").count() == 2


def test_a_merged_township_hands_its_villages_over(district, director):
    services.merge_grids(district.town_a, into=district.town_b, on=clock.today(), by=director)

    for village in Grid.objects.filter(pk__in=[village.pk for village in district.villages]):
        assert village.parent_id == district.town_b.pk
        assert village.path == f"{district.town_b.path}{village.pk}/"
    holder = UserFactory(chief=district.town_b)
    assert {*district.villages, district.town_a, district.town_b} == set(Grid.objects.visible_to(holder))


@pytest.mark.parametrize("carried", [True, False])
def test_posts_of_a_merged_grid_end_or_go_on(district, director, carried):
    source, into = district.villages[:2]
    member = UserFactory(member=source)

    services.merge_grids(source, into=into, on=clock.today(), by=director, carry_posts=carried)

    today = clock.today()
    assert member.posts.current(today).count() == int(carried)
    assert member.posts.get(grid=source).ends_on == today - dt.timedelta(days=1)
    assert member.posts.filter(grid=into, starts_on=today).exists() is carried


@pytest.mark.parametrize("wrong", ["itself", "below", "ahead", "root", "stranger"])
def test_a_merge_that_makes_no_sense_is_refused(district, director, wrong):
    today = clock.today()
    source, into, on = district.town_a, district.town_b, today
    if wrong == "itself":
        into = source
    elif wrong == "below":
        into = district.villages[0]
    elif wrong == "ahead":
        on = today + dt.timedelta(days=1)
    elif wrong == "root":
        source = district
    else:
        into = GridFactory(parent=GridFactory())
    with pytest.raises(ValidationError):
        services.merge_grids(source, into=into, on=on, by=director)
    assert not Grid.objects.exclude(merged_into=None).exists()


def test_what_was_merged_is_not_merged_again(district, director):
    source, into = district.villages[:2]
    services.merge_grids(source, into=into, on=clock.today(), by=director)

    with pytest.raises(ValidationError):
        services.merge_grids(source, into=district.villages[2], on=clock.today(), by=director)


# --- merging organisations ----------------------------------------------------------------------------------------------------------
def go_on(source, into, *, by, note):
    MOVES.append((source.pk, into.pk, by))


def test_people_grids_and_places_in_headquarters_follow_a_merged_unit(district, director, settings, moves):
    settings.ORGANISATION_MERGED = [f"{__name__}.go_on"]
    handler = UserFactory(dept_handler=district.housing)
    district.straw.headquarters.member_units.add(district.housing)

    services.merge_organisations(district.housing, into=district.ecology, on=clock.today(), by=director)

    assert rights(type(handler).objects.get(pk=handler.pk)).organisation_ids == {district.ecology.pk}
    district.dust.headquarters.refresh_from_db()
    assert district.dust.headquarters.lead_unit == district.ecology
    assert not district.straw.headquarters.member_units.exists()
    assert moves == [(district.housing.pk, district.ecology.pk, director)]
    assert Organisation.objects.get(pk=district.housing.pk).merged_into == district.ecology


def test_a_merged_township_unit_hands_its_grids_over(district, director):
    a, b = district.town_a.organisation, district.town_b.organisation

    services.merge_organisations(a, into=b, on=clock.today(), by=director)

    assert not Grid.objects.filter(organisation=a).exists()
    assert Grid.objects.filter(organisation=b).count() == 6


def test_units_of_different_kinds_do_not_merge(district, director):
    with pytest.raises(ValidationError):
        services.merge_organisations(district.housing, into=district.town_a.organisation, on=clock.today(), by=director)


def test_a_unit_with_people_is_not_simply_closed(district, director):
    UserFactory(dept_handler=district.housing)
    with pytest.raises(ValidationError):
        services.close_organisation(district.housing, on=clock.today(), by=director)


# --- terms --------------------------------------------------------------------------------------------------------------------------
def test_a_role_must_fit_the_kind_of_unit(district, director):
    with pytest.raises(ValidationError):
        services.grant(user=UserFactory(), organisation=district.town_a.organisation, role=Role.COMMANDER, by=director)


def test_nobody_grants_a_role_to_himself(district, director):
    with pytest.raises(NotYourRole):
        services.grant(user=director, organisation=district.supervision, role=Role.SUPERVISION, by=director)


def test_the_last_keeper_of_the_settings_stays(district, director):
    with pytest.raises(ValidationError):
        services.end_membership(director.memberships.get(), by=director)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "put_out",
    [
        lambda whom, by, district: services.end_membership(whom.memberships.get(), by=by),
        lambda whom, by, district: services.deactivate_person(whom, district=district, by=by),
    ],
)
def test_the_last_two_keepers_do_not_put_each_other_out(district, director, put_out):
    other, gate = UserFactory(sysadmin=district), threading.Barrier(2)

    def end(pair):
        gate.wait(30)
        try:
            put_out(*pair, district)
            return "ended"
        except (ValidationError, NotYourRole):
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(end, [(director, other), (other, director)])) == ["ended", "refused"]


@pytest.mark.django_db(transaction=True)
def test_what_is_pressed_twice_at_once_is_one_duty_and_one_stand_in(district, director):
    user, grid, today, gate = UserFactory(), district.villages[0], clock.today(), threading.Barrier(2)
    duty, here = UserFactory(chief=district.town_a).posts.get(), UserFactory(chief=district.town_b)

    def twice(_n):
        gate.wait(30)
        try:
            post = services.appoint(user=user, grid=grid, role=PostRole.CHIEF, by=director)
            gate.wait(30)
            services.hand_over(duty, substitute=here, starts_on=today, ends_on=today, reason="休假", by=director)
            return post.pk, "new"
        except ValidationError:
            return post.pk, "overlap"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        (one, first), (other, second) = pool.map(twice, range(2))
    assert (one, {first, second}) == (other, {"new", "overlap"})


@pytest.mark.parametrize("kind", ["grid", "organisation"])
def test_what_is_closed_is_not_closed_once_more(district, director, kind):
    row = district.villages[0] if kind == "grid" else district.ecology
    close, same = getattr(services, f"close_{kind}"), type(row).objects.get(pk=row.pk)
    close(row, on=clock.today(), by=director)
    with pytest.raises(ValidationError):
        close(same, on=clock.today(), by=director)
    assert row.changes.filter(kind="closed").count() == 1


def test_appointing_twice_is_one_post(district, director):
    user, grid = UserFactory(), district.villages[0]
    first = services.appoint(user=user, grid=grid, role=PostRole.CHIEF, by=director)
    second = services.appoint(user=user, grid=grid, role=PostRole.CHIEF, by=director, title="村支书")

    assert first == second
    assert user.posts.get().title == "村支书"


def test_a_stand_in_comes_from_the_same_district(district, director):
    duty, today = UserFactory(chief=district.town_a).posts.get(), clock.today()
    with pytest.raises(ValidationError):
        services.hand_over(duty, substitute=UserFactory(chief=DistrictFactory().town_a), starts_on=today, ends_on=today, reason="休假", by=director)


def test_a_colleague_does_not_hand_over_for_another(district):
    duty, today = UserFactory(chief=district.town_a).posts.get(), clock.today()
    other = UserFactory(chief=district.town_a)
    with pytest.raises(NotYourRole):
        services.hand_over(duty, substitute=other, starts_on=today, ends_on=today, reason="休假", by=other)


# --- where a point lies -------------------------------------------------------------------------------------------------------------
def test_a_point_lies_in_the_deepest_grid(district):
    assert geometry.locate(district.pk, *centre(district.villages[2])) == [district.villages[2]]


def test_a_point_on_a_border_lies_in_two(district):
    found = geometry.locate(district.pk, LON + SIDE, LAT + SIDE / 2)
    assert set(found) == set(district.villages[:2])


def test_a_point_outside_lies_in_none(district):
    assert geometry.locate(district.pk, LON - 1, LAT) == []
    assert geometry.locate(DistrictFactory().pk + 999, *centre(district.villages[0])) == []


@pytest.mark.parametrize(
    "polygon",
    [
        "text",
        {"type": "Point", "coordinates": [114, 34]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[114, 34], [115, 35], [115, 34], [114, 35], [114, 34]]]},
        {"type": "Polygon", "coordinates": [[[500, 34], [501, 34], [501, 35], [500, 34]]]},
        {"type": "Polygon", "coordinates": [[["a", "b"]]]},
        {"type": "Polygon"},
    ],
)
def test_a_wrong_outline_is_refused_with_a_reason(district, director, polygon):
    with pytest.raises(ValidationError) as refused:
        services.set_polygon(district.villages[0], polygon=polygon, by=director)
    assert refused.value.code == "polygon"


def test_a_feature_is_taken_for_its_outline(district, director):
    services.set_polygon(district.villages[0], polygon={"type": "Feature", "properties": {}, "geometry": square(LON + 5)}, by=director)

    assert geometry.locate(district.pk, LON + 5 + SIDE / 2, LAT + SIDE / 2) == [district.villages[0]]


def test_the_kinds_of_organisation_all_have_their_roles():
    from grids.roles import ROLES_OF_KIND

    assert set(ROLES_OF_KIND) == set(OrganisationKind)
