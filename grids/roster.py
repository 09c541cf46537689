"""Reading people out of the cells of a 一长三员网络表, and writing what such sheets say (domain 3.6.1).

Each ``apply_*`` takes plain values of one row and tells created, updated or unchanged; it refuses with ValidationError. A second run over
the same sheet changes nothing. ``Run`` carries what the rows of one import share.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from grids import people, services
from grids.models import Grid, Membership, Organisation, Post
from grids.roles import OrganisationKind, PostRole, Role
from grids.services.terms import DAY, end_posts_of_people

VACANT = {"空缺", "暂缺", "空", "无", "缺", "待定", "—", "-", "/"}
MOBILE = re.compile(r"(?<!\d)1\d{2}[ -]?\d{4}[ -]?\d{4}(?!\d)")
LANDLINE = re.compile(r"(?<!\d)(?:0\d{2,3}[- ]?)?\d{7,8}(?!\d)")
HIDDEN = re.compile(r"\d+\*{2,}\d*")
SEPARATORS = re.compile(r"[、，,；;\n\r]+")
PARTS = re.compile(r"[\s/／|()（）:：]+")


@dataclass(frozen=True)
class Person:
    name: str
    phone: str = ""
    title: str = ""


@dataclass
class Account:
    """An account that this run has made: the password is shown once and kept nowhere."""

    user: User
    password: str
    place: str
    role: str


@dataclass
class Run:
    """One import: the district, who does it, the day from which it holds, and what it has made."""

    district: Grid
    by: User | None
    day: dt.date
    is_dry: bool = False
    """Nothing will stay: no time is spent on hashing passwords."""
    accounts: list[Account] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


# --- cells --------------------------------------------------------------------------------------------------------------------------
def is_vacant(text: str) -> bool:
    """The cell says that nobody holds the post (an empty cell says nothing)."""
    return bool(text.strip()) and re.sub(r"\s", "", text) in VACANT


def people_in(names: str, titles: str = "", phones: str = "") -> list[Person]:
    """People of one cell, or of neighbouring cells for name, title and phone.

    >>> people_in("王某/村支书/10012345678、李某 10087654321")
    [Person(name='王某', phone='10012345678', title='村支书'), Person(name='李某', phone='10087654321', title='')]
    """
    if not names.strip() or is_vacant(names):
        return []
    found = [_person(piece) for piece in _pieces(names)]
    numbers = _numbers(phones)
    if numbers and len(numbers) != len(found):
        counts = {"people": len(found), "phones": len(numbers)}
        raise ValidationError(_("姓名有 %(people)s 人，电话有 %(phones)s 个，数目不一致；请一人一个电话，顺序相同。") % counts)
    jobs = [job.strip() for job in SEPARATORS.split(titles) if job.strip()]
    for index, person in enumerate(found):
        job = jobs[index] if len(jobs) == len(found) else (jobs[0] if len(jobs) == 1 else person.title)
        found[index] = Person(person.name, numbers[index] if numbers else person.phone, job or person.title)
    return found


def _pieces(text: str) -> list[str]:
    """One text per person: separators, or the end of a phone number when several stand in one piece."""
    pieces = []
    for part in SEPARATORS.split(text):
        ends = [match.end() for match in MOBILE.finditer(part)]
        cuts = [0, *ends[:-1], len(part)] if len(ends) > 1 else [0, len(part)]
        pieces += [part[start:end] for start, end in zip(cuts, cuts[1:], strict=False)]
    return _with_their_phones([piece.strip(" /／") for piece in pieces if piece.strip(" /／")])


def _with_their_phones(pieces: list[str]) -> list[str]:
    """A phone that stands alone (王某、100…) belongs to the name before it."""
    joined: list[str] = []
    for piece in pieces:
        if joined and not re.sub(r"[\d\s()+*-]", "", piece):
            joined[-1] += f" {piece}"
        else:
            joined.append(piece)
    return joined


def _person(piece: str) -> Person:
    if HIDDEN.search(piece):
        raise ValidationError(_("“%(text)s”的号码被星号遮住了，请填写完整号码。") % {"text": piece})
    match = MOBILE.search(piece) or LANDLINE.search(piece)
    rest = piece.replace(match[0], " ") if match else piece
    if re.search(r"\d{5,}", rest):
        raise ValidationError(_("“%(text)s”里的电话应为 11 位手机号，或带区号的座机号。") % {"text": piece})
    words = [word for word in PARTS.split(rest) if word]
    if not words:
        raise ValidationError(_("“%(text)s”没有姓名。") % {"text": piece})
    if len(words) > 1 and len(words[0]) == len(words[1]) == 1:
        words[:2] = [words[0] + words[1]]
    return Person(words[0][:60], _plain(match[0]) if match else "", " ".join(words[1:])[:40])


def _numbers(text: str) -> list[str]:
    if is_vacant(text):
        return []
    if HIDDEN.search(text):
        raise ValidationError(_("“%(text)s”的号码被星号遮住了，请填写完整号码。") % {"text": text})
    found = []
    for part in SEPARATORS.split(text):
        matches = list(MOBILE.finditer(part)) or list(LANDLINE.finditer(part))
        if part.strip() and not matches:
            raise ValidationError(_("“%(text)s”里的电话应为 11 位手机号，或带区号的座机号。") % {"text": part.strip()})
        found += [_plain(match[0]) for match in matches]
    return found


def _plain(phone: str) -> str:
    digits = re.sub(r"[ -]", "", phone)
    return digits if MOBILE.fullmatch(digits) else phone.strip().replace(" ", "-")


# --- organisations ------------------------------------------------------------------------------------------------------------------
HEADS: dict[str, Role] = {
    OrganisationKind.LEADING_GROUP: Role.DISTRICT_LEADER,
    OrganisationKind.OFFICE: Role.OFFICE_DIRECTOR,
    OrganisationKind.HEADQUARTERS: Role.COMMANDER,
    OrganisationKind.SUPERVISION: Role.SUPERVISION,
    OrganisationKind.DEPARTMENT: Role.DEPT_MANAGER,
    OrganisationKind.TOWNSHIP: Role.TOWN_MANAGER,
    OrganisationKind.SQUAD: Role.DEPT_HANDLER,
}
STAFF: dict[str, Role] = {
    OrganisationKind.OFFICE: Role.OFFICE_STAFF,
    OrganisationKind.HEADQUARTERS: Role.HQ_STAFF,
    OrganisationKind.SUPERVISION: Role.SUPERVISION,
    OrganisationKind.DEPARTMENT: Role.DEPT_HANDLER,
    OrganisationKind.TOWNSHIP: Role.TOWN_HANDLER,
    OrganisationKind.SQUAD: Role.DEPT_HANDLER,
}


def apply_organisation(values: dict, run: Run) -> str:
    """A unit found by code or name, with its heads (负责人) and staff (经办人). People who are not named stay: posts of officials end by hand."""
    unit = _unit(values["code"] or values["name"], run.district) or _unit(values["name"], run.district)
    parent = _unit_named(values["parent"], run.district, "parent") if values["parent"] else None
    if unit is None:
        unit, outcome = _new_unit(values, parent, run), "created"
    else:
        outcome = "updated" if _edit_unit(unit, values, parent, run) else "unchanged"
    changed = _serve(unit, people_in(values["heads"], "", values["heads_phone"]), HEADS.get(unit.kind), run)
    changed |= _serve(unit, people_in(values["staff"], "", values["staff_phone"]), STAFF.get(unit.kind), run)
    return "updated" if changed and outcome == "unchanged" else outcome


def _new_unit(values: dict, parent, run: Run) -> Organisation:
    if not values["kind"]:
        raise ValidationError({"kind": _("新单位必须填类别。")})
    if values["kind"] == OrganisationKind.HEADQUARTERS:
        names = {"name": values["name"], "short_name": values["short_name"]}
        return services.create_headquarters(district=run.district, parent=parent, position=1500, by=run.by, **names).organisation
    return services.create_organisation(
        district=run.district,
        kind=values["kind"],
        name=values["name"],
        short_name=values["short_name"],
        parent=parent,
        has_enforcement_power=bool(values["power"]),
        code=values["code"],
        position=500,
        by=run.by,
    )


def _edit_unit(unit: Organisation, values: dict, parent, run: Run) -> bool:
    if values["kind"] and values["kind"] != unit.kind:
        raise ValidationError({"kind": _("类别与已有单位“%(name)s”不同，类别不能更改。") % {"name": unit.name}})
    renamed = values["code"] and values["code"] == unit.code and values["name"] != unit.name
    if renamed:
        services.rename_organisation(unit, name=values["name"], by=run.by, on=run.day)
    given = {"short_name": values["short_name"], "code": values["code"], "parent": parent}
    changes = {name: value for name, value in given.items() if value}
    if values["power"] is not None:
        changes["has_enforcement_power"] = values["power"]
    return services.edit_organisation(unit, by=run.by, **changes) or bool(renamed)


def _unit(word: str, district: Grid) -> Organisation | None:
    names = Q(code=word) | Q(name=word) | Q(short_name=word)
    return Organisation.objects.filter(names, district=district).active_first().first() if word else None


def _unit_named(word: str, district: Grid, column: str) -> Organisation:
    unit = _unit(word, district)
    if unit is None:
        raise ValidationError({column: _("没有名为“%(name)s”的单位，请先登记或更正。") % {"name": word}})
    return unit


def _serve(unit: Organisation, wanted: list[Person], role, run: Run) -> bool:
    changed = False
    for person in wanted:
        if role is None:
            raise ValidationError(_("“%(kind)s”类单位没有这种角色。") % {"kind": unit.get_kind_display()})
        user, touched = _account(person, run, organisation=unit, role=role)
        held = Membership.objects.current(run.day).filter(user=user, organisation=unit, role=role).first()
        if held is None:
            services.grant(user=user, organisation=unit, role=role, title=person.title, starts_on=run.day, by=run.by)
        changed |= touched or held is None
    return changed


# --- grids --------------------------------------------------------------------------------------------------------------------------
def apply_grid(values: dict, run: Run) -> str:
    """A grid found by code. The parent is named by code or name; without one the grid hangs below the district."""
    code, name = values["code"], values["name"]
    if code == run.district.code or (name == run.district.name and not values["parent"]):
        return "unchanged"
    grid = Grid.objects.filter(district=run.district, code=code).first()
    parent = _parent(values["parent"], run.district)
    unit = _unit_named(values["organisation"], run.district, "organisation") if values["organisation"] else None
    if grid is None:
        unit = unit or parent.organisation or _unit(name, run.district)
        services.create_grid(parent=parent, code=code, name=name, organisation=unit, extent=values["extent"], by=run.by, on=None)
        return "created"
    return "updated" if _edit_grid(grid, name, values, unit, parent, run) else "unchanged"


def _edit_grid(grid: Grid, name: str, values: dict, unit, parent: Grid, run: Run) -> bool:
    moved, renamed = bool(values["parent"]) and grid.parent_id != parent.pk, grid.name != name
    if moved:
        services.move_grid(grid, parent=parent, by=run.by, on=run.day)
    if renamed:
        services.rename_grid(grid, name=name, by=run.by, on=run.day)
    changes = {key: value for key, value in (("extent", values["extent"]), ("organisation", unit)) if value}
    return services.edit_grid(grid, by=run.by, **changes) or moved or renamed


def _parent(word: str, district: Grid) -> Grid:
    if not word or word in (district.code, district.name):
        return district
    rows = Grid.objects.filter(district=district, valid_to=None)
    found = list(rows.filter(code=word)[:1]) or list(rows.filter(name=word)[:2])
    if len(found) != 1:
        message = _("没有编码或名称为“%(name)s”的上级网格。") if not found else _("有几个网格都叫“%(name)s”，请改填上级网格编码。")
        raise ValidationError({"parent": message % {"name": word}})
    return found[0]


# --- posts --------------------------------------------------------------------------------------------------------------------------
def apply_posts(values: dict, run: Run, columns: dict) -> str:
    """The 一长三员 of one grid. ``columns``: post → keys of its name, title and phone columns.

    Who is named holds the post from the row's 更新日期; who is not, no longer. An empty cell leaves a post alone, 空缺 empties it.
    """
    grid = Grid.objects.filter(district=run.district, code=values["code"]).first()
    if grid is None:
        raise ValidationError({"code": _("没有编码为“%(code)s”的网格。") % {"code": values["code"]}})
    day = min(values["updated"] or run.day, run.day)
    changed = False
    for role, (names, titles, phones) in columns.items():
        try:
            changed |= _fill(grid, role, values[names], people_in(values[names], values[titles], values[phones]), day, run)
        except ValidationError as refused:
            raise ValidationError({names: refused.messages}) from refused
    return "updated" if changed else "unchanged"


def _fill(grid: Grid, role: PostRole, text: str, wanted: list[Person], day, run: Run) -> bool:
    if not text.strip():
        return False
    changed, keep = False, []
    for person in wanted:
        user, touched = _account(person, run, grid=grid, role=role)
        held = Post.objects.current(run.day).filter(user=user, grid=grid, role=role).first()
        if held is None or (person.title and person.title != held.title):
            services.appoint(user=user, grid=grid, role=role, title=person.title, starts_on=day, by=run.by)
            touched = True
        changed |= touched
        keep.append(user.pk)
    leaving = Post.objects.current(run.day).filter(grid=grid, role=role).exclude(user__in=keep).select_related("user", "grid")
    run.ended += [str(post) for post in leaving]
    return bool(end_posts_of_people(leaving, last=day - DAY, by=run.by)) or changed


# --- people -------------------------------------------------------------------------------------------------------------------------
def _account(person: Person, run: Run, *, role, grid: Grid | None = None, organisation: Organisation | None = None) -> tuple[User, bool]:
    """The person's account and whether it was made or changed. Who: by mobile number, else by name in this place."""
    place: Any = grid or organisation
    user = _by_phone(person, run.district) or _by_name(person, grid, organisation)
    if user is None:
        username = services.free_username(place.code or run.district.code)
        user, password = _open(username, person, run)
        label = PostRole(role).label if grid else Role(role).label
        run.accounts.append(Account(user, password, str(place), str(label)))
        return user, True
    return user, services.edit_person(user, district=run.district, name=person.name, phone=person.phone or None, by=run.by)


def _open(username: str, person: Person, run: Run) -> tuple[User, str]:
    if run.is_dry:
        return User.objects.create(username=username, name=person.name, phone=person.phone), ""
    return services.open_account(username=username, name=person.name, phone=person.phone, by=run.by)


def _by_phone(person: Person, district: Grid) -> User | None:
    """A mobile belongs to one person: the same number under another family name is a slip, not a new name."""
    if not MOBILE.fullmatch(person.phone):
        return None
    user = people.of_district(district).filter(phone=person.phone, is_active=True).order_by("pk").first()
    if user and user.name[:1] != person.name[:1]:
        told = {"phone": person.phone, "known": user.name, "name": person.name}
        raise ValidationError(_("电话 %(phone)s 已登记为“%(known)s”，与“%(name)s”不符；请核对，如已换人请先在人员页更正。") % told)
    return user


def _by_name(person: Person, grid: Grid | None, organisation: Organisation | None) -> User | None:
    here = Q(posts__grid=grid) if grid else Q(memberships__organisation=organisation)
    return User.objects.filter(here, name=person.name, is_active=True).order_by("pk").first()
