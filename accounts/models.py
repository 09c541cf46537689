"""Accounts: who may sign in. What a person may see and do follows from posts and memberships, which live in ``grids``."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person with a sign-in name. Never deleted, only deactivated: history names them."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("姓名"), max_length=60)
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    language = models.CharField(_("界面语言"), max_length=10, blank=True)
    must_change_password = models.BooleanField(_("下次登录须改密码"), default=False)
    one_time_until = models.DateTimeField(_("一次性密码有效至"), null=True, blank=True)
    password_changed_at = models.DateTimeField(_("密码更改时间"), null=True, blank=True)

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("人员账号")
        verbose_name_plural = _("人员账号")

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name


class OldPassword(models.Model):
    """Hash of a password used before, so that the last ``PASSWORD_HISTORY`` are not taken again (GB/T 22239-2019, 8.1.4.1)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="old_passwords")
    hash = models.CharField(max_length=256)
    created_at = models.DateTimeField(auto_now_add=True)


def display_name(user) -> str:
    return str(user)
