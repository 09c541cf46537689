"""The reduction list (应急减排清单): a version for each year or season, and its enterprises (domain 8.5)."""

import re

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emergency.words import COLOUR_NAMES, Colour, Exemption, Grade, ListState
from evidence.models import File
from grids import scope
from grids.models import Field, Grid
from registers.models import Site

FIELD = "emergency"
"""Code of the campaign's field whose headquarters looks after emergencies."""
PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*[%％]")


def districts_read_whole(user) -> set[int]:
    """Districts all of whose emergencies the person reads: the office, the leaders, 督查局, and who serves the field of emergencies."""
    found = scope.rights(user)
    led = Field.objects.filter(pk__in=found.field_ids, code=FIELD).values_list("district_id", flat=True)
    return {*found.whole_district_ids, *led}


def districts_inspected(user) -> set[int]:
    """Districts in which the person's department is a member of the headquarters of emergencies: it looks at listed enterprises there."""
    mine = scope.rights(user).organisation_ids
    members = Field.objects.filter(code=FIELD, headquarters__member_units__in=mine) if mine else Field.objects.none()
    return set(members.values_list("district_id", flat=True))


class ReductionListQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(district_id__in=scope.rights(user).member_district_ids)


class ReductionList(models.Model):
    """One version. What is in force is not edited: a new version is made from it; a response goes by the version in force at its start."""

    AUDIT_FIELDS = ("district_id", "year", "name", "version_no", "state", "in_force_from", "retired_on")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="reduction_lists")
    year = models.PositiveSmallIntegerField(_("年度"))
    name = models.CharField(_("名称"), max_length=60)
    version_no = models.PositiveSmallIntegerField(_("版本"))
    state = models.CharField(_("状态"), max_length=10, choices=ListState, default=ListState.DRAFT)
    in_force_from = models.DateField(_("启用日期"), null=True, blank=True)
    retired_on = models.DateField(_("停用日期"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    activated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ReductionListQuerySet.as_manager()

    class Meta:
        verbose_name = _("应急减排清单")
        verbose_name_plural = _("应急减排清单")
        ordering = ["-version_no"]
        constraints = [
            models.UniqueConstraint(fields=["district", "version_no"], name="reduction_list_version_once"),
            models.UniqueConstraint(fields=["district"], condition=Q(state="in_force"), name="reduction_list_one_in_force"),
            models.CheckConstraint(condition=Q(state__in=ListState.values), name="reduction_list_state_known"),
            models.CheckConstraint(condition=Q(state="draft") | Q(in_force_from__isnull=False), name="reduction_list_in_force_has_day"),
        ]

    def __str__(self):
        return _("%(name)s（第 %(version)s 版）") % {"name": self.name, "version": self.version_no}

    def get_absolute_url(self):
        return reverse("emergency:list", args=[self.pk])


class ListedEnterpriseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Of the whole district, or at the grids that are theirs."""
        districts = districts_read_whole(user) | districts_inspected(user)
        return self.filter(Q(reduction_list__district_id__in=districts) | scope.under(scope.rights(user).paths, "grid_path"))


class ListedEnterprise(models.Model):
    """One enterprise of one version: the columns of domain 8.5. ``site`` is the same enterprise in the register, where it is known there."""

    AUDIT_FIELDS = (
        "reduction_list_id", "position", "name", "credit_code", "grade", "exemption", "lines", "daily_power", "yellow", "orange", "red", "stop_hours",
        "contact", "contact_phone", "guarantor", "grid_id", "site_id",
    )  # fmt: skip

    reduction_list = models.ForeignKey(ReductionList, models.PROTECT, related_name="enterprises")
    position = models.PositiveIntegerField(_("序号"))
    name = models.CharField(_("企业名称"), max_length=120)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18)
    address = models.CharField(_("地址"), max_length=200)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    industry = models.CharField(_("行业类型"), max_length=60)
    grade = models.CharField(_("绩效等级"), max_length=12, choices=Grade, default=Grade.NONE)
    is_essential = models.BooleanField(_("是否保障类"), default=False)
    exemption = models.CharField(_("保障情形"), max_length=12, choices=Exemption, blank=True)
    permit = models.CharField(_("排污许可证编号"), max_length=40, blank=True)
    lines = models.CharField(_("生产线（工序）"), max_length=500)
    capacity = models.CharField(_("产能"), max_length=120, blank=True)
    daily_power = models.DecimalField(_("日用电基准（kWh）"), max_digits=12, decimal_places=1, null=True, blank=True)
    pm_daily = models.DecimalField(_("颗粒物日排放（kg）"), max_digits=10, decimal_places=2, null=True, blank=True)
    so2_daily = models.DecimalField(_("SO2 日排放（kg）"), max_digits=10, decimal_places=2, null=True, blank=True)
    nox_daily = models.DecimalField(_("NOx 日排放（kg）"), max_digits=10, decimal_places=2, null=True, blank=True)
    voc_daily = models.DecimalField(_("VOCs 日排放（kg）"), max_digits=10, decimal_places=2, null=True, blank=True)
    yellow = models.TextField(_("黄色措施"), max_length=1000)
    orange = models.TextField(_("橙色措施"), max_length=1000)
    red = models.TextField(_("红色措施"), max_length=1000)
    yellow_cut = models.CharField(_("黄色减排比例或减排量"), max_length=60, blank=True)
    orange_cut = models.CharField(_("橙色减排比例或减排量"), max_length=60, blank=True)
    red_cut = models.CharField(_("红色减排比例或减排量"), max_length=60, blank=True)
    vehicles = models.CharField(_("车辆管控"), max_length=300, blank=True)
    stop_hours = models.DecimalField(_("停产所需时间（小时）"), max_digits=5, decimal_places=1, null=True, blank=True)
    check_points = models.CharField(_("核查要点"), max_length=500, blank=True)
    contact = models.CharField(_("企业联系人"), max_length=60, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    guarantor = models.CharField(_("包保干部"), max_length=60, blank=True)
    guarantor_phone = models.CharField(_("包保干部电话"), max_length=20, blank=True)
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="listed_enterprises", verbose_name=_("网格"))
    grid_path = models.CharField(max_length=120, blank=True, db_index=True)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="listed", verbose_name=_("监管对象"))
    plan = models.ForeignKey(File, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("一厂一策文件"))
    plan_name = models.CharField(_("一厂一策文件名"), max_length=150, blank=True)
    is_active = models.BooleanField(_("在列"), default=True)

    objects = ListedEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("清单企业")
        verbose_name_plural = _("清单企业")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["reduction_list", "credit_code"], name="listed_once_in_a_version"),
            models.CheckConstraint(condition=Q(grade__in=Grade.values), name="listed_grade_known"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("emergency:enterprise", args=[self.pk])

    def measures_of(self, colour: str) -> str:
        return getattr(self, str(colour))

    def cut_of(self, colour: str) -> str:
        return getattr(self, f"{colour}_cut")

    def cut_percent(self, colour: str) -> float | None:
        """The share to be cut, where the list states one."""
        found = PERCENT.search(self.cut_of(colour))
        return min(float(found[1]), 100.0) if found else None

    def allowed_power(self, colour: str) -> float | None:
        """kWh a day that remain at this colour, by the list's base line and share."""
        percent = self.cut_percent(colour)
        return None if percent is None or self.daily_power is None else round(float(self.daily_power) * (100 - percent) / 100, 1)

    @property
    def by_colour(self) -> list[dict]:
        """For pages: each colour with its measures and its cut."""
        return [
            {"colour": colour.value, "label": COLOUR_NAMES[colour], "measures": self.measures_of(colour), "cut": self.cut_of(colour)}
            for colour in Colour
        ]
