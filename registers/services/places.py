"""Where an object lies, and what happens to it when grids and organisations change."""

from django.utils.translation import gettext as _

from audit.services import record_many
from common import clock
from common.rows import hold_rows
from grids import geometry, scope
from registers import search
from registers.models import Site, SiteEvent


def settle(site: Site, *, locate=None) -> str:
    """Give the object its grid and path; what is to be told about the place, empty when all is well.

    A grid chosen by hand stands; without one, the grid of the point is taken if there is exactly one. ``locate``: as ``geometry.locate``.
    """
    find = locate or (lambda lon, lat: geometry.locate(site.district_id, lon, lat))
    found = [] if None in (site.lon, site.lat) else find(site.lon, site.lat)
    if site.grid_id is None and len(found) == 1:
        site.grid = found[0]
    site.grid_path = site.grid.path if site.grid_id else site.district.path
    return _told(site, found)


def _told(site: Site, found: list) -> str:
    if site.lon is None:
        return "" if site.grid_id else _("没有坐标，也没有选网格：巡查时找不到这个对象，请补上其中一项。")
    if not found:
        return _("坐标不在任何网格内，请核对经纬度。")
    if site.grid_id is None:
        return _("坐标在“%(one)s”和“%(other)s”的交界上，请选定所属网格。") % {"one": found[0].name, "other": found[1].name}
    if not any(grid.path.startswith(site.grid.path) or site.grid.path.startswith(grid.path) for grid in found):
        return _("坐标落在“%(found)s”，与所选网格“%(chosen)s”不同，请核对。") % {"found": found[0].name, "chosen": site.grid.name}
    return ""


def grid_moved(old_path: str, new_path: str, grid) -> None:
    """Keep the copies of grid paths right when a subtree moves (``settings.GRID_MOVED``)."""
    Site.objects.filter(grid_path__startswith=old_path).update(grid_path=scope.moved("grid_path", old_path, new_path))


def hold_in(grid) -> None:
    """Until commit: what a split of the grid will move (``settings.GRID_HELD``)."""
    hold_rows(Site.objects.filter(grid_path__startswith=grid.path))


def hold_of(source, into) -> None:
    """Until commit: what their merger will move (``settings.ORGANISATION_HELD``)."""
    hold_rows(Site.objects.filter(organisation=source))


def grid_split(source, parts, *, by) -> None:
    """Objects of a grid that was split go to the part in which they lie (``settings.GRID_SPLIT``); those that are over stay with the old one."""
    sites = list(_locked(Site.objects.active().filter(grid=source)))
    for site in sites:
        site.grid = geometry.part_holding(None if site.lon is None else (site.lon, site.lat), parts)
        site.grid_path = site.grid.path
    _moved(sites, "regrid", by=by, fields=["grid", "grid_path"], column="grid", before=source.name, after=lambda site: site.grid.name)


def organisation_merged(source, into, *, by, note: str = "") -> None:
    """Objects in its charge go on with the successor (``settings.ORGANISATION_MERGED``)."""
    sites = list(_locked(Site.objects.filter(organisation=source)))
    for site in sites:
        site.organisation = into
    _moved(sites, "succeed", by=by, fields=["organisation"], column="organisation", before=str(source), after=lambda _site: str(into))


def _locked(queryset):
    return queryset.select_related("kind", "grid", "organisation").select_for_update(of=("self",)).order_by("pk")


def _moved(sites: list[Site], action: str, *, by, fields: list[str], column: str, before: str, after) -> None:
    if not sites:
        return
    now = clock.now()
    for site in sites:
        site.version, site.updated_at, site.search_text = site.version + 1, now, search.text_of(site)
    Site.objects.bulk_update(sites, [*fields, "version", "updated_at", "search_text"], batch_size=500)
    changes = [{column: [before, after(site)]} for site in sites]
    SiteEvent.objects.bulk_create(
        [
            SiteEvent(site=site, action=action, by=by, by_name=str(by or ""), changes=change, at=now)
            for site, change in zip(sites, changes, strict=True)
        ],
        batch_size=500,
    )
    record_many(f"site.{action}", zip(sites, changes, strict=True), by=by, district_id=sites[0].district_id)
