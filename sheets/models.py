"""Background jobs: long exports and imports that a worker runs while the person goes on."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import clock


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(requested_by=user) if user.is_authenticated else self.none()

    def claimable(self):
        """Waiting, or left behind by a worker that died."""
        return self.filter(models.Q(state=Job.State.WAITING) | models.Q(state=Job.State.RUNNING, lease_until__lt=Now()))


class Job(models.Model):
    """``state`` changes only in sheets.services. ``result_path`` is below MEDIA_ROOT; empty again when the file has been cleared away."""

    class State(models.TextChoices):
        WAITING = "waiting", _("排队中")
        RUNNING = "running", _("正在处理")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未完成")

    kind = models.CharField(max_length=60)
    title = models.CharField(_("名称"), max_length=120)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    params = models.JSONField(default=dict)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sheet_jobs", verbose_name=_("提交人"))
    district_id = models.PositiveBigIntegerField(default=0)
    result_path = models.CharField(max_length=300, blank=True)
    result_name = models.CharField(max_length=200, blank=True)
    message = models.TextField(blank=True)
    error = models.TextField(_("原因"), blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("提交时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["requested_by", "-id"], name="job_of_person"),
            models.Index(fields=["state", "lease_until"], name="job_to_claim", condition=models.Q(state__in=["waiting", "running"])),
        ]
        constraints = [models.CheckConstraint(name="job_state_known", condition=models.Q(state__in=["waiting", "running", "done", "failed"]))]

    def __str__(self):
        return self.title

    @property
    def unfinished(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def percent(self) -> int | None:
        """None while nobody knows how much there is."""
        return min(100, self.progress * 100 // self.total) if self.total else None

    @property
    def waits_long(self) -> bool:
        """Nobody has taken it for a minute: the worker is busy or off."""
        return self.state == self.State.WAITING and clock.now() - self.created_at > timedelta(minutes=1)
