"""Looking for what has been tampered with. Reads in slices, so memory does not grow with the record."""

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.module_loading import import_string

from audit import canonical, guards, services
from audit.models import FIRST_LINK, REMOVED, Anchor, AuditEvent, Verification

SLICE = 2000
KEPT_FAULTS = 100
CHAIN, ANCHOR, STATE, FILE, GUARD = "chain", "anchor", "state", "file", "guard"
EXIT_CODES = {CHAIN: 1, ANCHOR: 2, STATE: 3, FILE: 4}
"""A missing guard (trigger) is a warning: it proves nothing yet."""


@dataclass
class Report:
    """``faults``: {"kind", "where", "what"}, the first of each kind first; at most ``KEPT_FAULTS`` are kept, all are counted."""

    events: int = 0
    redacted: int = 0
    rows: int = 0
    files: int = 0
    count: int = 0
    faults: list[dict] = field(default_factory=list)

    def add(self, kind: str, where: str, what: str) -> None:
        self.count += 1
        if len(self.faults) < KEPT_FAULTS:
            self.faults.append({"kind": kind, "where": where, "what": what})

    @property
    def exit_code(self) -> int:
        return min((EXIT_CODES[fault["kind"]] for fault in self.faults if fault["kind"] in EXIT_CODES), default=0)


def run(*, district: int | None = None, state: bool = False, files: int = 0, anchor_file: Path | None = None) -> Verification:
    """Verify and keep the outcome for /readyz."""
    started_at = timezone.now()
    report = Report()
    for name in guards.missing(connection):
        report.add(GUARD, name, "the trigger does not stand")
    for one in _districts(district):
        verify_chain(one, report)
    verify_anchors(report, district=district, extra=anchor_file)
    if state:
        verify_state(report)
    if files:
        verify_files(report, files)
    return Verification.objects.create(
        started_at=started_at,
        finished_at=timezone.now(),
        exit_code=report.exit_code,
        events=report.events,
        redacted=report.redacted,
        rows=report.rows,
        files=report.files,
        faults=report.faults,
        full=district is None and state and files > 0,
    )


def _districts(district: int | None) -> list[int]:
    if district is not None:
        return [district]
    return list(AuditEvent.objects.order_by("district_id").values_list("district_id", flat=True).distinct())


# --- the chain ----------------------------------------------------------------------------------------------------------------------
def verify_chain(district_id: int, report: Report) -> None:
    """Every link: no gap, the right hash before it, its own hash, its payload. Stops at the first fault: what follows is worth nothing."""
    erased = _lawfully_erased(district_id)
    prev_hash, expected = FIRST_LINK, 1
    for event in _events(district_id):
        report.events += 1
        if what := _fault(event, expected, prev_hash, erased):
            report.add(CHAIN, f"{district_id}:{expected}", what)
            return
        report.redacted += event.payload is None
        prev_hash, expected = event.hash, expected + 1


def _fault(event: AuditEvent, expected: int, prev_hash: str, erased: set[int]) -> str:
    if event.seq != expected:
        return f"event {expected} is missing, {event.seq} follows"
    if event.prev_hash != prev_hash:
        return "does not continue the event before it"
    if services.link(event) != event.hash:
        return "its hash does not fit its content"
    if event.payload is None:
        return "" if event.seq in erased else "its payload was erased without a recorded reason"
    return "" if canonical.digest(event.payload) == event.payload_sha256 else "its payload was changed"


def _events(district_id: int) -> Iterator[AuditEvent]:
    last = 0
    while part := list(AuditEvent.objects.chain(district_id).filter(seq__gt=last)[:SLICE]):
        yield from part
        last = part[-1].seq


def _lawfully_erased(district_id: int) -> set[int]:
    payloads = AuditEvent.objects.filter(district_id=district_id, action="audit.redact").values_list("payload", flat=True)
    return {json.loads(payload)["seq"] for payload in payloads if payload}


# --- anchors ------------------------------------------------------------------------------------------------------------------------
def verify_anchors(report: Report, *, district: int | None = None, extra: Path | None = None) -> None:
    """Each anchor, from the database, from our own files and from the file brought in, must be sealed by us and still be in its chain."""
    for source, lines in _anchor_sources(extra):
        for number, line in enumerate(lines, start=1):
            if line is None:
                report.add(ANCHOR, f"{source} line {number}", "cannot be read")
            elif district in (None, line["district_id"]):
                _verify_anchor(line, source, report)


def _verify_anchor(line: dict, source: str, report: Report) -> None:
    where = f"{line['district_id']}:{line['seq']}"
    if services.seal(line) != line["hmac"]:
        report.add(ANCHOR, where, f"the anchor in {source} does not bear our seal")
        return
    stands = AuditEvent.objects.filter(district_id=line["district_id"], seq=line["seq"]).values_list("hash", flat=True).first()
    if stands != line["hash"]:
        report.add(ANCHOR, where, f"the event noted in {source} is " + ("gone" if stands is None else "another one now"))


def _anchor_sources(extra: Path | None) -> Iterator[tuple[str, Iterator[dict | None]]]:
    yield "the database", (anchor.as_line() for anchor in Anchor.objects.order_by("district_id", "seq").iterator(chunk_size=SLICE))
    for path in [*sorted((settings.DATA_DIR / "anchors").glob("*.jsonl")), *([extra] if extra else [])]:
        yield path.name, _lines(path)


def _lines(path: Path) -> Iterator[dict | None]:
    with path.open(encoding="utf-8") as file:
        for text in file:
            if text.strip():
                yield _parsed(text)


def _parsed(text: str) -> dict | None:
    try:
        line = json.loads(text)
        return {"district_id": int(line["district_id"]), "seq": int(line["seq"])} | {name: str(line[name]) for name in ("hash", "ts", "hmac")}
    except (ValueError, KeyError, TypeError):
        return None


# --- state --------------------------------------------------------------------------------------------------------------------------
def verify_state(report: Report) -> None:
    """Every row of the audited models is as its last event left it, and no row has gone since."""
    for label in settings.AUDITED_MODELS:
        model = apps.get_model(label)
        _verify_rows(model, report)
        _find_vanished(model, report)


def _verify_rows(model: type[models.Model], report: Report) -> None:
    for row in _sealed_rows(model):
        report.rows += 1
        if row.audit_seal is None:
            report.add(STATE, f"{model._meta.label} {row.pk}", "no event tells of this row")
        elif row.audit_seal != canonical.row_digest(row):
            report.add(STATE, f"{model._meta.label} {row.pk}", "was changed past the record")


def _sealed_rows(model: type[models.Model]) -> Iterator[Any]:
    """Rows with the digest their last event left (``audit_seal``); read in one statement, as people go on working meanwhile."""
    last = _sealing(model).filter(object_id=Cast(models.OuterRef("pk"), models.CharField()))
    rows = _counted(model).annotate(audit_seal=models.Subquery(last.order_by("-id").values("after_sha256")[:1])).order_by("pk")
    part = list(rows[:SLICE])
    while part:
        yield from part
        part = list(rows.filter(pk__gt=part[-1].pk)[:SLICE])


def _counted(model: type[models.Model]) -> models.QuerySet:
    """Rows that must be on record: all, or those the model names by ``AUDITED_ROWS`` (a plan is nothing yet)."""
    return model._base_manager.filter(**getattr(model, "AUDITED_ROWS", {}))


def _sealing(model: type[models.Model]) -> models.QuerySet:
    return AuditEvent.objects.filter(object_type=model._meta.label).exclude(after_sha256="")


def _find_vanished(model: type[models.Model], report: Report) -> None:
    removed = _sealing(model).filter(after_sha256=REMOVED).values("object_id")
    known = _sealing(model).exclude(object_id__in=removed).order_by("object_id").values_list("object_id", flat=True).distinct()
    last = ""
    while part := list(known.filter(object_id__gt=last)[:SLICE]):
        present = {str(pk) for pk in _counted(model).filter(pk__in=part).values_list("pk", flat=True)}
        for object_id in part:
            if object_id not in present:
                report.add(STATE, f"{model._meta.label} {object_id}", "is on record but no longer in its table")
        last = part[-1]


# --- files --------------------------------------------------------------------------------------------------------------------------
def verify_files(report: Report, number: int) -> None:
    """Hash ``number`` stored files drawn at random again."""
    path_of = import_string(settings.AUDITED_FILES["path"])
    for sha256 in _drawn(apps.get_model(settings.AUDITED_FILES["model"]), number):
        report.files += 1
        path = Path(path_of(sha256))
        if not path.exists():
            report.add(FILE, sha256, "the file is missing")
        elif _file_sha256(path) != sha256:
            report.add(FILE, sha256, "the file was changed")


def _drawn(model: type[models.Model], number: int) -> Iterator[str]:
    """All of them when there are not more; else one by one at random ids, for sorting a million rows by chance takes too long."""
    hashes = model._base_manager.order_by("pk").values_list("sha256", flat=True)
    if model._base_manager.count() <= number:
        yield from hashes.iterator(chunk_size=SLICE)
        return
    ends = model._base_manager.aggregate(low=models.Min("pk"), high=models.Max("pk"))
    seen: set[str] = set()
    while len(seen) < number:
        sha256 = hashes.filter(pk__gte=random.randint(ends["low"], ends["high"]))[:1].get()
        if sha256 not in seen:
            seen.add(sha256)
            yield sha256


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
