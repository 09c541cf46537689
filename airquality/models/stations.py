"""Where air is measured."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from airquality.words import StationLevel
from grids import scope
from grids.models import Grid


class AirQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Air data are no secret: whoever is somebody in a district sees all of its air, across townships."""
        return self.filter(district_id__in=scope.rights(user).district_ids)

    def of(self, district):
        return self.filter(district=district)


class StationQuerySet(AirQuerySet):
    def active(self):
        """In use today."""
        return self.filter(is_active=True)

    def used_since(self, day: dt.date):
        """In use today, or on ``day`` and out of use later: figures of past days go on resting on them."""
        return self.filter(Q(is_active=True) | Q(out_of_use_from__gt=day))

    def ranked(self):
        """No clean reference."""
        return self.filter(is_reference=False)

    def counted(self):
        """Those whose mean is the district's or a township's value: ranked ones, without micro stations, which are for tendency (domain 9.3)."""
        return self.ranked().exclude(level=StationLevel.MICRO)


class Station(models.Model):
    """A monitoring point. A reference (清洁对照点) is shown and never averaged into the district."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="stations", verbose_name=_("区县"))
    code = models.CharField(_("站点编码"), max_length=30)
    name = models.CharField(_("站点名称"), max_length=60)
    level = models.CharField(_("站点级别"), max_length=12, choices=StationLevel, default=StationLevel.MICRO)
    is_reference = models.BooleanField(_("清洁对照点"), default=False)
    lon = models.FloatField(_("经度"))
    lat = models.FloatField(_("纬度"))
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所在网格"))
    """Found by the point; a station may stand outside every grid."""
    is_active = models.BooleanField(_("在用"), default=True)
    out_of_use_from = models.DateField(_("停用日期"), null=True, blank=True)
    """The first day that no longer counts. Out of use without a date: never taken into use, no day counts."""
    calibrated_on = models.DateField(_("最近校准日期"), null=True, blank=True)
    buffer_m = models.PositiveSmallIntegerField(_("禁止干预半径（米）"), default=50)
    not_measured = models.JSONField(_("不监测的项目"), default=list, blank=True)
    """Pollutants outside the station's monitoring plan: shown as “/”, and their absence does not block an index."""
    position = models.PositiveSmallIntegerField(_("排序"), default=0)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name = _("空气监测站点")
        verbose_name_plural = _("空气监测站点")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "code"], name="station_code_unique_in_district"),
            models.CheckConstraint(condition=Q(level__in=StationLevel.values), name="station_level_known"),
            models.CheckConstraint(condition=Q(is_active=False) | Q(out_of_use_from=None), name="station_in_use_has_no_end"),
        ]

    def __str__(self):
        return self.name

    @property
    def is_shown_only(self) -> bool:
        """Never part of a mean."""
        return self.is_reference or self.level == StationLevel.MICRO

    @property
    def is_counted(self) -> bool:
        """In use, and as ``StationQuerySet.counted`` says."""
        return self.is_active and not self.is_shown_only

    def is_used_on(self, day: dt.date) -> bool:
        """Of a station that is, or was, in use."""
        return self.out_of_use_from is None or day < self.out_of_use_from
