"""Polygons: checking them, finding the grid of a point, distances. Everything in WGS-84 degrees."""

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from shapely import Point, prepare
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.validation import explain_validity

from common import clock
from grids.models import Grid

EARTH_RADIUS = 6_371_008.8
"""Metres, mean."""
MAX_POINTS = 20_000


def checked(polygon) -> dict:
    """A GeoJSON polygon or multipolygon of a valid shape; a Feature is unpacked. Raises ValidationError that says what is wrong."""
    geometry = _unpacked(polygon)
    try:
        found = shape(geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise ValidationError(_("边界不是正确的 GeoJSON：%(reason)s") % {"reason": str(error)[:200]}, code="polygon") from error
    if found.is_empty:
        raise ValidationError(_("边界是空的。"), code="polygon")
    if not found.is_valid:
        raise ValidationError(_("边界自相交或不闭合：%(reason)s") % {"reason": explain_validity(found)}, code="polygon")
    west, south, east, north = found.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise ValidationError(_("边界坐标应为经度、纬度（WGS-84，单位为度）。"), code="polygon")
    return geometry


def _unpacked(polygon) -> dict:
    if isinstance(polygon, dict) and polygon.get("type") == "FeatureCollection" and len(polygon.get("features") or ()) == 1:
        polygon = polygon["features"][0]
    if isinstance(polygon, dict) and polygon.get("type") == "Feature":
        polygon = polygon.get("geometry")
    if not isinstance(polygon, dict) or polygon.get("type") not in ("Polygon", "MultiPolygon"):
        raise ValidationError(_("边界应为 GeoJSON 的 Polygon 或 MultiPolygon。"), code="polygon")
    return {"type": polygon["type"], "coordinates": polygon.get("coordinates")}


def bounds(polygon: dict | None) -> dict:
    """The values of the four bounds columns."""
    west, south, east, north = shape(polygon).bounds if polygon else (None,) * 4
    return {"min_lon": west, "min_lat": south, "max_lon": east, "max_lat": north}


def locate(district_id: int, lon: float, lat: float) -> list[Grid]:
    """The deepest active grids whose polygon holds the point; a border counts as inside, so there may be two, and there may be none.

    The district's own outline is no answer: a point only in it is in no grid.
    """
    lon, lat = float(lon), float(lat)
    near = Grid.objects.active(clock.today()).filter(
        district_id=district_id, parent__isnull=False, min_lon__lte=lon, max_lon__gte=lon, min_lat__lte=lat, max_lat__gte=lat
    )
    point = Point(lon, lat)
    holding = [grid for grid in near if shape(grid.polygon).covers(point)]
    return [grid for grid in holding if not any(other.pk != grid.pk and other.path.startswith(grid.path) for other in holding)]


def part_holding(point: tuple[float, float] | None, parts: list[Grid]) -> Grid:
    """The first of ``parts`` whose polygon holds the point (lon, lat); the first of all where none does or nothing is drawn."""
    drawn = [grid for grid in parts if grid.polygon] if point else []
    return next((grid for grid in drawn if shape(grid.polygon).covers(Point(*point))), parts[0])


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle distance in metres.

    >>> round(distance_m(114.0, 34.0, 114.0, 34.001))
    111
    """
    lat1, lat2, lon1, lon2 = (radians(float(value)) for value in (lat1, lat2, lon1, lon2))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS * asin(min(1.0, sqrt(half)))


def point_inside(grid: Grid) -> tuple[float, float] | None:
    """A point certainly inside the grid's polygon: (lon, lat)."""
    if not grid.polygon:
        return None
    inside = shape(grid.polygon).representative_point()
    return round(inside.x, 6), round(inside.y, 6)


def feature_collection(grids: Iterable[Grid], **properties) -> dict:
    """GeoJSON of the grids that have a polygon. ``properties``: name → function of the grid, added to each feature."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": grid.pk,
                "geometry": grid.polygon,
                "properties": {"code": grid.code, "name": grid.name, "level": grid.level} | {key: value(grid) for key, value in properties.items()},
            }
            for grid in grids
            if grid.polygon
        ],
    }


class Locator:
    """``locate`` for thousands of points of one district: its outlines are read and prepared once."""

    def __init__(self, district_id: int):
        drawn = Grid.objects.active(clock.today()).filter(district_id=district_id, parent__isnull=False).exclude(polygon=None)
        self._shapes = [(grid, shape(grid.polygon)) for grid in drawn]
        for _grid, outline in self._shapes:
            prepare(outline)

    def locate(self, lon: float, lat: float) -> list[Grid]:
        lon, lat = float(lon), float(lat)
        point = Point(lon, lat)
        holding = [grid for grid, outline in self._shapes if _in_bounds(grid, lon, lat) and outline.covers(point)]
        return [grid for grid in holding if not any(other.pk != grid.pk and other.path.startswith(grid.path) for other in holding)]


def _in_bounds(grid: Grid, lon: float, lat: float) -> bool:
    return grid.min_lon <= lon <= grid.max_lon and grid.min_lat <= lat <= grid.max_lat
