"""Does this deployment do its work? Each check looks at one part and answers with a finding; nothing here changes anything but a heartbeat."""

import datetime as dt
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import redis
from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from airduty import backup as backups
from airduty import restoring
from audit.models import Verification
from common import clock
from notices.dispatch import oldest_unsent
from notices.models import Heartbeat
from notices.services import beat

OK, DEGRADED, FAILED = "ok", "degraded", "failed"
ASK_AGAIN_SECONDS = 2
"""The page is public and writes: asked more often, it repeats its answer."""
SIGN_OF_LIFE_SECONDS = 75
OUTBOX_SECONDS = 300
DISK_BYTES = 1 << 30
VERIFIED_HOURS = 50


@dataclass(frozen=True)
class Finding:
    state: str
    detail: str


def report() -> dict[str, Finding]:
    """Every part with its finding. Without a database the parts that are read from it are not asked."""
    answers = caches["process"]
    if (known := answers.get("readiness")) is not None:
        return known
    findings = {"database": database(), "disk": disk(), "backup": backup(), "broker": broker()}
    if findings["database"].state == OK:
        findings |= {name: _asked(check) for name, check in READ_FROM_DATABASE.items()}
        findings["worker"] = _asked(lambda: worker(findings["broker"]))
    answers.set("readiness", findings, ASK_AGAIN_SECONDS)
    return findings


def _asked(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except DatabaseError as error:
        return Finding(FAILED, type(error).__name__)


def overall(findings: dict[str, Finding]) -> str:
    states = {finding.state for finding in findings.values()}
    return FAILED if FAILED in states else DEGRADED if DEGRADED in states else OK


# --- the parts ----------------------------------------------------------------------------------------------------------------------
def database() -> Finding:
    """A real write: a read-only or full database reads well."""
    started = time.monotonic()
    try:
        with transaction.atomic():
            beat("readyz")
    except DatabaseError as error:
        connection.close()
        return Finding(FAILED, type(error).__name__)
    return Finding(OK, f"written in {(time.monotonic() - started) * 1000:.0f} ms")


def disk() -> Finding:
    free = shutil.disk_usage(settings.DATA_DIR).free
    return Finding(OK if free >= DISK_BYTES else FAILED, f"{free // (1 << 20)} MB free")


def backup() -> Finding:
    """Age of the newest finished backup; and it must not have failed its trial restore."""
    if not settings.BACKUP_DIR:
        return Finding(OK, "no BACKUP_DIR is set")
    made = backups.finished(Path(settings.BACKUP_DIR))
    if not made:
        return Finding(FAILED, "no finished backup")
    hours = (time.time() - (made[-1] / backups.MANIFEST).stat().st_mtime) / 3600
    tried = next(filter(None, map(restoring.outcome_of, reversed(made))), None)
    if tried and tried["exit_code"]:
        return Finding(FAILED, f"restore_check ended with {tried['exit_code']} at {tried['checked_at'][:16]} UTC")
    return Finding(OK if hours <= settings.HEALTH_MAX_BACKUP_HOURS else FAILED, f"{hours:.1f} hours old")


def broker() -> Finding:
    """Redis is a nudge only: without it everything goes on, later by up to a minute."""
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=1, socket_connect_timeout=1, retry=None)
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        return Finding(DEGRADED, type(error).__name__)
    finally:
        client.close()
    return Finding(OK, "answers")


def worker(reached: Finding) -> Finding:
    """Beat and a worker together: the dispatching task is scheduled every 20 seconds. Without a broker it cannot run, and the sweeper takes over."""
    finding = _sign_of_life("dispatcher")
    return Finding(DEGRADED, finding.detail) if finding.state == FAILED and reached.state != OK else finding


def sweeper() -> Finding:
    return _sign_of_life("sweeper")


def alarms() -> Finding:
    """Clocks of alarms: both the workers and the sweeper run them, so that silence means that neither does."""
    return _sign_of_life("alarms")


def _sign_of_life(name: str) -> Finding:
    last = Heartbeat.objects.filter(name=name).values_list("beat_at", flat=True).first()
    if last is None:
        return Finding(FAILED, "no sign of life yet")
    age = (timezone.now() - last).total_seconds()
    return Finding(OK if age <= SIGN_OF_LIFE_SECONDS else FAILED, f"last sign of life {age:.0f} s ago")


def outbox() -> Finding:
    oldest = oldest_unsent()
    age = (clock.now() - oldest).total_seconds() if oldest else 0
    return Finding(OK if age <= OUTBOX_SECONDS else FAILED, f"oldest due notice waits {age:.0f} s")


def audit() -> Finding:
    last = Verification.objects.order_by("-finished_at").first()
    if last is None:
        return Finding(OK, "not verified yet")
    if last.exit_code:
        return Finding(FAILED, f"verify_audit ended with {last.exit_code} at {last.finished_at:%Y-%m-%d %H:%M} UTC")
    late = timezone.now() - last.finished_at > dt.timedelta(hours=VERIFIED_HOURS)
    return Finding(DEGRADED if late else OK, f"in order at {last.finished_at:%Y-%m-%d %H:%M} UTC")


READ_FROM_DATABASE: dict[str, Callable[[], Finding]] = {"sweeper": sweeper, "alarms": alarms, "outbox": outbox, "audit": audit}
