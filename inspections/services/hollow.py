"""Hollow grids: what a district takes for a sign, what the grid says to it, and the look of each week."""

import datetime as dt

from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import notices.services
from audit.services import record
from common import clock
from common.apart import Apart
from common.errors import NotYourRole
from common.seen import held_as_seen
from grids import people, scope
from grids.models import Grid
from grids.roles import OFFICE, TOWN
from inspections import hollow
from inspections.models import HollowKind, HollowRebuttal, HollowSettings, HollowSign, HollowWeek

HOUR = dt.time(8)
WEEKS = 8
LINES = 20
"""Grids a message names one by one; the page has them all."""


def limits_of(district: Grid) -> HollowSettings:
    return HollowSettings.objects.filter(district=district).first() or HollowSettings(district=district)


@transaction.atomic
def save_limits(limits: HollowSettings, *, by, stood: dict | None = None) -> HollowSettings:
    """``stood``: as in ``held_as_seen``. The district is held: of limits that are not there yet there is nothing else to lock."""
    if by is not None and not scope.may_change_settings(by, limits.district_id):
        raise NotYourRole(_("标准由攻坚办主任或系统管理员维护。"))
    Grid.objects.select_for_update(of=("self",), no_key=True).get(pk=limits.district_id)
    held_as_seen(HollowSettings.objects.filter(district=limits.district_id), stood)
    limits.full_clean()
    limits.save()
    record("hollowsettings.edit", limits, by=by, district_id=limits.district_id)
    return limits


def may_rebut(user, grid: Grid) -> bool:
    """Chief and deputy of a grid at or above, and the township: those who answer for it."""
    return any(grid.path.startswith(path) for path in scope.rights(user).led_paths)


@transaction.atomic
def rebut(grid: Grid, kind: str, text: str, *, by) -> HollowRebuttal:
    if not may_rebut(by, grid):
        raise NotYourRole(_("说明由网格长或所属乡办填写。"))
    Grid.objects.select_for_update(of=("self",), no_key=True).get(pk=grid.pk)
    newest = HollowRebuttal.objects.filter(grid=grid, kind=kind).order_by("at", "id").last()
    if newest and (newest.by_id, newest.text) == (by.pk, text.strip()):
        return newest
    said = HollowRebuttal(grid=grid, kind=HollowKind(kind), text=text.strip(), by=by, at=clock.now())
    said.full_clean()
    said.save()
    record("hollow.rebut", grid, by=by, district_id=grid.district_id, payload={"kind": kind, "rebuttal": said.pk})
    return said


def rebuttals(grid_ids) -> dict[tuple[int, str], HollowRebuttal]:
    """The newest of each grid and kind."""
    rows = HollowRebuttal.objects.filter(grid_id__in=grid_ids).select_related("by").order_by("at", "id")
    return {(row.grid_id, row.kind): row for row in rows}


def weeks_seen(grid_ids, today: dt.date) -> dict[tuple[int, str], int]:
    """In how many of the last ``WEEKS`` weekly looks each grid showed each kind."""
    since = clock.at(today - dt.timedelta(weeks=WEEKS))
    rows = HollowSign.objects.filter(grid_id__in=grid_ids, week__at__gte=since).values_list("grid_id", "kind").annotate(n=Count("pk"))
    return {(grid, kind): number for grid, kind, number in rows}


# --- the look of a week -------------------------------------------------------------------------------------------------------------
def week_of(day: dt.date) -> str:
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02d}"


def scan(now: dt.datetime) -> int:
    """From Monday 08:00 on, once per district and ISO week, however often it runs; returns how many signs were written."""
    today = clock.beijing(now).date()
    monday = today - dt.timedelta(days=today.isoweekday() - 1)
    if now < clock.at(monday, HOUR):
        return 0
    with Apart("inspections.look_at_hollow_grids") as each:
        return sum(each(Grid.objects.districts().active(today).order_by("pk"), lambda district: _look(district, now=now, today=today)))


@transaction.atomic
def _look(district: Grid, *, now: dt.datetime, today: dt.date) -> int:
    week, is_new = HollowWeek.objects.get_or_create(district=district, week=week_of(today), defaults={"at": now})
    if not is_new:
        return 0
    found = hollow.signs(district, today=today, limits=limits_of(district))
    said = rebuttals({sign.grid.pk for sign in found})
    rows = [
        HollowSign(district=district, week=week, grid=sign.grid, kind=sign.kind, evidence=sign.evidence, rebuttal=said.get((sign.grid.pk, sign.kind)))
        for sign in found
    ]
    HollowSign.objects.bulk_create(rows)
    _tell(district, week.week, found)
    record("hollow.week", week, by=None, district_id=district.pk, payload={"week": week.week, "signs": len(rows)})
    return len(rows)


def _tell(district: Grid, week: str, found: list[hollow.Sign]) -> None:
    """One message to the office, one to each township with its own grids."""
    _queue(people.with_role(district, OFFICE), found, key=f"hollow:{week}:{district.pk}:office", url=reverse("grids:hollow"), district=district)
    for town in Grid.objects.filter(parent=district, organisation__isnull=False).select_related("organisation"):
        own = [sign for sign in found if sign.grid.path.startswith(town.path)]
        url = f"{reverse('grids:hollow')}?town={town.pk}"
        _queue(people.members_of(town.organisation, TOWN), own, key=f"hollow:{week}:{town.pk}", url=url, district=district)


def _queue(to, found: list[hollow.Sign], *, key: str, url: str, district: Grid) -> None:
    if not found:
        return
    number = len({sign.grid.pk for sign in found})
    notices.services.queue(
        to=to,
        title=lambda: ngettext("本周 %(n)s 个网格有空挂迹象", "本周 %(n)s 个网格有空挂迹象", number) % {"n": number},
        body=lambda: "\n".join([*_lines(found), _("附证据，可在页面上填写说明。")]),
        url=url,
        dedup_key=key,
        kind="hollow.week",
        district_id=district.pk,
    )


def _lines(found: list[hollow.Sign]) -> list[str]:
    by_grid: dict[str, list[str]] = {}
    for sign in found:
        by_grid.setdefault(sign.grid.name, []).append(str(sign.kind.label))
    lines = [_("%(grid)s：%(signs)s") % {"grid": name, "signs": _("、").join(kinds)} for name, kinds in by_grid.items()]
    return lines if len(lines) <= LINES else [*lines[:LINES], "…"]
