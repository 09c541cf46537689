"""A small district with the kinds of building sites, restaurants and households, and people of each kind in it."""

import pytest

from common import clock
from registers.models import Site
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory, centre
from tests.factories.registers import WELL, SiteKindFactory


@pytest.fixture
def district(db):
    return DistrictFactory()


@pytest.fixture
def kind(district):
    return SiteKindFactory(district=district)


@pytest.fixture
def households(district):
    return SiteKindFactory(district=district, code="coal-replacement")


@pytest.fixture
def office(district):
    return UserFactory(office_staff=district)


@pytest.fixture
def director(district):
    return UserFactory(office_director=district)


@pytest.fixture
def town(district):
    return UserFactory(town_handler=district.town_a.organisation)


@pytest.fixture
def other_town(district):
    return UserFactory(town_handler=district.town_b.organisation)


@pytest.fixture
def housing(district):
    return UserFactory(dept_handler=district.housing)


@pytest.fixture
def member(district):
    return UserFactory(member=district.villages[0])


@pytest.fixture
def chief(district):
    return UserFactory(chief=district.villages[0])


@pytest.fixture
def leader(district):
    return UserFactory(leader=district)


@pytest.fixture
def new_site(district, kind):
    """``new_site(**changes)``: an unsaved building site in the first village."""

    def make(**changes):
        lon, lat = centre(district.villages[0])
        made = {"kind": kind, "name": "东湖小区一期", "address": "迎宾路1号", "lon": lon, "lat": lat, "attributes": dict(WELL["construction"])}
        return Site(district=district, created_at=clock.now(), **made | changes)

    return make
