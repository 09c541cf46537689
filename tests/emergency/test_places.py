"""Orders and the list follow when grids move, are split, or units are merged."""

import pytest

from audit import verify
from common import clock
from emergency.models import ListedEnterprise, Order, UnitMeasure
from emergency.services import answers
from grids import services
from tests.factories.accounts import UserFactory
from tests.factories.grids import SIDE, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(place):
    return UserFactory(sysadmin=place.district)


def receivers(person) -> list[str]:
    return sorted(order.receiver for order in Order.objects.visible_to(person).filter(party="enterprise"))


def test_orders_of_enterprises_go_with_their_grid_to_the_new_township(place, administrator):
    old, new = (UserFactory(town_handler=grid.organisation) for grid in (place.district.town_a, place.district.town_b))
    place.running()
    assert (receivers(old), receivers(new)) == (["测试企业0", "测试企业1"], ["测试企业2"])
    services.move_grid(place.district.villages[0], parent=place.district.town_b, by=administrator)

    assert (receivers(old), receivers(new)) == (["测试企业1"], ["测试企业0", "测试企业2"])
    assert [ListedEnterprise.objects.visible_to(person).count() for person in (old, new)] == [1, 2]


def test_orders_of_a_grid_that_is_split_go_to_the_part_in_which_the_enterprise_lies(place, administrator):
    place.running()
    village = place.district.villages[0]
    west, south = village.min_lon, village.min_lat
    halves = [("A1", "西片", west), ("A2", "东片", west + SIDE / 2)]
    parts = [{"code": code, "name": name, "polygon": square(start, south, width=SIDE / 2)} for code, name, start in halves]
    ListedEnterprise.objects.filter(position=1).update(lon=west + SIDE * 0.75)
    first, east = services.split_grid(village, parts=parts, on=clock.today(), by=administrator)
    order = place.order(party="enterprise", enterprise__position=1)

    assert (order.grid, order.grid_path, order.enterprise.grid_path) == (east, east.path, east.path)
    assert place.order(party="grid", grid=first).grid_path == first.path
    assert verify.run(district=place.district.pk, state=True).faults == []


def test_the_successor_of_a_merged_unit_signs_its_order_and_has_its_measures_next_time(place, administrator):
    handler = UserFactory(dept_handler=place.district.housing)
    UnitMeasure.objects.filter(organisation=place.district.ecology).delete()
    place.running()
    order = place.order(party="unit", organisation=place.district.housing)
    services.merge_organisations(place.district.housing, into=place.district.ecology, on=clock.today(), by=administrator)
    order.refresh_from_db()
    person = type(handler).objects.get(pk=handler.pk)

    assert (order.organisation, answers.acknowledge_own(order, by=person).by) == (place.district.ecology, person)
    assert UnitMeasure.objects.filter(organisation=place.district.ecology).exists()
    assert verify.run(district=place.district.pk, state=True).faults == []


def test_a_successor_with_an_order_of_its_own_takes_the_other_measures_into_it(place, administrator):
    place.running()
    doubled, own = (place.order(party="unit", organisation=unit) for unit in (place.district.housing, place.district.ecology))
    services.merge_organisations(place.district.housing, into=place.district.ecology, on=clock.today(), by=administrator)
    lines = [*own.measures, *(line for line in doubled.measures if line not in own.measures)]
    doubled.refresh_from_db()
    own.refresh_from_db()

    assert (doubled.state, own.state, own.measures) == ("superseded", "issued", lines)
    assert verify.run(district=place.district.pk, state=True).faults == []
