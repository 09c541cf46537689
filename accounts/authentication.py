"""Tokens of programs: no wider open than the account they belong to."""

from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions

from accounts import policy

OUT_OF_ORDER = _("请先在网页登录，按提示修改密码或启用两步验证。")


class TokenAuthentication(authentication.TokenAuthentication):
    """Refuses, as pages do, while the password is due or a second factor is missing: a token given before must not outlive that rule."""

    def authenticate_credentials(self, key):
        user, token = super().authenticate_credentials(key)
        if step := policy.next_step(user):
            raise exceptions.PermissionDenied({"code": f"{step}_needed", "detail": OUT_OF_ORDER})
        return user, token
