"""Who is on duty for a station: turns by day and shift, a week at a time, with every change kept."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from airquality.models import DutyChange, DutyTurn, Station, StationPlan
from airquality.services.locks import hold_station
from airquality.watch.keeping import insist_at
from airquality.watch.words import Shift
from audit.services import record
from common import clock, language
from common.errors import Conflict
from grids import people
from grids.models import Handover, Membership

DAY = dt.timedelta(days=1)
WEEK = 7 * DAY
DAY_FROM, NIGHT_FROM = dt.time(8), dt.time(20)
Turn = tuple[int | None, int | None]
"""Keys of the person on duty and of the deputy."""


def shift_at(moment: dt.datetime) -> tuple[dt.date, str]:
    """Day and shift of a moment; before 08:00 the night of the day before still runs."""
    local = clock.beijing(moment)
    if local.time() < DAY_FROM:
        return local.date() - DAY, Shift.NIGHT
    return local.date(), Shift.DAY if local.time() < NIGHT_FROM else Shift.NIGHT


def on_duty(station: Station, moment: dt.datetime | None = None) -> list[tuple[User, User | None]]:
    """Who answers for the station now, with the deputy. Who has left the squad or is closed is passed over, and the deputy stands in."""
    return on_duty_at([station], moment)[station.pk]


def on_duty_at(stations: Iterable[Station], moment: dt.datetime | None = None) -> dict[int, list[tuple[User, User | None]]]:
    """The same for many, in as many questions."""
    day, shift = shift_at(moment or clock.now())
    found: dict[int, list] = {station.pk: [] for station in stations}
    squads = dict(StationPlan.objects.filter(station__in=found).values_list("station_id", "squad_id"))
    serving = _serving({pk for pk in squads.values() if pk})
    for turn in DutyTurn.objects.filter(station__in=found, day=day, shift=shift).select_related("person", "deputy"):
        crew = serving.get(squads.get(turn.station_id), set())
        there = [person for person in (turn.person, turn.deputy) if person is not None and person.pk in crew]
        if there:
            found[turn.station_id].append((there[0], there[1] if len(there) > 1 else None))
    return found


def _serving(squads: set[int]) -> dict[int | None, set[int]]:
    """Squad → keys of its people of today, stand-ins included."""
    terms = Membership.objects.current(clock.today()).filter(organisation__in=squads, user__is_active=True)
    stand_ins = Handover.objects.current(clock.today()).filter(
        membership__organisation__in=squads, membership__in=Membership.objects.current(clock.today())
    )
    rows = [*terms.values_list("organisation_id", "user_id"), *stand_ins.values_list("membership__organisation_id", "substitute_id")]
    found: dict[int | None, set[int]] = {}
    for squad, person in rows:
        found.setdefault(squad, set()).add(person)
    return found


def squad_of(station: Station) -> QuerySet[User]:
    """The squad's people of today."""
    plan = StationPlan.objects.filter(station=station).select_related("squad").first()
    return people.members_of(plan.squad) if plan and plan.squad else User.objects.none()


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def week_of(station: Station, monday: dt.date) -> dict[tuple[dt.date, str], DutyTurn]:
    rows = DutyTurn.objects.filter(station=station, day__gte=monday, day__lt=monday + WEEK).select_related("person", "deputy")
    return {(row.day, row.shift): row for row in rows}


def slots(monday: dt.date) -> list[tuple[dt.date, str]]:
    return [(monday + n * DAY, shift) for n in range(7) for shift in Shift.values]


# --- changing ---------------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_week(station: Station, turns: Mapping[tuple[dt.date, str], Turn], *, by, stood: Mapping[tuple[dt.date, str], Turn], reason: str = "") -> int:
    """Write a week's turns as they shall be; how many changed. ``stood``: what the person had open, else a ``Conflict``."""
    insist_at(by, station)
    hold_station(station.pk)
    standing = _standing(station, turns)
    if {key: standing.get(key, (None, None)) for key in turns} != {key: stood.get(key, (None, None)) for key in turns}:
        raise Conflict(_("排班刚被别人修改，请核对后再保存。"), code="stale")
    changes = {key: turn for key, turn in turns.items() if turn != standing.get(key, (None, None))}
    _check(station, changes)
    count = _write(station, changes, by=by, reason=reason)
    if count:
        record("station_duty.roster", station, by=by, district_id=station.district_id, payload={"count": count, "days": _days(changes)})
    return count


def _days(keys) -> list[str]:
    return sorted({str(day) for day, _shift in keys})


def _standing(station: Station, keys) -> dict[tuple[dt.date, str], Turn]:
    rows = DutyTurn.objects.filter(station=station, day__in={day for day, _shift in keys})
    return {(row.day, row.shift): (row.person_id, row.deputy_id) for row in rows}


def _check(station: Station, turns: Mapping[tuple[dt.date, str], Turn]) -> None:
    serving = {person.pk for person in squad_of(station)}
    for (day, shift), (person, deputy) in turns.items():
        where = {"day": f"{day:%m-%d}", "shift": Shift(shift).label}
        if deputy and not person:
            raise ValidationError(_("%(day)s%(shift)s：先选值班人，再选副班。") % where, code="deputy")
        if person and person == deputy:
            raise ValidationError(_("%(day)s%(shift)s：值班人和副班不能是同一人。") % where, code="same")
        if {person, deputy} - {None} - serving:
            raise ValidationError(_("%(day)s%(shift)s：只能安排本站点专班的在任人员。") % where, code="stranger")


def _write(station: Station, turns: Mapping[tuple[dt.date, str], Turn], *, by, reason: str) -> int:
    there = {(row.day, row.shift): row for row in DutyTurn.objects.filter(station=station, day__in={day for day, _shift in turns})}
    names = {person.pk: str(person) for person in User.objects.filter(pk__in={pk for turn in turns.values() for pk in turn if pk})}
    names |= {person.pk: str(person) for row in there.values() for person in (row.person, row.deputy) if person}
    history = []
    for (day, shift), (person, deputy) in turns.items():
        row = there.get((day, shift))
        before = (row.person_id, row.deputy_id) if row else (None, None)
        history.append(DutyChange(station=station, day=day, shift=shift, before=_named(before, names), after=_named((person, deputy), names),
                                  reason=reason.strip()[:200], by=by, at=clock.now()))  # fmt: skip
        if person is None:
            DutyTurn.objects.filter(station=station, day=day, shift=shift).delete()
        else:
            columns = {"person_id": person, "deputy_id": deputy}
            DutyTurn.objects.update_or_create(station=station, day=day, shift=shift, defaults=columns)
    DutyChange.objects.bulk_create(history)
    return len(history)


def _named(turn: Turn, names: Mapping[int, str]) -> str:
    with language.official():
        return _("、").join(names[pk] for pk in turn if pk)


@transaction.atomic
def copy_last_week(station: Station, monday: dt.date, *, by) -> int:
    """The turns of the week before into the empty places of this one; who has left the squad is not copied."""
    insist_at(by, station)
    hold_station(station.pk)
    standing, serving = week_of(station, monday), {person.pk for person in squad_of(station)}
    turns: dict[tuple[dt.date, str], Turn] = {}
    for (day, shift), row in week_of(station, monday - WEEK).items():
        kept = [pk for pk in (row.person_id, row.deputy_id) if pk in serving]
        if kept and (day + WEEK, shift) not in standing:
            turns[day + WEEK, shift] = (kept[0], kept[1] if len(kept) > 1 else None)
    if not turns:
        return 0
    count = _write(station, turns, by=by, reason="")
    record("station_duty.copy", station, by=by, district_id=station.district_id, payload={"count": count, "days": _days(turns)})
    return count


@transaction.atomic
def swap(station: Station, day: dt.date, shift: str, *, to: User, reason: str, by, seen: int) -> None:
    """Somebody else takes the turn. ``seen``: who stood there when the page was opened."""
    insist_at(by, station)
    if not reason.strip():
        raise ValidationError({"reason": _("请写明换班原因。")})
    hold_station(station.pk)
    row = DutyTurn.objects.filter(station=station, day=day, shift=shift).first()
    if row is not None and row.person_id == to.pk:
        return
    if row is None or row.person_id != seen:
        raise Conflict(_("这一班刚被别人调整，请核对后再换。"), code="stale")
    turn = (to.pk, None if row.deputy_id == to.pk else row.deputy_id)
    _check(station, {(day, shift): turn})
    _write(station, {(day, shift): turn}, by=by, reason=reason)
    record(
        "station_duty.swap",
        station,
        by=by,
        district_id=station.district_id,
        payload={"day": day, "shift": shift, "to": str(to), "reason": reason.strip()},
    )
