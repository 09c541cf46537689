"""Where the gateway for texts and calls reports what became of a message."""

import secrets

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import authentication, exceptions, permissions, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from notices.services import receipts
from notices.words import Outcome

SCHEME = "Bearer"
MOST = 500


class GatewayAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer`` with ``GATEWAY_RECEIPT_TOKEN``; without that setting nobody is the gateway."""

    def authenticate(self, request):
        scheme, _space, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        wanted = settings.GATEWAY_RECEIPT_TOKEN
        if not wanted or not secrets.compare_digest(given.strip().encode(), wanted.encode()):
            raise exceptions.AuthenticationFailed(_("回执令牌不正确，请与平台的系统管理员核对。"), code="receipt_token")
        return AnonymousUser(), "gateway"

    def authenticate_header(self, request):
        return SCHEME


class GatewayScheme(OpenApiAuthenticationExtension):
    """What the published description says of the gateway's token."""

    target_class = "notices.api.GatewayAuthentication"
    name = "gatewayToken"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}


class IsGateway(permissions.BasePermission):
    def has_permission(self, request, view):
        return request.auth == "gateway"


class ReceiptSerializer(serializers.Serializer):
    """``key`` as it was sent with the message, or the gateway's own ``id``."""

    key = serializers.CharField(max_length=250, required=False, default="")
    id = serializers.CharField(max_length=200, required=False, default="")
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    at = serializers.DateTimeField(required=False, default=None)

    def validate(self, attrs):
        if not attrs["key"] and not attrs["id"]:
            raise serializers.ValidationError({"key": _("请给出发送时的 key，或网关回答的 id。")})
        return attrs


class ReceiptsView(APIView):
    authentication_classes = [GatewayAuthentication]
    permission_classes = [IsGateway]

    @extend_schema(request=ReceiptSerializer(many=True), responses={200: dict, 202: dict})
    def post(self, request):
        """One receipt or a list of up to 500. 202 when messages nobody knows here are among them: sending those again changes nothing."""
        given = request.data if isinstance(request.data, list) else [request.data]
        if len(given) > MOST:
            raise exceptions.ValidationError({"detail": _("一次最多 %(n)s 条回执，请分批发送。") % {"n": MOST}})
        form = ReceiptSerializer(data=given, many=True)
        form.is_valid(raise_exception=True)
        found = [receipts.Receipt(**each | {"outcome": Outcome(each["outcome"])}) for each in form.validated_data]
        unknown = [receipt.key or receipt.id for receipt in receipts.take(found)]
        return Response({"taken": len(found) - len(unknown), "unknown": unknown}, status=202 if unknown else 200)
