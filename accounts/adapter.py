"""allauth in this house: sign-up closed, accounts are made by the district's administrator or by ``import_roster``."""

import time

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import policy, sealing, services

EXPIRED = _("一次性密码已过期，请联系本单位管理员重新发放。")


class ClosedSignUpAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("用户名或密码不正确。"),
        "too_many_login_attempts": _("尝试次数过多，请稍后再试。"),
        "enter_current_password": _("当前密码不正确。"),
        "incorrect_password": _("密码不正确。"),
    }

    def is_open_for_signup(self, request):
        return False

    def authenticate(self, request, **credentials):
        """``login`` repeats the name where axes looks for it (axes documentation, integration with allauth)."""
        user = super().authenticate(request, **credentials | {"login": credentials.get("username")})
        if user is not None and policy.one_time_password_expired(user):
            raise ValidationError(EXPIRED, code="one_time_password_expired")
        return user

    def is_reauthentication_required(self, *, app):
        """Whoever signed in a moment ago is not asked for the password a second time."""
        signed_in = context.request.session.get(policy.SINCE)
        fresh = signed_in is not None and time.time() - signed_in < account_settings.REAUTHENTICATION_TIMEOUT
        return not fresh and super().is_reauthentication_required(app=app)

    def set_password(self, user, password):
        services.change_password(user, password, by=user)


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("验证码不正确。"),
    }

    def encrypt(self, text):
        return sealing.seal(text)

    def decrypt(self, encrypted_text):
        return sealing.unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator):
        """Whoever must have a second factor cannot put it down; a lost one is taken off by the administrator."""
        return not policy.needs_second_factor(authenticator.user)
