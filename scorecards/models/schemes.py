"""Schemes: how a kind of unit is marked, by version. All marks are integer hundredths of a point."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids import scope
from grids.models import Grid
from scorecards.indicators import INDICATORS
from scorecards.words import Kind, Part, month_words, part_label

MONTH = RegexValidator(r"^\d{4}-(0[1-9]|1[0-2])$", _("请按 2026-10 的样式填写月份。"))
WELL_FORMED_MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"


class PublishedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The ranking is published to every unit of the district; people with grid posts only do not see it."""
        return self.filter(district_id__in=scope.rights(user).member_district_ids)


class SchemeQuerySet(PublishedQuerySet):
    def in_force(self, month: str):
        """The version a month is marked by, per district and kind: newest first, so take the first of each."""
        return self.filter(is_active=True, in_force_from__lte=month).order_by("kind", "-in_force_from", "-version")


class Scheme(models.Model):
    """One version of how a kind of unit is marked. Versions that have marked a month are never edited; a change is a new version."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="schemes", verbose_name=_("区县"))
    kind = models.CharField(_("考核对象"), max_length=12, choices=Kind)
    version = models.PositiveSmallIntegerField(_("版本"))
    name = models.CharField(_("名称"), max_length=60)
    in_force_from = models.CharField(_("启用月份"), max_length=7, validators=[MONTH])
    is_active = models.BooleanField(_("启用"), default=True)
    excellent_from = models.PositiveIntegerField(_("优秀线"), default=9000)
    good_from = models.PositiveIntegerField(_("良好线"), default=8000)
    pass_from = models.PositiveIntegerField(_("合格线"), default=6000)
    bonus_cap = models.PositiveIntegerField(_("加分上限"), default=500)
    fewest = models.PositiveSmallIntegerField(_("最少样本数"), default=0, db_default=0)
    """Fewer judged rows than this: 样本过少, not ranked."""
    marks_once = models.BooleanField(_("同一事件只扣一次，取最重"), default=True, db_default=True)
    parts_floor = models.BooleanField(_("各部分扣完为止"), default=True, db_default=True)
    """False: a part may go below zero, the whole may not."""
    origin = models.SlugField(max_length=30, blank=True, db_default="")
    """Code of the ready-made scheme it was loaded from."""
    note = models.CharField(_("修订说明"), max_length=300, blank=True)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("考核方案")
        verbose_name_plural = _("考核方案")
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["district", "kind", "version"], name="scheme_version_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="scheme_kind_known"),
            models.CheckConstraint(condition=Q(in_force_from__regex=WELL_FORMED_MONTH), name="scheme_month_well_formed"),
            models.CheckConstraint(
                condition=Q(excellent_from__gt=models.F("good_from"), good_from__gt=models.F("pass_from")), name="scheme_grades_descend"
            ),
        ]

    def __str__(self):
        return _("%(name)s（第 %(version)s 版）") % {"name": self.name, "version": self.version}

    @property
    def in_force_label(self) -> str:
        return month_words(self.in_force_from)


class Figures(models.Model):
    """How one indicator marks: what a card takes over from its scheme.

    A rate gives ``full`` × rate; with ``threshold`` (hundredths of a percent) all of it from there on, and ``slope`` hundredths of a point less for
    each percentage point below. ``inverse``: the lower the rate, the better.
    """

    part = models.CharField(_("部分"), max_length=6, choices=Part)
    indicator = models.SlugField(_("指标"), max_length=30)
    full = models.PositiveIntegerField(_("满分"), default=0)
    per_event = models.PositiveIntegerField(_("每次分值"), default=0)
    cap_per_item = models.PositiveIntegerField(_("每件上限"), null=True, blank=True)
    cap = models.PositiveIntegerField(_("本项上限"), null=True, blank=True)
    stacks = models.BooleanField(_("可叠加"), default=False)
    threshold = models.PositiveIntegerField(_("达标线（%）"), null=True, blank=True)
    slope = models.PositiveIntegerField(_("每低1个百分点扣"), default=0, db_default=0)
    inverse = models.BooleanField(_("越低越好"), default=False, db_default=False)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)

    class Meta:
        abstract = True


COPIED = tuple(field.name for field in Figures._meta.local_fields)
"""What a line of a card takes over from its scheme."""


class SchemeLine(Figures):
    """One indicator in a scheme. Deduction lines without full points of their own are taken from the part's starting mark."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="lines")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "indicator"], name="scheme_line_once"),
            models.CheckConstraint(condition=Q(part__in=Part.values), name="scheme_line_part_known"),
        ]

    def get_part_display(self):  # type: ignore[no-redef]
        return part_label(self.scheme.kind, self.part)

    @property
    def definition(self):
        return INDICATORS[self.indicator]
