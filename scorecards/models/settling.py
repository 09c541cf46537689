"""The settlement that freezes a month (结账)."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grids.models import Grid
from grids.roles import OFFICE, Role
from scorecards.models.schemes import MONTH, WELL_FORMED_MONTH, PublishedQuerySet
from scorecards.words import AirValues, SettlementAct, SettlementState, month_words

READERS = OFFICE | {Role.SUPERVISION, Role.DISTRICT_LEADER}
"""Who reads all that stands around a month; units read what is theirs."""


class SettlingRule(models.Model):
    """When a district settles and how long its units may appeal (domain 6.2)."""

    AUDIT_FIELDS = ("district_id", "settling_day", "appeal_days")
    AUDIT_FIELDS_WHEN_SET = ("air_values",)

    district = models.OneToOneField(Grid, models.PROTECT, related_name="settling_rule")
    settling_day = models.PositiveSmallIntegerField(_("结账日"), default=10, validators=[MinValueValidator(5), MaxValueValidator(28)])
    appeal_days = models.PositiveSmallIntegerField(
        _("申诉截止：结账日前几个工作日"), default=3, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    air_values = models.CharField(_("空气质量数据"), max_length=10, choices=AirValues, blank=True, default="", db_default="")

    objects = PublishedQuerySet.as_manager()

    class Meta:
        verbose_name = _("结账规则")
        verbose_name_plural = _("结账规则")
        constraints = [
            models.CheckConstraint(condition=Q(air_values__in=AirValues.values), name="settling_air_values_known"),
            models.CheckConstraint(condition=Q(settling_day__gte=5, settling_day__lte=28), name="settling_day_in_every_month"),
            models.CheckConstraint(condition=Q(appeal_days__gte=1, appeal_days__lte=10), name="settling_leaves_time_to_appeal"),
        ]

    @property
    def lets_in_real_time(self) -> bool:
        return self.air_values == AirValues.BOTH


class Settlement(models.Model):
    """The closing of one district's month: proposed by one person, approved by another, then frozen with a digest over all its cards and accounts.

    A settled month never changes (triggers refuse it); what turns out later is an ``Adjustment`` of a later month.
    """

    AUDIT_FIELDS = ("district_id", "month", "state", "proposed_by_id", "proposed_at", "approved_by_id", "approved_at", "digest", "version")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="settlements")
    month = models.CharField(_("月份"), max_length=7, validators=[MONTH])
    state = models.CharField(_("状态"), max_length=10, choices=SettlementState, default=SettlementState.OPEN)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("提请人"))
    proposed_at = models.DateTimeField(_("提请时间"), null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人"))
    approved_at = models.DateTimeField(_("批准时间"), null=True)
    digest = models.CharField(_("校验码"), max_length=64, blank=True)
    """Over all cards, entries, appeals and accounts: while proposed, what the office has put forward; settled, what is frozen."""
    version = models.PositiveIntegerField(default=1)
    note = models.CharField(_("说明"), max_length=300, blank=True)

    objects = PublishedQuerySet.as_manager()

    class Meta:
        verbose_name = _("结账")
        verbose_name_plural = _("结账")
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["district", "month"], name="settlement_once_a_month"),
            models.CheckConstraint(condition=Q(state__in=SettlementState.values), name="settlement_state_known"),
            models.CheckConstraint(condition=Q(month__regex=WELL_FORMED_MONTH), name="settlement_month_well_formed"),
            models.CheckConstraint(
                condition=~Q(state="settled")
                | Q(proposed_by__isnull=False, approved_by__isnull=False, approved_at__isnull=False)
                & ~Q(digest="")
                & ~Q(approved_by=F("proposed_by")),
                name="settlement_by_two_persons",
            ),
        ]

    def __str__(self):
        return f"{self.month_label} · {self.get_state_display()}"

    def get_absolute_url(self):
        return reverse("scorecards:settling_of", args=[self.month])

    @property
    def month_label(self) -> str:
        return month_words(self.month)


class SettlementEvent(models.Model):
    """What happened to a settlement, written once."""

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="events")
    action = models.CharField(max_length=15, choices=SettlementAct)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["at", "id"]


class Recomputation(models.Model):
    """Lets a settled month be worked out anew in a transaction that can never be committed.

    The guards (``scorecards.guards``) stand aside for a settlement that has a row here; ``never`` names a row that cannot exist, which the
    database looks for at the end of the transaction. So such a row, and whatever was done under it, lives until the rollback only.
    """

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="recomputations")
    never = models.ForeignKey("self", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(never=0) & Q(pk__gt=0), name="recomputation_never_committed")]
