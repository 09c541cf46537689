"""``POST /api/v1/alarms/{source}/``: whatever a device sends, by its key. Answers fast and always in JSON; 200 is all that most cameras understand."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_devices import DeviceAuthentication, DeviceScheme, IsDevice, identified
from alarms import reading
from alarms.models import AlarmSource
from alarms.services import intake
from common.api.parsers import TooLarge

LARGEST = 16 * 1024 * 1024
"""Bytes of a message with its pictures. Of a larger one no more than this is read."""


class KeyInAddress(DeviceAuthentication):
    """``?key=`` for cameras that can send neither a header nor a password. Logs must leave the query string out (docs/alarms.md)."""

    def authenticate(self, request):
        key = request.query_params.get("key", "")
        found = identified(key) if key else super().authenticate(request)
        if found is None:
            raise exceptions.AuthenticationFailed(_("没有收到设备密钥：放在 Authorization 头、HTTP Basic 密码或地址的 ?key= 里。"), code="device_key")
        return found

    def authenticate_header(self, request):
        """Many cameras send their password only when they are asked for it in this way."""
        return 'Basic realm="airduty"'


class KeyInAddressScheme(DeviceScheme):
    """For devices that can do nothing else."""

    target_class = "alarms.api_intake.KeyInAddress"
    name = "deviceKeyInAddress"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "query", "name": "key"}


def body_of(request) -> bytes:
    """The body byte by byte, whatever its stated type; chunked bodies too, which Django takes for empty ones."""
    meta = request.META
    length = int(meta.get("CONTENT_LENGTH") or 0)
    chunked = not length and "chunked" in meta.get("HTTP_TRANSFER_ENCODING", "").lower()
    body = (meta["wsgi.input"] if chunked else request._request).read(LARGEST + 1)
    if length > LARGEST or len(body) > LARGEST:
        raise TooLarge(LARGEST)
    return body


class TakenSerializer(serializers.Serializer):
    meaning = serializers.CharField(help_text="alarm, within, over, other, test, alive, readings")
    signal = serializers.IntegerField(allow_null=True)
    alarm = serializers.CharField(allow_null=True, help_text="number of the alarm it belongs to")
    replay = serializers.BooleanField()


class IntakeView(APIView):
    authentication_classes = [KeyInAddress]
    permission_classes = [IsDevice]

    @extend_schema(
        summary="A message of a device: Hikvision ISAPI (multipart/form-data, XML or JSON), the documented JSON, readings, HJ 212",
        request={"application/json": OpenApiTypes.OBJECT, "application/xml": OpenApiTypes.STR, "multipart/form-data": OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("key", OpenApiTypes.STR, description="device key, only where neither header nor password can be set")],
        responses=TakenSerializer,
    )
    def post(self, request, source):
        found = AlarmSource.objects.filter(slug=source, device=request.auth).select_related("site", "grid", "dust_limit").first()
        if found is None:
            raise exceptions.NotFound(_("没有这个接入代码，或密钥属于另一台设备。"))
        if not found.is_active:
            raise exceptions.PermissionDenied(_("这台设备已停用，请联系攻坚办。"))
        body = body_of(request)
        try:
            message = reading.read(body, request.content_type or "")
        except reading.Unreadable as unreadable:
            intake.keep_unreadable(found, body, reason=unreadable)
            raise ValidationError(_("内容无法读取：%(reason)s。格式见 docs/alarms.md。") % {"reason": unreadable}, code="unreadable") from unreadable
        taken = intake.take_in(found, message, size=len(body))
        return Response(
            {
                "meaning": str(taken.meaning),
                "signal": taken.signal.pk if taken.signal else None,
                "alarm": taken.alarm.number if taken.alarm else None,
                "replay": taken.replay,
            }
        )
