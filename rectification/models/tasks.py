"""One party's duty for one finding, and everything that happened to it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evidence.models import Photo
from grids import scope
from grids.models import Grid, Organisation
from grids.roles import Role
from inspections.models import Finding
from inspections.models.findings import seen_by
from inspections.words import Kind
from rectification.words import (
    PARTY_TURN,
    UNFINISHED,
    VERIFIER_TURN,
    Conclusion,
    ExtensionReason,
    Lot,
    RequestKind,
    RequestState,
    TaskRole,
    TaskState,
)


class TaskQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Both sides of a dual assignment see both tasks: a task is seen with its finding."""
        rights = scope.rights(user)
        whole = rights.whole_district_ids
        if whole and whole == rights.district_ids:
            seen = self.filter(district_id__in=whole)
        else:
            seen = self.filter(seen_by(user, finding="finding__"))
        return seen.filter(Q(finding__is_sealed=False) | Q(district_id__in=rights.districts_with({Role.SUPERVISION})))

    def of(self, user):
        """Tasks of the person's own organisations."""
        return self.filter(organisation_id__in=scope.rights(user).organisation_ids)

    def unfinished(self):
        return self.filter(state__in=UNFINISHED)

    def overdue(self, now):
        """The party's clock has run out and the party has not fed back."""
        return self.filter(state__in=PARTY_TURN, due_at__lt=now)

    def awaiting_verification(self):
        return self.filter(state__in=VERIFIER_TURN)

    def for_list(self):
        return self.select_related("finding__problem_type", "finding__field", "finding__grid", "organisation", "handler")


class Task(models.Model):
    """A party's duty for a finding, with its own clocks. ``state`` changes only through ``services.advance``.

    The party's clock runs from ``assigned_at`` to ``fed_back_at`` of the feedback that later passes; what the verifier takes is not theirs.
    ``due_at`` moves only by an approved request; ``original_due_at`` never. ``due_steps`` explain ``due_at`` day by day (``worktime``).
    """

    AUDIT_FIELDS = (
        "finding_id", "district_id", "role", "organisation_id", "handler_id", "must_feed_back", "state", "version", "assigned_at", "accept_due_at", "accepted_at",
        "due_at", "original_due_at", "fed_back_at", "conclusion", "passed_at", "ended_at", "returns", "extensions", "suspended_until", "transferred_from_id",
    )  # fmt: skip

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="tasks", verbose_name=_("问题"))
    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    role = models.CharField(_("责任"), max_length=15, choices=TaskRole)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="tasks", verbose_name=_("承办单位"))
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="handled_tasks", verbose_name=_("经办人")
    )
    must_feed_back = models.BooleanField(_("须反馈"), default=True)
    kind = models.CharField(_("整改类型"), max_length=10, choices=Kind, default=Kind.LIMITED)
    measure = models.CharField(_("整改要求"), max_length=500, blank=True)

    state = models.CharField(_("状态"), max_length=15, choices=TaskState, default=TaskState.ASSIGNED)
    version = models.PositiveIntegerField(default=1)
    assigned_at = models.DateTimeField(_("交办时间"))
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    accept_due_at = models.DateTimeField(_("签收期限"))
    accepted_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    arrive_due_at = models.DateTimeField(_("到场期限"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("到场时间"), null=True, blank=True)
    due_at = models.DateTimeField(_("整改期限"))
    original_due_at = models.DateTimeField(_("原定期限"))
    due_steps = models.JSONField(default=list)
    due_rule = models.CharField(max_length=60, blank=True)
    fed_back_at = models.DateTimeField(_("反馈时间"), null=True, blank=True)
    conclusion = models.CharField(_("整改结论"), max_length=15, choices=Conclusion, blank=True)
    verify_due_at = models.DateTimeField(_("核查期限"), null=True, blank=True)
    lot = models.CharField(max_length=15, choices=Lot, blank=True, default="", db_default="")
    """Drawn at each feedback (``words.Lot``); a drawn task is passed when two people have passed it independently."""
    first_verifier = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    passed_at = models.DateTimeField(_("核查通过时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("退单、移交或作废时间"), null=True, blank=True)
    late_since = models.DateTimeField(_("逾期起"), null=True, blank=True)
    """Stamped once, with ``due_at``, when the clock has run out."""
    returns = models.PositiveSmallIntegerField(_("返工次数"), default=0)
    extensions = models.PositiveSmallIntegerField(_("延期次数"), default=0)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_until = models.DateTimeField(_("缓办至"), null=True, blank=True)
    transferred_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="transferred_to")

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("整改任务")
        verbose_name_plural = _("整改任务")
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="task_state_known"),
            models.CheckConstraint(
                condition=~Q(state="passed") | Q(passed_at__isnull=False, fed_back_at__isnull=False), name="task_passed_was_fed_back"
            ),
            models.UniqueConstraint(
                fields=["finding", "organisation"], condition=~Q(state__in=["refused", "transferred", "void"]), name="task_once_per_organisation"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "due_at"], name="task_of_organisation"),
            models.Index(fields=["state", "due_at"], name="task_by_due"),
            models.Index(fields=["district", "passed_at"], name="task_by_passed"),
            models.Index(fields=["finding", "organisation"], name="task_party"),
            models.Index(fields=["due_at", "id"], condition=Q(state__in=UNFINISHED), name="task_unfinished_by_due"),
        ]

    def __str__(self):
        return f"{self.finding} · {self.organisation}"

    def get_absolute_url(self):
        return reverse("rectification:finding", args=[self.finding.uuid])

    @property
    def public_state(self) -> str:
        """The state as everybody may know it: a running second look is verification like any other (design 4)."""
        return TaskState.FED_BACK if self.state == TaskState.SECOND_LOOK else self.state

    @property
    def public_state_label(self) -> str:
        return str(TaskState(self.public_state).label)

    @property
    def is_looked_at_twice(self) -> bool:
        """Two people look at it independently, and at least one of them still has to."""
        return self.state == TaskState.SECOND_LOOK or (self.state == TaskState.FED_BACK and bool(self.lot))

    @property
    def is_party_turn(self) -> bool:
        return self.state in PARTY_TURN

    def is_late(self, now) -> bool:
        """Whether the party is, or closed, past its date."""
        ended = self.fed_back_at if self.state in (*VERIFIER_TURN, TaskState.PASSED) else now
        return self.state in (*PARTY_TURN, *VERIFIER_TURN, TaskState.PASSED) and ended > self.due_at


class TaskEvent(models.Model):
    """Append-only typed history of a task. ``version`` is the one the step was taken from."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="events")
    action = models.CharField(max_length=30)
    from_state = models.CharField(max_length=15, blank=True)
    to_state = models.CharField(max_length=15, blank=True)
    version = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60, blank=True)
    part = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    check_due_at = models.DateTimeField(null=True)
    """Of a feedback and of a verdict on it: by when it was to be verified."""
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["action", "at"], name="task_event_by_action"),
            models.Index(fields=["at", "id"], name="task_event_newest"),
            models.Index(fields=["check_due_at"], condition=Q(check_due_at__isnull=False), name="task_event_by_check"),
        ]


class TaskPhotoQuerySet(models.QuerySet):
    def visible_to(self, user):
        """With their task; while the feedback is not sent, to the one who has taken them only."""
        return self.filter(task__in=Task.objects.visible_to(user)).filter(Q(event__isnull=False) | Q(uploaded_by=user))


class TaskPhoto(models.Model):
    """An after-photo of a feedback. ``event`` is empty while it has been uploaded but its feedback is not sent yet."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="photos")
    event = models.ForeignKey(TaskEvent, models.PROTECT, null=True, blank=True, related_name="photos")
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="task_photos")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    flags = models.JSONField(default=list, blank=True)
    """List of ``{"code": TaskFlag, "answer"?, "by"?, "answered_at"?}``."""

    objects = TaskPhotoQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["task", "photo"], condition=Q(event=None), name="task_photo_waits_once")]


class TaskRequest(models.Model):
    """What a party asks of the commander: another date, to be rid of the task, more time, a pause, another body (design 4, domain 5.3)."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="requests")
    kind = models.CharField(_("申请"), max_length=15, choices=RequestKind)
    reason_code = models.CharField(_("理由类别"), max_length=10, choices=ExtensionReason, blank=True)
    reason = models.TextField(_("理由"))
    wanted_at = models.DateTimeField(_("申请期限"), null=True, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("移交给"))
    state = models.CharField(_("状态"), max_length=10, choices=RequestState, default=RequestState.PENDING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decide_due_at = models.DateTimeField(_("审批期限"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(blank=True)
    previous_due_at = models.DateTimeField()
    granted_due_at = models.DateTimeField(null=True, blank=True)
    consent = models.CharField(_("上级同意文号"), max_length=100, blank=True)
    """Of the assigning body, when a problem from above is to be late by its date (domain 5.3)."""
    plan = models.JSONField(_("整改方案"), default=list, blank=True)
    """List of ``{"due_on": ISO day, "target", "percent"}`` of a plan (domain 3.3), which become ``Milestone`` rows when approved."""

    class Meta:
        verbose_name = _("申请")
        verbose_name_plural = _("申请")
        ordering = ["-asked_at"]
        constraints = [models.UniqueConstraint(fields=["task"], condition=Q(state="pending"), name="task_request_one_at_a_time")]


class Milestone(models.Model):
    """A staged date of a long-term task (domain 3.3): target share in percent, and how far it is."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="milestones")
    due_on = models.DateField(_("节点日期"))
    target = models.CharField(_("节点目标"), max_length=200)
    percent = models.PositiveSmallIntegerField(_("计划完成率（%）"))
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    note = models.CharField(_("完成情况"), max_length=300, blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="milestone_percent_in_range"),
            models.UniqueConstraint(fields=["task", "due_on"], name="milestone_once_a_day"),
        ]
