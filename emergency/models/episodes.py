"""An episode of heavy pollution: decided on by steps, each approved and published; what was reported each day, and the review in the end."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common import clock
from emergency.models.lists import ReductionList, districts_read_whole
from emergency.models.rules import Forecast
from emergency.words import COLOUR_NAMES, RESPONSES, UNDECIDED, Colour, DecisionKind, DecisionState, EpisodeAct, EpisodeState
from grids import scope
from grids.models import Grid, Organisation

PERSON = settings.AUTH_USER_MODEL


class EpisodeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody in the district: what is not published yet, the whole district's readers alone."""
        published = Q(district_id__in=scope.rights(user).district_ids) & Q(starts_at__isnull=False)
        return self.filter(Q(district_id__in=districts_read_whole(user)) | published)

    def running(self):
        return self.filter(state=EpisodeState.RUNNING)


class Episode(models.Model):
    """From the first warning until it is lifted. ``level`` is that of the last published step, ``peak`` the
    highest published, of an ended episode the highest that was in force; the list is the version in force at its start."""

    AUDIT_FIELDS = ("district_id", "number", "state", "level", "reduction_list_id", "starts_at", "lifted_at", "version")

    district = models.ForeignKey(Grid, models.PROTECT, related_name="episodes")
    number = models.CharField(_("编号"), max_length=20)
    state = models.CharField(_("状态"), max_length=10, choices=EpisodeState, default=EpisodeState.PREPARING)
    level = models.CharField(_("级别"), max_length=10, choices=Colour, blank=True)
    peak = models.CharField(_("最高级别"), max_length=10, choices=Colour, blank=True)
    reduction_list = models.ForeignKey(ReductionList, models.PROTECT, null=True, related_name="episodes", verbose_name=_("应急减排清单"))
    starts_at = models.DateTimeField(_("启动时间"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("解除时间"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("应急响应")
        verbose_name_plural = _("应急响应")
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "number"], name="episode_number_once"),
            models.UniqueConstraint(fields=["district"], condition=Q(state__in=("preparing", "running")), name="episode_one_at_a_time"),
            models.CheckConstraint(condition=Q(state__in=EpisodeState.values), name="episode_state_known"),
            models.CheckConstraint(condition=Q(state__in=("preparing", "dropped")) | Q(starts_at__isnull=False), name="episode_begun_has_start"),
            models.CheckConstraint(condition=~Q(state__in=("lifted", "reviewed")) | Q(lifted_at__isnull=False), name="episode_lifted_has_end"),
        ]

    def __str__(self):
        return _("%(number)s号%(level)s") % {"number": self.number, "level": self.get_level_display() or _("预警")}

    def get_absolute_url(self):
        return reverse("emergency:episode", args=[self.pk])

    @property
    def response_label(self) -> str:
        return str(RESPONSES[Colour(self.level)]) if self.level else ""

    @property
    def peak_label(self) -> str:
        return str(COLOUR_NAMES[Colour(self.peak)]) if self.peak else ""

    def step_on(self, day: dt.date) -> "Decision | None":
        """The step by which the response went when a day ended, today the one by which it goes; a lift leaves the one before it. Of a day on which
        the first one is still to begin, that."""
        until = [step for step in self._published() if step.begins_at <= clock.end_of(day)]
        begun = [step for step in until if step.begins_at <= clock.now() and self._ran_at(step.begins_at)] or until[:1]
        return begun[-1] if begun else None

    def levels_run(self) -> set[str]:
        """Of each step that was in force at some time until now; one that was overtaken or lifted before it began never was."""
        levels, over = set(), self.lifted_at or clock.now()
        for step in reversed(self._published()):
            if step.begins_at < over:
                levels.add(step.level)
                over = step.begins_at
        return levels

    def _published(self) -> list["Decision"]:
        """In the order of publishing, the lift left out."""
        return list(self.decisions.filter(state=DecisionState.PUBLISHED).exclude(kind=DecisionKind.LIFT))

    def _ran_at(self, moment: dt.datetime) -> bool:
        """A step published ahead never begins when the lift came first."""
        return self.lifted_at is None or moment < self.lifted_at

    def step_in_force(self) -> "Decision | None":
        """The one by which a running response goes now; none before its first has begun."""
        step = self.step_on(clock.today()) if self.state == EpisodeState.RUNNING else None
        return step if step and step.begins_at <= clock.now() else None

    @property
    def level_to_lift(self) -> str:
        """A lift ends what is in force; what is only published ahead never was."""
        step = self.step_in_force()
        return step.level if step else self.level


class Decision(models.Model):
    """One step: the city's notice as it came in, the approval form, and when it was published. By two persons at least."""

    AUDIT_FIELDS = (
        "episode_id", "kind", "level", "state", "city_notice", "notified_at", "starts_at", "ends_at", "forecast_words", "reason", "public_text",
        "health_advice", "submitted_by_id", "approved_by_id", "approved_at", "published_by_id", "published_at", "version",
    )  # fmt: skip

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="decisions")
    kind = models.CharField(_("事项"), max_length=10, choices=DecisionKind)
    level = models.CharField(_("级别"), max_length=10, choices=Colour)
    state = models.CharField(_("状态"), max_length=10, choices=DecisionState, default=DecisionState.DRAFT)
    city_notice = models.CharField(_("市级通知文号"), max_length=80, blank=True)
    notified_at = models.DateTimeField(_("收到通知时间"))
    starts_at = models.DateTimeField(_("启动时间"))
    ends_at = models.DateTimeField(_("预计结束时间"), null=True, blank=True)
    """Empty: until it is lifted."""
    forecast = models.ForeignKey(Forecast, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name=_("预报"))
    forecast_words = models.TextField(_("预报会商结论"), max_length=1000)
    reason = models.TextField(_("理由和依据"), max_length=1000)
    public_text = models.TextField(_("公开文本"), max_length=2000)
    health_advice = models.TextField(_("健康提示"), max_length=1000, blank=True)
    entered_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name=_("录入人"))
    entered_at = models.DateTimeField(_("录入时间"))
    submitted_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name=_("提请人"))
    submitted_at = models.DateTimeField(_("提请时间"), null=True)
    approve_due_at = models.DateTimeField(_("审批时限"), null=True)
    approved_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人"))
    approved_at = models.DateTimeField(_("批准时间"), null=True)
    approval_note = models.CharField(_("审批意见"), max_length=300, blank=True)
    publish_due_at = models.DateTimeField(_("发布时限"), null=True)
    published_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name=_("发布人"))
    published_at = models.DateTimeField(_("发布时间"), null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("预警事项")
        verbose_name_plural = _("预警事项")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DecisionState.values), name="decision_state_known"),
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="decision_ends_after_start"),
            models.UniqueConstraint(fields=["episode"], condition=Q(state__in=UNDECIDED), name="decision_one_on_the_way"),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "published"))
                | Q(approved_by__isnull=False, submitted_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=F("submitted_by")),
                name="decision_by_two_persons",
            ),
        ]

    def __str__(self):
        return _("%(level)s%(kind)s") % {"level": self.get_level_display(), "kind": self.get_kind_display()}

    @property
    def response_label(self) -> str:
        return str(RESPONSES[Colour(self.level)])

    @property
    def begins_at(self) -> dt.datetime:
        """From when its measures bind: the start it names, or publishing when that came later."""
        return max(self.starts_at, self.published_at) if self.published_at else self.starts_at


class EpisodeEvent(models.Model):
    """What happened, written once."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="events")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="events")
    action = models.CharField(max_length=12, choices=EpisodeAct)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "id"]


class UnitReport(models.Model):
    """What one unit reports of one day; only what the product cannot know by itself (domain 8.3, step 8)."""

    AUDIT_FIELDS = (
        "episode_id", "organisation_id", "day", "sites_stopped", "vehicles_stopped", "vehicles_checked", "roads_cleaned", "people_out", "note", "version",
    )  # fmt: skip
    NUMBERS = ("sites_stopped", "vehicles_stopped", "vehicles_checked", "roads_cleaned", "people_out")

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="unit_reports")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="unit_reports")
    day = models.DateField(_("日期"))
    sites_stopped = models.PositiveIntegerField(_("停工工地（个）"), default=0)
    vehicles_stopped = models.PositiveIntegerField(_("停驶车辆、停用机械（辆、台）"), default=0)
    vehicles_checked = models.PositiveIntegerField(_("检查车辆（辆）"), default=0)
    roads_cleaned = models.PositiveIntegerField(_("增加洒水保洁（车次）"), default=0)
    people_out = models.PositiveIntegerField(_("出动人员（人次）"), default=0)
    note = models.CharField(_("情况说明"), max_length=500, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("单位日报")
        verbose_name_plural = _("单位日报")
        constraints = [models.UniqueConstraint(fields=["episode", "organisation", "day"], name="unit_report_once_a_day")]


class DailyReport(models.Model):
    """The district's report of one day as it went to the city: its figures as they then were."""

    AUDIT_FIELDS = ("episode_id", "day", "figures", "note", "sent_at", "version")

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="daily_reports")
    day = models.DateField(_("日期"))
    figures = models.JSONField(default=dict)
    note = models.CharField(_("说明"), max_length=1000, blank=True)
    sent_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(_("报送时间"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("应急日报")
        verbose_name_plural = _("应急日报")
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["episode", "day"], name="daily_report_once_a_day")]


class ReviewPaper(models.Model):
    """The paper that ends an episode: its effect, what went wrong, who was punished (domain 8.3, step 10)."""

    AUDIT_FIELDS = ("episode_id", "effect", "problems", "penalties", "advice", "finished_at", "version")

    episode = models.OneToOneField(Episode, models.PROTECT, related_name="review")
    due_at = models.DateTimeField(_("时限"))
    due_steps = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    """As they stood when it was finished."""
    effect = models.TextField(_("响应效果"), max_length=3000, blank=True)
    problems = models.TextField(_("存在问题"), max_length=3000, blank=True)
    penalties = models.TextField(_("处理处罚"), max_length=3000, blank=True)
    advice = models.TextField(_("改进建议"), max_length=3000, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("应急总结")
        verbose_name_plural = _("应急总结")
