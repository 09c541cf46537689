"""Keys of machines: shown once, ended by hand."""

import base64

import pytest
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts import devices
from accounts.api_devices import DeviceAuthentication, IsDevice
from audit.models import AuditEvent
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


class Door(APIView):
    authentication_classes = [DeviceAuthentication]
    permission_classes = [IsDevice]

    def post(self, request):
        return Response({"device": request.auth.name})


class OpenDoor(Door):
    permission_classes = [AllowAny]


@pytest.fixture
def issued():
    return devices.issue(7, "1号摄像机", by=UserFactory())


def ask(given: str = "", view=Door):
    headers = {"HTTP_AUTHORIZATION": given} if given else {}
    return view.as_view()(APIRequestFactory().post("/", {}, **headers))


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"camera:{key}".encode()).decode()


def test_a_key_opens_by_header_and_by_basic_password(issued):
    device, key = issued
    assert ask(f"Device {key}").data == {"device": "1号摄像机"}
    assert ask(basic(key)).data == {"device": "1号摄像机"}
    device.refresh_from_db()
    assert device.seen_at is not None
    assert key not in str(vars(device))


@pytest.mark.parametrize("given", ["", "Device wrong", "Device", "Basic ???", basic("wrong"), "Token abc"])
def test_without_a_key_in_force_nothing_opens(issued, given):
    answer = ask(given)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Device"


def test_a_wrong_key_is_refused_even_where_everybody_may_come(issued):
    assert ask("Device wrong", view=OpenDoor).status_code == 401


def test_a_revoked_key_opens_nothing_and_a_renewed_device_has_another(issued):
    device, key = issued
    keeper = UserFactory()
    assert devices.revoke(device, by=keeper)
    assert not devices.revoke(device, by=keeper)
    assert ask(f"Device {key}").status_code == 401
    fresh = devices.renew(device, by=keeper)
    assert ask(f"Device {key}").status_code == 401
    assert ask(f"Device {fresh}").status_code == 200
    assert list(AuditEvent.objects.filter(action__startswith="device.").order_by("pk").values_list("action", flat=True)) == [
        "device.issue", "device.revoke", "device.renew",
    ]  # fmt: skip
