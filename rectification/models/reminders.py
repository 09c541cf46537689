"""Which rungs of the ladder have been climbed for which row."""

from django.db import models

from inspections.models import Finding
from rectification.models.rules import ReminderRule
from rectification.models.tasks import Task


class Reminder(models.Model):
    """One rung fired once; ``key`` makes a second scan, or two at once, harmless."""

    rule = models.ForeignKey(ReminderRule, models.PROTECT, related_name="reminders")
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="reminders")
    task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="reminders")
    key = models.CharField(max_length=120, unique=True)
    fired_at = models.DateTimeField()
    people = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["fired_at", "id"]
