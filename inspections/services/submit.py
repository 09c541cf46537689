"""Taking in a report, from a form or from a program: one row however often it is sent (design 5, trust C2)."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from audit import canonical
from audit.services import record
from common import clock
from common.errors import Conflict
from grids import scope
from grids.roles import Role
from inspections import search
from inspections.models import ChecklistItem, Finding, FindingEvent, FindingPhoto, Visit
from inspections.services import held, photos, places, voices
from inspections.words import FROM_ABOVE, Flag, Kind, Source

LATE_AFTER = dt.timedelta(hours=24)
AHEAD_BY = dt.timedelta(minutes=5)
CONTENT = (
    "device_id", "seq", "captured_at", "saved_at", "grid", "field", "problem_type", "severity", "text", "address", "lon", "lat", "accuracy", "source",
    "photos", "superior_number", "superior_due_at", "is_sealed", "site", "visit", "checklist", "outcome", "voices",
)  # fmt: skip


@dataclass(frozen=True)
class Submission:
    finding: Finding
    replay: bool


def submit(clean: dict, *, by) -> Submission:
    """Store a report under the ``uuid`` its device gave it.

    ``by=None`` is the system. ``clean`` holds ``uuid``, ``problem_type`` and what ``CONTENT`` lists, with model instances for grid, field and
    type. The same content again gives the stored row with ``replay``. Raises ``Conflict`` (``payload_conflict`` for other content under one's
    own uuid, ``uuid_taken`` for another person's, which tells nothing) and ``ValidationError``.
    """
    digest = content_digest(clean)
    if Finding.objects.filter(uuid=clean["uuid"]).exists():
        return Submission(_stored(clean["uuid"], digest=digest, by=by), replay=True)
    try:
        with transaction.atomic():
            return Submission(_insert(clean, digest=digest, by=by), replay=False)
    except IntegrityError:
        return Submission(_stored(clean["uuid"], digest=digest, by=by), replay=True)


def content_digest(clean: dict) -> str:
    """sha256 over what the person reported, not over when or how often it was sent."""
    content = {key: _plain(clean.get(key)) for key in CONTENT if clean.get(key) not in (None, "", [], {})}
    return hashlib.sha256(canonical.dumps(content).encode()).hexdigest()


def _plain(value):
    if hasattr(value, "pk"):
        return value.pk
    if isinstance(value, float):
        return f"{value:.7f}"
    if isinstance(value, list):
        return [{"sha256": each["sha256"], "size": each["size"]} for each in value]
    return value


def _stored(uuid, *, digest: str, by) -> Finding:
    finding = Finding.objects.filter(uuid=uuid).first()
    if finding is None:
        raise Conflict(_("请再提交一次。"), code="try_again")
    if finding.reporter_id != (by.pk if by else None):
        raise Conflict(_("这个编号已被使用，请重新填报。"), code="uuid_taken")
    if finding.payload_sha256 != digest:
        raise Conflict(_("同一条上报的内容前后不一致，请核对后另行上报。"), code="payload_conflict", finding=finding)
    return finding


def _insert(clean: dict, *, digest: str, by) -> Finding:
    now = clock.now()
    finding = _build(clean, digest=digest, by=by, now=now)
    finding.step_due_at = import_string(settings.FINDING_REGISTER_DUE)(finding)
    finding.save(force_insert=True)
    photos = [
        FindingPhoto(finding=finding, sha256=each["sha256"], size=each["size"], position=n, announced_at=now)
        for n, each in enumerate(clean.get("photos") or [])
    ]
    FindingPhoto.objects.bulk_create(photos)
    voices.announce(finding, clean.get("voices") or [], at=now)
    FindingEvent.objects.create(finding=finding, action="submit", to_state=finding.state, by=by, by_name=str(by or ""), at=now)
    record("finding.submit", finding, by=by, district_id=finding.district_id)
    return import_string(settings.FINDING_SUBMITTED)(finding)


def _build(clean: dict, *, digest: str, by, now: dt.datetime) -> Finding:
    problem_type = clean["problem_type"]
    site = clean.get("site")
    named = clean.get("grid") or (site.grid if site and clean.get("lon") is None else None)
    grid, flags = places.place(district_id=problem_type.district_id, grid=named, lon=clean.get("lon"), lat=clean.get("lat"))
    source = clean.get("source") or default_source(by)
    check_source(source, by=by, district_id=problem_type.district_id)
    finding = Finding(
        uuid=clean["uuid"],
        district_id=problem_type.district_id,
        grid=grid,
        grid_path=grid.path if grid else "",
        field=clean.get("field") or problem_type.field,
        problem_type=problem_type,
        source=source,
        kind=Kind(problem_type.kind),
        severity=clean.get("severity") or problem_type.severity,
        risk=problem_type.risk,
        reporter=by,
        payload_sha256=digest,
        captured_at=clean.get("captured_at") or now,
        saved_at=clean.get("saved_at") or now,
        received_at=now,
        is_sealed=source == Source.COVERT_VISIT,
        site=site,
        visit=visit_named(clean.get("visit"), by=by),
        visit_key=clean.get("visit"),
        checklist=clean.get("checklist") or {},
        **{key: clean.get(key) or "" for key in ("text", "address", "device_id", "superior_number", "outcome")},
        **{key: clean.get(key) for key in ("lon", "lat", "accuracy", "seq")},
        superior_due_at=clean.get("superior_due_at") if source in FROM_ABOVE else None,
    )
    finding.text = finding.text or words_of_items(finding)
    finding.flags = [{"code": flag} for flag in [*flags, *_flags_of_time(finding)]]
    finding.search_text = search.text_of(finding)
    return finding


def words_of_items(finding) -> str:
    """The words of the failed items, where the person has written none."""
    stated = finding.checklist
    if not stated:
        return ""
    items = ChecklistItem.objects.filter(checklist__district=finding.district_id, checklist__code=stated["code"], code__in=stated["items"])
    version = {"checklist__version": stated["version"]} if stated.get("version") else {}
    texts = dict.fromkeys(items.filter(**version).values_list("text", flat=True))
    return _("；").join(_("%(item)s不合格") % {"item": text} for text in texts)


def visit_named(uuid, *, by) -> Visit | None:
    """The person's own visit on which something was found; None while it has not arrived (``visit_key`` waits for it)."""
    return Visit.objects.filter(uuid=uuid, person=by).first() if uuid else None


def _flags_of_time(finding) -> list[Flag]:
    flags = []
    if finding.received_at - finding.captured_at > LATE_AFTER:
        flags.append(Flag.LATE_ARRIVAL)
    if finding.captured_at - finding.received_at > AHEAD_BY:
        flags.append(Flag.CLOCK_AHEAD)
    return flags


def default_source(by) -> Source:
    """What a report is when its sender does not say: by the seat the person holds."""
    rights = scope.rights(by)
    if rights.has(Role.SUPERVISION):
        return Source.DISTRICT_SUPERVISION
    if rights.has(Role.COMMANDER, Role.DEPUTY_COMMANDER, Role.HQ_STAFF):
        return Source.HEADQUARTERS
    if rights.has(Role.DEPT_MANAGER, Role.DEPT_HANDLER):
        return Source.DEPARTMENT
    return Source.GRID_PATROL


def sources_for(by) -> list[Source]:
    """Sources a person may give. Only the office enters what came from elsewhere; only 督查局 makes a covert visit."""
    rights = scope.rights(by)
    if rights.has(Role.OFFICE_DIRECTOR, Role.OFFICE_STAFF):
        return [source for source in Source if source != Source.COVERT_VISIT]
    if rights.has(Role.SUPERVISION):
        return [Source.DISTRICT_SUPERVISION, Source.COVERT_VISIT]
    return list(dict.fromkeys([default_source(by), Source.SELF_CHECK]))


def check_source(source, *, by, district_id: int) -> None:
    if by is None:
        return  # an instrument's alarm, confirmed on the spot
    if district_id not in scope.rights(by).district_ids:
        raise ValidationError(_("您在这个区县没有岗位，不能上报。请联系攻坚办核对网格岗位。"), code="no_right")
    if source not in sources_for(by):
        raise ValidationError({"source": _("您不能以“%(source)s”的名义上报，请另选来源。") % {"source": Source(source).label}}, code="source")


def take_in(clean: dict, *, by, shown=()) -> Submission:
    """``submit``, then what an earlier attempt has left: photos already sent are linked, a submission kept for repair is done with."""
    submission = submit(clean, by=by)
    shown = {*shown, *held.resolve(uuid=clean["uuid"], by=by)}
    if clean.get("photos") and (shown or not submission.replay):
        photos.link_sent(submission.finding, by=by, shown=shown)
    if clean.get("voices") and not submission.replay:
        voices.link_sent(submission.finding, by=by)
    return submission


@transaction.atomic
def carry_in(clean: dict, *, kind: Kind, received_at: dt.datetime, by) -> Finding:
    """A row of an old ledger: dated as it was, silent (no clock is started, nobody is told). The caller brings it to its state."""
    finding = _build(clean, digest=content_digest(clean), by=by, now=received_at)
    finding.kind = kind
    finding.save(force_insert=True)
    FindingEvent.objects.create(finding=finding, action="import", to_state=finding.state, by=by, by_name=str(by), at=received_at)
    record("finding.import", finding, by=by, district_id=finding.district_id)
    return finding


def photos_missing(finding) -> list[str]:
    """sha256 of announced photos whose bytes have not arrived."""
    return list(finding.photos.filter(photo=None).values_list("sha256", flat=True))
