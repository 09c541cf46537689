"""Orders to units, grids and listed enterprises; who answered, what shows that they are in force, who looked (domain 8.3)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common import clock
from emergency.models.episodes import Decision, Episode
from emergency.models.lists import ListedEnterprise, districts_inspected, districts_read_whole
from emergency.words import RUNNING_ORDERS, CallOutcome, Colour, EvidenceKind, OrderState, Party, Seen, Way
from evidence.models import Photo
from grids import scope
from grids.models import Grid, Organisation
from inspections.models import Finding

PERSON = settings.AUTH_USER_MODEL


class OrderQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Of the whole district; one's own unit's; those of grids and enterprises at the grids that are theirs; of all enterprises for whoever
        inspects them."""
        found = scope.rights(user)
        own = Q(organisation_id__in=found.organisation_ids) | scope.under(found.paths, "grid_path")
        looked_at = Q(party=Party.ENTERPRISE, district_id__in=districts_inspected(user))
        return self.filter(Q(district_id__in=districts_read_whole(user)) | own | looked_at)

    def running(self):
        return self.filter(state__in=RUNNING_ORDERS)

    def unanswered(self):
        return self.filter(state=OrderState.ISSUED)

    def late_to_answer(self, now):
        return self.unanswered().filter(ack_due_at__lt=now)

    def not_in_force(self, now):
        """Past the limit, whether answered or not."""
        return self.filter(state__in=(OrderState.ISSUED, OrderState.ACKNOWLEDGED), force_due_at__lt=now)

    def for_list(self):
        return self.select_related("organisation", "grid", "enterprise", "decision", "receipt", "finding")


class Order(models.Model):
    """One party's order: its own measures of one colour and nothing else, as they stood when it was issued.

    The link by which somebody without an account answers is made from ``link_salt`` and the server's key; only its hash lies here.
    """

    AUDIT_FIELDS = (
        "number", "decision_id", "party", "organisation_id", "grid_id", "enterprise_id", "level", "is_lift", "measures", "issued_at", "ack_due_at",
        "force_due_at", "acknowledged_at", "in_force_at", "finding_id",
    )  # fmt: skip

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(Grid, models.PROTECT, related_name="emergency_orders")
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="orders")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="orders")
    number = models.CharField(_("指令编号"), max_length=30)
    party = models.CharField(_("对象"), max_length=10, choices=Party)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="emergency_orders", verbose_name=_("单位"))
    """The unit; of a grid, the township that answers for it."""
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="orders_received", verbose_name=_("网格"))
    grid_path = models.CharField(max_length=120, blank=True, db_index=True)
    enterprise = models.ForeignKey(ListedEnterprise, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("企业"))
    level = models.CharField(_("级别"), max_length=10, choices=Colour)
    is_lift = models.BooleanField(_("解除令"), default=False)
    measures = models.JSONField(_("措施"), default=list)
    """``[{"class": label or "", "text"}, …]``."""
    state = models.CharField(_("状态"), max_length=12, choices=OrderState, default=OrderState.ISSUED)
    issued_at = models.DateTimeField(_("下达时间"))
    ack_due_at = models.DateTimeField(_("签收时限"))
    force_due_at = models.DateTimeField(_("落实时限"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    in_force_at = models.DateTimeField(_("落实时间"), null=True, blank=True)
    link_salt = models.CharField(max_length=32, blank=True)
    link_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    urged_at = models.DateTimeField(null=True, blank=True)
    """When the scan told guarantor and township that nobody has answered."""
    proposed_at = models.DateTimeField(_("拟立案时间"), null=True, blank=True)
    """When the scan found it not in force; the office makes it a problem, or says why not."""
    declined_note = models.CharField(_("不立案的理由"), max_length=300, blank=True)
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="emergency_orders", verbose_name=_("问题"))
    version = models.PositiveIntegerField(default=1)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("应急指令")
        verbose_name_plural = _("应急指令")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "number"], name="order_number_once"),
            models.UniqueConstraint(fields=["decision", "organisation"], condition=Q(party="unit"), name="order_one_for_a_unit"),
            models.UniqueConstraint(fields=["decision", "grid"], condition=Q(party="grid"), name="order_one_for_a_grid"),
            models.UniqueConstraint(fields=["decision", "enterprise"], condition=Q(party="enterprise"), name="order_one_for_an_enterprise"),
            models.CheckConstraint(
                condition=Q(party="unit", organisation__isnull=False, enterprise=None)
                | Q(party="grid", grid__isnull=False, enterprise=None)
                | Q(party="enterprise", enterprise__isnull=False),
                name="order_has_its_party",
            ),
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="order_state_known"),
        ]
        indexes = [
            models.Index(fields=["episode", "state"], name="order_by_state"),
            models.Index(fields=["decision", "party"], name="order_by_party"),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("emergency:order", args=[self.pk])

    @property
    def receiver(self) -> str:
        if self.party == Party.ENTERPRISE:
            return self.enterprise.name if self.enterprise else ""
        return str(self.grid if self.party == Party.GRID else self.organisation)

    @property
    def is_late_to_answer(self) -> bool:
        return self.state == OrderState.ISSUED and clock.now() > self.ack_due_at

    @property
    def is_overdue(self) -> bool:
        """Not in force after its limit."""
        waiting = self.state in (OrderState.ISSUED, OrderState.ACKNOWLEDGED)
        return waiting and self.force_due_at is not None and clock.now() > self.force_due_at

    @property
    def answer_tone(self) -> str:
        return "late" if self.acknowledged_at and self.acknowledged_at > self.ack_due_at else "done"

    @property
    def force_tone(self) -> str:
        return "late" if self.in_force_at and self.force_due_at and self.in_force_at > self.force_due_at else "done"

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING_ORDERS


class Receipt(models.Model):
    """Who has received an order, when and how; the first one counts."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="receipt")
    name = models.CharField(_("签收人"), max_length=60)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    way = models.CharField(_("方式"), max_length=10, choices=Way)
    at = models.DateTimeField(_("签收时间"))
    ip = models.CharField(max_length=45, blank=True)


class Evidence(models.Model):
    """What shows that an order is in force, or is not (``is_against``)."""

    AUDIT_FIELDS = ("order_id", "kind", "text", "reading", "photo_id", "is_against", "refused_note", "at")

    order = models.ForeignKey(Order, models.PROTECT, related_name="evidence")
    kind = models.CharField(_("类别"), max_length=10, choices=EvidenceKind)
    text = models.CharField(_("说明"), max_length=500, blank=True)
    reading = models.DecimalField(_("电表读数（kWh）"), max_digits=14, decimal_places=2, null=True, blank=True)
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, blank=True, related_name="emergency_evidence")
    is_against = models.BooleanField(_("反证"), default=False)
    name = models.CharField(_("提交人"), max_length=60, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    way = models.CharField(max_length=10, choices=Way, blank=True)
    at = models.DateTimeField(_("提交时间"))
    refused_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    refused_note = models.CharField(_("不予认可的理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("落实凭证")
        verbose_name_plural = _("落实凭证")
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["order", "photo"], name="evidence_photo_once")]


class Call(models.Model):
    """A telephone call to a party that had not answered. Never edited."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="calls")
    at = models.DateTimeField(_("通话时间"))
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    spoken_with = models.CharField(_("接听人"), max_length=60, blank=True)
    outcome = models.CharField(_("结果"), max_length=14, choices=CallOutcome)
    note = models.CharField(_("备注"), max_length=300, blank=True)

    class Meta:
        ordering = ["at", "id"]


class Inspection(models.Model):
    """A quick entry: somebody looked at a listed enterprise on a day of the episode. Visits of rounds count by themselves."""

    AUDIT_FIELDS = ("order_id", "day", "seen", "text", "by_id", "finding_id")

    order = models.ForeignKey(Order, models.PROTECT, related_name="inspections")
    day = models.DateField(_("检查日期"))
    seen = models.CharField(_("检查结果"), max_length=12, choices=Seen)
    text = models.CharField(_("情况"), max_length=500, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    unit_name = models.CharField(_("检查单位"), max_length=60, blank=True)
    at = models.DateTimeField()
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("应急检查")
        verbose_name_plural = _("应急检查")
        ordering = ["-at", "-id"]


class PowerDay(models.Model):
    """kWh that an enterprise used on a day, as the electricity platform tells."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="power_days")
    credit_code = models.CharField(max_length=18)
    day = models.DateField()
    kwh = models.DecimalField(max_digits=14, decimal_places=2)
    device_id = models.PositiveBigIntegerField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "credit_code", "day"], name="power_once_a_day")]
