"""Signed entries of a month: corrections of settled ones, and marks that no row of the ledger gives."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evidence.models import File
from grids import scope
from grids.models import Grid, Organisation
from scorecards.indicators import INDICATORS
from scorecards.models.schemes import MONTH
from scorecards.models.settling import READERS
from scorecards.words import AdjustmentKind, SignState, month_words


class AdjustmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Signed ones like the ranking; drafts to the office, 督查局 and leaders."""
        rights = scope.rights(user)
        return self.filter(Q(district_id__in=rights.member_district_ids, state=SignState.SIGNED) | Q(district_id__in=rights.districts_with(READERS)))


class Adjustment(models.Model):
    """A signed entry of one month for one unit: a correction of a settled month, or a mark that no row of the ledger gives (domain 6.2 D, bonus).

    ``amount`` is in hundredths of a point with its sign. It counts once a second person has signed it, in ``month``.
    """

    AUDIT_FIELDS = (
        "district_id", "month", "organisation_id", "kind", "amount", "of_month", "of_indicator", "of_event_key", "state", "proposed_by_id",
        "signed_by_id", "signed_at",
    )  # fmt: skip

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    month = models.CharField(_("计入月份"), max_length=7, validators=[MONTH])
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("单位"))
    kind = models.CharField(_("事项"), max_length=15, choices=AdjustmentKind)
    amount = models.IntegerField(_("分值"))
    reason = models.CharField(_("理由"), max_length=500)
    of_month = models.CharField(_("更正的月份"), max_length=7, blank=True, validators=[MONTH])
    of_indicator = models.SlugField(_("更正的指标"), max_length=30, blank=True)
    of_event_key = models.CharField(_("更正的明细"), max_length=40, blank=True)
    """With ``of_month`` and ``of_indicator`` the row of the settled month; empty: the figure of the indicator as a whole."""
    paper_number = models.CharField(_("文号"), max_length=60, blank=True)
    evidence = models.ForeignKey(File, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("佐证材料"))
    form = models.UUIDField(unique=True, null=True, editable=False)
    """Of the form it was drawn up with: the same form sent twice is one entry."""
    state = models.CharField(_("状态"), max_length=10, choices=SignState, default=SignState.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("制单人"))
    proposed_at = models.DateTimeField(_("制单时间"))
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("签批人"))
    signed_at = models.DateTimeField(_("签批时间"), null=True)
    note = models.CharField(_("签批意见"), max_length=300, blank=True)

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("记分分录")
        verbose_name_plural = _("记分分录")
        ordering = ["-month", "organisation__position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AdjustmentKind.values), name="adjustment_kind_known"),
            models.CheckConstraint(condition=Q(state__in=SignState.values), name="adjustment_state_known"),
            models.CheckConstraint(condition=~Q(amount=0), name="adjustment_says_something"),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_by__isnull=False, signed_at__isnull=False) & ~Q(signed_by=F("proposed_by")),
                name="adjustment_signed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(kind="correction") | Q(of_month__lt=F("month")) & ~Q(of_month=""), name="correction_of_an_earlier_month"
            ),
            models.CheckConstraint(condition=~Q(kind="correction") | ~Q(of_indicator=""), name="correction_names_its_row"),
        ]
        indexes = [models.Index(fields=["district", "month"], name="adjustment_of_month")]

    def __str__(self):
        return f"{self.month} · {self.organisation} · {self.get_kind_display()}"

    def get_absolute_url(self):
        return reverse("scorecards:adjustment", args=[self.pk])

    @property
    def month_label(self) -> str:
        return month_words(self.month)

    @property
    def of_month_label(self) -> str:
        return month_words(self.of_month) if self.of_month else ""

    @property
    def of_definition(self):
        return INDICATORS.get(self.of_indicator)
