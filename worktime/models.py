"""Which days are worked, and from when to when. One calendar for the whole deployment: the State Council announces it for the country."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Unit(models.TextChoices):
    """What a limit is counted in (domain 5.1, clock rules)."""

    MINUTES = "minutes", _("分钟")
    HOURS = "hours", _("小时")
    DUTY_HOURS = "duty_hours", _("工作时")
    NATURAL_DAYS = "natural_days", _("自然日")
    WORKING_DAYS = "working_days", _("工作日")


class CalendarDay(models.Model):
    """One Beijing day. A day without a row falls back to Monday–Friday and is called provisional wherever it is counted."""

    AUDIT_FIELDS = ("date", "is_workday", "name", "provisional")

    date = models.DateField(_("日期"), unique=True)
    is_workday = models.BooleanField(_("上班"))
    name = models.CharField(_("节假日名称"), max_length=30, blank=True)
    provisional = models.BooleanField(_("尚未公布"), default=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("日历日")
        verbose_name_plural = _("工作日历")
        ordering = ["date"]

    def __str__(self):
        return f"{self.date:%Y-%m-%d}"


class DutyHours(models.Model):
    """One span of the working day; limits in duty hours run only inside these spans."""

    AUDIT_FIELDS = ("starts", "ends")

    starts = models.TimeField(_("开始"))
    ends = models.TimeField(_("结束"))
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("值守时段")
        verbose_name_plural = _("值守时段")
        ordering = ["starts"]
        constraints = [models.CheckConstraint(name="duty_hours_forward", condition=Q(starts__lt=F("ends")))]

    def __str__(self):
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"
