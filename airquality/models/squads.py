"""One station, one policy, one squad (一点一策一专班, domain 9.1): plan, papers, measures, sources, who is on duty, who was near."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from airquality.models.stations import AirQuerySet, Station
from airquality.watch.words import MeasureKind, Purpose, Shift, Zone
from evidence.models import File
from grids.models import Grid, Organisation


class StationPlan(models.Model):
    """A station's policy: its squad, what lies around it, how often the rings are patrolled. Under a warning twice as often."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    station = models.OneToOneField(Station, models.PROTECT, related_name="plan", verbose_name=_("站点"))
    squad = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("专班"))
    surroundings = models.TextField(_("周边情况"), max_length=2000, blank=True)
    core_hours = models.PositiveSmallIntegerField(
        _("核心区巡查间隔（小时）"), default=2, validators=[MinValueValidator(1), MaxValueValidator(24)], help_text=_("07:00至23:00之间。")
    )
    key_per_day = models.PositiveSmallIntegerField(_("重点区每天巡查次数"), default=2, validators=[MinValueValidator(1), MaxValueValidator(24)])
    extended_per_day = models.PositiveSmallIntegerField(_("扩展区每天巡查次数"), default=1, validators=[MinValueValidator(1), MaxValueValidator(24)])
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AirQuerySet.as_manager()

    class Meta:
        verbose_name = _("一点一策")
        verbose_name_plural = _("一点一策")

    def __str__(self):
        return str(self.station)


class PlanPaper(models.Model):
    """A version of the policy document. Never deleted; the newest one counts."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="plan_papers")
    number = models.PositiveSmallIntegerField(_("版次"))
    title = models.CharField(_("文件名称"), max_length=100)
    file = models.ForeignKey(File, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("方案文件")
        verbose_name_plural = _("方案文件")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["station", "number"], name="plan_paper_number_once")]


class StandingMeasure(models.Model):
    """What is always done around a station. ``watch.buffer`` refuses whatever would touch the sampling; the database refuses it in the buffer."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="measures")
    zone = models.CharField(_("范围"), max_length=8, choices=Zone)
    kind = models.CharField(_("类别"), max_length=9, choices=MeasureKind)
    text = models.CharField(_("措施"), max_length=200)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任单位"))
    dropped_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("常态措施")
        verbose_name_plural = _("常态措施")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(zone=Zone.BUFFER.value) | Q(kind=MeasureKind.OBSERVE.value), name="measure_in_buffer_observes"),
            models.CheckConstraint(condition=Q(zone__in=Zone.values) & Q(kind__in=MeasureKind.values), name="measure_words_known"),
        ]

    def __str__(self):
        return self.text


class OwnSource(models.Model):
    """A source of pollution near a station that no register keeps."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="own_sources")
    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("类型"), max_length=40)
    lon = models.FloatField(_("经度"), validators=[MinValueValidator(-180), MaxValueValidator(180)])
    lat = models.FloatField(_("纬度"), validators=[MinValueValidator(-90), MaxValueValidator(90)])
    note = models.CharField(_("备注"), max_length=200, blank=True)
    dropped_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("周边污染源")
        verbose_name_plural = _("周边污染源")
        ordering = ["id"]

    def __str__(self):
        return self.name


class DutyTurn(models.Model):
    """Who is on duty for a station, in one shift of one day."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="duty_turns")
    day = models.DateField(_("日期"))
    shift = models.CharField(_("班次"), max_length=5, choices=Shift)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("值班人"))
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("副班"))

    class Meta:
        verbose_name = _("值班安排")
        verbose_name_plural = _("值班安排")
        ordering = ["day", "shift"]
        constraints = [
            models.UniqueConstraint(fields=["station", "day", "shift"], name="duty_turn_once"),
            models.CheckConstraint(condition=Q(shift__in=Shift.values), name="duty_turn_shift_known"),
            models.CheckConstraint(condition=Q(deputy=None) | ~Q(deputy=F("person")), name="duty_turn_deputy_is_another"),
        ]


class DutyChange(models.Model):
    """History of the roster: who stood there before, who after, and why when it was a swap. Names as they were called then. Written once."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="duty_changes")
    day = models.DateField()
    shift = models.CharField(max_length=5, choices=Shift)
    before = models.CharField(max_length=130, blank=True)
    after = models.CharField(max_length=130, blank=True)
    reason = models.CharField(_("换班原因"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["station", "-at"], name="duty_change_of_station")]


class NearVisit(models.Model):
    """Somebody was near a station's inlet. Kept, never changed: it shows that the sampling was left alone."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="near_visits")
    person = models.CharField(_("人员"), max_length=60)
    unit = models.CharField(_("单位"), max_length=80, blank=True)
    purpose = models.CharField(_("事由"), max_length=12, choices=Purpose)
    arrived_at = models.DateTimeField(_("到达时间"))
    left_at = models.DateTimeField(_("离开时间"), null=True, blank=True)
    text = models.CharField(_("情况"), max_length=300, blank=True)
    in_buffer = models.BooleanField(_("进入禁止干预区"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("记录人"))
    at = models.DateTimeField(_("记录时间"))

    class Meta:
        verbose_name = _("站点周边到访")
        verbose_name_plural = _("站点周边到访")
        ordering = ["-arrived_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(left_at=None) | Q(left_at__gte=F("arrived_at")), name="near_visit_leaves_after_coming"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="near_visit_purpose_known"),
        ]
        indexes = [models.Index(fields=["station", "-arrived_at"], name="near_visit_of_station")]
