"""The alarm that signals have been merged into, its clocks, its history and who was called."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alarms.models.sources import ON_EARTH, AlarmSource
from alarms.words import OPEN_STATES, AlarmKind, AlarmState, Answer, Cause, ClockName, Duty, FalseReason, Judgement, OnSite
from evidence.models import Photo
from grids import scope
from grids.models import Field, Grid
from inspections.models import Finding
from notices.models import Notice
from registers.models import Site

WITHOUT_CREW = (AlarmKind.FAULT, AlarmKind.OFFLINE)
"""For the operator alone, never for a patrol (domain 9.2 R8)."""


class AlarmQuerySet(models.QuerySet):
    def visible_to(self, user):
        """By grid, by field, because one was called to go, or the whole district; faults of devices and data only to the latter."""
        rights = scope.rights(user)
        mine = scope.under(rights.paths, "grid_path") | Q(pk__in=Call.objects.filter(person=user).exclude(duty=Duty.OFFICE).values("alarm_id"))
        if rights.field_ids:
            mine |= Q(field_id__in=rights.field_ids)
        return self.filter(Q(district_id__in=rights.whole_district_ids) | (mine & ~Q(kind__in=WITHOUT_CREW)))

    def open(self):
        return self.filter(state__in=OPEN_STATES)

    def held(self, pk):
        """The row as it is now, locked until commit, with what the steps ask of it."""
        related = ("source", "site__organisation", "grid", "accepted_by", "finding")
        return self.select_for_update(of=("self",)).select_related(*related).get(pk=pk)

    def by_urgency(self):
        """What waits for judging, then what people are sent to, then faults of devices and data; the newest of each first."""
        device = models.When(kind__in=WITHOUT_CREW, then=2)
        waiting = models.When(state=AlarmState.RAISED, then=0)
        return self.annotate(urgency=models.Case(device, waiting, default=1)).order_by("urgency", "-pk")

    def for_list(self):
        return self.select_related("source", "grid", "finding", "accepted_by").prefetch_related("clocks")


class Alarm(models.Model):
    """Signals of one place and time. ``state`` changes only through ``services.advance``; ``signal_count`` and the last time through merging."""

    AUDIT_FIELDS = (
        "uuid", "district_id", "number", "kind", "state", "version", "judgement", "false_reason", "source_id", "site_id", "grid_id", "lon", "lat",
        "first_signal_at", "judged_at", "dispatched_at", "accepted_at", "accepted_by_id", "arrived_at", "controlled_at", "fed_back_at", "closed_at",
        "on_site", "cause", "finding_id",
    )  # fmt: skip

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(Grid, models.PROTECT, related_name="alarms", verbose_name=_("区县"))
    number = models.CharField(_("报警编号"), max_length=20)
    kind = models.CharField(_("报警类型"), max_length=10, choices=AlarmKind)
    level = models.CharField(_("级别"), max_length=10, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=AlarmState, default=AlarmState.RAISED)
    version = models.PositiveIntegerField(default=1)
    source = models.ForeignKey(AlarmSource, models.PROTECT, related_name="alarms", verbose_name=_("来源"))
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="alarms", verbose_name=_("监管对象"))
    field = models.ForeignKey(Field, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("专项领域"))
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("网格"))
    grid_path = models.CharField(max_length=120, blank=True, db_index=True)
    address = models.CharField(_("位置描述"), max_length=200, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    bearing = models.FloatField(_("方位角"), null=True, blank=True)
    distance_m = models.FloatField(_("距离（米）"), null=True, blank=True)
    text = models.CharField(_("内容"), max_length=500, blank=True)
    caller = models.CharField(_("举报人"), max_length=60, blank=True)
    caller_phone = models.CharField(_("举报电话"), max_length=20, blank=True)
    first_signal_at = models.DateTimeField(_("报警时间"))
    last_signal_at = models.DateTimeField(_("最近信号"))
    occurred_at = models.DateTimeField(_("设备时间"), null=True, blank=True)
    signal_count = models.PositiveIntegerField(_("信号数"), default=1)

    judgement = models.CharField(_("研判"), max_length=8, choices=Judgement, blank=True)
    false_reason = models.CharField(_("误报原因"), max_length=10, choices=FalseReason, blank=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("研判人"))
    judged_at = models.DateTimeField(_("研判时间"), null=True, blank=True)
    dispatched_at = models.DateTimeField(_("派出时间"), null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("接单人"))
    accepted_at = models.DateTimeField(_("接单时间"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("到场时间"), null=True, blank=True)
    controlled_at = models.DateTimeField(_("控制时间"), null=True, blank=True)
    fed_back_at = models.DateTimeField(_("反馈时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    on_site = models.CharField(_("现场结论"), max_length=10, choices=OnSite, blank=True)
    cause = models.CharField(_("原因类型"), max_length=10, choices=Cause, blank=True)
    area_m2 = models.PositiveIntegerField(_("过火面积（㎡）"), null=True, blank=True)
    answer_minutes = models.PositiveSmallIntegerField(default=3)
    """How long each in the line is waited for, as the rule said when it was dispatched."""
    finding = models.OneToOneField(Finding, models.PROTECT, null=True, blank=True, related_name="alarm", verbose_name=_("问题"))

    replayed = False
    """Set by ``services.advance`` when the same person had already taken the step."""

    objects = AlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _("报警")
        verbose_name_plural = _("报警")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "number"], name="alarm_number_unique_in_district"),
            models.CheckConstraint(condition=Q(kind__in=AlarmKind.values), name="alarm_kind_known"),
            models.CheckConstraint(condition=Q(state__in=AlarmState.values), name="alarm_state_known"),
            models.CheckConstraint(condition=ON_EARTH, name="alarm_place_on_earth"),
            models.CheckConstraint(condition=~Q(state="false") | (Q(judgement="false") & ~Q(false_reason="")), name="alarm_false_has_reason"),
            models.CheckConstraint(condition=~Q(state__in=["closed", "false"]) | Q(closed_at__isnull=False), name="alarm_closed_has_time"),
            models.CheckConstraint(condition=Q(judgement="") | Q(judged_at__isnull=False), name="alarm_judged_has_time"),
            models.CheckConstraint(condition=Q(finding=None) | ~Q(judgement="false"), name="alarm_false_makes_no_finding"),
        ]
        indexes = [
            models.Index(fields=["district", "-id"], name="alarm_newest"),
            models.Index(fields=["district", "kind", "-last_signal_at"], name="alarm_to_merge"),
            models.Index(fields=["district", "first_signal_at"], name="alarm_by_day"),
            models.Index(fields=["source", "-id"], name="alarm_of_source"),
            models.Index(fields=["district", "id"], condition=Q(state__in=[str(state) for state in OPEN_STATES]), name="alarm_running"),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("alarms:alarm", args=[self.uuid])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def for_operator(self) -> bool:
        return self.kind in WITHOUT_CREW


class AlarmClock(models.Model):
    """One limit of an alarm, stored when it was issued. ``late_at`` is stamped once, when the limit has passed unmet."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="clocks")
    name = models.CharField(_("时限"), max_length=8, choices=ClockName)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True)
    late_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["alarm", "name"], name="alarm_clock_once"),
            models.CheckConstraint(condition=Q(name__in=ClockName.values), name="alarm_clock_known"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(met_at=None, late_at=None), name="alarm_clock_running")]

    @property
    def is_late(self) -> bool:
        return self.late_at is not None or (self.met_at is not None and self.met_at > self.due_at)


class AlarmStep(models.Model):
    """Append-only history. ``version`` is the one the step was taken from, so a replay can be told from a race."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="steps")
    action = models.CharField(max_length=20)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12, blank=True)
    version = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["alarm", "action"], name="alarm_step_by_action")]


class AlarmPhoto(models.Model):
    """A photo taken on the spot. Sent before its words, so that a form that comes back has lost nothing; ``step`` follows."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="photos")
    step = models.ForeignKey(AlarmStep, models.PROTECT, null=True, related_name="photos")
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["alarm", "photo"], name="alarm_photo_once")]


class Dispatch(models.Model):
    """One rung of the line: who is next was called at this moment. A rung is called once."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="dispatches")
    rung = models.PositiveSmallIntegerField(_("顺序"))
    duty = models.CharField(_("职责"), max_length=8, choices=Duty)
    at = models.DateTimeField(_("呼叫时间"))

    class Meta:
        ordering = ["rung"]
        constraints = [
            models.UniqueConstraint(fields=["alarm", "rung"], name="dispatch_rung_once"),
            models.CheckConstraint(condition=Q(duty__in=Duty.values), name="dispatch_duty_known"),
        ]


class Call(models.Model):
    """One person called by one channel. ``notice_key`` names the row of the outbox, ``channel`` "phone" is a call made by hand."""

    BY_HAND = "phone"

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="calls")
    dispatch = models.ForeignKey(Dispatch, models.PROTECT, null=True, related_name="calls")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="alarm_calls", verbose_name=_("呼叫对象"))
    duty = models.CharField(_("职责"), max_length=8, choices=Duty)
    channel = models.CharField(_("渠道"), max_length=15)
    notice_key = models.CharField(max_length=250, blank=True, db_index=True)
    called_at = models.DateTimeField(_("呼叫时间"))
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(_("应答"), max_length=10, choices=Answer, default=Answer.WAITING)
    answered_at = models.DateTimeField(_("应答时间"), null=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        ordering = ["called_at", "id"]
        constraints = [models.UniqueConstraint(fields=["dispatch", "person", "channel"], name="call_once")]
        indexes = [models.Index(fields=["person", "alarm"], name="call_of_person")]

    notice: Notice | None = None
    """The row of the outbox, where a page has read it along."""
