"""Look-backs (回头看): planned at closing for a random hidden day in each window."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grids.models import Grid
from inspections.models import Finding
from rectification.words import LookBackResult


class LookBackQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(finding__in=Finding.objects.visible_to(user).values("pk"))

    def due(self, today):
        """Those whose hidden day has come. Before that day nobody is shown when it will be."""
        return self.filter(done_at=None, planned_on__lte=today)


class LookBack(models.Model):
    """A re-inspection of a struck-off finding. ``planned_on`` is shown to nobody before it has come."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="look_backs")
    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    window_from = models.DateField()
    window_to = models.DateField()
    planned_on = models.DateField()
    done_at = models.DateTimeField(_("回头看时间"), null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    result = models.CharField(_("结果"), max_length=10, choices=LookBackResult, blank=True)
    note = models.TextField(blank=True)

    objects = LookBackQuerySet.as_manager()

    class Meta:
        ordering = ["planned_on", "id"]
        constraints = [models.UniqueConstraint(fields=["finding", "window_from"], name="look_back_once_a_window")]
        indexes = [models.Index(fields=["done_at", "planned_on"], name="look_back_by_day")]
