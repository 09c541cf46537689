"""Who sends alarms, and every message that has come."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Device
from alarms.models.rules import DustLimit
from alarms.words import WITH_KEY, Meaning, SourceKind, Unit
from evidence.models import Photo
from grids import scope
from grids.models import Grid
from grids.roles import SETTINGS_KEEPERS
from registers.models import Site

ON_EARTH = Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False, lon__range=(-180, 180), lat__range=(-90, 90))


class AlarmSourceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """By grid; the whole district for those who have it, and for who keeps the settings."""
        rights = scope.rights(user)
        whole = rights.whole_district_ids | rights.districts_with(SETTINGS_KEEPERS)
        return self.filter(Q(district_id__in=whole) | scope.under(rights.paths, "grid_path"))


class AlarmSource(models.Model):
    """A camera, monitor or platform with a key of its own (``device``); a station or those who call have none.

    ``slug`` is its word in the address ``/api/v1/alarms/<slug>/``. ``heard_at`` is the product's clock: by it a monitor is offline.
    """

    AUDIT_FIELDS = (
        "district_id", "slug", "kind", "name", "device_id", "lon", "lat", "bearing", "view_degrees", "range_m", "grid_id", "site_id", "is_active",
        "event_types", "unit", "dust_limit_id",
    )  # fmt: skip
    AUDITED_ROWS = {"kind__in": WITH_KEY}
    """A station's row follows its station, that of people who call stands for nobody: both are made and moved without an act."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="alarm_sources", verbose_name=_("区县"))
    slug = models.SlugField(_("接入代码"), max_length=60, unique=True)
    kind = models.CharField(_("来源类型"), max_length=15, choices=SourceKind)
    name = models.CharField(_("名称"), max_length=80)
    device = models.OneToOneField(Device, models.PROTECT, null=True, blank=True, related_name="alarm_source", verbose_name=_("密钥"))
    address = models.CharField(_("安装位置"), max_length=200, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    bearing = models.PositiveSmallIntegerField(_("朝向（正北为0，顺时针，度）"), null=True, blank=True)
    view_degrees = models.PositiveSmallIntegerField(_("视场角（度）"), null=True, blank=True)
    range_m = models.PositiveIntegerField(_("有效距离（米）"), null=True, blank=True)
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("网格"))
    grid_path = models.CharField(max_length=120, blank=True, db_index=True)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="alarm_sources", verbose_name=_("所在工地"))
    reference = models.CharField(_("站点编码"), max_length=60, blank=True)
    event_types = models.CharField(
        _("作为报警的事件"), max_length=300, blank=True, help_text=_("设备的事件类型，用空格隔开；不填时，除设备自检外的事件都作为报警。")
    )
    unit = models.CharField(_("浓度单位"), max_length=2, choices=Unit, default=Unit.MICRO)
    dust_limit = models.ForeignKey(DustLimit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("限值"))
    is_active = models.BooleanField(_("启用"), default=True)
    calibrated_on = models.DateField(_("最近校准日期"), null=True, blank=True)
    heard_at = models.DateTimeField(_("最近通信"), null=True, blank=True)
    beats = models.PositiveBigIntegerField(_("心跳次数"), default=0)
    test_until = models.DateTimeField(_("调试至"), null=True, blank=True)
    made_at = models.DateTimeField(_("登记时间"))
    form_key = models.UUIDField(unique=True, null=True, blank=True, editable=False)
    """Of the form by which it was set up: pressed twice, it makes one source."""

    objects = AlarmSourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("报警来源")
        verbose_name_plural = _("报警来源")
        ordering = ["kind", "name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SourceKind.values), name="alarm_source_kind_known"),
            models.CheckConstraint(condition=ON_EARTH, name="alarm_source_place_on_earth"),
            models.CheckConstraint(condition=Q(bearing=None) | Q(bearing__lte=360), name="alarm_source_bearing"),
            models.UniqueConstraint(fields=["district", "kind", "reference"], condition=~Q(reference=""), name="alarm_source_once_per_station"),
        ]
        indexes = [models.Index(fields=["district", "kind"], name="alarm_source_of_district")]

    def __str__(self):
        return self.name

    @property
    def accepted_events(self) -> set[str]:
        return {word.lower() for word in self.event_types.split()}

    @property
    def point(self) -> str:
        return f"{self.lon},{self.lat}" if self.lon is not None else ""

    @property
    def has_key(self) -> bool:
        return self.device is not None and self.device.revoked_at is None


class AlarmSignal(models.Model):
    """One message as it came; written once, never changed. ``sha256`` is over what was said and shown: the same again is the same signal.

    ``raw`` is the text part, cut at ``services.signals.LONGEST_RAW``; pictures are evidence.
    """

    source = models.ForeignKey(AlarmSource, models.PROTECT, related_name="signals")
    alarm = models.ForeignKey("alarms.Alarm", models.PROTECT, null=True, related_name="signals")
    sha256 = models.CharField(max_length=64)
    meaning = models.CharField(_("含义"), max_length=12, choices=Meaning)
    event = models.CharField(_("事件"), max_length=60, blank=True)
    channel = models.CharField(_("通道"), max_length=20, blank=True)
    text = models.CharField(_("内容"), max_length=500, blank=True)
    occurred_at = models.DateTimeField(_("设备时间"), null=True)
    occurred_text = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField(_("收到时间"))
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    bearing = models.FloatField(null=True)
    facts = models.JSONField(default=dict)
    raw = models.BinaryField()
    size = models.PositiveIntegerField(_("字节数"))

    class Meta:
        verbose_name = _("报警信号")
        verbose_name_plural = _("报警信号")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "sha256"], name="alarm_signal_once"),
            models.CheckConstraint(condition=Q(meaning__in=Meaning.values), name="alarm_signal_meaning_known"),
        ]
        indexes = [
            models.Index(fields=["source", "-received_at"], name="alarm_signal_of_source"),
            models.Index(fields=["alarm", "received_at"], name="alarm_signal_of_alarm"),
        ]


class SignalPicture(models.Model):
    """A picture that came with a signal. Its bytes are kept at once (``services.pictures``); ``photo`` follows when they have been looked through,
    or it is ``refused`` with the reason.
    """

    signal = models.ForeignKey(AlarmSignal, models.PROTECT, related_name="pictures")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField(default=0)
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, related_name="+")
    refused = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["signal", "sha256"], name="signal_picture_once")]
        indexes = [models.Index(fields=["id"], condition=Q(photo=None, refused=""), name="signal_picture_waiting")]

    @property
    def is_waiting(self) -> bool:
        return self.photo_id is None and not self.refused


class MonitorReading(models.Model):
    """One line of a dust monitor. Concentrations in µg/m³ whatever the device's unit."""

    source = models.ForeignKey(AlarmSource, models.PROTECT, related_name="readings")
    at = models.DateTimeField(_("时间"))
    received_at = models.DateTimeField(_("收到时间"))
    minutes = models.PositiveSmallIntegerField(null=True)
    """Over how many minutes it is a mean, where the device says so."""
    pm10 = models.FloatField("PM10", null=True)
    pm25 = models.FloatField("PM2.5", null=True)
    tsp = models.FloatField("TSP", null=True)
    noise = models.FloatField(_("噪声"), null=True)
    wind_speed = models.FloatField(_("风速"), null=True)
    wind_direction = models.FloatField(_("风向"), null=True)
    temperature = models.FloatField(_("气温"), null=True)
    humidity = models.FloatField(_("湿度"), null=True)
    pressure = models.FloatField(_("气压"), null=True)

    class Meta:
        verbose_name = _("扬尘监测数据")
        verbose_name_plural = _("扬尘监测数据")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["source", "at"], name="monitor_reading_once")]
