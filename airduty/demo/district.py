"""The district's structure and people: 1/6/59 grids, nine headquarters with commanders, departments, posts of 一长三员 with a few vacancies."""

import datetime as dt
import random
from dataclasses import dataclass, field
from itertools import islice

from accounts.models import User
from airduty.demo import geography, names
from common import clock
from grids import defaults, services
from grids.models import Grid, Headquarters, Organisation
from grids.roles import OrganisationKind, PostRole, Role

POSTS = (PostRole.CHIEF, PostRole.MEMBER, PostRole.PATROLLER, PostRole.OVERSEER)
VACANT_EVERY = 29
"""One post in so many is vacant; the page shows it."""


@dataclass
class Place:
    """The demonstration as it stands: what life needs to go on."""

    district: Grid
    rng: random.Random
    units: dict[str, Organisation] = field(default_factory=dict)
    townships: list[Grid] = field(default_factory=list)
    villages: list[Grid] = field(default_factory=list)
    reporters: dict[int, list[User]] = field(default_factory=dict)
    """Village grid → people who walk it."""
    persons: "People | None" = None
    sites: dict[tuple[int, str], list] = field(default_factory=dict)
    """Village grid and kind → supervised objects."""


class People:
    """Makes persons with invented names. They get no password: only the shown accounts of the demonstration can sign in."""

    def __init__(self, since: dt.date):
        self.since, self.names, self.phones, self.n = since, names.persons(), names.phones(), 0

    def make(self, username: str = "") -> User:
        self.n += 1
        user = User(username=username or f"p{self.n:04d}", name=next(self.names), phone=next(self.phones))
        user.email = f"{user.username}@demo.invalid"
        user.set_unusable_password()
        user.password_changed_at = clock.now()
        user.save()
        return user

    def seat(self, organisation: Organisation, role: Role, *, username: str = "", title: str = "") -> User:
        user = self.make(username)
        services.grant(user=user, organisation=organisation, role=role, starts_on=self.since, title=title, by=None)
        return user


def build(rng: random.Random, *, townships: int, villages: int, since: dt.date, load_defaults) -> Place:
    """Everything that stands still. ``load_defaults(district)`` loads the editable defaults of the higher apps."""
    code, name = names.DISTRICT
    cells = geography.cells(rng, villages)
    district = services.create_district(code=code, name=name, polygon=geography.union(cells), extent="东至沙河，西至柏岭，南北各以区界为准")
    place = Place(district=district, rng=rng, persons=People(since))
    place.units = defaults.load(district)
    load_defaults(district)
    _townships(place, geography.groups(cells, townships))
    _officials(place)
    _villagers(place)
    return place


def _townships(place: Place, groups) -> None:
    village_names = names.villages()
    pool = names.TOWNSHIPS if len(groups) <= len(names.TOWNSHIPS) else names.TOWNSHIPS_CITY
    for n, (name, cells) in enumerate(zip(pool, groups, strict=False), 1):
        unit = services.create_organisation(
            district=place.district, kind=OrganisationKind.TOWNSHIP, name=name, short_name=name, position=500 + n, by=None
        )
        place.units[name] = unit
        town = services.create_grid(
            parent=place.district, code=f"{place.district.code}-{n:02d}", name=name, organisation=unit, polygon=geography.union(cells), by=None
        )
        place.townships.append(town)
        for m, (cell, village) in enumerate(zip(cells, islice(village_names, len(cells)), strict=True), 1):
            grid = services.create_grid(
                parent=town,
                code=f"{town.code}-{m:02d}",
                name=village,
                organisation=unit,
                polygon=geography.geojson(cell),
                extent=f"{village}全域",
                by=None,
            )
            place.villages.append(grid)


def _officials(place: Place) -> None:
    people, units = place.persons, place.units
    people.seat(units["领导小组"], Role.DISTRICT_LEADER, username="leader", title="组长")
    people.seat(units["攻坚办"], Role.OFFICE_DIRECTOR, username="director", title="主任")
    people.seat(units["攻坚办"], Role.OFFICE_STAFF, username="office", title="调度组")
    people.seat(units["攻坚办"], Role.OFFICE_STAFF, title="综合组")
    people.seat(units["攻坚办"], Role.SYSADMIN, username="sysadmin", title="系统管理员")
    people.seat(units["攻坚办"], Role.AUDITOR, username="auditor", title="安全审计员")
    people.seat(units["督查局"], Role.SUPERVISION, username="supervision", title="督查一组")
    people.seat(units["督查局"], Role.SUPERVISION, title="督查二组")
    for headquarters in Headquarters.objects.filter(organisation__district=place.district).order_by("pk"):
        first = headquarters.organisation.name.startswith("扬尘")
        people.seat(headquarters.organisation, Role.COMMANDER, username="commander" if first else "", title="指挥长")
        people.seat(headquarters.organisation, Role.DEPUTY_COMMANDER, title="副指挥长")
        people.seat(headquarters.organisation, Role.HQ_STAFF, username="headquarters" if first else "", title="联络员")
    for unit in Organisation.objects.filter(district=place.district, kind__in=[OrganisationKind.DEPARTMENT, OrganisationKind.SQUAD]).order_by("pk"):
        _staff(people, unit, unit.kind == OrganisationKind.SQUAD)
    for n, town in enumerate(place.townships):
        people.seat(town.organisation, Role.TOWN_MANAGER, username="" if n != 1 else "townmanager", title="分管副职")
        people.seat(town.organisation, Role.TOWN_HANDLER, username="" if n != 1 else "town", title="环保专干")
    people.seat(units["领导小组"], Role.DISTRICT_LEADER, title="副组长")  # of the leading group two decide an appeal
    people.seat(units["督查局"], Role.SUPERVISION, title="局长")


def _staff(people: People, unit: Organisation, is_squad: bool) -> None:
    shown = unit.short_name == "住建局"
    if not is_squad:
        people.seat(unit, Role.DEPT_MANAGER, username="deptmanager" if shown else "", title="分管负责人")
    people.seat(unit, Role.DEPT_HANDLER, username="dept" if shown else "", title="经办人")


def _villagers(place: Place) -> None:
    people, filled = place.persons, 0
    shown = next(grid for grid in place.villages if grid.parent_id == place.townships[1].pk)
    for grid in [place.district, *place.townships, *place.villages]:
        is_shown = grid == shown
        for role in POSTS:
            filled += 1
            if filled % VACANT_EVERY == 0 and not is_shown:
                continue
            user = people.make({PostRole.CHIEF: "chief", PostRole.MEMBER: "member"}.get(role, "") if is_shown else "")
            services.appoint(user=user, grid=grid, role=role, starts_on=people.since, by=None)
            if role in (PostRole.MEMBER, PostRole.PATROLLER):
                place.reporters.setdefault(grid.pk, []).append(user)
