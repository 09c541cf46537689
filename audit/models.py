"""The record of every act. Rows are only ever added: triggers refuse the rest, and the chain of hashes shows what slipped past them."""

import datetime as dt
import json

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

SYSTEM_DISTRICT = 0
"""Chain of what belongs to no district: sign-ins, settings of the deployment."""
FIRST_LINK = "0" * 64
REMOVED = "removed"
"""Stands for the digest of a row that was lawfully taken away with its event."""


class AuditEventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Events of the districts this person may audit; who that is, is known further up (``settings.AUDIT_SCOPE``)."""
        return self.filter(district_id__in=import_string(settings.AUDIT_SCOPE)(user))

    def chain(self, district_id):
        return self.filter(district_id=district_id).order_by("seq")

    def about(self, subject: models.Model):
        return self.filter(object_type=subject._meta.label, object_id=str(subject.pk))


class AuditEvent(models.Model):
    """One act. ``payload`` is canonical JSON and may be set to NULL (lawful erasure) through ``services.redact()`` only."""

    district_id = models.PositiveIntegerField(default=SYSTEM_DISTRICT)
    seq = models.BigIntegerField()
    ts = models.CharField(max_length=27)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=100)
    ip = models.CharField(max_length=45)
    request_id = models.CharField(max_length=40)
    action = models.CharField(max_length=80)
    result = models.CharField(max_length=20, default="ok")
    object_type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=100)
    payload = models.TextField(null=True)  # noqa: DJ001 (NULL: erased; there is no empty payload)
    payload_sha256 = models.CharField(max_length=64)
    after_sha256 = models.CharField(max_length=64, blank=True)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        constraints = [models.UniqueConstraint(fields=["district_id", "seq"], name="audit_one_event_per_seq")]
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="audit_by_object"),
            models.Index(fields=["actor_id", "id"], name="audit_by_actor"),
        ]

    def __str__(self):
        return f"{self.district_id}:{self.seq} {self.action}"

    @property
    def details(self):
        """The payload as Python values; None once erased."""
        return None if self.payload is None else json.loads(self.payload)

    @property
    def at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.ts)

    @property
    def pretty(self) -> str:
        return "" if self.payload is None else json.dumps(self.details, ensure_ascii=False, indent=2)


class Anchor(models.Model):
    """Where a chain stood at a moment. The same line goes to a file that should be carried to another machine."""

    district_id = models.PositiveIntegerField()
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    ts = models.CharField(max_length=27)
    hmac = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district_id", "seq"], name="audit_one_anchor_per_seq")]

    def __str__(self):
        return f"{self.district_id}:{self.seq}"

    @property
    def at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.ts)

    def as_line(self) -> dict:
        return {"district_id": self.district_id, "seq": self.seq, "hash": self.hash, "ts": self.ts, "hmac": self.hmac}


class Verification(models.Model):
    """Outcome of one `verify_audit`; the newest is shown to auditors and read by /readyz. Times are the machine's, not the product's."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(db_index=True)
    exit_code = models.PositiveSmallIntegerField()
    events = models.BigIntegerField(default=0)
    redacted = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    files = models.BigIntegerField(default=0)
    faults = models.JSONField(default=list)
    full = models.BooleanField(default=False)
    """Chain, anchors, state and files were all looked at, in every district."""

    class Meta:
        get_latest_by = "finished_at"

    def __str__(self):
        return f"{self.finished_at:%Y-%m-%d %H:%M} → {self.exit_code}"
