"""The monthly marks made by schemes. All marks are integer hundredths of a point, all shares hundredths of a percent."""

from decimal import Decimal

from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from airquality.models import Station
from airquality.words import Status
from grids import scope
from grids.heirs import with_merged
from grids.models import Field, Grid, Organisation
from inspections.models import Finding, Visit
from inspections.words import Source
from rectification.models import Task
from registers.models import Site
from scorecards import air_words, marks
from scorecards.indicators import INDICATORS, Month, Shape
from scorecards.indicators.flags import Flag, with_flags
from scorecards.models.schemes import MONTH, WELL_FORMED_MONTH, Figures, PublishedQuerySet, Scheme
from scorecards.words import Grade, Kind, LineState, Reason, Unranked, month_words


class Scorecard(models.Model):
    """What one unit, or one grid, earned in one Beijing month, computed only from facts recorded before ``cut_off`` (docs/decisions/005)."""

    AUDIT_FIELDS = (
        "district_id", "month", "organisation_id", "grid_id", "scheme_id", "obtained", "counted", "share", "rank", "group_size",
        "grade", "built_at", "cut_off", "digest",
    )  # fmt: skip

    district = models.ForeignKey(Grid, models.PROTECT, related_name="scorecards")
    month = models.CharField(_("月份"), max_length=7, validators=[MONTH])
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="scorecards", verbose_name=_("单位"))
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="grid_scorecards", verbose_name=_("网格"))
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="scorecards")
    obtained = models.IntegerField(_("得分"), default=0)
    counted = models.PositiveIntegerField(_("计分满分"), default=0)
    share = models.PositiveIntegerField(_("得分率"), null=True)
    rank = models.PositiveSmallIntegerField(_("名次"), null=True)
    group_size = models.PositiveSmallIntegerField(_("参评单位数"), default=0)
    grade = models.CharField(_("等次"), max_length=10, choices=Grade, blank=True)
    unranked = models.CharField(_("未排名原因"), max_length=10, choices=Unranked, blank=True, db_default="")
    built_at = models.DateTimeField(_("生成时间"))
    first_built_at = models.DateTimeField(null=True, editable=False)
    """``built_at`` moves with each rebuild; the time to appeal runs from here. Empty of months built before it was kept: from the month's end."""
    cut_off = models.DateTimeField(_("截止"))
    digest = models.CharField(_("校验码"), max_length=64, blank=True)

    objects = PublishedQuerySet.as_manager()

    class Meta:
        verbose_name = _("计分卡")
        verbose_name_plural = _("计分卡")
        ordering = ["rank", "organisation__position", "organisation_id"]
        constraints = [
            models.UniqueConstraint(fields=["month", "organisation"], name="scorecard_once_a_month"),
            models.UniqueConstraint(fields=["month", "grid"], name="scorecard_of_grid_once_a_month"),
            models.CheckConstraint(
                condition=Q(organisation=None, grid__isnull=False) | Q(organisation__isnull=False, grid=None), name="scorecard_of_one_subject"
            ),
            models.CheckConstraint(condition=Q(month__regex=WELL_FORMED_MONTH), name="scorecard_month_well_formed"),
            models.CheckConstraint(condition=Q(obtained__gte=0), name="scorecard_never_below_zero"),
            models.CheckConstraint(
                condition=Q(share=None, rank=None, grade="", counted=0) | Q(share__isnull=False, rank__gte=1, grade__in=Grade.values, counted__gt=0),
                name="scorecard_ranked_when_counted",
            ),
        ]
        indexes = [models.Index(fields=["district", "month"], name="scorecard_of_month")]

    def __str__(self):
        return f"{self.month} · {self.subject}"

    def get_absolute_url(self):
        if self.grid_id:
            return reverse("scorecards:grid_card", args=[self.month, self.grid_id])
        return reverse("scorecards:card", args=[self.month, self.organisation_id])

    @property
    def subject(self) -> Organisation | Grid | None:
        """Exactly one of them is there."""
        return self.organisation or self.grid

    @property
    def outlook(self) -> Q:
        """Which rows of units' cards the card of a grid or of headquarters looks at."""
        if self.grid:
            return Q(grid__path__startswith=self.grid.path)
        body = self.organisation_id or 0
        month = Month(self.month, self.district_id, {body: Kind.HEADQUARTERS.value})
        return Q(field__in=month.fields_of_headquarters.get(body, []))

    @property
    def month_label(self) -> str:
        return month_words(self.month)


class ScoreLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(scorecard__district_id__in=scope.rights(user).member_district_ids)


class ScoreLine(Figures):
    """One line of a card with the words and figures it was made by; later edits of the scheme do not touch it."""

    scorecard = models.ForeignKey(Scorecard, models.CASCADE, related_name="lines")
    state = models.CharField(max_length=12, choices=LineState, default=LineState.NOT_COUNTED)
    numerator = models.PositiveIntegerField(null=True)
    denominator = models.PositiveIntegerField(null=True)
    points = models.IntegerField(null=True)
    air = models.JSONField(null=True)
    """Of an air line what its marks rest on (``services.air.figures``): integers and codes only."""

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
        card = self.scorecard
        if card.grid_id:
            return reverse("scorecards:grid_rows", args=[card.month, card.grid_id, self.indicator])
        return reverse("scorecards:rows", args=[card.month, card.organisation_id, self.indicator])

    @property
    def definition(self):
        return INDICATORS[self.indicator]

    @property
    def is_view(self) -> bool:
        """Whether it looks at rows of units' cards: all lines of a grid do, and those of headquarters that rest on the units' tasks."""
        return self.scorecard.grid_id is not None or (self.scorecard.scheme.kind == Kind.HEADQUARTERS and bool(self.definition.base))

    def stored(self) -> models.QuerySet:
        """The rows it is counted over: its own, those of its base line, or of all units' cards those in its grid or field."""
        code = self.definition.base or self.indicator
        if self.is_view:
            card = self.scorecard
            of_month = ScoreLine.objects.filter(indicator=code, scorecard__month=card.month, scorecard__district_id=card.district_id)
            return ScoreRow.objects.filter(card.outlook, line__in=of_month.exclude(scorecard=card))
        return ScoreRow.objects.filter(line__scorecard=self.scorecard_id, line__indicator=code)

    def behind(self, *, hit: bool | None = None) -> models.QuerySet:
        """The rows of the denominator; with ``hit`` those in the numerator (True) or not (False). Annotated ``counts``."""
        known = self.definition
        rows = self.stored()
        if known.of:
            rows = with_flags(rows, known.of, name="judged").filter(judged=True)
        rows = with_flags(rows, known.hit, name="counts") if known.hit else rows.annotate(counts=F("is_hit"))
        if known.shape == Shape.TALLY:
            rows = rows.filter(counts=True)
        return rows if hit is None else rows.filter(counts=hit)

    def behind_before(self) -> models.QuerySet:
        """Of an air line: the days of the same month of last year."""
        return with_flags(self.stored(), (Flag.AIR_BEFORE,), name="judged").filter(judged=True).annotate(counts=F("is_hit"))

    @property
    def percent(self) -> int | None:
        """Hundredths of a percent of a rate; None without a denominator, and of air, whose days are no rate."""
        return marks.share(self.numerator, self.denominator) if self.denominator and self.air is None else None

    @property
    def air_words(self) -> list[str]:
        return air_words.said(self)

    @property
    def air_rule(self) -> str:
        return air_words.rule(self)

    @property
    def measured_words(self) -> str:
        return air_words.figure(self, "measured")


class ScoreRowQuerySet(models.QuerySet):
    def marked(self):
        """Rows that give or take points, and those of which an appeal took all back."""
        return self.exclude(amount=0, granted=0)

    def visible_to(self, user):
        """Rows whose finding the person may see, and every mark on the card of their own unit or of one that went up in it, so that it can be appealed
        against; of what is no finding, those of their own unit or ground, or all with the whole district. How many more there are, the page says.
        ``sees_finding``: as a link.
        """
        rights = scope.rights(user)
        of_unit = Q(scorecard__organisation_id__in=with_merged(seat.organisation_id for seat in rights.seats))
        own = of_unit | scope.under(rights.paths, "grid__path")
        whole = Q(scorecard__district_id__in=rights.whole_district_ids)
        open_to_all = Q(adjustment__isnull=False) | Q(station__isnull=False)
        sees = Q(finding__in=Finding.objects.visible_to(user).values("pk"))
        seen = sees | Q(finding=None) & (own | whole | open_to_all) | of_unit & ~Q(amount=0, granted=0) & Q(finding__is_sealed=False)
        found = self.annotate(sees_finding=Case(When(sees, then=True), default=False))
        return found.filter(seen, scorecard__district_id__in=rights.member_district_ids)


class ScoreRow(models.Model):
    """One row behind figures, with the facts it was judged by as they stood at the cut-off: a finding, a task, or what else is counted, of one unit.

    ``flags`` say what is true of it (``indicators.flags``) for the lines that look at rows of a base line; of a line with rows of its own ``is_hit``
    rows make the numerator, all rows the denominator. ``amount`` is negative for a deduction; what an appeal took back of it is ``granted``.
    ``event_key`` names the event a mark was given for: the database refuses a second mark for the same event on one card.
    """

    # Without checks by the database: a month has hundreds of thousands of rows, all written by one INSERT … SELECT from the rows they name.
    scorecard = models.ForeignKey(Scorecard, models.CASCADE, related_name="rows", db_index=False, db_constraint=False)
    line = models.ForeignKey(ScoreLine, models.CASCADE, related_name="rows", db_constraint=False)
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    """Where it was; of a person on post all there is, because rows name no persons."""
    field = models.ForeignKey(Field, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    reconciliation = models.ForeignKey("scorecards.Reconciliation", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    adjustment = models.ForeignKey("scorecards.Adjustment", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    station = models.ForeignKey(Station, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False)
    value = models.IntegerField(_("数值"), null=True)
    """Of a station's day (``at``), hundredths: a concentration, or its index."""
    flags = models.IntegerField(default=0, db_default=0)
    is_hit = models.BooleanField(default=True, db_default=True)
    amount = models.IntegerField(default=0, db_default=0)
    granted = models.IntegerField(_("申诉核减"), default=0, db_default=0)
    reason = models.CharField(_("依据"), max_length=20, choices=Reason)
    source = models.CharField(_("来源"), max_length=25, blank=True, db_default="")
    assigned_at = models.DateTimeField(_("交办时间"), null=True)
    due_at = models.DateTimeField(_("期限"), null=True)
    done_at = models.DateTimeField(_("完成时间"), null=True)
    at = models.DateTimeField(_("发生时间"), null=True)
    units = models.PositiveSmallIntegerField(_("次数"), default=1, db_default=1)
    event_key = models.CharField(max_length=40, blank=True, db_default="")

    objects = ScoreRowQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "event_key"], condition=~Q(event_key=""), name="score_row_event_marked_once"),
            models.CheckConstraint(condition=Q(amount=0) | ~Q(event_key=""), name="score_row_mark_names_its_event"),
        ]

    @property
    def source_label(self) -> str:
        known = Status if self.station_id else Source
        return str(known(self.source).label) if self.source in known.values else ""

    @property
    def subject_words(self) -> str:
        """What is counted, as lists and sheets name it: a finding's number and type, a round's object, a station, a grid, a sheet, an entry."""
        if self.finding:
            return f"{self.finding.number or _now('未编号')} {self.finding.problem_type}"
        return str(self.adjustment or self.reconciliation or self.station or self.site or self.grid or "")

    @property
    def reason_words(self) -> str:
        """Why it stands there; with what an appeal took back, or what the entry says."""
        words = str(self.adjustment.get_kind_display()) if self.adjustment else self.get_reason_display()
        if self.granted:
            words += _now("（申诉核减 %(points)s 分）") % {"points": f"{Decimal(self.granted) / 100:f}"}
        return words
