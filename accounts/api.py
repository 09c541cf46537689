"""Tokens for programs."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from axes.helpers import get_lockout_message
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.authtoken.models import Token
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from accounts import policy
from accounts.adapter import EXPIRED
from accounts.authentication import OUT_OF_ORDER
from audit import services as audit

WRONG = _("用户名、密码或动态验证码不正确。")


class TokenRequest(serializers.Serializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    otp = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")


class TokenAnswer(serializers.Serializer):
    token = serializers.CharField()


class TokenThrottle(SimpleRateThrottle):
    """Per address, beside the lock of axes: guessing one-time codes is slow too."""

    scope, rate = "token", "20/min"

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class TokenView(APIView):
    authentication_classes: list = []
    permission_classes = [AllowAny]
    throttle_classes = [TokenThrottle]

    @extend_schema(request=TokenRequest, responses={200: TokenAnswer})
    def post(self, request):
        asked = TokenRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        user = _authenticate(request, **asked.validated_data)
        if user is None:
            return _refusal(request._request)
        if refusal := _out_of_order(user):
            return Response(refusal, status=status.HTTP_403_FORBIDDEN)
        token, _created = Token.objects.get_or_create(user=user)
        audit.record("session.token", "session", by=user, district_id=audit.home_of(user))
        return Response({"token": token.key})


def _authenticate(request, *, username, password, otp):
    """The person when name, password and (where one is set up) the code are right. ``login`` is the name axes looks for."""
    user = authenticate(request._request, username=username, password=password, login=username)
    if user is None or not is_mfa_enabled(user):
        return user
    return user if otp and _code_is_right(user, otp) else None


def _code_is_right(user, otp) -> bool:
    return any(authenticator.wrap().validate_code(otp) for authenticator in Authenticator.objects.filter(user=user, type="totp"))


def _refusal(request):
    if getattr(request, "axes_locked_out", False):
        return Response({"code": "locked", "detail": get_lockout_message()}, status=status.HTTP_429_TOO_MANY_REQUESTS)
    return Response({"code": "wrong_credentials", "detail": WRONG}, status=status.HTTP_400_BAD_REQUEST)


def _out_of_order(user) -> dict:
    if policy.one_time_password_expired(user):
        return {"code": "one_time_password_expired", "detail": EXPIRED}
    step = policy.next_step(user)
    return {"code": f"{step}_needed", "detail": OUT_OF_ORDER} if step else {}
