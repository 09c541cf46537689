"""Clues handed over to the discipline body (线索移送). 诫勉 and 问责 are decided there, never here."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common import clock
from evidence.models import File
from grids import scope
from grids.models import Grid, Handover, Membership, Organisation
from grids.roles import Role
from inspections.models import Finding
from scorecards.models.consequences import INNER
from scorecards.words import ClueState

HEAD = r"^(督[查察]局)?局长$"
"""How the title of a seat in 督查局 says that its holder leads it; deputies do not match."""


class ClueQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Leading group, the office's director, and the head of 督查局 (whose title says so)."""
        return self.filter(district_id__in=keepers_of_clues(user))


def keepers_of_clues(user) -> frozenset:
    """Districts whose clues the person may read and enter."""
    rights = scope.rights(user)
    bureau = rights.districts_with({Role.SUPERVISION})
    return rights.districts_with(INNER) | (_led_by(user) & bureau if bureau else frozenset())


def _led_by(user) -> frozenset:
    """Districts whose 督查局 they lead today, or stand in for whoever does."""
    day = clock.today()
    heads = Membership.objects.current(day).filter(role=Role.SUPERVISION, title__regex=HEAD)
    standing_in = Handover.objects.current(day).filter(substitute=user).values("membership")
    return frozenset(heads.filter(Q(user=user) | Q(pk__in=standing_in)).values_list("organisation__district_id", flat=True))


class Clue(models.Model):
    """A clue handed over to the discipline body (线索移送), with its receipt and result. 诫勉 and 问责 are decided there, never here.

    Confidential; about a unit and its findings, without a field for any person's name. Its text and audit events tell its number only.
    """

    AUDIT_FIELDS = (
        "district_id", "number", "organisation_id", "facts", "receiver", "handed_by_id", "handed_at", "paper_number", "state", "receipt", "accepted_on",
        "result", "result_on", "version",
    )  # fmt: skip

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(Grid, models.PROTECT, related_name="clues")
    number = models.CharField(_("编号"), max_length=20)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="clues", verbose_name=_("涉及单位"))
    findings = models.ManyToManyField(Finding, related_name="clues", blank=True, verbose_name=_("涉及问题"))
    facts = models.TextField(_("基本事实"), max_length=4000)
    files = models.ManyToManyField(File, related_name="+", blank=True, verbose_name=_("证据材料"))
    receiver = models.CharField(_("受理机关"), max_length=60)
    paper_number = models.CharField(_("移送函文号"), max_length=60)
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("移送人"))
    handed_at = models.DateTimeField(_("移送时间"))
    state = models.CharField(_("状态"), max_length=10, choices=ClueState, default=ClueState.HANDED)
    receipt = models.CharField(_("回执"), max_length=200, blank=True)
    accepted_on = models.DateField(_("受理日期"), null=True, blank=True)
    result = models.TextField(_("处理结果"), max_length=2000, blank=True)
    result_on = models.DateField(_("结果日期"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ClueQuerySet.as_manager()

    class Meta:
        verbose_name = _("线索移送")
        verbose_name_plural = _("线索移送")
        ordering = ["-handed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "number"], name="clue_number_once"),
            models.CheckConstraint(condition=Q(state="handed") | Q(accepted_on__isnull=False), name="clue_accepted_on_a_day"),
            models.CheckConstraint(condition=~Q(state="concluded") | Q(result_on__isnull=False) & ~Q(result=""), name="clue_concluded_with_a_result"),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("scorecards:clue", args=[self.pk])
