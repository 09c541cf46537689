"""Writing to the chains."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from audit import canonical
from audit.models import FIRST_LINK, REMOVED, SYSTEM_DISTRICT, Anchor, AuditEvent
from common import clock, context

LOCK = 0x41554449
"""First half of the advisory lock's key; the second is the district."""


@dataclass(frozen=True)
class Actor:
    """Who acted, as they were called then."""

    id: int | None
    name: str
    role: str = ""


SYSTEM = Actor(None, "system")
STRANGER = Actor(None, "anonymous")


def record(action: str, subject: models.Model | str, *, by, district_id=0, payload=None, result="ok") -> AuditEvent:
    """Add one event to the district's chain; the caller's LAST write, because the chain stays locked until commit.

    ``subject`` is a saved row or the name of a thing without a row ("session"). A transaction that writes to two districts' chains takes
    them in ascending order of district, lest two of them wait for each other.
    """
    return append(action, subject, actor=_called(by), district_id=district_id, payload=payload, result=result)


def _called(by) -> Actor:
    """Nobody is the system."""
    return SYSTEM if by is None else Actor(by.pk, str(by), str(getattr(by, "role_label", "")))


def record_removal(action: str, row: models.Model, *, by, district_id=0, payload=None) -> AuditEvent:
    """``record`` for a row that this transaction deletes by its query set (``row.pk`` still known): it is not missed afterwards."""
    return append(action, row, actor=_called(by), district_id=district_id, payload=payload, after=REMOVED)


def home_of(user) -> int:
    """District whose chain keeps what a person does outside any district's business: signing in, being refused."""
    return import_string(settings.AUDIT_HOME)(user) if settings.AUDIT_HOME else SYSTEM_DISTRICT


@transaction.atomic(savepoint=False)
def record_many(action: str, acts: Iterable[tuple[models.Model, dict]], *, by, district_id=0) -> int:
    """``record`` for the rows of an import: one event for each ``(subject, payload)``, the chain locked once; how many there were."""
    actor = _called(by)
    seq, prev_hash = _lock_head(district_id or 0)
    events = []
    for subject, payload in acts:
        seq += 1
        event = _event(action, subject, actor=actor, district_id=district_id, payload=payload, result="ok", seq=seq, prev_hash=prev_hash)
        prev_hash = event.hash
        events.append(event)
    AuditEvent.objects.bulk_create(events, batch_size=500)
    return len(events)


@transaction.atomic(savepoint=False)
def append(action: str, subject: models.Model | str, *, actor: Actor, district_id=0, payload=None, result="ok", after="") -> AuditEvent:
    """``after``: what stands for the digest of a row that is no more."""
    seq, prev_hash = _lock_head(district_id or 0)
    told = {"district_id": district_id, "payload": payload, "result": result, "after": after}
    event = _event(action, subject, actor=actor, seq=seq + 1, prev_hash=prev_hash, **told)
    event.save(force_insert=True)
    return event


def _event(
    action: str, subject: models.Model | str, *, actor: Actor, district_id, payload, result: str, seq: int, prev_hash: str, after: str = ""
) -> AuditEvent:
    """The next link, not saved yet."""
    text = canonical.dumps(payload or {})
    here = context.current()
    object_type, object_id, digest = _describe(subject)
    event = AuditEvent(
        district_id=district_id or 0,
        seq=seq,
        ts=canonical.moment(clock.now()),
        actor_id=actor.id,
        actor_name=_clean(actor.name, 150),
        role=_clean(actor.role, 100),
        ip=_clean(here.ip, 45),
        request_id=_clean(here.request_id, 40),
        action=action,
        result=result,
        object_type=object_type,
        object_id=object_id,
        payload=text,
        payload_sha256=canonical.digest(text),
        after_sha256=after or digest,
        prev_hash=prev_hash,
    )
    event.hash = link(event)
    return event


def _describe(subject: models.Model | str) -> tuple[str, str, str]:
    """Type, id and digest of what the event is about."""
    if isinstance(subject, str):
        return subject, "", ""
    return subject._meta.label, str(subject.pk), canonical.row_digest(subject)


def link(event: AuditEvent) -> str:
    """The event's hash: over the names, never over the erasable payload itself, and over the hash before it."""
    fields = (
        event.district_id,
        event.seq,
        event.ts,
        "" if event.actor_id is None else event.actor_id,
        event.actor_name,
        event.role,
        event.ip,
        event.request_id,
        event.action,
        event.result,
        event.object_type,
        event.object_id,
        event.payload_sha256,
        event.after_sha256,
        event.prev_hash,
    )
    return canonical.digest("airduty-audit-v1" + "\x1f".join(map(str, fields)))


def hold_chain(district_id: int) -> None:
    """Before a lock that others take while the chain is theirs; until commit, so only where the end is near."""
    _lock_head(district_id)


def _lock_head(district_id: int) -> tuple[int, str]:
    """Hold the district's chain until commit and return its last ``(seq, hash)``. SQLite's transactions are IMMEDIATE: already alone."""
    query = "SELECT seq, hash FROM audit_auditevent WHERE district_id = %s ORDER BY seq DESC LIMIT 1"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # One round trip, two statements: the second takes its snapshot after the lock is held.
            cursor.execute(f"SELECT pg_advisory_xact_lock(%s, %s); {query}", [LOCK, district_id, district_id])
        else:
            cursor.execute(query, [district_id])
        return cursor.fetchone() or (0, FIRST_LINK)


def _clean(text: str, length: int) -> str:
    """Without control characters: the separator of the hashed text must not be smuggled in through a name."""
    return "".join(character for character in str(text) if character.isprintable())[:length]


@transaction.atomic
def redact(event: AuditEvent, *, by, reason: str) -> AuditEvent:
    """Erase an event's payload for a lawful reason. The chain stays whole; who erased it and why becomes an event of its own."""
    if not reason.strip():
        raise ValidationError({"reason": _("请写明依法删除的理由。")}, code="reason")
    if event.action == "audit.redact":
        raise ValidationError(_("删除记录本身不能再删除。"), code="redaction")
    AuditEvent.objects.filter(pk=event.pk).update(payload=None)
    event.payload = None
    return record("audit.redact", event, by=by, district_id=event.district_id, payload={"seq": event.seq, "reason": reason.strip()})


def seal(line: dict) -> str:
    """HMAC of an anchor: who can write to the database but does not know the key cannot make one."""
    text = canonical.dumps({name: line[name] for name in ("district_id", "seq", "hash", "ts")})
    key = f"airduty-anchor:{settings.AUDIT_ANCHOR_KEY or settings.SECRET_KEY}"
    return hmac.new(key.encode(), text.encode(), "sha256").hexdigest()


def heads() -> list[Anchor]:
    """Where every chain stands now, sealed, not kept."""
    last = AuditEvent.objects.values("district_id").annotate(last=models.Max("id")).values("last")
    return [_anchor(event) for event in AuditEvent.objects.filter(pk__in=last).order_by("district_id")]


@transaction.atomic
def anchor() -> list[Anchor]:
    """Note where every chain stands, in the database and in this month's file below ``DATA_DIR/anchors``. Unmoved chains are skipped."""
    standing = heads()
    known = set(Anchor.objects.filter(hash__in=[each.hash for each in standing]).values_list("hash", flat=True))
    fresh = [each for each in standing if each.hash not in known]
    Anchor.objects.bulk_create(fresh, ignore_conflicts=True)
    _append_lines(fresh)
    return fresh


def _anchor(event: AuditEvent) -> Anchor:
    line = {"district_id": event.district_id, "seq": event.seq, "hash": event.hash, "ts": canonical.moment(clock.now())}
    return Anchor(**line, hmac=seal(line))


def _append_lines(anchors: list[Anchor]) -> None:
    if not anchors:
        return
    folder = settings.DATA_DIR / "anchors"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{anchors[0].ts[:7]}.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(canonical.dumps(anchor.as_line()) + "\n" for anchor in anchors)
