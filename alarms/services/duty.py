"""Who is on duty here now (domain 9.5): the shift of the place, else its grid people of today; then the deputy, the township's desk, the office."""

from dataclasses import dataclass

from accounts.models import User
from airquality.models import Station, StationPlan
from airquality.watch import duty as watch
from alarms.models import Alarm, DutyShift
from alarms.services import sources
from alarms.words import AlarmKind, Duty, SourceKind
from common import clock
from grids import people
from grids.models import Grid, Organisation
from grids.roles import CHIEFS, OFFICE, PARTIES, TOWN, OrganisationKind, PostRole
from registers.models import SitePost
from registers.words import SitePostRole

Pair = tuple[User, User | None]
"""Who is on duty, and the deputy."""


@dataclass(frozen=True)
class Rung:
    duty: Duty
    people: tuple[User, ...]


def line(alarm: Alarm) -> list[Rung]:
    """The rungs in order, each person once, empty ones left out. The office is always the last.

    Smoke in no grid, beyond the border or seen by a camera whose range reaches there, is for those who keep the place of the device.
    """
    grids = grids_of(alarm.grid_path or alarm.source.grid_path)
    first, deputies = _on_duty(alarm, grids)
    rungs = [
        (Duty.FIRST, _first(alarm, first, grids)),
        (Duty.DEPUTY, deputies or _posted(grids, CHIEFS)),
        (Duty.DESK, _desk(grids)),
        (Duty.OFFICE, operators(alarm.district_id)),
    ]
    return list(_once_each(rungs))


def _on_duty(alarm: Alarm, grids: list[Grid]) -> tuple[list[User], list[User]]:
    """By a roster: that of the station's squad, else that of the township; and the deputies."""
    first, deputies = _squad(alarm)
    return (first, deputies) if first else _apart(on_shift(_townships(grids)))


def _first(alarm: Alarm, on_duty: list[User], grids: list[Grid]) -> list[User]:
    """Whom the first call reaches. Dust is told to the township and to the site's side at once (domain 9.4)."""
    keepers = on_duty or _posted(grids, (PostRole.MEMBER, PostRole.PATROLLER))
    if alarm.kind == AlarmKind.DUST:
        return [*keepers, *([] if on_duty else _desk(grids)), *_of_site(alarm)]
    return keepers or _of_site(alarm)


def reachable(alarm: Alarm) -> list[Rung]:
    """Whom the operator may ring up: the line; of a place that is in no grid every township's desk as well."""
    found = line(alarm)
    if alarm.grid_id:
        return found
    townships = list(
        Grid.objects.filter(district=alarm.district_id, parent__parent__isnull=True).active(clock.today()).select_related("organisation")
    )
    return [*found, Rung(Duty.DESK, tuple(_desk(townships)))]


def _squad(alarm: Alarm) -> tuple[list[User], list[User]]:
    """Who answers for the station now, by its own roster, else by its squad's, and their deputies; without either the squad's people."""
    station = station_of(alarm)
    plan = StationPlan.objects.filter(station=station).select_related("squad").first() if station else None
    if station is None or plan is None or plan.squad is None:
        return [], []
    first, deputies = _apart(watch.on_duty(station) or on_shift([plan.squad]))
    others = list(people.members_of(plan.squad))
    return (first, deputies or others) if first else (others, [])


def _apart(pairs: list[Pair]) -> tuple[list[User], list[User]]:
    return [person for person, _deputy in pairs], [deputy for _person, deputy in pairs if deputy]


def station_of(alarm: Alarm) -> Station | None:
    if alarm.kind != AlarmKind.STATION or alarm.source.kind != SourceKind.STATION:
        return None
    return Station.objects.filter(district=alarm.district_id, pk=sources.station_of(alarm.source)).first()


def _once_each(rungs):
    called: set[int] = set()
    for duty, found in rungs:
        fresh = tuple(person for person in {person.pk: person for person in found}.values() if person.pk not in called)
        called |= {person.pk for person in fresh}
        if fresh:
            yield Rung(duty, fresh)


def grids_of(path: str) -> list[Grid]:
    """The grid of the place and those above it, the deepest first, without the district itself."""
    keys = [int(key) for key in path.strip("/").split("/") if key]
    return list(Grid.objects.filter(pk__in=keys, parent__isnull=False).select_related("organisation").order_by("-level"))


def _townships(grids: list[Grid]) -> list[Organisation]:
    found = {grid.organisation_id: grid.organisation for grid in grids if grid.organisation and grid.organisation.kind == OrganisationKind.TOWNSHIP}
    return list(found.values())


def on_shift(units: list[Organisation]) -> list[Pair]:
    """Who is on duty now by the roster of the first unit where somebody is. Whoever serves there no more is passed over, and the deputy stands in."""
    running = list(DutyShift.objects.on(clock.now()).filter(organisation__in=units).select_related("person", "deputy"))
    for unit in units:
        serving = {person.pk for person in serving_in(unit)}
        if found := [pair for shift in running if shift.organisation_id == unit.pk for pair in _pair(shift, serving)]:
            return found
    return []


def _pair(shift: DutyShift, serving: set[int]) -> list[Pair]:
    """The shift's people who still serve, the first of them on duty; nothing when both have left."""
    there = [person for person in (shift.person, shift.deputy) if person is not None and person.pk in serving]
    return [(there[0], there[1] if len(there) > 1 else None)] if there else []


def serving_in(unit: Organisation) -> list[User]:
    """Who may be put on a unit's roster: its members and the people posted in its grids today."""
    return list({person.pk: person for person in [*people.members_of(unit), *people.posted_in(unit)]}.values())


def _posted(grids: list[Grid], roles) -> list[User]:
    """Holders of the post in the deepest grid that has one today, stand-ins included."""
    for grid in grids:
        if found := list(people.holders_of(grid, roles)):
            return found
    return []


def _of_site(alarm: Alarm) -> list[User]:
    """The site's side: its manager, one of the trio; of a site without one on the platform, the unit in charge of it."""
    if alarm.site is None:
        return []
    posts = SitePost.objects.current(clock.today()).filter(site=alarm.site, role=SitePostRole.MANAGER, user__is_active=True)
    managers = [post.user for post in posts.select_related("user") if post.user]
    return managers or (list(people.members_of(alarm.site.organisation, PARTIES)) if alarm.site.organisation else [])


def _desk(grids: list[Grid]) -> list[User]:
    return [person for unit in _townships(grids) for person in people.members_of(unit, TOWN)]


def operators(district_id: int) -> list[User]:
    """The office's people; those whose shift runs alone, where the office keeps a roster."""
    everybody = list(people.with_role(district_id, OFFICE))
    there = {person.pk for person in everybody}
    shifts = DutyShift.objects.on(clock.now()).filter(district=district_id, organisation__kind=OrganisationKind.OFFICE)
    on_duty = {person.pk for shift in shifts.select_related("person", "deputy") for person, _deputy in _pair(shift, there)}
    return [person for person in everybody if person.pk in on_duty] or everybody
