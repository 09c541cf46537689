"""Problem types: what counts as a problem, when it is done, and how long that may take."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids import scope
from grids.models import Field, Grid
from inspections.words import Kind, Risk, Severity
from worktime.models import Unit


class ProblemTypeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(district_id__in=scope.rights(user).district_ids)

    def offered(self):
        return self.filter(is_active=True).select_related("field")


class ProblemType(models.Model):
    """One small class of problems with its filing and closing conditions and its clocks (domain 2.9, table of domain 5.1).

    An edit changes later assignments only: issued deadlines are stored with the task.
    """

    district = models.ForeignKey(Grid, models.PROTECT, related_name="problem_types")
    code = models.SlugField(_("代码"), max_length=40)
    name = models.CharField(_("问题类型"), max_length=60)
    field = models.ForeignKey(Field, models.PROTECT, related_name="problem_types", verbose_name=_("专项领域"))
    filing_condition = models.CharField(_("立案条件"), max_length=300, blank=True)
    closing_condition = models.CharField(_("结案条件"), max_length=300, blank=True)
    severity = models.CharField(_("默认严重程度"), max_length=10, choices=Severity, default=Severity.GENERAL)
    risk = models.CharField(_("风险"), max_length=10, choices=Risk, default=Risk.LOW)
    kind = models.CharField(_("整改类型"), max_length=10, choices=Kind, default=Kind.LIMITED)
    accept_figure = models.PositiveSmallIntegerField(_("签收时限"), default=8)
    accept_unit = models.CharField(_("签收时限单位"), max_length=15, choices=Unit, default=Unit.DUTY_HOURS)
    arrive_figure = models.PositiveSmallIntegerField(_("到场时限"), null=True, blank=True)
    arrive_unit = models.CharField(_("到场时限单位"), max_length=15, choices=Unit, blank=True)
    finish_figure = models.PositiveSmallIntegerField(_("整改时限"), default=3)
    finish_unit = models.CharField(_("整改时限单位"), max_length=15, choices=Unit, default=Unit.WORKING_DAYS)
    is_minute_clock = models.BooleanField(_("分钟级：自动受理和交办"), default=False)
    needs_after_photo = models.BooleanField(_("反馈须附整改后照片"), default=True)
    may_extend = models.BooleanField(_("可申请延期"), default=True)
    basis = models.CharField(_("时限依据"), max_length=120, blank=True)
    icon = models.CharField(_("图标"), max_length=30, blank=True)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)
    is_active = models.BooleanField(_("启用"), default=True)

    objects = ProblemTypeQuerySet.as_manager()

    class Meta:
        verbose_name = _("问题类型")
        verbose_name_plural = _("问题类型")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "code"], name="problem_type_code_unique_in_district"),
            models.CheckConstraint(condition=Q(arrive_figure=None) | ~Q(arrive_unit=""), name="problem_type_arrival_has_unit"),
        ]

    def __str__(self):
        return self.name
