"""Where a finding lies."""

from math import cos, radians

from audit.services import record
from common import clock
from common.rows import hold_rows
from grids import geometry, scope
from inspections import search
from inspections.models import Finding, FindingEvent, Patrol, Visit
from inspections.words import ON_LEDGER, Flag

NEARBY_METRES = 250
DEGREE_METRES = 111_320


def place(*, district_id: int, grid, lon, lat):
    """The grid a point belongs to and the flags it earns: ``(grid or None, [Flag])``. A grid named by the reporter stands."""
    if lon is None or lat is None:
        return grid, [Flag.NO_PLACE]
    found = geometry.locate(district_id, lon, lat)
    if grid is not None:
        return grid, []
    if len(found) == 1:
        return found[0], []
    return None, [Flag.TWO_GRIDS if found else Flag.OUTSIDE_GRIDS]


def nearby(finding, *, problem_type_id: int | None = None, within: int = NEARBY_METRES) -> list[Finding]:
    """Open findings on the ledger of the same type (or of the one given) within ``within`` metres, nearest first; each carries ``distance`` in metres."""
    if finding.lon is None:
        return []
    others = Finding.objects.filter(district_id=finding.district_id).exclude(pk=finding.pk)
    return around(others, problem_type_id=problem_type_id or finding.problem_type_id, lon=finding.lon, lat=finding.lat, within=within)


def around(findings, *, problem_type_id: int, lon: float, lat: float, within: int = NEARBY_METRES) -> list[Finding]:
    """Those of ``findings`` that are open on the ledger, of this type and within ``within`` metres of the point."""
    reach = within / DEGREE_METRES
    wide = reach / max(0.1, cos(radians(lat)))
    box = {"lat__range": (lat - reach, lat + reach), "lon__range": (lon - wide, lon + wide)}
    found = list(
        findings.filter(problem_type_id=problem_type_id, state__in=ON_LEDGER, is_sealed=False, **box).select_related("problem_type", "grid")[:200]
    )
    for each in found:
        each.distance = geometry.distance_m(lon, lat, each.lon, each.lat)
    return sorted((each for each in found if each.distance <= within), key=lambda each: each.distance)


def grid_moved(old_path: str, new_path: str, grid) -> None:
    """Keep the copies of grid paths on the ledger and on rounds right when a subtree moves (``settings.GRID_MOVED``)."""
    for model in (Finding, Patrol, Visit):
        model.objects.filter(grid_path__startswith=old_path).update(grid_path=scope.moved("grid_path", old_path, new_path))


def hold_in(grid) -> None:
    """Until commit: what a split of the grid will move (``settings.GRID_HELD``)."""
    for model in (Finding, Patrol, Visit):
        hold_rows(model.objects.filter(grid_path__startswith=grid.path))


def grid_split(source, parts, *, by) -> None:
    """Open findings of a grid that was split go to the part in which they lie, each on record (``settings.GRID_SPLIT``)."""
    related = ("problem_type", "field")
    for finding in Finding.objects.open().filter(grid=source).select_related(*related).select_for_update(of=("self",)).order_by("pk"):
        point = None if finding.lon is None else (float(finding.lon), float(finding.lat))
        finding.grid = geometry.part_holding(point, parts)
        finding.grid_path, finding.search_text = finding.grid.path, search.text_of(finding)
        finding.save(update_fields=["grid", "grid_path", "search_text"])
        _write_history(finding, source, by=by)
        record("finding.regrid", finding, by=by, district_id=finding.district_id, payload={"from": source.code, "to": finding.grid.code})


def _write_history(finding: Finding, source, *, by) -> None:
    """In the shape of a correction (``corrections.facts``), so that the accounts of both grids can be kept."""
    FindingEvent.objects.create(
        finding=finding,
        action="regrid",
        from_state=finding.state,
        to_state=finding.state,
        version=finding.version,
        by=by,
        by_name=str(by or ""),
        details={"changes": {"grid": [source.pk, finding.grid_id]}},
        at=clock.now(),
    )
