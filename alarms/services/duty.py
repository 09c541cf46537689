"""Who is on duty here now (domain 9.5): the shift of the place, else its grid people of today; then the deputy, the township's desk, the office."""

from dataclasses import dataclass

from accounts.models import User
from airquality.models import Station
from airquality.watch import duty as watch
from alarms.models import Alarm, DutyShift
from alarms.words import AlarmKind, Duty
from common import clock
from grids import people
from grids.models import Grid, Organisation
from grids.roles import CHIEFS, OFFICE, PARTIES, TOWN, OrganisationKind, PostRole


@dataclass(frozen=True)
class Rung:
    duty: Duty
    people: tuple[User, ...]


def line(alarm: Alarm) -> list[Rung]:
    """The rungs in order, each person once, empty ones left out. The office is always the last.

    Smoke in no grid, beyond the border or seen by a camera whose range reaches there, is for those who keep the place of the device.
    """
    grids = grids_of(alarm.grid_path or alarm.source.grid_path)
    first, deputies = _squad(alarm)
    if not first:
        shifts = shifts_of(units_of(alarm, grids))
        first, deputies = [shift.person for shift in shifts], [shift.deputy for shift in shifts if shift.deputy]
    rungs = [
        (Duty.FIRST, first or _posted(grids, (PostRole.MEMBER, PostRole.PATROLLER)) or _of_site(alarm)),
        (Duty.DEPUTY, deputies or _posted(grids, CHIEFS)),
        (Duty.DESK, _desk(grids)),
        (Duty.OFFICE, operators(alarm.district_id)),
    ]
    return list(_once_each(rungs))


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
    """Who answers for the station now, by its own roster, and their deputies; else the squad's people."""
    station = station_of(alarm)
    if station is None:
        return [], []
    pairs = watch.on_duty(station)
    others = list(watch.squad_of(station))
    if not pairs:
        return others, []
    return [person for person, _deputy in pairs], [deputy for _person, deputy in pairs if deputy] or others


def station_of(alarm: Alarm) -> Station | None:
    if alarm.kind != AlarmKind.STATION:
        return None
    return Station.objects.filter(district=alarm.district_id, code=alarm.source.reference).first()


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


def units_of(alarm: Alarm, grids: list[Grid]) -> list[Organisation]:
    """Whose roster is asked: of a station the squads' first, else the township of the place."""
    squads = Organisation.objects.filter(district=alarm.district_id, kind=OrganisationKind.SQUAD).active(clock.today())
    return [*(squads if alarm.kind == AlarmKind.STATION else ()), *_townships(grids)]


def _townships(grids: list[Grid]) -> list[Organisation]:
    found = {grid.organisation_id: grid.organisation for grid in grids if grid.organisation and grid.organisation.kind == OrganisationKind.TOWNSHIP}
    return list(found.values())


def shifts_of(units: list[Organisation]) -> list[DutyShift]:
    """Shifts running now, of the first unit that has one. Whoever serves there no more is passed over; nobody stands in for who is away."""
    running = DutyShift.objects.on(clock.now()).filter(organisation__in=units, person__is_active=True).select_related("person", "deputy")
    for unit in units:
        serving = {person.pk for person in serving_in(unit)}
        found = [shift for shift in running if shift.organisation_id == unit.pk and shift.person_id in serving]
        if found:
            return found
    return []


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
    """Where nobody keeps the place: the unit in charge of the site."""
    return list(people.members_of(alarm.site.organisation, PARTIES)) if alarm.site and alarm.site.organisation else []


def _desk(grids: list[Grid]) -> list[User]:
    return [person for unit in _townships(grids) for person in people.members_of(unit, TOWN)]


def operators(district_id: int) -> list[User]:
    """The office's people; those whose shift runs alone, where the office keeps a roster."""
    everybody = list(people.with_role(district_id, OFFICE))
    on_shift = set(
        DutyShift.objects.on(clock.now()).filter(district=district_id, organisation__kind=OrganisationKind.OFFICE).values_list("person_id", flat=True)
    )
    return [person for person in everybody if person.pk in on_shift] or everybody
