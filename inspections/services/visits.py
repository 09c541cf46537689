"""Visits as phones tell of them: one row however often it is sent, planned or of one's own accord (design 5, domain 2.5)."""

import hashlib
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit import canonical
from audit.services import record
from common import clock
from common.errors import Conflict
from inspections import access
from inspections.models import Checklist, Finding, Patrol, Visit
from inspections.services import checklists, held, visit_flags, visit_photos
from inspections.words import PatrolState, VisitState
from registers.models import Site

CONTENT = (
    "device_id",
    "seq",
    "patrol",
    "site",
    "arrived_at",
    "saved_at",
    "lon",
    "lat",
    "accuracy",
    "conclusion",
    "one_tap",
    "checklist",
    "text",
    "photos",
)
TAKEN = ("device_id", "seq", "arrived_at", "saved_at", "lon", "lat", "accuracy", "text")


@dataclass(frozen=True)
class Told:
    visit: Visit
    replay: bool


def tell(clean: dict, *, by) -> Told:
    """Store a visit under its ``uuid``: a planned one is done, another is made. ``clean`` holds what ``CONTENT`` lists; ``site`` and ``patrol`` are uuids,
    ``checklist`` is ``{"code", "version", "addons", "answers"}``.

    The same content again gives the stored row with ``replay``. Raises ``Conflict`` (``payload_conflict``, ``uuid_taken``) and ``ValidationError``.
    """
    digest = content_digest(clean)
    planned = Visit.objects.select_related("site__kind", "patrol").filter(uuid=clean["uuid"]).first()
    if planned and (planned.person_id != by.pk or planned.received_at):
        return Told(_stored(planned, digest=digest, by=by), replay=True)
    visit = _done(planned or Visit(uuid=clean["uuid"], is_planned=False), clean, digest=digest, by=by)
    try:
        with transaction.atomic():
            return Told(_store(visit, clean, by=by), replay=False)
    except (IntegrityError, LostRace):
        return Told(_stored(Visit.objects.get(uuid=clean["uuid"]), digest=digest, by=by), replay=True)


class LostRace(Exception):
    """The same visit was stored by another request in the meantime."""


def content_digest(clean: dict) -> str:
    """sha256 over what the person says, not over when or how often it was sent."""
    content = {key: _plain(clean.get(key)) for key in CONTENT if clean.get(key) not in (None, "", [], {}, False)}
    return hashlib.sha256(canonical.dumps(content).encode()).hexdigest()


def _plain(value):
    if isinstance(value, float):
        return f"{value:.7f}"
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _stored(visit: Visit, *, digest: str, by) -> Visit:
    if visit.person_id != by.pk:
        raise Conflict(_("这个编号已被使用，请重新记录。"), code="uuid_taken")
    if visit.payload_sha256 != digest:
        raise Conflict(_("同一次巡查记录的内容前后不一致，请核对后另行记录。"), code="payload_conflict", visit=visit)
    held.resolve(uuid=visit.uuid, by=by)
    return visit


# --- what the row will say ------------------------------------------------------------------------------------------------------------
def _done(visit: Visit, clean: dict, *, digest: str, by) -> Visit:
    now = clock.now()
    site = _site(visit, clean, by=by)
    visit.site, visit.person = site, by
    visit.district_id, visit.grid_id, visit.grid_path = site.district_id, site.grid_id, site.grid_path
    visit.state, visit.received_at, visit.payload_sha256 = VisitState.DONE, now, digest
    visit.conclusion, visit.one_tap = clean["conclusion"], bool(clean.get("one_tap"))
    for name in TAKEN:
        setattr(visit, name, clean.get(name) or "" if name in ("device_id", "text") else clean.get(name))
    visit.arrived_at = visit.arrived_at or visit.saved_at or now
    _join(visit, clean.get("patrol"), by=by)
    _judge(visit, clean.get("checklist") or {})
    visit.distance = visit_flags.distance(visit)
    visit.flags = visit_flags.flags(visit, now=now)
    return visit


def _site(visit: Visit, clean: dict, *, by) -> Site:
    """The object, if it is still one of theirs. Who has lost the post since is told that the visit is kept (trust C2)."""
    if visit.pk and visit.site.uuid != clean["site"]:
        raise ValidationError({"site": _("这条计划巡查的是“%(site)s”，与上报的对象不一致。") % {"site": visit.site}}, code="site")
    site = Site.objects.visible_to(by).select_related("kind").filter(uuid=clean["site"]).first()
    if site and access.may_report(by):
        return site
    if site or Site.objects.filter(uuid=clean["site"]).exists():
        raise ValidationError({"site": ValidationError(_("这个对象已不在您的网格内，记录已保留，请联系攻坚办核对网格岗位。"), code="no_right")})
    raise ValidationError({"site": _("没有这个监管对象，请刷新对象列表。")}, code="unknown")


def _join(visit: Visit, key, *, by) -> None:
    """The round it belongs to; one we do not know yet is waited for."""
    if visit.patrol_id or not key:
        return
    visit.patrol_key = key
    visit.patrol = Patrol.objects.filter(uuid=key, person=by).first()


def _judge(visit: Visit, stated: dict) -> None:
    """Answers by the versions they were given to, and what they come to."""
    visit.checklist = visit.score = None
    visit.addons, visit.answers, visit.grade, visit.is_failed = [], {}, "", False
    if not stated:
        return
    main, addons = _versions(visit, stated)
    visit.checklist, visit.addons = main, [{"code": each.code, "version": each.version} for each in addons]
    visit.answers = _clean_answers(stated["answers"], [item for each in (main, *addons) for item in each.items.all()])
    whole = _result(visit, main, addons)
    visit.score, visit.grade, visit.is_failed = whole.score, whole.grade, whole.is_failed


def _result(visit: Visit, main: Checklist, addons: list[Checklist]) -> checklists.Result:
    """Score and grade of the main list; a serious item that fails in an add-on fails the whole as well."""
    attributes = visit.site.attributes
    found = checklists.result(main.scoring, main.items.all(), visit.answers, attributes)
    others = [checklists.result(each.scoring, each.items.all(), visit.answers, attributes) for each in addons]
    failed = [*found.failed, *(code for each in others for code in each.failed)]
    serious = [*found.serious, *(code for each in others for code in each.serious)]
    return checklists.Result(found.score, found.grade, found.applicable + sum(each.applicable for each in others), failed, serious)


def _versions(visit: Visit, stated: dict) -> tuple[Checklist, list[Checklist]]:
    wanted = [(stated["code"], stated["version"]), *((each["code"], each["version"]) for each in stated.get("addons") or [])]
    rows = Checklist.objects.filter(district_id=visit.district_id, code__in=[code for code, _version in wanted])
    found = {(each.code, each.version): each for each in rows.prefetch_related("items__problem_type")}
    missing = [f"{code} v{version}" for code, version in wanted if (code, version) not in found]
    if missing:
        raise ValidationError({"checklist": _("没有检查清单 %(names)s。") % {"names": _("、").join(missing)}}, code="unknown")
    main, *addons = [found[key] for key in dict.fromkeys(wanted)]
    return main, addons


def _clean_answers(answers: dict, items: list) -> dict:
    by_code = {item.code: item for item in items}
    unknown = [code for code in answers if code not in by_code]
    if unknown:
        raise ValidationError({"checklist": _("检查清单里没有这些项：%(names)s。") % {"names": _("、").join(sorted(unknown))[:200]}}, code="unknown")
    try:
        return {code: checklists.clean_answer(by_code[code], answer) for code, answer in answers.items()}
    except ValidationError as refused:
        raise ValidationError({"checklist": refused.messages}, code="answer") from None


def items_of(visit: Visit) -> list:
    """Items of the lists a done visit was answered by, main list first."""
    if visit.checklist_id is None:
        return []
    main, addons = _versions(visit, {"code": visit.checklist.code, "version": visit.checklist.version, "addons": visit.addons})
    return [item for each in (main, *addons) for item in each.items.all()]


def failed_items(visit: Visit) -> list:
    attributes = visit.site.attributes
    return [item for item in items_of(visit) if checklists.verdict(item, visit.answers.get(item.code), attributes) == checklists.FAIL]


def proposals(visit: Visit) -> list[dict]:
    """What the failed items of a visit propose to report."""
    failed = failed_items(visit)
    return checklists.proposals(failed, [item.code for item in failed], visit.answers)


# --- storing --------------------------------------------------------------------------------------------------------------------------
def _store(visit: Visit, clean: dict, *, by) -> Visit:
    if visit.patrol_id:  # the round first, then its visit: handing over takes them in this order
        Patrol.objects.select_for_update(of=("self",), no_key=True).get(pk=visit.patrol_id)
    if visit.pk:
        _update_planned(visit)
    else:
        visit.save(force_insert=True)
    visit_photos.announce(visit, clean.get("photos") or [], at=visit.received_at)
    shown = held.resolve(uuid=visit.uuid, by=by)
    bound = list(Finding.objects.filter(visit=None, visit_key=visit.uuid, reporter=by).select_for_update(of=("self",)).order_by("pk"))
    for finding in bound:
        finding.visit = visit
        finding.save(update_fields=["visit"])
        record("finding.visit", finding, by=by, district_id=finding.district_id, payload={"visit": str(visit.uuid)})
    _wake_round(visit)
    visit_photos.link_sent(visit, by=by, shown=shown)
    visit.refresh_from_db(fields=["flags"])
    record("visit.done", visit, by=by, district_id=visit.district_id)
    return visit


def _update_planned(visit: Visit) -> None:
    """Compare-and-set: of two equal sendings one does the planned row."""
    names = [
        field.attname for field in Visit._meta.concrete_fields if field.name not in ("id", "uuid", "position", "is_planned", "due_from", "due_to")
    ]
    values = {name: getattr(visit, name) for name in names}
    if not Visit.objects.filter(pk=visit.pk, received_at=None).update(**values):
        raise LostRace


def _wake_round(visit: Visit) -> None:
    """A visit that arrives before its round's own beginning has begun it: a round with a visit is not missed."""
    if visit.patrol_id is None:
        return
    waiting = Patrol.objects.filter(pk=visit.patrol_id, started_at=None, state__in=(PatrolState.PLANNED, PatrolState.MISSED))
    if waiting.update(started_at=visit.arrived_at, received_at=visit.received_at, state=PatrolState.STARTED):
        record("patrol.begin", Patrol.objects.get(pk=visit.patrol_id), by=visit.person, district_id=visit.district_id)
