"""Reconciling (对账): each unit's sheet of a week or month, what it disputes on it, and the district's days for it."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evidence.models import File
from grids import scope
from grids.models import Grid, Organisation
from grids.roles import HEADQUARTERS, PARTIES
from inspections.models import Finding
from rectification.models import Task
from scorecards.models.settling import READERS
from scorecards.words import DisputeKind, DisputeState, SheetKind, SheetState, Weekday, period_words

ANSWERERS = PARTIES | HEADQUARTERS


def own_units(user) -> frozenset:
    """Units for which the person may answer a sheet."""
    return frozenset(seat.organisation_id for seat in scope.rights(user).seats if seat.role in ANSWERERS)


class ReconcilingRule(models.Model):
    """When a district's sheets open and fall due. A district without a row goes by the defaults."""

    district = models.OneToOneField(Grid, models.PROTECT, related_name="+")
    weekday = models.PositiveSmallIntegerField(_("每周对账日"), choices=Weekday, default=Weekday.FRIDAY)
    opens_at = models.TimeField(_("开单时间"), default=dt.time(9))
    due_weekday = models.PositiveSmallIntegerField(_("截止日"), choices=Weekday, default=Weekday.MONDAY)
    due_at = models.TimeField(_("截止时间"), default=dt.time(18))
    monthly_days = models.PositiveSmallIntegerField(_("月度对账期限（工作日）"), default=3)
    is_weekly = models.BooleanField(_("每周对账"), default=True)

    class Meta:
        verbose_name = _("对账规则")
        verbose_name_plural = _("对账规则")
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6, due_weekday__lte=6), name="reconciling_rule_weekdays"),
            models.CheckConstraint(condition=~Q(weekday=F("due_weekday")), name="reconciling_rule_leaves_time"),
            models.CheckConstraint(condition=Q(monthly_days__gte=1, monthly_days__lte=20), name="reconciling_rule_monthly_days"),
        ]


class ReconciliationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own unit's sheets; all of the district for the office, 督查局 and leaders."""
        return self.filter(Q(district_id__in=scope.rights(user).districts_with(READERS)) | Q(organisation_id__in=own_units(user)))

    def waiting_for(self, user):
        """Sheets of one's own units that nobody has answered yet, soonest due first; what the next sheet has overtaken waits no more."""
        newer = Reconciliation.objects.filter(organisation=OuterRef("organisation"), kind=OuterRef("kind"), ends__gt=OuterRef("ends"))
        return self.filter(~Exists(newer), organisation_id__in=own_units(user), state=SheetState.SILENT).order_by("due_at", "pk")


class Reconciliation(models.Model):
    """One unit's sheet of one period: what was open at its end, and what was closed in it (``services.reconcile_rows``).

    ``frozen`` are the rows as they stood when the unit first answered, ``digest`` their sha256. ``answered_at`` never moves again: a dispute
    that follows a confirmation was answered when it was confirmed.
    """

    AUDIT_FIELDS = (
        "district_id", "organisation_id", "kind", "period", "starts", "ends", "opened_at", "due_at", "state", "answered_by_id", "answered_at",
        "open_count", "closed_count", "digest", "version",
    )  # fmt: skip

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="reconciliations", verbose_name=_("单位"))
    kind = models.CharField(_("类别"), max_length=10, choices=SheetKind)
    period = models.CharField(_("对账期"), max_length=8)
    """``2026-W45`` or ``2026-10``."""
    starts = models.DateTimeField(_("期初"))
    ends = models.DateTimeField(_("期末"))
    opened_at = models.DateTimeField(_("开单时间"))
    due_at = models.DateTimeField(_("截止"))
    state = models.CharField(_("状态"), max_length=10, choices=SheetState, default=SheetState.SILENT)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("对账人"))
    answered_at = models.DateTimeField(_("对账时间"), null=True)
    open_count = models.PositiveIntegerField(_("在办"), default=0)
    closed_count = models.PositiveIntegerField(_("本期办结"), default=0)
    frozen = models.JSONField(default=list)
    digest = models.CharField(_("校验码"), max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ReconciliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("对账单")
        verbose_name_plural = _("对账单")
        ordering = ["-ends", "organisation__position", "organisation_id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "period"], name="reconciliation_once_a_period"),
            models.CheckConstraint(
                condition=Q(kind="weekly", period__regex=r"^[0-9]{4}-W[0-9]{2}$") | Q(kind="monthly", period__regex=r"^[0-9]{4}-(0[1-9]|1[0-2])$"),
                name="reconciliation_period_well_formed",
            ),
            models.CheckConstraint(condition=Q(starts__lt=F("ends"), due_at__gt=F("opened_at")), name="reconciliation_times_in_order"),
            models.CheckConstraint(
                condition=Q(state="silent", answered_at=None, answered_by=None, digest="")
                | Q(state__in=["confirmed", "disputed"], answered_at__isnull=False, answered_by__isnull=False) & ~Q(digest=""),
                name="reconciliation_answered_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "kind", "period"], name="reconciliation_of_period"),
            models.Index(fields=["due_at"], condition=Q(state="silent"), name="reconciliation_silent"),
        ]

    def __str__(self):
        return f"{self.period_label} · {self.organisation}"

    def get_absolute_url(self):
        return reverse("scorecards:sheet", args=[self.pk])

    @property
    def period_label(self) -> str:
        return period_words(self.period)

    @property
    def is_late(self) -> bool:
        return self.answered_at is not None and self.answered_at > self.due_at

    def is_overdue(self, now) -> bool:
        return self.answered_at is None and now > self.due_at


class DisputeQuerySet(models.QuerySet):
    def standing(self):
        return self.exclude(state=DisputeState.WITHDRAWN)

    def visible_to(self, user):
        return self.filter(reconciliation__in=Reconciliation.objects.visible_to(user).values("pk"))


class Dispute(models.Model):
    """A unit's objection to one row of its sheet. Once a row and sheet, unless it was withdrawn; decided by the office, never by the unit itself."""

    AUDIT_FIELDS = (
        "reconciliation_id", "finding_id", "task_id", "what", "reason", "evidence_id", "filed_by_id", "filed_at", "state", "decided_by_id",
        "decided_at", "decision",
    )  # fmt: skip
    AUDIT_FIELDS_WHEN_SET = ("withdrawn_by_id", "withdrawn_at")

    reconciliation = models.ForeignKey(Reconciliation, models.PROTECT, related_name="disputes", verbose_name=_("对账单"))
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="+", verbose_name=_("问题"))
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="+")
    what = models.CharField(_("异议事项"), max_length=15, choices=DisputeKind)
    reason = models.CharField(_("理由"), max_length=500)
    evidence = models.ForeignKey(File, models.PROTECT, null=True, related_name="+", verbose_name=_("佐证材料"))
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人"))
    filed_at = models.DateTimeField(_("提出时间"))
    state = models.CharField(_("状态"), max_length=10, choices=DisputeState, default=DisputeState.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("答复人"))
    decided_at = models.DateTimeField(_("答复时间"), null=True)
    decision = models.CharField(_("答复"), max_length=500, blank=True)
    was_corrected = models.BooleanField(_("已更正台账"), default=False)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("撤回人"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("对账异议")
        verbose_name_plural = _("对账异议")
        ordering = ["-filed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reconciliation", "task"], condition=Q(task__isnull=False) & ~Q(state="withdrawn"), name="dispute_once_a_task"
            ),
            models.UniqueConstraint(
                fields=["reconciliation", "finding"], condition=Q(task=None) & ~Q(state="withdrawn"), name="dispute_once_a_finding"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="dispute_says_why"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"], decided_by=None, decided_at=None)
                | Q(state__in=["accepted", "declined"], decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decision="")
                & ~Q(decided_by=F("filed_by")),
                name="dispute_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                | ~Q(state="withdrawn") & Q(withdrawn_by=None, withdrawn_at=None),
                name="dispute_withdrawn_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["state", "-filed_at"], name="dispute_by_state")]

    def __str__(self):
        return f"{self.reconciliation} · {self.finding}"

    @property
    def row(self) -> str:
        """The row's key on its sheet."""
        return f"t{self.task_id}" if self.task_id else f"f{self.finding_id}"
