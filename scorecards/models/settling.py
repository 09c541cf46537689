"""What stands around a month's cards: signed entries, appeals, and the settlement that freezes it (结账)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evidence.models import File
from grids import scope
from grids.models import Grid, Organisation
from grids.roles import OFFICE, Role
from inspections.models import Finding
from rectification.models import Task
from scorecards.models.cards import Scorecard
from scorecards.models.schemes import MONTH, WELL_FORMED_MONTH, PublishedQuerySet
from scorecards.words import AdjustmentKind, AppealState, SettlementState, SignState, month_words

READERS = OFFICE | {Role.SUPERVISION, Role.DISTRICT_LEADER}


class Settlement(models.Model):
    """The closing of one district's month: proposed by one person, approved by another, then frozen with a digest over all its cards and accounts.

    A settled month never changes (triggers refuse it); what turns out later is an ``Adjustment`` of a later month.
    """

    AUDIT_FIELDS = ("district_id", "month", "state", "proposed_by_id", "proposed_at", "approved_by_id", "approved_at", "digest")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="settlements")
    month = models.CharField(_("月份"), max_length=7, validators=[MONTH])
    state = models.CharField(_("状态"), max_length=10, choices=SettlementState, default=SettlementState.OPEN)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("提请人"))
    proposed_at = models.DateTimeField(_("提请时间"), null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人"))
    approved_at = models.DateTimeField(_("批准时间"), null=True)
    digest = models.CharField(_("校验码"), max_length=64, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)

    objects = PublishedQuerySet.as_manager()

    class Meta:
        verbose_name = _("结账")
        verbose_name_plural = _("结账")
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["district", "month"], name="settlement_once_a_month"),
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

    @property
    def month_label(self) -> str:
        return month_words(self.month)


class AdjustmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Signed ones like the ranking; drafts to the office, 督查局 and leaders."""
        rights = scope.rights(user)
        return self.filter(Q(district_id__in=rights.member_district_ids, state=SignState.SIGNED) | Q(district_id__in=rights.districts_with(READERS)))


class Adjustment(models.Model):
    """A signed entry of one month for one unit: a correction of a settled month, or a mark that no row of the ledger gives (domain 6.2 D, bonus).

    ``amount`` is in hundredths of a point with its sign. It counts once a second person has signed it, in ``month``.
    """

    AUDIT_FIELDS = ("district_id", "month", "organisation_id", "kind", "amount", "of_month", "state", "proposed_by_id", "signed_by_id", "signed_at")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    month = models.CharField(_("计入月份"), max_length=7, validators=[MONTH])
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("单位"))
    kind = models.CharField(_("事项"), max_length=15, choices=AdjustmentKind)
    amount = models.IntegerField(_("分值"))
    reason = models.CharField(_("理由"), max_length=500)
    of_month = models.CharField(_("更正的月份"), max_length=7, blank=True, validators=[MONTH])
    paper_number = models.CharField(_("文号"), max_length=60, blank=True)
    evidence = models.ForeignKey(File, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("佐证材料"))
    state = models.CharField(_("状态"), max_length=10, choices=SignState, default=SignState.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("制单人"))
    proposed_at = models.DateTimeField(_("制单时间"))
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("签批人"))
    signed_at = models.DateTimeField(_("签批时间"), null=True)

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("记分分录")
        verbose_name_plural = _("记分分录")
        ordering = ["-month", "organisation__position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="adjustment_says_something"),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_by__isnull=False, signed_at__isnull=False) & ~Q(signed_by=F("proposed_by")),
                name="adjustment_signed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(kind="correction") | Q(of_month__lt=F("month")) & ~Q(of_month=""), name="correction_of_an_earlier_month"
            ),
        ]
        indexes = [models.Index(fields=["district", "month"], name="adjustment_of_month")]

    def __str__(self):
        return f"{self.month} · {self.organisation} · {self.get_kind_display()}"


class AppealQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The unit that appeals, those who may have to decide, and the office."""
        rights = scope.rights(user)
        return self.filter(Q(district_id__in=rights.districts_with(READERS)) | Q(scorecard__organisation__in=rights.organisation_ids))


class Appeal(models.Model):
    """A unit's objection to one mark of its card (domain 6.2): named by indicator and event, because rows are written anew with each build.

    ``decider`` is another body than the one that took the mark: 督查局, or the leading group when 督查局 itself had taken it; of the leading
    group two persons must agree (``first_by``, then ``decided_by``). An upheld appeal takes the mark, or ``granted`` of it, off the card.
    """

    AUDIT_FIELDS = (
        "district_id", "scorecard_id", "indicator", "event_key", "amount", "state", "decider", "granted", "filed_by_id", "filed_at",
        "first_by_id", "decided_by_id", "decided_at",
    )  # fmt: skip

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    scorecard = models.ForeignKey(Scorecard, models.PROTECT, related_name="appeals", verbose_name=_("计分卡"))
    indicator = models.SlugField(_("指标"), max_length=30)
    event_key = models.CharField(max_length=40)
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, related_name="+", verbose_name=_("问题"))
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="+")
    amount = models.IntegerField(_("分值"))
    grounds = models.CharField(_("申诉理由"), max_length=1000)
    evidence = models.ManyToManyField(File, related_name="+", blank=True, verbose_name=_("佐证材料"))
    decider = models.CharField(_("裁定单位"), max_length=15)
    """``grids.roles.OrganisationKind`` of the body that decides."""
    state = models.CharField(_("状态"), max_length=10, choices=AppealState, default=AppealState.FILED)
    granted = models.IntegerField(_("核减分值"), default=0)
    """How much of the mark is taken back, hundredths, positive."""
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申诉人"))
    filed_at = models.DateTimeField(_("申诉时间"))
    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("裁定人"))
    decided_at = models.DateTimeField(_("裁定时间"), null=True)
    decision = models.CharField(_("裁定意见"), max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("申诉")
        verbose_name_plural = _("申诉")
        ordering = ["-filed_at"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "event_key"], condition=~Q(state="withdrawn"), name="appeal_once_against_a_mark"),
            models.CheckConstraint(condition=Q(amount__lt=0), name="appeal_against_a_deduction"),
            models.CheckConstraint(condition=Q(granted__gte=0, granted__lte=-F("amount")), name="appeal_grants_at_most_the_mark"),
            models.CheckConstraint(
                condition=~Q(state__in=["upheld", "partly", "declined"]) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="appeal_decided_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.scorecard} · {self.indicator}"
