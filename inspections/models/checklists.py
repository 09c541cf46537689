"""Checklists as versioned data (domain 4): what is looked at on an object of a kind. A version in use is never edited; an edit makes the next one."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids import scope
from grids.models import Field, Grid
from inspections.models.types import ProblemType
from inspections.words import AnswerType, Scoring, Severity
from registers.models import SiteKind


class ChecklistQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(district_id__in=scope.rights(user).district_ids)

    def in_force(self, day):
        """The newest version of each checklist that has come into force by ``day``."""
        begun = self.filter(is_active=True, effective_from__lte=day)
        newest = self.model.objects.filter(
            district_id=models.OuterRef("district_id"), code=models.OuterRef("code"), is_active=True, effective_from__lte=day
        ).order_by("-version")
        return begun.filter(version=models.Subquery(newest.values("version")[:1]))


class Checklist(models.Model):
    """One version of a checklist for a kind of object. ``scoring`` says how answers become a result (domain 4 and 4.1)."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="checklists")
    code = models.CharField(_("代码"), max_length=20)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    name = models.CharField(_("检查清单"), max_length=60)
    field = models.ForeignKey(Field, models.PROTECT, related_name="checklists", verbose_name=_("专项领域"))
    kinds = models.ManyToManyField(SiteKind, blank=True, related_name="checklists", verbose_name=_("对象类型"))
    scoring = models.CharField(_("计分"), max_length=15, choices=Scoring, default=Scoring.SHARE)
    effective_from = models.DateField(_("启用日期"))
    is_default = models.BooleanField(_("巡查默认使用"), default=True)
    """True: every look at an object of its kinds asks for it. False: an add-on, which the person may choose beside the usual ones."""
    is_active = models.BooleanField(_("启用"), default=True)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)

    objects = ChecklistQuerySet.as_manager()

    class Meta:
        verbose_name = _("检查清单")
        verbose_name_plural = _("检查清单")
        ordering = ["position", "code", "-version"]
        constraints = [models.UniqueConstraint(fields=["district", "code", "version"], name="checklist_version_once")]

    def __str__(self):
        return self.name


class ChecklistItem(models.Model):
    """One line of a checklist. ``lower`` and ``upper`` are the inclusive limits of a figure; ``choices`` the words of a choice, those that pass first
    named in ``passing``."""

    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="items")
    code = models.CharField(_("代码"), max_length=20)
    text = models.CharField(_("检查内容"), max_length=120)
    guide = models.CharField(_("看什么"), max_length=300, blank=True)
    group = models.CharField(_("分组"), max_length=40, blank=True)
    answer_type = models.CharField(_("作答方式"), max_length=10, choices=AnswerType, default=AnswerType.PASS_FAIL)
    unit = models.CharField(_("单位"), max_length=20, blank=True)
    lower = models.DecimalField(_("下限"), max_digits=12, decimal_places=4, null=True, blank=True)
    upper = models.DecimalField(_("上限"), max_digits=12, decimal_places=4, null=True, blank=True)
    limits_by = models.JSONField(default=dict, blank=True)
    """Other upper limits by a column of the object: ``{"attribute", "upper": {value: limit}}``, or ``"own": true`` where the column is the limit."""
    choices = models.JSONField(_("选项"), default=list, blank=True)
    passing = models.JSONField(_("合格选项"), default=list, blank=True)
    severity = models.CharField(_("严重程度"), max_length=10, choices=Severity, default=Severity.GENERAL)
    photo_required = models.BooleanField(_("不合格须拍照"), default=True)
    problem_type = models.ForeignKey(
        ProblemType, models.PROTECT, null=True, blank=True, related_name="checklist_items", verbose_name=_("默认问题类型")
    )
    legal_basis = models.CharField(_("依据"), max_length=120, blank=True)
    points = models.PositiveSmallIntegerField(_("分值"), default=100)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["checklist", "code"], name="checklist_item_once"),
            models.CheckConstraint(condition=Q(answer_type__in=AnswerType.values), name="checklist_item_type_known"),
        ]

    def __str__(self):
        return f"{self.code} {self.text}"
