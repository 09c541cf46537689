import datetime as dt

import pytest

from grids.models import Membership
from grids.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory, OrganisationFactory
from worktime import calendar


@pytest.fixture(autouse=True)
def _calendar_as_seeded():
    """What one test has edited was rolled back; the process must not remember it."""
    calendar.forget()
    yield
    calendar.forget()


@pytest.fixture
def district():
    return DistrictFactory()


@pytest.fixture
def seated(district):
    """Makes a person who holds a role in the district."""

    def make(role: Role):
        person = UserFactory()
        Membership.objects.create(user=person, organisation=OrganisationFactory(district=district), role=role, starts_on=dt.date(2020, 1, 1))
        return person

    return make


@pytest.fixture
def director(seated):
    return seated(Role.OFFICE_DIRECTOR)
