"""Places and bodies: the grid tree, organisations, the campaign's fields and their headquarters."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from grids import scope
from grids.roles import REQUIRED_POSTS, OrganisationKind


class DatedQuerySet(models.QuerySet):
    def active(self, day):
        """Rows in force on a Beijing day; ``valid_to`` is the first day they are not."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day)).filter(Q(valid_to=None) | Q(valid_to__gt=day))


class Dated(models.Model):
    """In force from ``valid_from`` until the day before ``valid_to``; empty means always was, and until further notice."""

    valid_from = models.DateField(_("启用日期"), null=True, blank=True)
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")

    class Meta:
        abstract = True

    def is_active(self, day) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or self.valid_to > day)


class GridQuerySet(DatedQuerySet):
    def visible_to(self, user):
        """Grids at or under a grid of theirs; people of an organisation see the whole tree of their district."""
        rights = scope.rights(user)
        return self.filter(Q(district_id__in=rights.member_district_ids) | scope.under(rights.paths, "path"))

    def under(self, grid):
        return self.filter(path__startswith=grid.path)

    def districts(self):
        return self.filter(parent=None)

    def below_root(self):
        """Grids that need people: all but the district itself."""
        return self.filter(parent__isnull=False)

    def with_posts_held(self, day):
        """Adds ``has_chief`` and so on: whether the required posts have a holder that day."""
        posts = self.model._meta.get_field("posts").related_model.objects.current(day).filter(grid=OuterRef("pk"), user__is_active=True)
        return self.annotate(**{f"has_{role}": Exists(posts.filter(role=role)) for role in REQUIRED_POSTS})

    def lacking_posts(self, day, roles=REQUIRED_POSTS):
        """Grids without a holder of one of ``roles`` that day."""
        lacking = Q(pk__in=())
        for role in roles:
            lacking |= Q(**{f"has_{role}": False})
        return self.with_posts_held(day).filter(lacking)


class Grid(Dated):
    """A supervision cell. ``path`` is the keys of its ancestors and itself, each ended by a slash (``/1/12/``), so ``/1/`` never matches ``/10/``.

    The root of a tree is a district. ``polygon`` is a GeoJSON geometry in WGS-84; the four bounds are its envelope, for finding a point by index.
    """

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级网格"))
    district = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name=_("区县"))
    path = models.CharField(max_length=120, db_index=True, editable=False)
    level = models.PositiveSmallIntegerField(_("级别"))
    code = models.CharField(_("网格编码"), max_length=30)
    name = models.CharField(_("网格名称"), max_length=60)
    extent = models.CharField(_("范围描述"), max_length=300, blank=True)
    organisation = models.ForeignKey("Organisation", models.PROTECT, null=True, blank=True, related_name="grids", verbose_name=_("责任单位"))
    polygon = models.JSONField(_("边界"), null=True, blank=True)
    min_lon = models.FloatField(null=True, editable=False)
    max_lon = models.FloatField(null=True, editable=False)
    min_lat = models.FloatField(null=True, editable=False)
    max_lat = models.FloatField(null=True, editable=False)

    objects = GridQuerySet.as_manager()

    class Meta:
        verbose_name = _("网格")
        verbose_name_plural = _("网格")
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["district", "code"], name="grid_code_unique_in_district")]
        indexes = [models.Index(fields=["district", "min_lon", "max_lon"], name="grid_bounds")]

    def __str__(self):
        return self.name

    @property
    def is_district(self):
        return self.parent_id is None


class OrganisationQuerySet(DatedQuerySet):
    def visible_to(self, user):
        return self.filter(district_id__in=scope.rights(user).district_ids)

    def active_first(self):
        return self.order_by(F("valid_to").desc(nulls_first=True), "pk")


class Organisation(Dated):
    """A body that can carry duties. Townships have duties but no enforcement power (domain, fact 3)."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="organisations", verbose_name=_("区县"))
    kind = models.CharField(_("类别"), max_length=20, choices=OrganisationKind)
    name = models.CharField(_("全称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=30)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级单位"))
    has_enforcement_power = models.BooleanField(_("有执法权"), default=False)
    code = models.CharField(_("单位编码"), max_length=30, blank=True)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "name"], name="organisation_name_unique_in_district"),
            models.CheckConstraint(condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"),
        ]

    def __str__(self):
        return self.short_name or self.name


class Headquarters(models.Model):
    """A special headquarters (专项指挥部). Its commander and deputies are memberships of its organisation."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="headquarters")
    lead_unit = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("牵头单位"))
    member_units = models.ManyToManyField(Organisation, blank=True, related_name="member_of", verbose_name=_("成员单位"))
    plan = models.TextField(_("年度方案要点"), blank=True)

    class Meta:
        verbose_name = _("专项指挥部")
        verbose_name_plural = _("专项指挥部")

    def __str__(self):
        return str(self.organisation)


class FieldQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(district_id__in=scope.rights(user).district_ids)


class Field(models.Model):
    """One of the campaign's fields (专项); the nine of the district report, catering, and ``other``. Data, so a district may rename or add."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="fields")
    code = models.SlugField(_("代码"), max_length=20)
    name = models.CharField(_("专项领域"), max_length=40)
    headquarters = models.ForeignKey(Headquarters, models.PROTECT, null=True, blank=True, related_name="fields", verbose_name=_("所属指挥部"))
    position = models.PositiveSmallIntegerField(_("排序"), default=0)

    objects = FieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("专项领域")
        verbose_name_plural = _("专项领域")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["district", "code"], name="field_code_unique_in_district")]

    def __str__(self):
        return self.name


class StructureChange(models.Model):
    """Dated history of what happened to a grid or an organisation: made, renamed, moved, merged, split, closed."""

    class Kind(models.TextChoices):
        CREATED = "created", _("设立")
        RENAMED = "renamed", _("更名")
        MOVED = "moved", _("调整上级")
        MERGED = "merged", _("合并")
        SPLIT = "split", _("拆分")
        CLOSED = "closed", _("撤销")
        EDITED = "edited", _("修改")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="changes")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="changes")
    on = models.DateField(_("生效日期"))
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    carried = models.JSONField(default=dict, blank=True)
    """Of a unit that went up in another what it had until then: keys of its ``grids``, of headquarters it ``leads`` and of ``fields`` under it."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
