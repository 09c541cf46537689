"""Borders by computation: an outline, 59 villages as Voronoi cells in it, townships as unions of villages. WGS-84."""

import math
import random

from shapely import MultiPoint, Point, Polygon, union_all, voronoi_polygons
from shapely.geometry import mapping

CENTRE = (114.2, 34.6)
RADIUS = 0.11
"""Degrees; about 20 km across."""


def outline(rng: random.Random) -> Polygon:
    """An irregular ring around the centre."""
    corners = 48
    wobble = [1 + 0.18 * math.sin(3 * math.tau * n / corners + 1) + rng.uniform(-0.04, 0.04) for n in range(corners)]
    return Polygon(
        [
            (
                CENTRE[0] + 1.2 * RADIUS * wobble[n] * math.cos(math.tau * n / corners),
                CENTRE[1] + RADIUS * wobble[n] * math.sin(math.tau * n / corners),
            )
            for n in range(corners)
        ]
    )


def cells(rng: random.Random, count: int) -> list[Polygon]:
    """``count`` cells that share borders and fill the outline, from west to east and south to north."""
    border = outline(rng)
    seeds = spread(rng, border, count)
    found = [cell.intersection(border) for cell in voronoi_polygons(MultiPoint(seeds), extend_to=border).geoms]
    return sorted((rounded(cell) for cell in found), key=lambda cell: (round(cell.centroid.x / 0.03), cell.centroid.y))


def spread(rng: random.Random, border: Polygon, count: int) -> list[Point]:
    """Points inside, none too near another."""
    west, south, east, north = border.bounds
    gap = 0.75 * math.sqrt(border.area / count)
    points: list[Point] = []
    while len(points) < count:
        point = Point(rng.uniform(west, east), rng.uniform(south, north))
        if border.contains(point) and all(point.distance(other) > gap for other in points):
            points.append(point)
        gap *= 0.9995
    return points


def rounded(cell: Polygon) -> Polygon:
    return Polygon([(round(x, 6), round(y, 6)) for x, y in cell.exterior.coords])


def groups(polygons: list[Polygon], count: int) -> list[list[Polygon]]:
    """Compact groups of nearly equal size: sectors around the centre, the first one the middle."""
    middle = sorted(polygons, key=lambda cell: cell.centroid.distance(Point(CENTRE)))
    size = len(polygons) // count
    inner, outer = middle[:size], middle[size:]
    outer.sort(key=lambda cell: math.atan2(cell.centroid.y - CENTRE[1], cell.centroid.x - CENTRE[0]))
    share = len(outer) / (count - 1) if count > 1 else len(outer)
    return [inner] + [outer[round(n * share) : round((n + 1) * share)] for n in range(count - 1)]


def union(polygons: list[Polygon]) -> dict:
    return mapping(union_all(polygons).buffer(0))


def geojson(polygon: Polygon) -> dict:
    return mapping(polygon)


def point_in(rng: random.Random, geometry: dict) -> tuple[float, float]:
    """A point well inside a polygon, as (lon, lat)."""
    polygon = Polygon(geometry["coordinates"][0])
    west, south, east, north = polygon.bounds
    inner = polygon.buffer(-0.0008) or polygon
    while True:
        point = Point(rng.uniform(west, east), rng.uniform(south, north))
        if inner.contains(point):
            return round(point.x, 6), round(point.y, 6)
