"""The monthly marks made by schemes. All marks are integer hundredths of a point, all shares hundredths of a percent."""

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grids import scope
from grids.models import Grid, Organisation
from inspections.models import Finding
from inspections.words import Source
from rectification.models import Task
from scorecards import marks
from scorecards.indicators import INDICATORS
from scorecards.models.schemes import MONTH, WELL_FORMED_MONTH, PublishedQuerySet, Scheme
from scorecards.words import Grade, LineState, Part, Reason, month_words


class Scorecard(models.Model):
    """What one unit earned in one Beijing month, computed only from facts recorded before ``cut_off`` (docs/decisions/005)."""

    AUDIT_FIELDS = (
        "district_id", "month", "organisation_id", "scheme_id", "obtained", "counted", "share", "rank", "group_size",
        "grade", "built_at", "cut_off", "digest",
    )  # fmt: skip

    district = models.ForeignKey(Grid, models.PROTECT, related_name="scorecards")
    month = models.CharField(_("月份"), max_length=7, validators=[MONTH])
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="scorecards", verbose_name=_("单位"))
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="scorecards")
    obtained = models.IntegerField(_("得分"), default=0)
    counted = models.PositiveIntegerField(_("计分满分"), default=0)
    share = models.PositiveIntegerField(_("得分率"), null=True)
    rank = models.PositiveSmallIntegerField(_("名次"), null=True)
    group_size = models.PositiveSmallIntegerField(_("参评单位数"), default=0)
    grade = models.CharField(_("等次"), max_length=10, choices=Grade, blank=True)
    built_at = models.DateTimeField(_("生成时间"))
    cut_off = models.DateTimeField(_("截止"))
    digest = models.CharField(_("校验码"), max_length=64, blank=True)

    objects = PublishedQuerySet.as_manager()

    class Meta:
        verbose_name = _("计分卡")
        verbose_name_plural = _("计分卡")
        ordering = ["rank", "organisation__position", "organisation_id"]
        constraints = [
            models.UniqueConstraint(fields=["month", "organisation"], name="scorecard_once_a_month"),
            models.CheckConstraint(condition=Q(month__regex=WELL_FORMED_MONTH), name="scorecard_month_well_formed"),
            models.CheckConstraint(condition=Q(obtained__gte=0), name="scorecard_never_below_zero"),
            models.CheckConstraint(
                condition=Q(share=None, rank=None, grade="", counted=0) | Q(share__isnull=False, rank__gte=1, grade__in=Grade.values, counted__gt=0),
                name="scorecard_ranked_when_counted",
            ),
        ]
        indexes = [models.Index(fields=["district", "month"], name="scorecard_of_month")]

    def __str__(self):
        return f"{self.month} · {self.organisation}"

    def get_absolute_url(self):
        return reverse("scorecards:card", args=[self.month, self.organisation_id])

    @property
    def month_label(self) -> str:
        return month_words(self.month)


class ScoreLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(scorecard__district_id__in=scope.rights(user).member_district_ids)


class ScoreLine(models.Model):
    """One line of a card with the words and figures it was made by; later edits of the scheme do not touch it."""

    scorecard = models.ForeignKey(Scorecard, models.CASCADE, related_name="lines")
    part = models.CharField(max_length=6, choices=Part)
    indicator = models.SlugField(max_length=30)
    full = models.PositiveIntegerField(default=0)
    per_event = models.PositiveIntegerField(default=0)
    cap_per_item = models.PositiveIntegerField(null=True)
    cap = models.PositiveIntegerField(null=True)
    stacks = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=12, choices=LineState, default=LineState.NOT_COUNTED)
    numerator = models.PositiveIntegerField(null=True)
    denominator = models.PositiveIntegerField(null=True)
    points = models.IntegerField(null=True)

    objects = ScoreLineQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "indicator"], name="score_line_once"),
            models.CheckConstraint(condition=Q(state__in=LineState.values), name="score_line_state_known"),
            models.CheckConstraint(
                condition=Q(state="counted", points__isnull=False) | ~Q(state="counted") & Q(points=None), name="score_line_points_when_counted"
            ),
            models.CheckConstraint(condition=Q(denominator=None) | Q(numerator__lte=models.F("denominator")), name="score_line_part_of_whole"),
        ]

    def get_absolute_url(self):
        return reverse("scorecards:rows", args=[self.scorecard.month, self.scorecard.organisation_id, self.indicator])

    @property
    def definition(self):
        return INDICATORS[self.indicator]

    @property
    def basis(self) -> models.QuerySet:
        """The lines of the same card whose rows make the denominator: itself, or for a part of others' rows those others."""
        mine = ScoreLine.objects.filter(scorecard=self.scorecard_id)
        return mine.filter(indicator__in=self.definition.basis) if self.definition.basis else mine.filter(pk=self.pk)

    def behind(self, *, hit: bool | None = None) -> models.QuerySet:
        """The rows stored with the denominator; with ``hit`` those in the numerator (True) or not (False). Annotated ``counts``."""
        own = ScoreRow.objects.filter(line=self)
        if hit and self.definition.happened:
            return own.annotate(counts=Value(True))
        counts: Q | Exists = Q(is_hit=True)
        if self.definition.happened:
            counts = Exists(own.filter(task=OuterRef("task_id")))
        elif self.definition.basis:
            counts = Q(reason__in=self.definition.reasons)
        stored = ScoreRow.objects.filter(line__in=self.basis).annotate(counts=Case(When(counts, then=True), default=False))
        return stored if hit is None else stored.filter(counts=hit)

    @property
    def percent(self) -> int | None:
        """Hundredths of a percent of a rate; None without a denominator."""
        return marks.share(self.numerator, self.denominator) if self.denominator else None


class ScoreRowQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Rows whose finding the person may see; how many more there are, the page says."""
        return self.filter(
            scorecard__district_id__in=scope.rights(user).member_district_ids, finding__in=Finding.objects.visible_to(user).values("pk")
        )


class ScoreRow(models.Model):
    """One row behind a figure, with the facts it was judged by as they stood at the cut-off.

    ``is_hit`` rows make the numerator, all rows the denominator. ``amount`` is negative for a deduction. ``event_key`` names the event a mark
    was given for: the database refuses a second mark for the same event on one card.
    """

    # Without checks by the database: a month has hundreds of thousands of rows, all written by one INSERT … SELECT from the rows they name.
    scorecard = models.ForeignKey(Scorecard, models.CASCADE, related_name="rows", db_index=False, db_constraint=False)
    line = models.ForeignKey(ScoreLine, models.CASCADE, related_name="rows", db_constraint=False)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    is_hit = models.BooleanField(default=True)
    amount = models.IntegerField(default=0)
    reason = models.CharField(_("依据"), max_length=20, choices=Reason)
    source = models.CharField(_("来源"), max_length=25, blank=True)
    assigned_at = models.DateTimeField(_("交办时间"), null=True)
    due_at = models.DateTimeField(_("期限"), null=True)
    done_at = models.DateTimeField(_("完成时间"), null=True)
    at = models.DateTimeField(_("发生时间"), null=True)
    units = models.PositiveSmallIntegerField(_("次数"), default=1)
    event_key = models.CharField(max_length=40, blank=True)

    objects = ScoreRowQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "event_key"], condition=~Q(event_key=""), name="score_row_event_marked_once"),
            models.CheckConstraint(condition=Q(amount=0) | ~Q(event_key=""), name="score_row_mark_names_its_event"),
        ]

    @property
    def source_label(self) -> str:
        return str(Source(self.source).label) if self.source in Source.values else ""
