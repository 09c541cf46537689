"""Accounts (账): one line for each movement of a duty or a problem, and what they add up to per holder and month.

期初 + 新增 + 反弹 + 转入 − 转出 − 作废 − 办结 = 期末, and 期末 is the next month's 期初: constraints and triggers of the database keep both
(``scorecards.continuity``).
"""

from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grids import scope
from grids.models import Grid, Organisation
from grids.roles import TOWN
from inspections.models import Finding
from rectification.models import Task
from scorecards.account_words import TAKEN_IN, EntryKind
from scorecards.models.schemes import MONTH, WELL_FORMED_MONTH
from scorecards.models.settling import READERS
from scorecards.words import month_words

FIGURES = ("opening", "added", "rebounded", "moved_in", "moved_out", "voided", "closed", "closing")
ONE_HOLDER = Q(organisation__isnull=False, grid=None) | Q(organisation=None, grid__isnull=False)


def own_holders(user) -> Q:
    """Whose accounts the person reads: all for the office, 督查局 and leaders; else those of their organisations and of a township's grids."""
    rights = scope.rights(user)
    mine = Q(organisation_id__in=[seat.organisation_id for seat in rights.seats])
    if rights.has(*TOWN):
        mine |= Q(grid__isnull=False) & scope.under(rights.paths, "grid__path")
    return Q(district_id__in=rights.districts_with(READERS)) | mine & Q(district_id__in=rights.member_district_ids)


class AccountEntryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Lines whose finding the person may see; how many more there are, the page says."""
        districts = scope.rights(user).member_district_ids
        return self.filter(district_id__in=districts, finding__in=Finding.objects.visible_to(user).values("pk"))

    def with_effect(self):
        """Adds ``effect``: by how much the line moves the balance."""
        return self.annotate(effect=Case(When(kind__in=TAKEN_IN, then=F("amount")), default=-F("amount"), output_field=models.IntegerField()))


class AccountEntry(models.Model):
    """One movement in one holder's account, written once (``services.posting``). An organisation holds duties (tasks), a grid problems.

    ``at`` is the moment of the event; ``stands_at`` its place in the book, never before an earlier line of the same duty. ``month`` is that of
    ``stands_at``, or the first open one after it when that month's accounts were closed: then ``is_late``.
    """

    # Without checks by the database: all lines are written by INSERT … SELECT from the rows they name.
    district = models.ForeignKey(Grid, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    month = models.CharField(_("月份"), max_length=7, validators=[MONTH])
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    kind = models.CharField(_("事项"), max_length=10, choices=EntryKind)
    amount = models.SmallIntegerField(_("数量"), default=1)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="+", db_constraint=False)
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="+", db_constraint=False)
    at = models.DateTimeField(_("发生时间"))
    stands_at = models.DateTimeField()
    paper_number = models.CharField(_("凭证号"), max_length=60, blank=True)
    event_key = models.CharField(max_length=60, unique=True)
    """Names the event: ``task:12:assign``, ``event:345``, ``finding:67:end`` … A movement that is booked already is not booked again."""
    is_late = models.BooleanField(_("补记"), default=False)

    objects = AccountEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("账目")
        verbose_name_plural = _("账目")
        ordering = ["month", "stands_at", "id"]
        constraints = [
            models.CheckConstraint(condition=ONE_HOLDER, name="account_entry_one_holder"),
            models.CheckConstraint(condition=Q(organisation=None) | Q(task__isnull=False), name="account_entry_of_a_duty"),
            models.CheckConstraint(condition=Q(grid=None) | Q(task=None), name="account_entry_of_a_problem"),
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="account_entry_kind_known"),
            models.CheckConstraint(condition=Q(amount=1) | Q(amount=-1, kind="closed"), name="account_entry_red_ink_reverses_closing"),
            models.CheckConstraint(condition=Q(month__regex=WELL_FORMED_MONTH), name="account_entry_month_well_formed"),
        ]
        indexes = [
            models.Index(fields=["district", "month"], name="account_entry_of_month"),
            models.Index(fields=["organisation", "month", "stands_at"], condition=Q(organisation__isnull=False), name="account_entry_of_unit"),
            models.Index(fields=["grid", "month", "stands_at"], condition=Q(grid__isnull=False), name="account_entry_of_grid"),
        ]

    def __str__(self):
        return self.event_key


class AccountQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(own_holders(user))

    def of_month(self, district, month: str):
        return self.filter(district=district, month=month)

    def totals(self) -> dict[str, int]:
        """Each figure added up."""
        return {name: total or 0 for name, total in self.aggregate(**{name: models.Sum(name) for name in FIGURES}).items()}


class Account(models.Model):
    """One holder's month in figures, worked out from its lines. Of a settled month never touched again."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+", db_index=False)
    month = models.CharField(_("月份"), max_length=7, validators=[MONTH])
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="accounts", db_index=False, verbose_name=_("单位"))
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="accounts", db_index=False, verbose_name=_("网格"))
    opening = models.IntegerField(_("期初"), default=0)
    added = models.IntegerField(EntryKind.ADDED.label, default=0)
    rebounded = models.IntegerField(EntryKind.REBOUNDED.label, default=0)
    moved_in = models.IntegerField(EntryKind.MOVED_IN.label, default=0)
    moved_out = models.IntegerField(EntryKind.MOVED_OUT.label, default=0)
    voided = models.IntegerField(EntryKind.VOIDED.label, default=0)
    closed = models.IntegerField(EntryKind.CLOSED.label, default=0)
    closing = models.IntegerField(_("期末"), default=0)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("账户")
        verbose_name_plural = _("账户")
        ordering = ["month", "organisation__position", "organisation_id", "grid__path"]
        constraints = [
            models.CheckConstraint(condition=ONE_HOLDER, name="account_one_holder"),
            models.CheckConstraint(condition=Q(month__regex=WELL_FORMED_MONTH), name="account_month_well_formed"),
            models.CheckConstraint(
                condition=Q(closing=F("opening") + F("added") + F("rebounded") + F("moved_in") - F("moved_out") - F("voided") - F("closed")),
                name="account_adds_up",
            ),
            models.UniqueConstraint(fields=["organisation", "month"], name="account_of_unit_once_a_month"),
            models.UniqueConstraint(fields=["grid", "month"], name="account_of_grid_once_a_month"),
        ]
        indexes = [models.Index(fields=["district", "month"], name="account_of_month")]

    def __str__(self):
        return f"{self.month} · {self.holder}"

    def get_absolute_url(self):
        if self.organisation_id:
            return reverse("scorecards:account", args=[self.month, self.organisation_id])
        return reverse("scorecards:grid_account", args=[self.month, self.grid_id])

    @property
    def holder(self):
        return self.organisation or self.grid

    @property
    def month_label(self) -> str:
        return month_words(self.month)

    @property
    def figures(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in FIGURES}
