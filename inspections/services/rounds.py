"""Rounds as phones tell of them: begun, finished, however often it is sent. Fields only ever fill up; the first value stays."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import Conflict
from grids import scope
from grids.models import Post
from inspections.models import FieldSettings, Patrol, PatrolSending, Visit
from inspections.services import held, weather
from inspections.words import PatrolKind, PatrolState

TRACKED = (PatrolKind.NIGHT, PatrolKind.EMERGENCY)
NIGHT_ENDS = dt.time(5)
MAX_TRACK = 3_000
"""Points of a track: one each ten seconds for more than eight hours."""


@dataclass(frozen=True)
class Told:
    """``created``: a round of the person's own accord; ``replay``: nothing new in it."""

    patrol: Patrol
    created: bool = False
    replay: bool = False


def tell(clean: dict, *, by) -> Told:
    """Take in what the phone says of a round: ``uuid``, ``started_at``, ``finished_at``, ``note``, ``track``, ``device_id``, ``seq``.

    A round we do not know is made; it then needs ``kind`` and ``grid``. Raises ``Conflict`` (``uuid_taken``) and ``ValidationError``.
    """
    if not Patrol.objects.filter(uuid=clean["uuid"]).exists():
        made = _make_once(clean, by=by)
        if made:
            return made
    with transaction.atomic():
        told = _fill(clean, by=by)
    return told


def _make_once(clean: dict, *, by) -> Told | None:
    try:
        with transaction.atomic():
            return Told(_make(clean, by=by), created=True)
    except IntegrityError:
        return None


def _make(clean: dict, *, by) -> Patrol:
    grid, kind = clean.get("grid"), clean.get("kind")
    if not grid or not kind:
        raise ValidationError({"grid" if not grid else "kind": _("计划外的巡查要写明网格和巡查类型。")}, code="required")
    insist_grid(grid, by=by)
    now = clock.now()
    starts = clean.get("started_at") or now
    day = clock.beijing(min(starts, now)).date()
    patrol = Patrol(
        uuid=clean["uuid"],
        number=number_of(clean["uuid"], day),
        district_id=grid.district_id,
        grid=grid,
        grid_path=grid.path,
        person=by,
        post_role=post_role(by, grid, day),
        kind=kind,
        weather=weather.at(grid.district_id, now),
        planned_on=day,
        is_planned=False,
        starts_at=min(starts, now),
        ends_at=end_of_round(kind, min(starts, now)),
        created_at=now,
    )
    _take(patrol, clean, now=now)
    patrol.save(force_insert=True)
    _note_sending(patrol, clean, now=now)
    Visit.objects.filter(patrol=None, patrol_key=patrol.uuid, person=by).update(patrol=patrol)
    for visit in Visit.objects.filter(patrol=patrol):
        record("visit.join", visit, by=by, district_id=visit.district_id, payload={"patrol": str(patrol.uuid)})
    held.resolve(uuid=patrol.uuid, by=by)
    record("patrol.begin", patrol, by=by, district_id=patrol.district_id)
    return patrol


def _fill(clean: dict, *, by) -> Told:
    patrol = Patrol.objects.select_for_update(of=("self",)).get(uuid=clean["uuid"])
    if patrol.person_id != by.pk:
        raise Conflict(_("这个编号已被使用，请重新开始巡查。"), code="uuid_taken")
    now = clock.now()
    before = (patrol.started_at, patrol.finished_at)
    changed = _take(patrol, clean, now=now)
    _note_sending(patrol, clean, now=now)
    held.resolve(uuid=patrol.uuid, by=by)
    if not changed:
        return Told(patrol, replay=True)
    patrol.save(update_fields=[*changed, "state"])
    act = "finish" if patrol.finished_at != before[1] else "begin" if patrol.started_at != before[0] else "note"
    record(f"patrol.{act}", patrol, by=by, district_id=patrol.district_id)
    return Told(patrol)


def _take(patrol: Patrol, clean: dict, *, now: dt.datetime) -> list[str]:
    """Fill what is empty; names of the columns that changed."""
    stated = {name: clean.get(name) for name in ("started_at", "finished_at", "note", "device_id")}
    stated["track"] = allowed_track(patrol, clean.get("track") or [])
    changed = [name for name, value in stated.items() if value and not getattr(patrol, name)]
    for name in changed:
        setattr(patrol, name, stated[name])
    if changed and not patrol.received_at:
        patrol.received_at = now
        changed.append("received_at")
    patrol.state = _state(patrol)
    return changed


def _state(patrol: Patrol) -> str:
    if patrol.state == PatrolState.HANDED_OVER:
        return patrol.state
    if patrol.finished_at:
        return PatrolState.FINISHED
    return PatrolState.STARTED if patrol.started_at else patrol.state


def allowed_track(patrol: Patrol, track: list) -> list:
    """Where the person went: only on a night or emergency round, and only while the district has switched it on; else thrown away (design 4)."""
    if not track or patrol.kind not in TRACKED or patrol.track_erased_at:
        return []
    return track[:MAX_TRACK] if settings_of(patrol.district_id).track else []


def _note_sending(patrol: Patrol, clean: dict, *, now: dt.datetime) -> None:
    if clean.get("device_id") and clean.get("seq") is not None:
        PatrolSending.objects.get_or_create(patrol=patrol, device_id=clean["device_id"], seq=clean["seq"], defaults={"received_at": now})


# --- small questions ----------------------------------------------------------------------------------------------------------------
def settings_of(district_id: int) -> FieldSettings:
    """What the district decided for the field; the defaults where it has not."""
    return FieldSettings.objects.filter(district_id=district_id).first() or FieldSettings(district_id=district_id)


def number_of(uuid, day: dt.date) -> str:
    """巡查编号: the day and the first ten digits of the uuid, so that nobody has to wait for a counter."""
    return f"XC{day:%Y%m%d}-{uuid.hex[:10].upper()}"


def insist_grid(grid, *, by) -> None:
    """Somebody who lost the post between going and sending: the round is kept, not refused."""
    rights = scope.rights(by)
    if grid.district_id not in rights.member_district_ids and not any(grid.path.startswith(path) for path in rights.paths):
        raise ValidationError({"grid": ValidationError(_("“%(grid)s”已不是您的网格，请联系攻坚办核对网格岗位。") % {"grid": grid}, code="no_right")})


def post_role(user, grid, day: dt.date) -> str:
    return Post.objects.current(day).filter(user=user, grid=grid).order_by("pk").values_list("role", flat=True).first() or ""


def end_of_round(kind: str, start: dt.datetime) -> dt.datetime:
    """Until when a round of one's own accord may last: the end of its day, a night round the next early morning."""
    day = clock.beijing(start).date()
    if kind != PatrolKind.NIGHT:
        return clock.end_of(day)
    morning = clock.at(day, NIGHT_ENDS)
    return morning if start < morning else clock.at(day + dt.timedelta(days=1), NIGHT_ENDS)
