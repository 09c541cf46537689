"""Points and sectors on the ground: where a camera looks, and where its bearing and distance lead. WGS-84 degrees, distances in metres."""

from math import asin, atan2, cos, degrees, radians, sin

from grids.geometry import EARTH_RADIUS


def along(lon: float, lat: float, *, bearing: float, metres: float) -> tuple[float, float]:
    """The point so far away in this direction (north 0, clockwise).

    >>> along(114.0, 34.0, bearing=0, metres=1112)
    (114.0, 34.010001)
    """
    way, course, north, east = metres / EARTH_RADIUS, radians(bearing), radians(lat), radians(lon)
    there = asin(sin(north) * cos(way) + cos(north) * sin(way) * cos(course))
    across = east + atan2(sin(course) * sin(way) * cos(north), cos(way) - sin(north) * sin(there))
    return round(degrees(across), 6), round(degrees(there), 6)


def sector(lon: float, lat: float, *, bearing: float, view: float, metres: float, steps: int = 8) -> list[list[float]]:
    """The ring of a camera's field of view, as GeoJSON wants it."""
    first = bearing - view / 2
    arc = [list(along(lon, lat, bearing=first + view * n / steps, metres=metres)) for n in range(steps + 1)]
    return [[lon, lat], *arc, [lon, lat]]
