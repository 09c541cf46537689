"""The ledger row and what happened to it."""

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evidence.models import Photo, Recording
from grids import scope
from grids.models import Field, Grid
from grids.roles import Role
from inspections import search
from inspections.models.types import ProblemType
from inspections.words import CLOSED_STATES, FROM_ABOVE, OPEN_STATES, FindingState, Kind, Outcome, Risk, Severity, Source
from registers.models import Site


def seen_by(user, *, finding: str = "") -> Q:
    """Condition under which a person without the whole district sees a finding. ``finding``: the path to it, ``"finding__"`` from a task.

    The task of their organisation is asked for row by row: a list stops after twenty rows. For EXISTS or IN, PostgreSQL would first collect all
    findings on which they ever had one.
    """
    rights = scope.rights(user)
    mine = scope.under(rights.paths, f"{finding}grid_path") | Q(**{f"{finding}reporter_id": user.pk})
    if rights.field_ids:
        mine |= Q(**{f"{finding}field_id__in": rights.field_ids})
    if rights.organisation_ids:
        tasks = Finding._meta.get_field("tasks").related_model._default_manager
        theirs = tasks.filter(finding_id=OuterRef(f"{finding}pk"), organisation_id__in=rights.organisation_ids).order_by()
        mine |= Q(IsNull(Subquery(theirs.values("pk")[:1]), False))
    return mine


class FindingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Design 4: by grid, by field, by a task of their organisation, or because they reported it; sealed covert visits only to 督查局."""
        rights = scope.rights(user)
        whole = rights.whole_district_ids
        if whole and whole == rights.district_ids:
            seen = self.filter(district_id__in=whole)
        else:
            seen = self.filter(seen_by(user))
        return seen.filter(Q(is_sealed=False) | Q(district_id__in=rights.districts_with({Role.SUPERVISION})))

    def open(self):
        return self.filter(state__in=OPEN_STATES)

    def closed(self):
        return self.filter(state__in=CLOSED_STATES)

    def overdue(self, now):
        """Open findings one of whose unfinished tasks is past its date."""
        return self.filter(state=FindingState.ASSIGNED, due_at__lt=now)

    def matching(self, words):
        """Those in whose number, text, place or type all ``words`` occur; two Chinese characters are enough."""
        return search.matching(self, words)

    def for_list(self):
        return self.select_related("problem_type", "field", "grid").prefetch_related("tasks__organisation")


class Finding(models.Model):
    """A problem: the row of the ledger (台账). ``state`` changes only through ``rectification.services.advance``.

    ``uuid`` is made on the device and makes sending again harmless. ``number`` (``2026-000123``, per district and year) is given at registration.
    Times three ways: captured (phone says), saved (phone says), received (ours; decides day, month and deadlines). Place is WGS-84.
    """

    AUDIT_FIELDS = (
        "uuid", "district_id", "number", "grid_id", "field_id", "problem_type_id", "source", "superior_number", "superior_due_at",
        "superior_accepted_at",
        "kind", "severity", "risk", "text", "address", "lon", "lat", "captured_at", "received_at", "reporter_id", "state", "version", "is_sealed",
        "registered_at", "assigned_at", "rectified_at", "struck_off_at", "merged_into_id", "rebound_of_id", "payload_sha256",
    )  # fmt: skip
    AUDIT_FIELDS_WHEN_SET = ("site_id", "visit_id", "checklist", "outcome")

    uuid = models.UUIDField(unique=True)
    district = models.ForeignKey(Grid, models.PROTECT, related_name="findings", verbose_name=_("区县"))
    number = models.CharField(_("编号"), max_length=20, null=True, blank=True)  # noqa: DJ001 - null until registered, unique afterwards
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="grid_findings", verbose_name=_("网格"))
    grid_path = models.CharField(max_length=120, blank=True, db_index=True)
    field = models.ForeignKey(Field, models.PROTECT, related_name="findings", verbose_name=_("专项领域"))
    problem_type = models.ForeignKey(ProblemType, models.PROTECT, related_name="findings", verbose_name=_("问题类型"))
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("监管对象"))
    visit = models.ForeignKey("inspections.Visit", models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("巡查记录"))
    visit_key = models.UUIDField(null=True, blank=True)
    """The visit a phone names before we know it; bound when the visit arrives."""
    checklist = models.JSONField(_("检查项"), default=dict, blank=True)
    """``{"code", "version", "items": [item code, …]}`` of the failed items that led to this finding."""
    outcome = models.CharField(_("现场处置"), max_length=15, choices=Outcome, blank=True)
    source = models.CharField(_("来源"), max_length=25, choices=Source, default=Source.GRID_PATROL)
    superior_number = models.CharField(_("上级编号"), max_length=60, blank=True)
    superior_due_at = models.DateTimeField(_("上级期限"), null=True, blank=True)
    superior_accepted_at = models.DateTimeField(_("上级验收时间"), null=True, blank=True)
    kind = models.CharField(_("整改类型"), max_length=10, choices=Kind, default=Kind.LIMITED)
    severity = models.CharField(_("严重程度"), max_length=10, choices=Severity, default=Severity.GENERAL)
    risk = models.CharField(_("风险"), max_length=10, choices=Risk, default=Risk.LOW)
    text = models.TextField(_("问题描述"), max_length=2000, blank=True)
    address = models.CharField(_("位置描述"), max_length=200, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    accuracy = models.FloatField(_("定位精度（米）"), null=True, blank=True)
    captured_at = models.DateTimeField(_("发现时间"))
    saved_at = models.DateTimeField(_("保存时间"))
    received_at = models.DateTimeField(_("收到时间"))
    device_id = models.CharField(max_length=64, blank=True)
    seq = models.PositiveIntegerField(null=True, blank=True)
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="findings", verbose_name=_("上报人"))
    payload_sha256 = models.CharField(max_length=64)
    flags = models.JSONField(default=list, blank=True)
    """List of ``{"code", "note", "answer", "answered_at"}``."""
    is_sealed = models.BooleanField(_("暗访密封"), default=False)

    state = models.CharField(_("状态"), max_length=20, choices=FindingState, default=FindingState.REPORTED)
    version = models.PositiveIntegerField(default=1)
    step_due_at = models.DateTimeField(_("本环节期限"), null=True, blank=True)
    """Clock of the office's own step: register, assign, strike off."""
    due_at = models.DateTimeField(_("整改期限"), null=True, blank=True)
    """Earliest deadline of its unfinished tasks; kept by the workflow."""
    registered_at = models.DateTimeField(_("受理时间"), null=True, blank=True)
    assigned_at = models.DateTimeField(_("交办时间"), null=True, blank=True)
    rectified_at = models.DateTimeField(_("核查通过时间"), null=True, blank=True)
    struck_off_at = models.DateTimeField(_("销号时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("不予受理、并案或作废时间"), null=True, blank=True)
    recheck_on = models.DateField(_("停而未改复查日"), null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from", verbose_name=_("并入"))
    rebound_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="rebounds", verbose_name=_("反弹自"))
    search_text = models.TextField(blank=True, editable=False)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("问题")
        verbose_name_plural = _("问题台账")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "number"], name="finding_number_unique_in_district"),
            models.CheckConstraint(condition=Q(state__in=FindingState.values), name="finding_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["reported", "rejected", "merged", "void"]) | Q(number__isnull=False), name="finding_on_ledger_has_number"
            ),
            models.CheckConstraint(condition=Q(lon=None, lat=None) | Q(lon__range=(-180, 180), lat__range=(-90, 90)), name="finding_place_on_earth"),
        ]
        indexes = [
            models.Index(fields=["district", "-id"], name="finding_newest"),
            models.Index(fields=["district", "state", "-id"], name="finding_by_state"),
            models.Index(fields=["district", "field", "-id"], name="finding_by_field"),
            models.Index(fields=["district", "problem_type", "-id"], name="finding_by_type"),
            models.Index(fields=["district", "source", "-id"], name="finding_by_source"),
            models.Index(fields=["state", "due_at"], name="finding_by_due"),
            models.Index(fields=["district", "received_at"], name="finding_by_day"),
            models.Index(fields=["district", "registered_at"], name="finding_by_registration"),
            models.Index(fields=["problem_type", "state", "lat"], name="finding_nearby"),
            models.Index(fields=["device_id", "seq"], name="finding_by_device"),
            models.Index(fields=["visit_key"], condition=Q(visit=None, visit_key__isnull=False), name="finding_waiting_for_visit"),
        ]

    def __str__(self):
        return self.number or self.short_text

    def get_absolute_url(self):
        return reverse("rectification:finding", args=[self.uuid])

    @property
    def short_text(self) -> str:
        first = (self.text.strip().splitlines() or [""])[0] or str(self.problem_type)
        return first if len(first) <= 40 else f"{first[:39]}…"

    @property
    def is_from_above(self) -> bool:
        return self.source in FROM_ABOVE

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class FindingEvent(models.Model):
    """Append-only history of a finding. ``version`` is the one the step was taken from, so a replay can be told from a race."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="events")
    action = models.CharField(max_length=30)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20, blank=True)
    version = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60, blank=True)
    part = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["action", "at"], name="finding_event_by_action"),
            models.Index(fields=["at", "id"], name="finding_event_newest"),
        ]


class FindingPhoto(models.Model):
    """A photo a finding announces; ``photo`` is empty until its bytes have arrived."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="photos")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, blank=True, related_name="finding_photos")
    position = models.PositiveSmallIntegerField(default=0)
    announced_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["finding", "sha256"], name="finding_photo_once")]
        indexes = [models.Index(fields=["sha256"], name="finding_photo_by_hash")]


class FindingVoice(models.Model):
    """A voice memo a finding announces instead of typed words; ``recording`` is empty until its bytes have arrived. ``seconds`` as the phone says."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="voices")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    seconds = models.PositiveSmallIntegerField(_("时长（秒）"), default=0)
    recording = models.ForeignKey(Recording, models.PROTECT, null=True, blank=True, related_name="finding_voices")
    position = models.PositiveSmallIntegerField(default=0)
    announced_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["finding", "sha256"], name="finding_voice_once")]
