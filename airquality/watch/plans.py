"""A station's policy: squad and patrols, papers, standing measures, sources of its own, who was near."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from airquality.models import NearVisit, OwnSource, PlanPaper, StandingMeasure, Station, StationPlan
from airquality.services.locks import hold_station
from airquality.watch import buffer, rings
from airquality.watch.keeping import insist_at, insist_office
from audit.services import record
from common import clock
from common.errors import Conflict
from evidence.services import store_file
from grids.geometry import distance_m
from grids.roles import OrganisationKind

Kept = TypeVar("Kept", StandingMeasure, OwnSource)
PLAN_COLUMNS = ("squad", "surroundings", "core_hours", "key_per_day", "extended_per_day")


def plan_of(station: Station) -> StationPlan:
    """As it stands, or a fresh one that is not kept yet."""
    return StationPlan.objects.filter(station=station).select_related("squad").first() or StationPlan(
        station=station, district_id=station.district_id
    )


@transaction.atomic
def save_plan(plan: StationPlan, *, by, seen: int) -> StationPlan:
    """``seen``: the version the person had open; 0 of one that is not kept yet."""
    station = plan.station
    insist_office(by, station.district_id)
    hold_station(station.pk)
    before = StationPlan.objects.filter(station=station).first()
    if before is not None and before.version != seen:
        raise Conflict(_("内容刚被别人修改，请核对后再保存。"), code="stale", version=before.version)
    if plan.squad and (plan.squad.kind != OrganisationKind.SQUAD or plan.squad.district_id != station.district_id):
        raise ValidationError({"squad": _("请选择本区县的专班。")})
    plan.pk, plan.version = (before.pk, before.version + 1) if before else (None, 1)
    plan.full_clean()
    plan.save()
    changes = {name: [str(getattr(before, name, "") or ""), str(getattr(plan, name) or "")] for name in PLAN_COLUMNS}
    changed = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    record("station_plan.edit", station, by=by, district_id=station.district_id, payload=changed)
    return plan


@transaction.atomic
def add_paper(station: Station, upload, *, title: str, by) -> PlanPaper:
    """The next version of the policy document. The same file again is kept once."""
    insist_office(by, station.district_id)
    hold_station(station.pk)
    file = store_file(upload, name=upload.name, size=upload.size, by=by)
    newest = PlanPaper.objects.filter(station=station).select_related("file").first()
    if newest and newest.file.sha256 == file.sha256:
        return newest
    number = newest.number + 1 if newest else 1
    paper = PlanPaper.objects.create(station=station, number=number, title=(title.strip() or upload.name)[:100], file=file, by=by, at=clock.now())
    record(
        "station_plan.paper", station, by=by, district_id=station.district_id, payload={"number": number, "title": paper.title, "sha256": file.sha256}
    )
    return paper


# --- measures, sources ------------------------------------------------------------------------------------------------------------------
def save_measure(measure: StandingMeasure, *, by, seen: int = 1) -> StandingMeasure:
    """New or changed; whatever would touch the sampling is refused, whoever asks."""
    buffer.check(zone=measure.zone, kind=measure.kind, text=measure.text)
    if measure.organisation and measure.organisation.district_id != measure.station.district_id:
        raise ValidationError({"organisation": _("请选择本区县的单位。")})
    return _save(measure, "standing_measure", by=by, seen=seen)


def save_source(source: OwnSource, *, by, seen: int = 1) -> OwnSource:
    station = source.station
    if distance_m(station.lon, station.lat, source.lon, source.lat) > rings.FARTHEST:
        raise ValidationError({"lon": _("位置距站点超过 3 公里，不在三个圈层之内，请核对坐标。")})
    return _save(source, "own_source", by=by, seen=seen)


@transaction.atomic
def _save(row: Kept, word: str, *, by, seen: int) -> Kept:
    insist_office(by, row.station.district_id)
    hold_station(row.station_id)
    before = _as_seen(row, seen)
    row.version = before.version + 1 if before else 1
    row.full_clean()
    if before is None and (same := _same(row)):
        return same
    row.save()
    record(f"{word}.{'edit' if before else 'new'}", row, by=by, district_id=row.station.district_id, payload=_changes(before, row))
    return row


def _changes(before: Kept | None, row: Kept) -> dict[str, list]:
    """Column → what stood there and what stands now, of those that differ."""
    names = [field.attname for field in row._meta.concrete_fields if field.name not in ("id", "station", "dropped_at", "version")]
    pairs = {name: [getattr(before, name, None), getattr(row, name)] for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _as_seen(row: Kept, seen: int) -> Kept | None:
    if row.pk is None:
        return None
    before = type(row).objects.get(pk=row.pk)
    if before.version != seen or before.dropped_at:
        raise Conflict(_("内容刚被别人修改，请核对后再保存。"), code="stale", version=before.version)
    return before


def _same(row: Kept) -> Kept | None:
    """What is sent twice is kept once."""
    names = [field.attname for field in row._meta.concrete_fields if field.name not in ("id", "version")]
    return type(row).objects.filter(**{name: getattr(row, name) for name in names}).first()


@transaction.atomic
def drop(row: models.Model, *, by) -> None:
    """Taken off the list, kept in the table."""
    station = row.station  # type: ignore[attr-defined]
    insist_office(by, station.district_id)
    word = "standing_measure" if isinstance(row, StandingMeasure) else "own_source"
    if type(row)._default_manager.filter(pk=row.pk, dropped_at=None).update(dropped_at=clock.now()):
        record(f"{word}.drop", row, by=by, district_id=station.district_id, payload={"text": str(row)})


# --- who was near -----------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def log_visit(visit: NearVisit, *, by) -> NearVisit:
    """Written by the squad or the office, and never changed. The same visit sent twice is one."""
    station = visit.station
    insist_at(by, station)
    if visit.arrived_at > clock.now():
        raise ValidationError({"arrived_at": _("到达时间在将来，请核对。")})
    if visit.left_at and not visit.arrived_at <= visit.left_at <= clock.now():
        raise ValidationError({"left_at": _("离开时间应在到达时间之后、现在之前。")})
    if visit.in_buffer and not visit.text.strip():
        raise ValidationError({"text": _("进入禁止干预区的，请写明做了什么。")})
    hold_station(station.pk)
    same = NearVisit.objects.filter(station=station, person=visit.person, arrived_at=visit.arrived_at, purpose=visit.purpose).first()
    if same:
        return same
    visit.by, visit.at = by, clock.now()
    visit.full_clean(exclude=["by"])
    visit.save()
    record(
        "near_visit.log",
        visit,
        by=by,
        district_id=station.district_id,
        payload={"station": station.code, "person": visit.person, "purpose": visit.purpose},
    )
    return visit
