"""Taking over the ledger of a kind: thousands of rows are understood in memory first and written in a few statements.

A row is known again by its code, else by name and address within the kind. An empty cell leaves what stands; importing a sheet again changes nothing.
"""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Sum
from django.utils.translation import gettext as _

from audit.services import record, record_many
from common import clock
from common.errors import NotYourRole
from registers import access, schema, search
from registers.models import Site, SiteEvent, SiteKind, SitePost
from registers.services import codes, places, sites
from registers.services.import_rows import Words, given, person, same, storable
from sheets.columns import Row, RowError, Table, shown
from sheets.importing import ImportResult

TEXTS = ("name", "address", "contact", "contact_phone", "guarantor", "guarantor_phone", "note")
CHUNK = 500


@dataclass
class Planned:
    """What becomes of one object. ``posts``: role → (name, phone) to be appointed."""

    row: int
    site: Site
    changed: dict
    posts: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Plan:
    created: list[Planned] = field(default_factory=list)
    updated: list[Planned] = field(default_factory=list)
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[RowError] = field(default_factory=list)
    """Rows that are taken, but whose place or some cell wants a look."""

    def result(self, *, written: bool) -> ImportResult:
        self.errors.sort(key=lambda error: error.row)
        return ImportResult(len(self.created), len(self.updated), self.unchanged, self.errors, written)


class SiteImport:
    """One sheet into one kind, in the name of ``by`` (None: the system)."""

    def __init__(self, kind: SiteKind, *, by):
        self.kind, self.by, self.district = kind, by, kind.district
        self.words = Words(self.district)
        self.validator = schema.validator(kind.schema)
        self.own = schema.own_lines(kind.schema)
        self.masks = {f"@{name}": schema.mask_of(kind.schema, name) for name in TEXTS} | {line.key: line.mask for line in self.own}

    # --- reading ------------------------------------------------------------------------------------------------------------------------
    def plan(self, table: Table, *, tick: Callable[[int], None] | None = None) -> Plan:
        """What would happen; nothing is written."""
        self._know()
        self.refused_as_new = 0
        plan = Plan(errors=list(table.errors), notes=list(table.notes))
        titles = {column.key: str(column.title) for column in table.columns}
        lacking = self._lacking(table)
        for n, row in enumerate(table.rows, 1):
            self._take(row, plan, titles, lacking)
            if tick and n % CHUNK == 0:
                tick(n)
        if lacking and self.refused_as_new:
            plan.errors += [RowError(table.header_row, line.title, "", self._missing(line)) for line in lacking]
        refused = {error.row for error in plan.errors}
        plan.notes = sorted((note for note in plan.notes if note.row not in refused), key=lambda note: note.row)
        return plan

    def _know(self) -> None:
        """The objects of the kind by code, by name and address, and by name alone; how they stood."""
        self.stand = self._standing()
        self.by_code: dict[str, Site] = {}
        self.by_name: dict[str, list[Site]] = {}
        self.holders: dict[tuple[int, str], SitePost] = {}
        self.seen: dict[str, int] = {}
        for site in Site.objects.filter(kind=self.kind).select_related("grid", "organisation").order_by("pk"):
            site.kind, site.district = self.kind, self.district
            self.by_code[same(site.code)] = site
            for key in (same(site.name, site.address), same(site.name)):
                self.by_name.setdefault(key, []).append(site)
        for post in SitePost.objects.filter(site__kind=self.kind, ends_on=None):
            self.holders[post.site_id, post.role] = post

    def _standing(self) -> tuple:
        stand = Site.objects.filter(kind=self.kind).aggregate(n=Count("pk"), newest=Max("pk"), versions=Sum("version"))
        return stand["n"], stand["newest"], stand["versions"]

    def _lacking(self, table: Table) -> list[schema.Line]:
        there = {column.key for column in table.columns}
        return [line for line in schema.lines(self.kind.schema) if line.required and line.key not in there]

    def _missing(self, line: schema.Line) -> str:
        words = {"title": line.title, "n": self.refused_as_new}
        return _("缺少这一列，请在表头中加上“%(title)s”；%(n)s 行新的对象因此没有导入") % words

    def _take(self, row: Row, plan: Plan, titles: dict, lacking: list) -> None:
        try:
            self._judge(row, plan, lacking)
        except ValidationError as refused:
            for key, texts in refused.message_dict.items() if hasattr(refused, "error_dict") else [("", refused.messages)]:
                column = key if key in titles else f"@{key}"
                value = shown(row.values.get(column))
                plan.errors += [
                    RowError(row.number, titles.get(column, "" if key in ("", "__all__") else self._title(key)), value, text) for text in texts
                ]

    def _title(self, key: str) -> str:
        name = key.removeprefix("@")
        own = next((line.title for line in self.own if line.key == key), "")
        return own or (schema.title_of(self.kind.schema, name) if name in schema.COMMON_TITLES else key)

    def _judge(self, row: Row, plan: Plan, lacking: list) -> None:
        before = self._known(row)
        if before is None and lacking:
            self.refused_as_new += 1
            return
        self._only_once(row, before)
        site = self._filled(row, before)
        note = places.settle(site, locate=self.words.locator.locate)
        sites.check(site, validator=self.validator)
        self._insist_mine(site, before)
        posts = self._posts(row, site)
        changed = sites.changes(before, site) | {role: [None, name] for role, (name, _phone) in posts.items()}
        if before is not None and not changed:
            plan.unchanged += 1
            return
        if note:
            plan.notes.append(RowError(row.number, _("经纬度"), "", note))
        (plan.updated if before else plan.created).append(Planned(row.number, site, changed, posts))

    def _known(self, row: Row) -> Site | None:
        code = given(row, "@code")
        if code and (found := self.by_code.get(same(code))):
            return found
        name, address = given(row, "@name"), given(row, "@address")
        if not name or schema.MASKED in name:
            return None
        named = self.by_name.get(same(name, address) if address else same(name), [])
        if code:  # two boilers of one unit differ by their code alone; only a code we gave ourselves may give way to the ledger's
            named = [site for site in named if re.fullmatch(rf"{re.escape(self.kind.prefix)}-\d+", site.code)]
            return named[0] if len(named) == 1 else None
        if len(named) > 1:
            raise ValidationError({"@name": _("有 %(n)s 个对象叫“%(name)s”，请填写编号或地址以便区分") % {"n": len(named), "name": name}})
        return named[0] if named else None

    def _only_once(self, row: Row, before: Site | None) -> None:
        code = given(row, "@code")
        if before is None and not code and not given(row, "@name"):
            return
        key = f"pk{before.pk}" if before else same("code", code) if code else same(given(row, "@name"), given(row, "@address"))
        if key in self.seen:
            raise ValidationError({"@name": _("与第 %(row)s 行是同一个对象，请只保留一行") % {"row": self.seen[key]}})
        self.seen[key] = row.number

    def _filled(self, row: Row, before: Site | None) -> Site:
        site = copy.copy(before) if before else Site(kind=self.kind, district=self.district, attributes={})
        site.code = given(row, "@code") or site.code
        for name in TEXTS:
            if (value := self._uncovered(row, f"@{name}")) is not None:
                setattr(site, name, value)
        if place := given(row, "@lonlat"):
            site.lon, site.lat = float(place[0]), float(place[1])
        self._placed(row, site, before)
        if unit := self.words.unit(given(row, "@organisation") or ""):
            site.organisation = unit
        site.risk = given(row, "@risk") or site.risk
        site.status = given(row, "@status") or site.status
        own = {line.key: storable(value) for line in self.own if (value := self._uncovered(row, line.key)) is not None}
        site.attributes = (before.attributes if before else {}) | own
        sites.tidy(site, before=before)
        return site

    def _uncovered(self, row: Row, key: str):
        value = given(row, key)
        return None if self.masks.get(key) and isinstance(value, str) and schema.MASKED in value else value

    def _placed(self, row: Row, site: Site, before: Site | None) -> None:
        """A grid named in the sheet stands; else the point's; else the township alone."""
        town = self.words.town(given(row, "@township") or "")
        grid = self.words.grid(given(row, "@grid") or "", below=town)
        moved = before is not None and (site.lon, site.lat) != (before.lon, before.lat)
        if grid:
            site.grid = grid
        elif moved:
            site.grid = None
        if site.grid_id is None and town and (site.lon is None or not self.words.locator.locate(site.lon, site.lat)):
            site.grid = town

    def _insist_mine(self, site: Site, before: Site | None) -> None:
        """One's own rows only, before and after."""
        try:
            access.insist_edit(self.by, before or site)
        except NotYourRole as refused:
            raise ValidationError({"@grid": str(refused)}) from refused
        if not sites.access_to_result(site, by=self.by):
            raise ValidationError({"@grid": _("这个位置不在您负责的网格或领域内，请改选位置，或请攻坚办办理。")})

    def _posts(self, row: Row, site: Site) -> dict[str, tuple[str, str]]:
        found = {}
        for role in schema.TRIO if self.kind.has_trio else ():
            name, phone = person(given(row, f"@{role}") or "")
            holder = self.holders.get((site.pk, role)) if site.pk else None
            if name and not (
                holder and holder.name == name and (not phone or schema.MASKED in (given(row, f"@{role}") or "") or holder.phone == phone)
            ):
                found[role] = (name, phone)
        return found

    # --- writing ------------------------------------------------------------------------------------------------------------------------
    def write(self, table: Table, plan: Plan, *, partial: bool) -> ImportResult:
        """Write the plan in one transaction, or anew what it would be now when somebody has changed the kind's objects meanwhile."""
        try:
            with transaction.atomic():
                SiteKind.objects.select_for_update().get(pk=self.kind.pk)
                list(Site.objects.filter(kind=self.kind).select_for_update().order_by("pk").values_list("pk", flat=True))
                plan = plan if self._standing() == self.stand else self.plan(table)
                if plan.errors and not partial:
                    return plan.result(written=False)
                self._write(plan)
                return plan.result(written=True)
        except IntegrityError as clash:
            raise ValidationError(_("导入期间有人录入了相同的编号，请重新导入"), code="clash") from clash

    def _write(self, plan: Plan) -> None:
        now = clock.now()
        self._number([planned.site for planned in plan.created])
        for planned in (*plan.created, *plan.updated):
            site = planned.site
            site.updated_at, site.search_text = now, search.text_of(site)
            if site.pk:
                site.version += 1
            else:
                site.created_by, site.created_at = self.by, now
        Site.objects.bulk_create([planned.site for planned in plan.created], batch_size=CHUNK)
        changing = [
            column.name for column in Site._meta.concrete_fields if column.name not in ("id", "uuid", "district", "kind", "created_by", "created_at")
        ]
        if plan.updated:
            Site.objects.bulk_update([planned.site for planned in plan.updated], changing, batch_size=100)
        self._appoint([*plan.created, *plan.updated], now)
        for action, group in (("new", plan.created), ("edit", plan.updated)):
            self._log(action, group, now)
        for action, group in (("new", plan.created), ("edit", plan.updated)):
            if group:
                acts = [(planned.site, {"changes": planned.changed, "import": planned.row}) for planned in group]
                record_many(f"site.{action}", acts, by=self.by, district_id=self.district.pk)
        payload = {"kind": f"sites:{self.kind.code}", "created": len(plan.created), "updated": len(plan.updated)}
        record("import", "sheets.import", by=self.by, district_id=self.district.pk, payload=payload | {"refused": len({e.row for e in plan.errors})})

    def _number(self, fresh: list[Site]) -> None:
        without = [site for site in fresh if not site.code]
        for site, code in zip(without, codes.next_codes(self.kind, len(without)) if without else (), strict=True):
            site.code = code

    def _log(self, action: str, group: list[Planned], now) -> None:
        note = _("由台账导入")
        events = [
            SiteEvent(site=each.site, action=action, by=self.by, by_name=str(self.by or ""), note=note, changes=each.changed, at=now)
            for each in group
        ]
        SiteEvent.objects.bulk_create(events, batch_size=CHUNK)

    def _appoint(self, group: list[Planned], now) -> None:
        today = clock.beijing(now).date()
        ended, fresh = [], []
        for planned in group:
            for role, (name, phone) in planned.posts.items():
                if holder := self.holders.get((planned.site.pk, role)):
                    holder.ends_on = max(holder.starts_on, today)
                    ended.append(holder)
                fresh.append(SitePost(site=planned.site, role=role, name=name, phone=phone, starts_on=today))
        SitePost.objects.bulk_update(ended, ["ends_on"], batch_size=CHUNK)
        SitePost.objects.bulk_create(fresh, batch_size=CHUNK)
