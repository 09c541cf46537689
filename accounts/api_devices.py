"""Devices at the interface for programs: who they are, and that only they may send."""

import base64

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions, permissions

from accounts import devices
from accounts.models import Device, DeviceUse

SCHEME = "Device"


class DeviceAuthentication(authentication.BaseAuthentication):
    """``Authorization: Device KEY``, or HTTP Basic with the key as password, which is all that most cameras can do. ``request.auth`` is the device."""

    def authenticate(self, request):
        scheme, _space, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        key = _password(given) if scheme.lower() == "basic" else given.strip() if scheme.lower() == SCHEME.lower() else None
        if key is None:
            return None
        return identified(key)

    def authenticate_header(self, request):
        return SCHEME


def identified(key: str) -> tuple[AnonymousUser, Device]:
    """What DRF wants of an authentication. Raises ``AuthenticationFailed`` for a key that is not in force."""
    device = devices.find(key)
    if device is None:
        raise exceptions.AuthenticationFailed(_("设备密钥不正确或已停用，请向攻坚办重新领取。"), code="device_key")
    return AnonymousUser(), device


def _password(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except ValueError:  # letters outside ASCII, no base64, no UTF-8
        return ""


class IsDevice(permissions.BasePermission):
    """Only a machine with a key in force."""

    def has_permission(self, request, view):
        return isinstance(request.auth, Device)


class SendsData(IsDevice):
    """Only one whose key was given out for figures, not a camera's or a site monitor's."""

    message = _("这个密钥属于报警来源，不能发送数据。请由攻坚办在“空气质量—设置—设备密钥”另发一个。")

    def has_permission(self, request, view):
        return super().has_permission(request, view) and request.auth.use == DeviceUse.DATA


class DeviceScheme(OpenApiAuthenticationExtension):
    """What the published description says of a device's key."""

    target_class = "accounts.api_devices.DeviceAuthentication"
    name = "deviceKey"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": f"{SCHEME} KEY; or HTTP Basic with the key as password"}
