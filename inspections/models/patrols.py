"""Rounds: the rules that ask for them, the plan of a day, what was found at each object (domain 2.4, 2.5)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evidence.models import Photo
from grids import scope
from grids.models import Grid
from grids.roles import PostRole
from inspections.models.checklists import Checklist
from inspections.words import LEVELS, Conclusion, Grade, PatrolKind, PatrolState, Per, VisitState, Weather
from registers.models import Site, SiteKind
from registers.words import Risk


class WeatherState(models.Model):
    """What the air is like for the rules: a warning of the district from a day until a day. None current means ordinary days."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="weather_states")
    weather = models.CharField(_("天气状态"), max_length=10, choices=Weather)
    starts_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("依据"), max_length=200, blank=True)
    held_by = models.CharField(_("所属预警"), max_length=20, blank=True, db_default="")
    """Number of the heavy-pollution warning it follows: while that runs, nobody changes it by hand."""

    class Meta:
        ordering = ["-starts_at"]
        constraints = [models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="weather_state_ends_after_start")]


class FieldSettings(models.Model):
    """What a district has decided for the field. Without a row: the defaults. Places of persons are not recorded unless ``track`` is switched on."""

    AUDIT_FIELDS = ("district_id", "track", "track_months", "far_m", "squad_phone")

    district = models.OneToOneField(Grid, models.PROTECT, related_name="field_settings")
    track = models.BooleanField(_("记录夜查和污染天气巡查轨迹"), default=False)
    track_months = models.PositiveSmallIntegerField(_("轨迹保存月数"), default=12)
    far_m = models.PositiveSmallIntegerField(_("距对象过远（米）"), default=100)
    squad_phone = models.CharField(_("应急分队电话"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("外业设置")
        verbose_name_plural = _("外业设置")
        constraints = [
            models.CheckConstraint(condition=Q(track_months__range=(1, 60)), name="field_settings_track_is_erased"),
            models.CheckConstraint(condition=Q(far_m__range=(20, 5000)), name="field_settings_far_in_reason"),
        ]

    def __str__(self):
        return str(self.district)


class PatrolRuleQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(district_id__in=scope.rights(user).district_ids)


class PatrolRule(models.Model):
    """How often people of a grid level visit objects of a kind and risk in a state of the weather (domain 2.4). Empty ``kind`` and ``risk`` mean all."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="patrol_rules")
    level = models.PositiveSmallIntegerField(_("网格级别"))
    kind = models.ForeignKey(SiteKind, models.PROTECT, null=True, blank=True, related_name="patrol_rules", verbose_name=_("对象类型"))
    risk = models.CharField(_("风险等级"), max_length=10, choices=Risk, blank=True)
    weather = models.CharField(_("天气状态"), max_length=10, choices=Weather, default=Weather.ORDINARY)
    times = models.PositiveSmallIntegerField(_("次数"), default=1)
    per = models.CharField(_("周期"), max_length=12, choices=Per, default=Per.WEEK)
    is_night = models.BooleanField(_("夜查"), default=False)
    window_from = models.TimeField(_("时段起"), null=True, blank=True)
    window_to = models.TimeField(_("时段止"), null=True, blank=True)
    """Empty: the whole day. A night window goes over midnight."""
    share = models.PositiveSmallIntegerField(_("抽查比例（%）"), default=100)
    is_active = models.BooleanField(_("启用"), default=True)

    objects = PatrolRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("巡查规则")
        verbose_name_plural = _("巡查规则")
        ordering = ["level", "weather", "kind__position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(times__gte=1), name="patrol_rule_at_least_once"),
            models.CheckConstraint(condition=Q(share__range=(1, 100)), name="patrol_rule_share_is_percent"),
        ]

    @property
    def level_label(self) -> str:
        return str(LEVELS.get(self.level, self.level))


class PatrolQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own rounds, and those of the grids at or under one's own: for township, office and 督查局."""
        rights = scope.rights(user)
        return self.filter(Q(person=user) | Q(district_id__in=rights.whole_district_ids) | scope.under(rights.paths, "grid_path"))

    def of_day(self, day):
        return self.filter(planned_on=day)


class Patrol(models.Model):
    """One round of one person in one grid. ``uuid`` of a planned round is made by the plan, of any other by the phone.

    ``starts_at`` and ``ends_at`` are the window in which it should happen. Times of the phone stand beside ours, as on a finding.
    ``track`` is ``[[ISO time, lon, lat, accuracy], …]``: taken only for night and emergency rounds where the district has switched it on.
    """

    AUDIT_FIELDS = ("uuid", "district_id", "grid_id", "person_id", "kind", "planned_on", "state", "started_at", "finished_at", "handed_to_id")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("巡查编号"), max_length=30, unique=True)
    district = models.ForeignKey(Grid, models.PROTECT, related_name="patrols")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="grid_patrols", verbose_name=_("网格"))
    grid_path = models.CharField(max_length=120, db_index=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="patrols", verbose_name=_("巡查人"))
    post_role = models.CharField(_("岗位"), max_length=20, choices=PostRole, blank=True)
    kind = models.CharField(_("巡查类型"), max_length=12, choices=PatrolKind, default=PatrolKind.DAILY)
    weather = models.CharField(_("天气状态"), max_length=10, choices=Weather, default=Weather.ORDINARY)
    planned_on = models.DateField(_("巡查日期"))
    is_planned = models.BooleanField(_("按计划"), default=True)
    starts_at = models.DateTimeField(_("时段起"))
    ends_at = models.DateTimeField(_("时段止"))
    state = models.CharField(_("状态"), max_length=12, choices=PatrolState, default=PatrolState.PLANNED)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    received_at = models.DateTimeField(_("收到时间"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=300, blank=True)
    track = models.JSONField(default=list, blank=True)
    track_erased_at = models.DateTimeField(null=True, blank=True)
    device_id = models.CharField(max_length=64, blank=True)
    handed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="patrols_taken_over", verbose_name=_("移交给")
    )
    handover_reason = models.CharField(_("移交原因"), max_length=200, blank=True)
    created_at = models.DateTimeField()

    objects = PatrolQuerySet.as_manager()

    class Meta:
        verbose_name = _("巡查")
        verbose_name_plural = _("巡查")
        ordering = ["-planned_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PatrolState.values), name="patrol_state_known"),
            models.UniqueConstraint(fields=["person", "grid", "planned_on", "kind"], condition=Q(is_planned=True), name="patrol_planned_once_a_day"),
        ]
        indexes = [
            models.Index(fields=["district", "planned_on"], name="patrol_by_day"),
            models.Index(fields=["person", "planned_on"], name="patrol_by_person"),
            models.Index(fields=["grid", "finished_at"], name="patrol_by_grid"),
        ]

    def __str__(self):
        return self.number


class PatrolSending(models.Model):
    """Each time a phone told us something of a round, by its running number: what gaps are looked for in."""

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="sendings")
    device_id = models.CharField(max_length=64)
    seq = models.PositiveIntegerField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patrol", "device_id", "seq"], name="patrol_sending_once")]
        indexes = [models.Index(fields=["device_id", "seq"], name="patrol_sending_by_device")]


class VisitQuerySet(models.QuerySet):
    def visible_to(self, user):
        rights = scope.rights(user)
        seen = Q(person=user) | Q(district_id__in=rights.whole_district_ids) | scope.under(rights.paths, "grid_path")
        if rights.field_ids:
            seen |= Q(site__kind__field_id__in=rights.field_ids)
        return self.filter(seen)

    def done(self):
        return self.filter(state=VisitState.DONE)


class Visit(models.Model):
    """An object on a round: planned, then done with a conclusion and answers by the checklist version of that day.

    ``answers`` is ``{item code: {"value", "note"}}``; ``score`` is in hundredths (0–10000) or empty; ``flags`` as on a finding. ``distance`` is the metres
    between the phone and the object, ours.
    """

    AUDIT_FIELDS = (
        "uuid", "patrol_id", "site_id", "person_id", "state", "conclusion", "one_tap", "arrived_at", "received_at", "checklist_id", "addons", "answers",
        "score",
        "grade", "is_failed", "text", "lon", "lat", "payload_sha256",
    )  # fmt: skip
    AUDITED_ROWS = {"received_at__isnull": False}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(Grid, models.PROTECT, related_name="visits")
    patrol = models.ForeignKey(Patrol, models.PROTECT, null=True, blank=True, related_name="visits")
    patrol_key = models.UUIDField(null=True, blank=True)
    """The round a phone names before we know it; the visit joins it when it arrives."""
    site = models.ForeignKey(Site, models.PROTECT, related_name="visits", verbose_name=_("巡查对象"))
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="+")
    grid_path = models.CharField(max_length=120, db_index=True, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="visits", verbose_name=_("巡查人"))
    position = models.PositiveSmallIntegerField(default=0)
    is_planned = models.BooleanField(default=True)
    due_from = models.DateTimeField(null=True, blank=True)
    due_to = models.DateTimeField(null=True, blank=True)
    """Window of a planned visit: patrol completion counts those done within it (domain 2.8)."""
    state = models.CharField(_("状态"), max_length=10, choices=VisitState, default=VisitState.PLANNED)
    conclusion = models.CharField(_("结论"), max_length=12, choices=Conclusion, blank=True)
    one_tap = models.BooleanField(_("一键正常"), default=False)
    arrived_at = models.DateTimeField(_("到达时间"), null=True, blank=True)
    saved_at = models.DateTimeField(_("保存时间"), null=True, blank=True)
    received_at = models.DateTimeField(_("收到时间"), null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    accuracy = models.FloatField(null=True, blank=True)
    distance = models.PositiveIntegerField(_("距对象（米）"), null=True, blank=True)
    checklist = models.ForeignKey(Checklist, models.PROTECT, null=True, blank=True, related_name="visits")
    addons = models.JSONField(default=list, blank=True)
    """``[{"code", "version"}, …]`` of checklists answered beside the main one."""
    answers = models.JSONField(default=dict, blank=True)
    score = models.PositiveIntegerField(_("得分（百分之一分）"), null=True, blank=True)
    grade = models.CharField(_("评定"), max_length=10, choices=Grade, blank=True)
    is_failed = models.BooleanField(_("总体不合格"), default=False)
    """A serious item failed (domain 4), whatever the score."""
    text = models.CharField(_("情况说明"), max_length=1000, blank=True)
    flags = models.JSONField(default=list, blank=True)
    device_id = models.CharField(max_length=64, blank=True)
    seq = models.PositiveIntegerField(null=True, blank=True)
    payload_sha256 = models.CharField(max_length=64, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("巡查记录")
        verbose_name_plural = _("巡查记录")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=VisitState.values), name="visit_state_known"),
            models.CheckConstraint(condition=~Q(state=VisitState.DONE) | Q(received_at__isnull=False), name="visit_done_was_received"),
        ]
        indexes = [
            models.Index(fields=["site", "-arrived_at"], name="visit_by_site"),
            models.Index(fields=["grid", "due_to"], name="visit_by_due"),
            models.Index(fields=["device_id", "seq"], name="visit_by_device"),
            models.Index(fields=["patrol_key"], condition=Q(patrol=None, patrol_key__isnull=False), name="visit_waiting_for_round"),
        ]


class VisitPhoto(models.Model):
    """A photo a visit announces; ``photo`` is empty until its bytes have arrived. ``from_album``: the phone says it was not taken now."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="photos")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    from_album = models.BooleanField(default=False)
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, blank=True, related_name="visit_photos")
    position = models.PositiveSmallIntegerField(default=0)
    announced_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["visit", "sha256"], name="visit_photo_once")]
        indexes = [models.Index(fields=["sha256"], name="visit_photo_by_hash")]
