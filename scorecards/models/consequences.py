"""Ladders over settled months (domain 5.4): rules with versions, what they propose for units, and cards. Never about persons."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grids import scope
from grids.models import Grid, Organisation
from grids.roles import MANAGERS, Role
from scorecards import rule_words
from scorecards.models.schemes import MONTH, WELL_FORMED_MONTH, PublishedQuerySet
from scorecards.models.settling import READERS
from scorecards.words import Action, Colour, Kind, Metric, Mode, ProposalState, Side, month_words

INNER = frozenset({Role.DISTRICT_LEADER, Role.OFFICE_DIRECTOR})
"""Who sees interview proposals: the leading group and the office's director."""


class RuleQuerySet(PublishedQuerySet):
    """Rules are published like the ranking: who is measured may read by what."""

    def newest(self, *, month: str | None = None):
        """Of each rule the newest version, or the newest of those from ``month`` or before."""
        versions = self.model._default_manager.filter(key=OuterRef("key"))
        versions = versions.filter(in_force_from__lte=month) if month else versions
        return self.filter(pk=Subquery(versions.order_by("-version").values("pk")[:1]))

    def in_force(self, month: str):
        return self.newest(month=month).filter(is_active=True)


class VersionedRule(models.Model):
    """One version of a rule. A version is never edited: what was proposed by it points at it. ``key`` is shared by the versions of a rule."""

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    name = models.CharField(_("名称"), max_length=60)
    unit_kind = models.CharField(_("适用单位"), max_length=12, default=Kind.TOWNSHIP)
    """``words.Kind``"""
    metric = models.CharField(_("指标"), max_length=12, choices=Metric, default=Metric.RANK)
    n = models.PositiveSmallIntegerField(_("名额"), null=True, blank=True)
    in_force_from = models.CharField(_("启用月份"), max_length=7, validators=[MONTH])
    is_active = models.BooleanField(_("启用"), default=False)
    note = models.CharField(_("依据、修订说明"), max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = RuleQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    @property
    def unit_kind_label(self) -> str:
        return str(Kind(self.unit_kind).label)

    @property
    def in_force_label(self) -> str:
        return month_words(self.in_force_from) if self.in_force_from > "2001" else str(_("初始"))


class ConsequenceRule(VersionedRule):
    """A rung of a ladder: units among the first or last ``n`` by ``metric`` (or at ``threshold`` and beyond) so often within so many months.

    Ties at the cut are kept. ``threshold`` and the metric are in the metric's own unit: hundredths of a percent, or a number of items. Of the rungs of one
    ``ladder`` that a unit reaches in a month only the heaviest (``rung``) is proposed; interviews are counted apart, lest what is
    missing in the list of others tell of one.
    """

    AUDIT_FIELDS = (
        "district_id", "key", "version", "name", "unit_kind", "metric", "side", "n", "threshold", "mode", "count", "window", "in_quarter", "action",
        "target_post", "ladder", "rung", "card_months", "in_force_from", "is_active",
    )  # fmt: skip

    district = models.ForeignKey(Grid, models.PROTECT, related_name="consequence_rules")
    side = models.CharField(_("取哪一端"), max_length=8, choices=Side, default=Side.BOTTOM)
    threshold = models.IntegerField(_("达到数值"), null=True, blank=True)
    mode = models.CharField(_("次数算法"), max_length=12, choices=Mode, default=Mode.CONSECUTIVE)
    count = models.PositiveSmallIntegerField(_("次数"), default=1)
    window = models.PositiveSmallIntegerField(_("几个月之内"), default=1)
    in_quarter = models.BooleanField(_("只算同一季度"), default=False)
    action = models.CharField(_("建议措施"), max_length=12, choices=Action)
    target_post = models.CharField(_("对象（职务）"), max_length=40, blank=True)
    ladder = models.CharField(_("阶梯"), max_length=40, blank=True)
    rung = models.PositiveSmallIntegerField(_("级"), default=1)
    card_months = models.PositiveSmallIntegerField(_("亮牌期（月）"), default=3)

    class Meta:
        verbose_name = _("奖惩规则")
        verbose_name_plural = _("奖惩规则")
        ordering = ["ladder", "rung", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="consequence_rule_version_once"),
            models.CheckConstraint(condition=Q(in_force_from__regex=WELL_FORMED_MONTH), name="consequence_rule_month_well_formed"),
            models.CheckConstraint(condition=Q(n=None, threshold__isnull=False) | Q(n__gte=1, threshold=None), name="consequence_rule_cuts_once"),
            models.CheckConstraint(condition=Q(count__gte=1, window__gte=F("count"), window__lte=24), name="consequence_rule_can_be_reached"),
            models.CheckConstraint(condition=Q(action__in=Action.values), name="consequence_rule_action_known"),
        ]

    @property
    def sentence(self) -> str:
        return rule_words.consequence(self)


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Interviews to the leading group and the office's director only; the rest to office, 督查局 and leaders, once issued to the unit too."""
        rights = scope.rights(user)
        open_to_all = ~Q(action=Action.INTERVIEW)
        theirs = Q(state=ProposalState.ISSUED, organisation_id__in=rights.organisation_ids)
        others = open_to_all & (Q(district_id__in=rights.districts_with(READERS)) | theirs)
        return self.filter(Q(district_id__in=rights.districts_with(INNER)) | others)

    def calling(self, user):
        """Interviews to which the person's own unit has been called on paper. Its head is shown the appointment, never the proposal."""
        headed = [seat.organisation_id for seat in scope.rights(user).seats if seat.role in MANAGERS]
        return self.filter(action=Action.INTERVIEW, state=ProposalState.ISSUED, organisation_id__in=headed)


class Proposal(models.Model):
    """What a rule proposes for one unit after one settled month, with the figures that led there. People decide; the system never does.

    ``figures`` is ``{"months": [{month, hit, rank, of, share, value, card, digest}, …]}``, newest first; a month that is missing says so.
    Its text and its audit event name neither unit nor action: both are read by people who must not know of interviews.
    """

    AUDIT_FIELDS = (
        "district_id", "rule_id", "organisation_id", "month", "action", "figures", "state", "version", "decided_by_id", "decided_at", "issued_by_id",
        "issued_at", "paper_number",
    )  # fmt: skip

    district = models.ForeignKey(Grid, models.PROTECT, related_name="proposals")
    rule = models.ForeignKey(ConsequenceRule, models.PROTECT, related_name="proposals", verbose_name=_("规则"))
    rule_snapshot = models.JSONField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="proposals", verbose_name=_("单位"))
    month = models.CharField(_("月份"), max_length=7, validators=[MONTH])
    action = models.CharField(_("措施"), max_length=12, choices=Action)
    target_post = models.CharField(_("对象（职务）"), max_length=40, blank=True)
    figures = models.JSONField()
    state = models.CharField(_("状态"), max_length=10, choices=ProposalState, default=ProposalState.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("审批人"))
    decided_at = models.DateTimeField(_("审批时间"), null=True)
    decision = models.CharField(_("审批意见"), max_length=300, blank=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("印发人"))
    issued_at = models.DateTimeField(_("印发时间"), null=True)
    paper_number = models.CharField(_("文号"), max_length=60, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("奖惩建议")
        verbose_name_plural = _("奖惩建议")
        ordering = ["organisation__position", "organisation_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "organisation", "month"], name="proposal_once"),
            models.CheckConstraint(condition=Q(month__regex=WELL_FORMED_MONTH), name="proposal_month_well_formed"),
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="proposal_state_known"),
            models.CheckConstraint(condition=Q(state="proposed") | Q(decided_by__isnull=False, decided_at__isnull=False), name="proposal_decided"),
            models.CheckConstraint(
                condition=~Q(state="issued") | Q(issued_by__isnull=False, issued_at__isnull=False) & ~Q(paper_number=""),
                name="proposal_issued_on_paper",
            ),
        ]
        indexes = [models.Index(fields=["district", "month"], name="proposal_of_month")]

    def __str__(self):
        return f"{self.month} #{self.pk}"

    def get_absolute_url(self):
        return reverse("scorecards:proposal", args=[self.pk])

    @property
    def month_label(self) -> str:
        return month_words(self.month)


class UnitCardQuerySet(models.QuerySet):
    def visible_to(self, user):
        rights = scope.rights(user)
        return self.filter(Q(district_id__in=rights.districts_with(READERS)) | Q(organisation_id__in=rights.organisation_ids))

    def standing(self, day):
        """In force on a Beijing day."""
        return self.filter(starts_on__lte=day, ends_on__gte=day, cleared_at=None)


class UnitCard(models.Model):
    """A yellow or red card of a unit (黄牌、红牌): a state for a period, which a leader may clear before its end."""

    AUDIT_FIELDS = ("district_id", "organisation_id", "colour", "month", "starts_on", "ends_on", "proposal_id", "cleared_by_id", "cleared_at")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="unit_cards")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="unit_cards", verbose_name=_("单位"))
    colour = models.CharField(_("牌"), max_length=8, choices=Colour)
    month = models.CharField(_("月份"), max_length=7, validators=[MONTH])
    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="unit_card")
    starts_on = models.DateField(_("起始日期"))
    ends_on = models.DateField(_("截止日期"))
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("批准撤牌人"))
    cleared_at = models.DateTimeField(_("撤牌时间"), null=True)
    clearing_note = models.CharField(_("撤牌理由"), max_length=300, blank=True)

    objects = UnitCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("单位亮牌")
        verbose_name_plural = _("单位亮牌")
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="unit_card_ends_after_start"),
            models.CheckConstraint(
                condition=Q(cleared_at=None, cleared_by=None) | Q(cleared_at__isnull=False, cleared_by__isnull=False) & ~Q(clearing_note=""),
                name="unit_card_cleared_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["district", "month"], name="unit_card_of_month")]

    def __str__(self):
        return f"{self.month} #{self.pk}"
