"""Around the ledger: numbers, submissions kept for repair, people's own views."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grids.models import Grid
from inspections.words import HeldKind


class NumberSequence(models.Model):
    """Last number given in a district and year. Incremented under the row's lock, inside the registering transaction: no gaps."""

    district = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "year"], name="number_sequence_once")]


class HeldQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(author=user)

    def waiting(self):
        return self.filter(resolved_at=None)


class HeldSubmission(models.Model):
    """A report, visit or round from an offline queue that could not become a row yet: kept word for word until its author repairs it, never refused (trust B12)."""

    uuid = models.UUIDField()
    kind = models.CharField(max_length=10, choices=HeldKind, default=HeldKind.FINDING)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="held_submissions")
    payload = models.JSONField()
    payload_sha256 = models.CharField(max_length=64)
    errors = models.JSONField()
    shown = models.JSONField(default=list)
    """sha256 of photos whose bytes the author has sent with it, also of those that somebody else had sent before."""
    received_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = HeldQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["author", "uuid"], name="held_submission_once")]


class SavedView(models.Model):
    """A person's own filter of the ledger under a name; ``query`` is the URL's query string."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="saved_views")
    page = models.CharField(max_length=30)
    name = models.CharField(_("视图名称"), max_length=30)
    query = models.CharField(max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_name_once")]
