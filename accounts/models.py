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


class SignInTicket(models.Model):
    """Signs one field person in once, by a code on paper or on a screen. Only the hash of what the code says is kept."""

    user = models.ForeignKey(User, models.PROTECT, related_name="sign_in_tickets")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class PhoneCode(models.Model):
    """The last sign-in code sent to a number. One row per number, known here or not, so that limits count alike for both.

    ``number`` and ``code`` are keyed hashes; ``sealed`` is the code, encrypted, for the message that carries it.
    """

    number = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=64, blank=True)
    sealed = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    counted_on = models.DateField(null=True)
    sent_that_day = models.PositiveSmallIntegerField(default=0)


class DeviceUse(models.TextChoices):
    """What a key opens: a camera's lies in its own settings and travels in addresses, so it must not open the figures that marks rest on."""

    DATA = "data", _("小时数据、用电数据")
    ALARM = "alarm", _("报警来源")


class Device(models.Model):
    """A machine that sends by itself: a station's platform, a camera, a site monitor. Only the hash of its key is kept; times are true times."""

    use = models.CharField(_("用途"), max_length=5, choices=DeviceUse, default=DeviceUse.DATA)
    district_id = models.PositiveIntegerField()
    name = models.CharField(_("设备名称"), max_length=80)
    key_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("发放时间"))
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    seen_at = models.DateTimeField(_("最近通信"), null=True, blank=True)

    class Meta:
        verbose_name = _("接入设备")
        verbose_name_plural = _("接入设备")
        indexes = [models.Index(fields=["district_id", "name"], name="device_of_district")]

    def __str__(self):
        return self.name


def display_name(user) -> str:
    return str(user)
