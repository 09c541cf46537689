"""Hollow grids (空挂网格): the signs a week has shown, and what those who keep the grid say to them. It is about grids; no person is ranked."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids import scope
from grids.models import Grid


class HollowKind(models.TextChoices):
    VACANT = "vacant", _("岗位空缺")
    OVERLOADED = "overloaded", _("一人兼多个网格")
    IDLE = "idle", _("多日没有巡查")
    BLIND = "blind", _("别人发现、自己没有发现")
    REPEATED = "repeated", _("文字或照片反复雷同")
    UNTRAINED = "untrained", _("在岗人员都没有培训过")


class HollowSettings(models.Model):
    """From when on a district takes something for a sign. Without a row: the defaults."""

    AUDIT_FIELDS = ("district_id", "max_grids", "idle_days", "window_days", "neighbours_found", "repeats")

    district = models.OneToOneField(Grid, models.PROTECT, related_name="hollow_settings")
    max_grids = models.PositiveSmallIntegerField(_("一人最多兼几个网格"), default=3)
    idle_days = models.PositiveSmallIntegerField(_("几个工作日没有巡查"), default=5)
    window_days = models.PositiveSmallIntegerField(_("看最近多少天的问题"), default=30)
    neighbours_found = models.PositiveSmallIntegerField(_("相邻网格自己发现几个问题起"), default=3)
    repeats = models.PositiveSmallIntegerField(_("雷同几次起"), default=3)

    class Meta:
        verbose_name = _("空挂迹象的标准")
        verbose_name_plural = _("空挂迹象的标准")
        constraints = [
            models.CheckConstraint(
                condition=Q(max_grids__gte=1, idle_days__gte=1, window_days__range=(7, 365), neighbours_found__gte=1, repeats__gte=2),
                name="hollow_settings_in_reason",
            )
        ]

    def __str__(self):
        return str(self.district)


class OfGridQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(scope.under(scope.rights(user).paths, "grid__path"))


class HollowRebuttal(models.Model):
    """What chief or township say to a kind of sign; written once, the newest stands beside the evidence and hides nothing."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="hollow_rebuttals")
    kind = models.CharField(max_length=12, choices=HollowKind)
    text = models.CharField(_("说明"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("空挂迹象说明")
        verbose_name_plural = _("空挂迹象说明")
        ordering = ["-at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=HollowKind.values), name="hollow_rebuttal_kind_known")]
        indexes = [models.Index(fields=["grid", "kind", "-at"], name="hollow_rebuttal_newest")]


class HollowWeek(models.Model):
    """The look of one ISO week (``2026-W48``) at one district, taken once."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="hollow_weeks")
    week = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "week"], name="hollow_week_once")]


class HollowSign(models.Model):
    """A sign of one grid as it stood in one week. ``evidence`` is what ``inspections.hollow`` found; ``rebuttal`` the newest of that day."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    week = models.ForeignKey(HollowWeek, models.PROTECT, related_name="signs")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="hollow_signs", verbose_name=_("网格"))
    kind = models.CharField(_("迹象"), max_length=12, choices=HollowKind)
    evidence = models.JSONField()
    rebuttal = models.ForeignKey(HollowRebuttal, models.PROTECT, null=True, related_name="+")

    objects = OfGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("空挂迹象")
        verbose_name_plural = _("空挂迹象")
        constraints = [
            models.UniqueConstraint(fields=["week", "grid", "kind"], name="hollow_sign_once_a_week"),
            models.CheckConstraint(condition=Q(kind__in=HollowKind.values), name="hollow_sign_kind_known"),
        ]
