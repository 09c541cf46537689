"""The outbox: one row per person and channel, written in the transaction of the act that people are told about."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from common import clock
from notices.words import ROBOTS, UNSENT, Channel, Outcome, State


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and those of the districts whose office the person runs (``settings.NOTICE_SCOPE``)."""
        return self.filter(Q(recipient=user) | Q(district_id__in=import_string(settings.NOTICE_SCOPE)(user)))

    def for_person(self, user):
        """The inbox. A message is there from its moment on, whether or not a dispatcher is running."""
        return self.filter(recipient=user, channel=Channel.INBOX, not_before__lte=clock.now()).exclude(state=State.CANCELLED)

    def unopened(self):
        return self.filter(opened_at=None)

    def due(self, now, *, urgent_since=None):
        """To be sent now: the moment (product time) has come, or a dispatcher's lease (time of the database) has run out."""
        come = Q(not_before__lte=now) if urgent_since is None else Q(not_before__lte=now) | Q(urgent=True, not_before__lte=urgent_since)
        waiting = Q(state__in=(State.PENDING, State.RETRY)) & come
        return self.filter(waiting | Q(state=State.CLAIMED, lease_until__lt=Now()), state__in=UNSENT)

    def dead(self):
        return self.filter(state=State.DEAD)


class Notice(models.Model):
    """One person or one group's robot, one channel. ``dedup_key`` names the event, them and the channel; a second insert of it does nothing.

    ``outcome`` is what the gateway reported afterwards: delivered, answered (then ``answered_at`` is set), or why not.
    """

    dedup_key = models.CharField(max_length=250, unique=True)
    kind = models.CharField(_("类别"), max_length=60)
    district_id = models.PositiveIntegerField(default=0)
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("收件人"))
    robot = models.ForeignKey("notices.Robot", models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("群机器人"))
    title = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("正文"), blank=True)
    url = models.CharField(max_length=300, blank=True)
    subject_type = models.CharField(max_length=100, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    urgent = models.BooleanField(_("紧急"), default=False)
    not_before = models.DateTimeField(_("最早发送时间"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=100, blank=True)
    last_error = models.CharField(_("原因"), max_length=500, blank=True)
    provider_message_id = models.CharField(_("回执号"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("生成时间"))
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    opened_at = models.DateTimeField(_("打开时间"), null=True, blank=True)
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome, blank=True)
    outcome_at = models.DateTimeField(_("回执时间"), null=True, blank=True)
    answered_at = models.DateTimeField(_("接听时间"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        constraints = [
            models.CheckConstraint(name="notice_state_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(name="notice_sent_has_time", condition=~Q(state=State.SENT) | Q(sent_at__isnull=False)),
            models.CheckConstraint(
                name="notice_to_one",
                condition=Q(recipient__isnull=False, robot__isnull=True) & ~Q(channel__in=[str(name) for name in ROBOTS])
                | Q(recipient__isnull=True, robot__isnull=False, channel__in=[str(name) for name in ROBOTS]),
            ),
            models.CheckConstraint(name="notice_answered_has_time", condition=Q(answered_at__isnull=True) | Q(outcome=Outcome.ANSWERED)),
        ]
        indexes = [
            models.Index(fields=["channel", "-urgent", "not_before", "id"], condition=Q(state__in=UNSENT), name="notice_unsent_by_channel"),
            models.Index(fields=["recipient", "channel", "-id"], name="notice_inbox"),
            models.Index(fields=["recipient"], condition=Q(channel=Channel.INBOX, opened_at=None), name="notice_unopened"),
            models.Index(fields=["district_id", "state", "-id"], name="notice_outbox"),
            models.Index(fields=["provider_message_id"], condition=~Q(provider_message_id=""), name="notice_by_provider"),
            models.Index(fields=["subject_type", "subject_id"], name="notice_by_subject"),
        ]

    def __str__(self):
        return f"{self.dedup_key} ({self.state})"

    @property
    def base_key(self) -> str:
        """The key without its channel: what the same person is told about the same event by any channel."""
        return self.dedup_key.removesuffix(f":{self.channel}")

    @property
    def event_key(self) -> str:
        """What everybody who is told of the same event shares, whatever their language and channel."""
        return self.base_key.removesuffix(f":r{self.robot_id}" if self.robot_id else f":u{self.recipient_id}")

    @property
    def told(self) -> str:
        """Who is told: a person, or the group behind a robot. Needs ``select_related("recipient", "robot")``."""
        return str(self.robot if self.robot_id else self.recipient)


class Heartbeat(models.Model):
    """Last sign of life of a process that works in the background; machine time."""

    name = models.CharField(max_length=60, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self):
        return self.name
