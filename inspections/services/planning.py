"""The plan of the day: which objects are due in which grid by the rules, given to the people on post there (domain 2.4).

A level-triggered scan: what is planned or visited already in its period is not planned again, so it may run twice, at once, and late.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from audit.services import record, record_many
from common import clock
from common.apart import Apart
from grids.models import Grid, Handover, Membership, Post
from grids.roles import PostRole, Role
from inspections.models import Patrol, PatrolRule, Visit
from inspections.services import rounds, turns, weather
from inspections.words import PatrolKind, PatrolState, Per, VisitState, Weather
from registers.models import Site
from worktime import services as worktime

MORNING = dt.time(5, 30)
NIGHT = (dt.time(22), dt.time(5))
WALKING = (PostRole.PATROLLER, PostRole.MEMBER)
IN_CHARGE = (PostRole.CHIEF, PostRole.DEPUTY_CHIEF)
KINDS = (PatrolKind.NIGHT, PatrolKind.EMERGENCY, PatrolKind.DAILY)
"""Rounds under a warning are planned before ordinary ones: a visit of theirs counts for both."""
A_DAY = (Per.DAY, Per.WORKDAY)
"""Rules that may ask for the same object several times on one day."""
OPEN = (PatrolState.PLANNED, PatrolState.STARTED)


@dataclass
class Day:
    """What planning of one district and day goes by, read once."""

    district: Grid
    day: dt.date
    weather: str
    grids: list[Grid]
    rules: list[PatrolRule]
    sites: dict[str, list[Site]]
    """Path of a grid → objects at or below it."""
    visits: dict[tuple[int, bool], list[tuple[dt.date, int]]] = field(default_factory=dict)
    """(object, by night) → (day, grid) of each visit done or still to come."""
    loads: Counter = field(default_factory=Counter)
    acts: list[tuple[Patrol, dict]] = field(default_factory=list)
    """What goes on record in the end: the chain stays locked from the first record on."""


@dataclass
class Need:
    """Objects due in one grid and kind of round, with the window of the rule that asks first."""

    sites: dict[int, Site] = field(default_factory=dict)
    windows: dict[int, tuple[dt.datetime, dt.datetime]] = field(default_factory=dict)
    times: Counter = field(default_factory=Counter)


def plan_today() -> int:
    """What Celery runs: from half past five on, every district's rounds of today; how many visits were added."""
    close_past()
    if clock.beijing(clock.now()).time() < MORNING:
        return 0
    return plan(clock.today())


def plan(day: dt.date) -> int:
    """Every district's rounds of a day."""
    with Apart("inspections.plan_rounds") as each:
        return sum(each(Grid.objects.districts().order_by("pk"), lambda district: plan_district(district, day)))


@transaction.atomic
def plan_district(district: Grid, day: dt.date) -> int:
    """How many visits were added. The district's row is held: of two at once the second finds nothing left to plan.

    Held without its key: reports that only name the district are not kept waiting.
    """
    district = Grid.objects.select_for_update(of=("self",), no_key=True).get(pk=district.pk)
    found = _read(district, day)
    added = 0
    for kind in KINDS:
        for grid in found.grids:
            need = _need(found, grid, kind)
            if need.sites:
                added += _give(found, grid, kind, need)
    if found.acts:
        record_many("patrol.plan", _as_they_are(found.acts), by=None, district_id=district.pk)
    return added


def _as_they_are(acts: list[tuple[Patrol, dict]]) -> list[tuple[Patrol, dict]]:
    """The rounds as they are now, held until commit: a phone may have begun one since it was read."""
    now = Patrol.objects.select_for_update(of=("self",)).order_by("pk").in_bulk([patrol.pk for patrol, _payload in acts])
    return [(now[patrol.pk], payload) for patrol, payload in acts]


# --- reading ----------------------------------------------------------------------------------------------------------------------------
def _read(district: Grid, day: dt.date) -> Day:
    state = weather.of_day(district.pk, day)
    rules = PatrolRule.objects.filter(district=district, is_active=True, weather__in={Weather.ORDINARY, state}).select_related("kind")
    levels = {rule.level for rule in rules}
    grids = Grid.objects.active(day).filter(district=district, level__in=levels).select_related("organisation").order_by("path")
    sites = Site.objects.active().filter(district=district, kind__is_active=True).order_by("pk") if rules else Site.objects.none()
    found = Day(district, day, state, list(grids), list(rules), by_path(sites))
    _read_visits(found)
    return found


def by_path(sites: Iterable[Site]) -> dict[str, list[Site]]:
    """Each object below every grid on its way up: ``/1/12/`` lies below ``/1/`` and ``/1/12/``."""
    found: dict[str, list[Site]] = {}
    for site in sites:
        path = ""
        for key in site.grid_path.split("/")[:-1]:
            path += f"{key}/"
            found.setdefault(path, []).append(site)
    return found


def _read_visits(found: Day) -> None:
    """Visits of the month (and of the week it began in) that are done, or still can be."""
    first = min(found.day.replace(day=1), found.day - dt.timedelta(days=6))
    last = found.day + dt.timedelta(days=31)
    now = min(clock.now(), clock.at(found.day, MORNING)) if found.day < clock.today() else clock.now()
    counted = Q(state=VisitState.DONE) | Q(state=VisitState.PLANNED, due_to__gte=now)
    rows = Visit.objects.filter(counted, district=found.district).filter(
        Q(due_from__range=(clock.at(first), clock.at(last))) | Q(due_from=None, arrived_at__range=(clock.at(first), clock.at(last)))
    )
    for site, due, came, kind, grid, own_grid, person, planned_on in rows.values_list(
        "site", "due_from", "arrived_at", "patrol__kind", "patrol__grid", "grid", "person", "patrol__planned_on"
    ):
        moment = clock.beijing(due or came).date()
        found.visits.setdefault((site, kind == PatrolKind.NIGHT), []).append((moment, grid or own_grid))
        if planned_on == found.day:
            found.loads[person] += 1


# --- what is due ------------------------------------------------------------------------------------------------------------------------
def kind_of(rule: PatrolRule) -> str:
    if rule.is_night:
        return PatrolKind.NIGHT
    return PatrolKind.DAILY if rule.weather == Weather.ORDINARY else PatrolKind.EMERGENCY


def window_of(rule: PatrolRule, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """When a visit by this rule may happen; a night window goes over midnight."""
    begin, end = rule.window_from, rule.window_to
    if rule.is_night:
        begin, end = begin or NIGHT[0], end or NIGHT[1]
    if begin is None and end is None:
        return clock.at(day), clock.end_of(day)
    start, stop = clock.at(day, begin or dt.time.min), clock.at(day, end or clock.LAST_SECOND)
    return start, stop if stop > start else stop + dt.timedelta(days=1)


def _need(found: Day, grid: Grid, kind: str) -> Need:
    need = Need()
    for rule in found.rules:
        if rule.level == grid.level and kind_of(rule) == kind:
            for site, times in due_by(rule, found, grid):
                need.sites[site.pk] = site
                need.windows.setdefault(site.pk, window_of(rule, found.day))
                need.times[site.pk] = max(need.times[site.pk], times)
    return need


def due_by(rule: PatrolRule, found: Day, grid: Grid) -> Iterable[tuple[Site, int]]:
    """Objects of the grid whose turn has come by this rule, each with how often it is still to be visited."""
    days = turns.days_of(rule.per, found.day, worktime.is_workday)
    if found.day not in days:
        return
    first, last = turns.period_of(rule.per, found.day)
    own = [site for site in found.sites.get(grid.path, ()) if _is_meant(rule, site)]
    own = [site for site in own if turns.drawn(f"{rule.pk}:{first}:{site.pk}", rule.share)]
    own.sort(key=lambda site: turns.lot(f"{rule.pk}:{site.pk}"))
    for rank, site in enumerate(own):
        wanted = turns.turns_until(found.day, days, times=rule.times, rank=rank, of=len(own))
        there = sum(first <= day <= last and where == grid.pk for day, where in found.visits.get((site.pk, rule.is_night), ()))
        if wanted > there:
            yield site, wanted - there if rule.per in A_DAY else 1


def _is_meant(rule: PatrolRule, site: Site) -> bool:
    return (rule.kind_id is None or rule.kind_id == site.kind_id) and rule.risk in ("", site.risk)


# --- giving it to people ----------------------------------------------------------------------------------------------------------------
def people_of(grid: Grid, day: dt.date) -> list[User]:
    """Who walks there that day: patrollers and members, else the chiefs, else the grid's organisation; a stand-in instead of the absent."""
    posts = Post.objects.current(day).filter(grid=grid)
    for roles in (WALKING, IN_CHARGE):
        if found := _standing(posts.filter(role__in=roles), Handover.objects.current(day), "post_id"):
            return found
    if grid.organisation_id is None and not grid.is_district:
        return []
    here = Q(organisation=grid.organisation_id, role=Role.TOWN_HANDLER) if not grid.is_district else _office(grid)
    return _standing(Membership.objects.current(day).filter(here), Handover.objects.current(day), "membership_id")


def _office(district: Grid) -> Q:
    return Q(organisation__district=district, role=Role.OFFICE_STAFF)


def _standing(terms, handovers, name: str) -> list[User]:
    instead = dict(handovers.filter(**{f"{name}__in": terms.values("pk")}).values_list(name, "substitute_id"))
    keys = {instead.get(pk, user) for pk, user in terms.values_list("pk", "user_id")}
    return list(User.objects.filter(pk__in=keys, is_active=True).order_by("pk"))


def _give(found: Day, grid: Grid, kind: str, need: Need) -> int:
    people = people_of(grid, found.day)
    there = _rounds_of(grid, found.day, kind)
    people = [each for each in people if each.pk not in there or _takes_more(there[each.pk], found)]
    if not people:
        return 0
    people.sort(key=lambda person: turns.lot(f"{grid.pk}:{found.day}:{person.pk}"))
    stops = turns.route([site for site in need.sites.values() for _time in range(need.times[site.pk])], _place)
    taken, added = turns.shares([found.loads[person.pk] for person in people], len(stops)), 0
    for person, amount in zip(people, taken, strict=True):
        mine, stops = stops[:amount], stops[amount:]
        if mine:
            added += _add(found, grid, kind, person, mine, need, round_of_day=there.get(person.pk))
    return added


def _rounds_of(grid: Grid, day: dt.date, kind: str) -> dict[int, Patrol]:
    """Of each person the planned round that is open, else the last one."""
    own = Patrol.objects.filter(Q(is_planned=True) | Q(visits__is_planned=True), grid=grid, planned_on=day, kind=kind).distinct().order_by("pk")
    found: dict[int, Patrol] = {}
    for patrol in own:
        if patrol.person_id not in found or found[patrol.person_id].state not in OPEN:
            found[patrol.person_id] = patrol
    return found


def _takes_more(patrol: Patrol, found: Day) -> bool:
    """Who has finished is sent out once more when the warning has changed since; what was left out under the same one is not given again."""
    is_over = patrol.state == PatrolState.FINISHED
    return patrol.state in OPEN or (is_over and patrol.kind != PatrolKind.DAILY and patrol.weather != found.weather)


def _place(site: Site) -> tuple[float, float] | None:
    return None if site.lon is None else (site.lon, site.lat)


def _add(found: Day, grid: Grid, kind: str, person: User, sites: list[Site], need: Need, *, round_of_day: Patrol | None) -> int:
    windows = [need.windows[site.pk] for site in sites]
    starts, ends = min(start for start, _end in windows), max(end for _start, end in windows)
    is_further = round_of_day is not None and round_of_day.state not in OPEN
    if round_of_day is None or is_further:
        patrol = _new_round(found, grid, kind, person, starts, ends, is_further=is_further)
    else:
        patrol = round_of_day
    if starts < patrol.starts_at or ends > patrol.ends_at:
        patrol.starts_at, patrol.ends_at = min(starts, patrol.starts_at), max(ends, patrol.ends_at)
        patrol.save(update_fields=["starts_at", "ends_at"])
    position = patrol.visits.count()
    Visit.objects.bulk_create(
        Visit(
            uuid=uuid.uuid4(), district=found.district, patrol=patrol, site=site, grid_id=site.grid_id, grid_path=site.grid_path, person=person,
            position=position + n, due_from=need.windows[site.pk][0], due_to=need.windows[site.pk][1],
        )
        for n, site in enumerate(sites)
    )  # fmt: skip
    for site in sites:
        found.visits.setdefault((site.pk, kind == PatrolKind.NIGHT), []).append((found.day, grid.pk))
    found.loads[person.pk] += len(sites)
    found.acts.append((patrol, {"objects": len(sites)}))
    return len(sites)


def _new_round(found: Day, grid: Grid, kind: str, person: User, starts: dt.datetime, ends: dt.datetime, *, is_further: bool) -> Patrol:
    """``is_further``: beside the planned one of the day, of which there is one only."""
    key = uuid.uuid4()
    return Patrol.objects.create(
        uuid=key,
        number=rounds.number_of(key, found.day),
        district=found.district,
        grid=grid,
        grid_path=grid.path,
        person=person,
        post_role=rounds.post_role(person, grid, found.day),
        kind=kind,
        is_planned=not is_further,
        weather=found.weather,
        planned_on=found.day,
        starts_at=starts,
        ends_at=ends,
        created_at=clock.now(),
    )


# --- what is over -----------------------------------------------------------------------------------------------------------------------
def close_past() -> int:
    """Rounds whose window is over: with a visit they are finished by the last one, without one they were missed; how many."""
    past = Patrol.objects.filter(state__in=OPEN, ends_at__lt=clock.now()).order_by("district", "pk")
    return sum(_close(pk) for pk in past.values_list("pk", flat=True)[:2_000])


@transaction.atomic
def _close(pk: int) -> bool:
    patrol = Patrol.objects.select_for_update(of=("self",)).get(pk=pk)
    if patrol.state not in OPEN:
        return False
    last = max((came for came in patrol.visits.done().values_list("arrived_at", flat=True)), default=None)
    patrol.state = PatrolState.FINISHED if last else PatrolState.MISSED
    patrol.finished_at = last
    patrol.save(update_fields=["state", "finished_at"])
    record("patrol.finish" if last else "patrol.miss", patrol, by=None, district_id=patrol.district_id)
    return True
