"""Who is on duty when: shifts of townships, squads and the office, each with a deputy."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alarms.words import Shift
from grids import scope
from grids.models import Grid, Organisation


class DutyShiftQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(district_id__in=scope.rights(user).district_ids)

    def on(self, moment):
        return self.filter(starts_at__lte=moment, ends_at__gt=moment)


class DutyShift(models.Model):
    """One person's turn for one unit. Whoever no longer serves there, or whose account is closed, is passed over when an alarm comes."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="duty_shifts", verbose_name=_("单位"))
    shift = models.CharField(_("班次"), max_length=6, choices=Shift, default=Shift.WHOLE)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="duty_shifts", verbose_name=_("值班人"))
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="deputy_shifts", verbose_name=_("副班"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = DutyShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("值班")
        verbose_name_plural = _("值班")
        ordering = ["starts_at", "organisation", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="duty_shift_has_length"),
            models.CheckConstraint(condition=Q(deputy=None) | ~Q(deputy=F("person")), name="duty_deputy_is_another"),
            models.UniqueConstraint(fields=["organisation", "person", "starts_at"], name="duty_shift_once"),
        ]
        indexes = [models.Index(fields=["organisation", "ends_at"], name="duty_shift_of_unit")]
