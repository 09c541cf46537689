"""Money of a settled month (domain 6.4): rules, the lines they propose, and the table a second person signs. Whole yuan, shown in 万元."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grids import scope
from grids.models import Grid, Organisation
from scorecards import rule_words
from scorecards.models.consequences import VersionedRule
from scorecards.models.schemes import MONTH, WELL_FORMED_MONTH
from scorecards.models.settling import READERS
from scorecards.words import MoneyKind, MoneySide, MoneyState, Ties, month_words


class MoneyRule(VersionedRule):
    """How much a unit is to get (+) or pay (−) after a month. ``amount``, ``first_amount`` and ``cap`` are positive yuan; ``side`` gives the sign.

    ``unit`` is how much of the metric one ``amount`` stands for, in percentage points or items. ``tiers`` of a rule of that kind is
    ``[[bound, yuan], …]`` with bounds in the same unit; for the ranking a bound is the last place that still gets the amount.
    """

    AUDIT_FIELDS = (
        "district_id", "key", "version", "name", "kind", "unit_kind", "metric", "side", "n", "amount", "first_amount", "unit", "cap", "ties", "tiers",
        "in_force_from", "is_active",
    )  # fmt: skip

    district = models.ForeignKey(Grid, models.PROTECT, related_name="money_rules")
    kind = models.CharField(_("算法"), max_length=15, choices=MoneyKind, default=MoneyKind.RANK_FIXED)
    side = models.CharField(_("奖还是扣"), max_length=8, choices=MoneySide, default=MoneySide.BOTH)
    amount = models.PositiveBigIntegerField(_("金额（元）"), default=0)
    first_amount = models.PositiveBigIntegerField(_("首件金额（元）"), null=True, blank=True)
    unit = models.DecimalField(_("每多少计一次"), max_digits=8, decimal_places=2, default=1)
    cap = models.PositiveBigIntegerField(_("每单位上限（元）"), null=True, blank=True)
    ties = models.CharField(_("并列"), max_length=12, choices=Ties, default=Ties.SHARE_FULL)
    tiers = models.JSONField(_("分档"), default=list, blank=True)

    class Meta:
        verbose_name = _("奖惩资金规则")
        verbose_name_plural = _("奖惩资金规则")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="money_rule_version_once"),
            models.CheckConstraint(condition=Q(in_force_from__regex=WELL_FORMED_MONTH), name="money_rule_month_well_formed"),
            models.CheckConstraint(condition=Q(unit__gt=0), name="money_rule_unit_above_zero"),
            models.CheckConstraint(condition=~Q(kind="rank_fixed") | Q(n__gte=1), name="money_rule_of_places_has_places"),
        ]

    @property
    def sentence(self) -> str:
        return rule_words.money(self)


class MoneyTableQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office, 督查局 and leaders; a unit sees its own lines of a signed table only."""
        return self.filter(district_id__in=scope.rights(user).districts_with(READERS))


class MoneyTable(models.Model):
    """The lines of one month: checked by the office, then signed by a leader, who is another person. A proposal until then."""

    AUDIT_FIELDS = ("district_id", "month", "state", "total", "version", "checked_by_id", "checked_at", "signed_by_id", "signed_at", "paper_number")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="money_tables")
    month = models.CharField(_("月份"), max_length=7, validators=[MONTH])
    state = models.CharField(_("状态"), max_length=10, choices=MoneyState, default=MoneyState.DRAFT)
    total = models.BigIntegerField(_("合计（元）"), default=0)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(_("生成时间"))
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("核对人"))
    checked_at = models.DateTimeField(_("核对时间"), null=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("签批人"))
    signed_at = models.DateTimeField(_("签批时间"), null=True)
    paper_number = models.CharField(_("文号"), max_length=60, blank=True)
    note = models.CharField(_("意见"), max_length=300, blank=True)

    objects = MoneyTableQuerySet.as_manager()

    class Meta:
        verbose_name = _("奖惩资金表")
        verbose_name_plural = _("奖惩资金表")
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["district", "month"], name="money_table_once_a_month"),
            models.CheckConstraint(condition=Q(month__regex=WELL_FORMED_MONTH), name="money_table_month_well_formed"),
            models.CheckConstraint(condition=Q(state="draft") | Q(checked_by__isnull=False, checked_at__isnull=False), name="money_table_checked"),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_by__isnull=False, signed_at__isnull=False) & ~Q(signed_by=F("checked_by")),
                name="money_table_signed_by_another",
            ),
        ]

    def __str__(self):
        return str(self.month_label)

    def get_absolute_url(self):
        return f"{reverse('scorecards:money')}?month={self.month}"

    @property
    def month_label(self) -> str:
        return month_words(self.month)


class MoneyLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        rights = scope.rights(user)
        signed = Q(table__state=MoneyState.SIGNED, is_dropped=False, organisation_id__in=rights.organisation_ids)
        return self.filter(Q(table__district_id__in=rights.districts_with(READERS)) | signed)


class MoneyLine(models.Model):
    """What one rule gives (+) or takes (−) one unit for a month, in whole yuan, with the figures it was worked out from."""

    AUDIT_FIELDS = ("table_id", "rule_id", "organisation_id", "amount", "figures", "is_dropped", "dropped_by_id", "dropped_at")

    table = models.ForeignKey(MoneyTable, models.PROTECT, related_name="lines")
    rule = models.ForeignKey(MoneyRule, models.PROTECT, related_name="lines", verbose_name=_("规则"))
    rule_snapshot = models.JSONField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="money_lines", verbose_name=_("单位"))
    amount = models.BigIntegerField(_("金额（元）"))
    figures = models.JSONField()
    """``{month, rank, of, share, value, card, digest, exact}``; ``exact`` is the amount before it was rounded."""
    is_dropped = models.BooleanField(_("不采纳"), default=False)
    dropped_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    dropped_at = models.DateTimeField(null=True)
    reason = models.CharField(_("不采纳理由"), max_length=300, blank=True)

    objects = MoneyLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("奖惩资金")
        verbose_name_plural = _("奖惩资金")
        ordering = ["organisation__position", "organisation_id", "rule_id"]
        constraints = [
            models.UniqueConstraint(fields=["table", "rule", "organisation"], name="money_line_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="money_line_is_some_money"),
            models.CheckConstraint(
                condition=Q(is_dropped=False) | Q(dropped_by__isnull=False, dropped_at__isnull=False) & ~Q(reason=""),
                name="money_line_dropped_with_reason",
            ),
        ]

    def __str__(self):
        return f"{self.table_id} #{self.pk}"

    @property
    def wan(self) -> str:
        return wan(self.amount)


def wan(yuan: int) -> str:
    """Yuan in 万元, exactly.

    >>> wan(300000), wan(-50000), wan(12345), wan(0)
    ('30', '-5', '1.2345', '0')
    """
    return f"{(Decimal(yuan) / 10000).normalize():f}"
