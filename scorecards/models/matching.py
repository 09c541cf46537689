"""Lists from above (city, province) laid beside our own ledger, row by row."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evidence.models import File
from grids import scope
from grids.models import Grid, Organisation
from inspections.models import Finding
from inspections.words import Source
from scorecards.models.settling import READERS
from scorecards.words import Handling, MatchResult


class ListMatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(district_id__in=scope.rights(user).districts_with(READERS))


class ListMatch(models.Model):
    """One upload of a superior's list. The next upload under the same name points to it by ``previous``; nothing is replaced."""

    AUDIT_FIELDS = ("district_id", "name", "source", "file_id", "uploaded_by_id", "uploaded_at", "previous_id", "matched_at")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    name = models.CharField(_("清单名称"), max_length=80)
    source = models.CharField(_("问题来源"), max_length=25, choices=Source)
    file = models.ForeignKey(File, models.PROTECT, related_name="+", verbose_name=_("清单文件"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    uploaded_at = models.DateTimeField(_("上传时间"))
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="following")
    matched_at = models.DateTimeField(_("核对时间"), null=True)
    """Empty while the rows are being compared in the background."""
    unread = models.JSONField(default=list)
    """Rows that could not be read: ``{"row", "message"}``."""
    changes = models.JSONField(default=dict)
    """Against ``previous``: ``{"added", "gone", "changed"}``, each a list of ``{"row", "number", "text"}``, the changed with
    ``"what"``, ``"before"``, ``"after"``; and ``"counts"``, which are whole where the lists are cut."""

    objects = ListMatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("上级清单核对")
        verbose_name_plural = _("上级清单核对")
        ordering = ["-uploaded_at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="list_match_has_a_name")]
        indexes = [models.Index(fields=["district", "-uploaded_at"], name="list_match_newest")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("scorecards:match", args=[self.pk])


class MatchRowQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(list_match__in=ListMatch.objects.visible_to(user).values("pk"))


class MatchRow(models.Model):
    """A row of the list beside the row of ours it means; or, without ``number``, a row of ours the list does not have."""

    list_match = models.ForeignKey(ListMatch, models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField(_("行号"), null=True)
    superior_number = models.CharField(_("上级编号"), max_length=60, blank=True)
    text = models.TextField(_("问题描述"), blank=True)
    address = models.CharField(_("位置"), max_length=300, blank=True)
    ordered_on = models.DateField(_("交办日期"), null=True)
    due_on = models.DateField(_("时限"), null=True)
    status = models.CharField(_("状态"), max_length=60, blank=True)
    is_done = models.BooleanField(_("是否办结"), null=True)
    done_on = models.DateField(_("办结日期"), null=True)
    unit = models.CharField(_("责任单位"), max_length=120, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, related_name="+", verbose_name=_("问题"))
    result = models.CharField(_("核对结果"), max_length=15, choices=MatchResult)
    differs = models.JSONField(default=list)
    """What differs: ``deadline``, ``status``, ``unit``; worked out anew whenever the row is matched or repaired."""
    how = models.CharField(_("对上的依据"), max_length=10, blank=True)
    """``number``, ``text``, ``hand``, ``new``."""
    likeness = models.PositiveSmallIntegerField(default=0)
    handling = models.CharField(_("处理"), max_length=12, choices=Handling, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("处理人"))
    handled_at = models.DateTimeField(_("处理时间"), null=True)
    version = models.PositiveIntegerField(default=1)

    objects = MatchRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("清单核对行")
        verbose_name_plural = _("清单核对行")
        ordering = ["number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["list_match", "number"], condition=Q(number__isnull=False), name="match_row_once"),
            models.UniqueConstraint(fields=["list_match", "finding"], condition=Q(number=None), name="match_row_missing_there_once"),
            models.CheckConstraint(
                condition=Q(result="missing_here", finding=None, number__isnull=False)
                | Q(result="missing_there", finding__isnull=False, number=None)
                | Q(result__in=["matched", "differing"], finding__isnull=False, number__isnull=False),
                name="match_row_result_fits",
            ),
            models.CheckConstraint(
                condition=Q(handling="", handled_by=None, handled_at=None) | ~Q(handling="") & Q(handled_by__isnull=False, handled_at__isnull=False),
                name="match_row_handled_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["list_match", "result", "number"], name="match_row_by_result")]

    def __str__(self):
        return self.superior_number or self.text[:30]
