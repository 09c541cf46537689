"""A small district with types, and people of each kind in it."""

import uuid

import pytest
from rest_framework.test import APIClient

from common import clock
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory, centre
from tests.factories.inspections import ChecklistFactory, PatrolFactory, ProblemTypeFactory, VisitFactory
from tests.factories.registers import SiteFactory


@pytest.fixture
def district(db):
    return DistrictFactory()


@pytest.fixture
def bare(district):
    return ProblemTypeFactory(district=district, field=district.dust, code="bare-ground", name="裸露土地未覆盖")


@pytest.fixture
def member(district):
    """Of the first village."""
    return UserFactory(member=district.villages[0])


@pytest.fixture
def office(district):
    return UserFactory(office_staff=district)


@pytest.fixture
def supervision(district):
    return UserFactory(supervision=district)


@pytest.fixture
def api():
    """``api(user)`` is a signed-in program."""

    def sign_in(user):
        client = APIClient()
        client.force_authenticate(user)
        return client

    return sign_in


@pytest.fixture
def report(district, bare):
    """``report(**changes)`` is a right body; its place lies in the first village."""
    lon, lat = centre(district.villages[0])
    body = {
        "v": 1,
        "device_id": "phone-1",
        "seq": 1,
        "problem_type": "bare-ground",
        "text": "东门南侧黄土未覆盖约300平方米",
        "lon": lon,
        "lat": lat,
        "accuracy": 8,
    }

    def make(**changes):
        return {name: value for name, value in (body | changes).items() if value is not ...}

    return make


@pytest.fixture
def put(api):
    """``put(user, body)`` submits and gives the answer."""

    def submit(user, body, *, key=None, **headers):
        return api(user).put(f"/api/v1/findings/{key or uuid.uuid4()}/", body, format="json", headers=headers)

    return submit


# --- rounds ---------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def site(district):
    """A building site in the middle of the first village."""
    lon, lat = centre(district.villages[0])
    return SiteFactory(district=district, lon=lon, lat=lat, name="东门工地")


@pytest.fixture
def checklist(district, site):
    return ChecklistFactory(district=district, code="LIST", kinds=[site.kind])


@pytest.fixture
def patrol(district, member):
    return PatrolFactory(district=district, person=member)


@pytest.fixture
def planned(patrol, site):
    """A visit on the member's round of today."""
    return VisitFactory(patrol=patrol, site=site)


@pytest.fixture
def seen(site):
    """``seen(**changes)`` is a right body of a visit."""
    body = {
        "v": 1,
        "device_id": "phone-1",
        "seq": 5,
        "site": str(site.uuid),
        "arrived_at": clock.now().isoformat(),
        "lon": site.lon,
        "lat": site.lat,
        "accuracy": 8,
        "conclusion": "normal",
        "one_tap": True,
    }

    def make(**changes):
        return {name: value for name, value in (body | changes).items() if value is not ...}

    return make


@pytest.fixture
def put_visit(api):
    def submit(user, body, *, key=None, **headers):
        return api(user).put(f"/api/v1/visits/{key or uuid.uuid4()}/", body, format="json", headers=headers)

    return submit


@pytest.fixture
def put_patrol(api):
    def submit(user, body, *, key=None, **headers):
        return api(user).put(f"/api/v1/patrols/{key or uuid.uuid4()}/", body, format="json", headers=headers)

    return submit
