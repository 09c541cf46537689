"""Where a finding lies."""

from django.db.models import Value
from django.db.models.functions import Concat, Substr

from grids import geometry
from inspections.models import Finding
from inspections.words import ON_LEDGER, Flag

NEARBY_METRES = 250
DEGREE_METRES = 111_320


def place(*, district_id: int, grid, lon, lat):
    """The grid a point belongs to and the flags it earns: ``(grid or None, [Flag])``. A grid named by the reporter stands; the point is checked against it."""
    if lon is None or lat is None:
        return grid, [Flag.NO_PLACE]
    found = geometry.locate(district_id, lon, lat)
    if grid is not None:
        return grid, []
    if len(found) == 1:
        return found[0], []
    return None, [Flag.TWO_GRIDS if found else Flag.OUTSIDE_GRIDS]


def nearby(finding, *, within: int = NEARBY_METRES) -> list[Finding]:
    """Open findings on the ledger of the same type within ``within`` metres, nearest first; each carries ``distance`` in metres."""
    if finding.lon is None:
        return []
    reach = within / DEGREE_METRES
    around = (
        Finding.objects.filter(district_id=finding.district_id, problem_type_id=finding.problem_type_id, state__in=ON_LEDGER, is_sealed=False)
        .filter(lat__range=(finding.lat - reach, finding.lat + reach), lon__range=(finding.lon - 2 * reach, finding.lon + 2 * reach))
        .exclude(pk=finding.pk)
        .select_related("problem_type", "grid")
    )
    for other in around:
        other.distance = geometry.distance_m(finding.lon, finding.lat, other.lon, other.lat)
    return sorted((other for other in around if other.distance <= within), key=lambda other: other.distance)


def grid_moved(old_path: str, new_path: str, grid) -> None:
    """Keep the copies of grid paths on the ledger right when a subtree moves (``settings.GRID_MOVED``)."""
    Finding.objects.filter(grid_path__startswith=old_path).update(grid_path=Concat(Value(new_path), Substr("grid_path", len(old_path) + 1)))
