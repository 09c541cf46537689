import pytest

from accounts import devices
from accounts.models import DeviceUse
from alarms.services import defaults
from common import clock
from tests.alarms.moments import NOW
from tests.factories.accounts import UserFactory
from tests.factories.alarms import SourceFactory
from tests.factories.districts import made_district


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.MFA_REQUIRED = False


@pytest.fixture
def at_ten():
    with clock.standing(NOW):
        yield


@pytest.fixture
def enter(client):
    def sign_in(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def district():
    found = made_district()
    defaults.load(found)
    return found


@pytest.fixture
def operator(district):
    return UserFactory(office_staff=district)


@pytest.fixture
def director(district):
    return UserFactory(office_director=district)


@pytest.fixture
def member(district):
    """First in line in the first village."""
    return UserFactory(member=district.villages[0])


@pytest.fixture
def chief(district):
    return UserFactory(chief=district.villages[0])


@pytest.fixture
def town(district):
    return UserFactory(town_handler=district.town_a.organisation)


@pytest.fixture
def camera(district):
    return SourceFactory(district=district)


@pytest.fixture
def key(camera, director):
    """The key of the camera."""
    camera.device, text = devices.issue(camera.district_id, camera.name, by=director, use=DeviceUse.ALARM)
    camera.save()
    return text
