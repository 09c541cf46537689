"""Supervised objects of the nine fields: one table, whose kinds carry their own columns as data (design 4, domain 3.6.1)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evidence.models import File
from grids import scope
from grids.models import Field, Grid, Organisation
from registers import schema, search
from registers.words import Risk, SitePostRole


class SiteKindQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(district_id__in=scope.rights(user).district_ids)


class SiteKind(models.Model):
    """A kind of supervised object. ``schema`` is the JSON Schema of its own columns in the order of the printed ledger; a new column is a new line in it.

    A property may carry ``x-synonyms`` (header words met in real sheets), ``x-unit`` and ``x-mask`` (``phone``, ``id``, ``name``). ``statuses`` is a list
    of ``{"code", "label", "is_over"}``: an object whose status is over is no longer visited.
    """

    district = models.ForeignKey(Grid, models.PROTECT, related_name="site_kinds")
    code = models.SlugField(_("代码"), max_length=30)
    name = models.CharField(_("对象类型"), max_length=40)
    prefix = models.CharField(_("编号前缀"), max_length=6)
    field = models.ForeignKey(Field, models.PROTECT, related_name="site_kinds", verbose_name=_("专项领域"))
    icon = models.CharField(_("图标"), max_length=30, blank=True)
    schema = models.JSONField(_("台账栏目"), default=dict)
    statuses = models.JSONField(_("状态"), default=list)
    has_trio = models.BooleanField(_("设工地三员"), default=False)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)
    is_active = models.BooleanField(_("启用"), default=True)
    last_number = models.PositiveIntegerField(default=0, editable=False)
    """Of the codes given so far; raised under a row lock, so that two objects never get the same."""

    objects = SiteKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("对象类型")
        verbose_name_plural = _("对象类型")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "code"], name="site_kind_code_unique_in_district"),
            models.UniqueConstraint(fields=["district", "prefix"], name="site_kind_prefix_unique_in_district"),
        ]

    def __str__(self):
        return self.name

    @property
    def status_labels(self) -> dict[str, str]:
        return {each["code"]: each["label"] for each in self.statuses}

    @property
    def open_statuses(self) -> list[str]:
        return [each["code"] for each in self.statuses if not each.get("is_over")]


class SiteQuerySet(models.QuerySet):
    def visible_to(self, user):
        """By grid, by the field of the kind, by the organisation in charge, or the whole district (design 4)."""
        rights = scope.rights(user)
        seen = Q(district_id__in=rights.whole_district_ids) | scope.under(rights.paths, "grid_path")
        if rights.field_ids:
            seen |= Q(kind__field_id__in=rights.field_ids)
        if rights.organisation_ids:
            seen |= Q(organisation_id__in=rights.organisation_ids)
        return self.filter(seen)

    def active(self):
        return self.filter(is_over=False)

    def matching(self, words):
        return search.matching(self, words)

    def for_list(self):
        return self.select_related("kind", "grid", "organisation")


class Site(models.Model):
    """A supervised object (监管对象). ``code`` is given by us (``GD-0001``) or taken from the imported ledger; place is WGS-84.

    Edits go through ``registers.services.sites``, which keep ``version`` and the history; ``is_over`` follows the status of its kind.
    """

    AUDIT_FIELDS = (
        "uuid", "district_id", "kind_id", "code", "name", "address", "lon", "lat", "grid_id", "organisation_id", "guarantor", "risk", "status",
        "attributes", "version",
    )  # fmt: skip

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(Grid, models.PROTECT, related_name="sites", verbose_name=_("区县"))
    kind = models.ForeignKey(SiteKind, models.PROTECT, related_name="sites", verbose_name=_("对象类型"))
    code = models.CharField(_("编号"), max_length=40)
    name = models.CharField(_("名称"), max_length=120)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="grid_sites", verbose_name=_("网格"))
    grid_path = models.CharField(max_length=120, blank=True, db_index=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="sites", verbose_name=_("主管单位"))
    guarantor = models.CharField(_("包保责任人"), max_length=60, blank=True)
    guarantor_phone = models.CharField(_("包保责任人电话"), max_length=20, blank=True)
    contact = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone = models.CharField(_("联系人电话"), max_length=20, blank=True)
    risk = models.CharField(_("风险等级"), max_length=10, choices=Risk, default=Risk.GENERAL)
    status = models.CharField(_("状态"), max_length=20)
    is_over = models.BooleanField(_("不再巡查"), default=False, editable=False)
    attributes = models.JSONField(_("台账内容"), default=dict, blank=True)
    note = models.CharField(_("备注"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("录入人"))
    created_at = models.DateTimeField(_("录入时间"))
    updated_at = models.DateTimeField(_("更新时间"))
    search_text = models.TextField(blank=True, editable=False)
    place_note = ""
    """What is doubtful about its place, told by the service that has just saved it."""
    holders: list["SitePost"]
    """The trio of today, where a page or sheet has read it along."""

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("监管对象")
        verbose_name_plural = _("监管对象")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="site_code_unique_in_kind"),
            models.CheckConstraint(condition=Q(risk__in=Risk.values), name="site_risk_known"),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False, lon__range=(-180, 180), lat__range=(-90, 90)),
                name="site_place_whole_on_earth",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "-id"], name="site_newest"),
            models.Index(fields=["kind", "-id"], name="site_by_kind"),
            models.Index(fields=["grid", "is_over"], name="site_by_grid"),
        ]

    def __str__(self):
        return f"{self.code} {self.shown_name}"

    def get_absolute_url(self):
        return reverse("rectification:site", args=[self.uuid])

    @property
    def shown_name(self) -> str:
        """The name as lists show it: of a household, covered up."""
        return schema.mask(self.name, schema.mask_of(self.kind.schema, "name"))

    @classmethod
    def longest(cls, name: str) -> int | None:
        """How many characters a column takes."""
        return getattr(cls._meta.get_field(name), "max_length", None)

    @property
    def status_label(self) -> str:
        return self.kind.status_labels.get(self.status, self.status)


class SiteEvent(models.Model):
    """Append-only history of an object. ``changes`` is ``{column: [before, after]}``."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="events")
    action = models.CharField(max_length=30)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]


class SitePostQuerySet(models.QuerySet):
    def current(self, day):
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gte=day))


class SitePost(models.Model):
    """One of the 工地三员 (domain 2.2): overseer of the department, grid person of the township, manager of the site. ``ends_on`` is the last day."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="site_posts")
    role = models.CharField(_("岗位"), max_length=15, choices=SitePostRole)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="site_posts", verbose_name=_("平台人员"))
    name = models.CharField(_("姓名"), max_length=60)
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    unit = models.CharField(_("单位"), max_length=80, blank=True)
    starts_on = models.DateField(_("起始日期"))
    ends_on = models.DateField(_("截止日期"), null=True, blank=True)

    objects = SitePostQuerySet.as_manager()

    class Meta:
        ordering = ["role", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=SitePostRole.values), name="site_post_role_known"),
            models.UniqueConstraint(fields=["site", "role"], condition=Q(ends_on=None), name="site_post_held_once"),
        ]

    def __str__(self):
        return f"{self.get_role_display()} {self.name}"


class SitePaper(models.Model):
    """A paper of an object: approval, test report, receipt. Never deleted."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="papers")
    file = models.ForeignKey(File, models.PROTECT, related_name="site_papers")
    title = models.CharField(_("材料名称"), max_length=100)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
