"""Appeals of units against single marks (申诉)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evidence.models import File
from grids import scope
from grids.heirs import with_merged
from grids.models import Grid
from grids.roles import OrganisationKind
from inspections.models import Finding
from rectification.models import Task
from scorecards.indicators import INDICATORS
from scorecards.models.cards import Scorecard
from scorecards.models.settling import READERS
from scorecards.words import AppealAct, AppealState

UNDECIDED = (AppealState.FILED, AppealState.SECOND)
DECIDERS = [(kind.value, kind.label) for kind in (OrganisationKind.SUPERVISION, OrganisationKind.LEADING_GROUP)]
"""Bodies that decide."""


class AppealQuerySet(models.QuerySet):
    def undecided(self):
        return self.filter(state__in=UNDECIDED)

    def visible_to(self, user):
        """The unit that appeals or its heir, those who may have to decide, and the office."""
        rights = scope.rights(user)
        return self.filter(Q(district_id__in=rights.districts_with(READERS)) | Q(scorecard__organisation__in=with_merged(rights.organisation_ids)))


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
    decider = models.CharField(_("裁定单位"), max_length=15, choices=DECIDERS)
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
            models.CheckConstraint(condition=Q(state__in=AppealState.values), name="appeal_state_known"),
            models.UniqueConstraint(fields=["scorecard", "event_key"], condition=~Q(state="withdrawn"), name="appeal_once_against_a_mark"),
            models.CheckConstraint(condition=Q(amount__lt=0), name="appeal_against_a_deduction"),
            models.CheckConstraint(condition=Q(granted__gte=0, granted__lte=-F("amount")), name="appeal_grants_at_most_the_mark"),
            models.CheckConstraint(
                condition=~Q(state__in=["upheld", "partly", "declined"]) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="appeal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["upheld", "partly", "declined"])
                | ~Q(decider="leading_group")
                | Q(first_by__isnull=False) & ~Q(first_by=F("decided_by")),
                name="appeal_to_leaders_decided_by_two",
            ),
        ]

    def __str__(self):
        return f"{self.scorecard} · {self.definition.label if self.definition else self.indicator}"

    def get_absolute_url(self):
        return reverse("scorecards:appeal", args=[self.pk])

    @property
    def definition(self):
        return INDICATORS.get(self.indicator)

    @property
    def is_open(self) -> bool:
        return self.state in UNDECIDED

    @property
    def decider_label(self) -> str:
        return str(OrganisationKind(self.decider).label)


class AppealEvent(models.Model):
    """What happened to an appeal, written once. ``outcome`` and ``granted`` are what an opinion or decision says."""

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="events")
    action = models.CharField(max_length=10, choices=AppealAct)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=AppealState, blank=True)
    granted = models.IntegerField(default=0)
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["at", "id"]
