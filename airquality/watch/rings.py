"""Distances, bearings and rings around a station (domain 9.1, 9.2). Degrees from north, clockwise; WGS-84."""

from dataclasses import dataclass
from decimal import Decimal
from math import asin, atan2, cos, degrees, radians, sin

from django.utils.translation import gettext_lazy as _

from airquality.watch.words import Zone
from grids.geometry import EARTH_RADIUS, distance_m

LIMITS = {Zone.CORE: 300, Zone.KEY: 1_000, Zone.EXTENDED: 3_000}
"""Outer radius in metres; the buffer's is the station's own."""
FARTHEST = 3_000
SECTOR = 45
NEAR_M, FAR_M = 1_000, 3_000
CALM = Decimal(2)
"""m/s; below it what is near matters."""
COMPASS = (_("北"), _("东北"), _("东"), _("东南"), _("南"), _("西南"), _("西"), _("西北"))


def bearing(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    """Of the second place as seen from the first.

    >>> round(bearing(114.0, 34.0, 114.0, 34.01)), round(bearing(114.0, 34.0, 114.01, 34.0))
    (0, 90)
    """
    lat, to_lat, across = radians(lat), radians(to_lat), radians(to_lon - lon)
    found = degrees(atan2(sin(across) * cos(to_lat), cos(lat) * sin(to_lat) - sin(lat) * cos(to_lat) * cos(across)))
    return found % 360


def compass(angle: float) -> str:
    """One of eight words."""
    return str(COMPASS[round(angle / 45) % 8])


def zone(metres: float, buffer_m: int) -> str | None:
    """None beyond the outermost ring.

    >>> [zone(metres, 50) for metres in (50, 51, 300, 1000, 3000, 3001)]
    [Zone.BUFFER, Zone.CORE, Zone.CORE, Zone.KEY, Zone.EXTENDED, None]
    """
    if metres <= buffer_m:
        return Zone.BUFFER
    return next((name for name, limit in LIMITS.items() if metres <= limit), None)


@dataclass(frozen=True)
class Sector:
    """Whence the wind comes, and how far one looks."""

    direction: float
    reach_m: int

    def holds(self, angle: float, metres: float) -> bool:
        away = abs((angle - self.direction + 180) % 360 - 180)
        return away <= SECTOR and metres <= self.reach_m


def sector(direction: float | None, speed: Decimal | None) -> Sector | None:
    """45° to either side of the wind; 1 km in a light one, else 3 km. None where the direction is not known."""
    if direction is None or speed is None:
        return None
    return Sector(direction, NEAR_M if speed < CALM else FAR_M)


def place(lon: float, lat: float, *, angle: float, metres: float) -> tuple[float, float]:
    """Where one comes to: (lon, lat)."""
    way, lat, angle = metres / EARTH_RADIUS, radians(lat), radians(angle)
    there = asin(sin(lat) * cos(way) + cos(lat) * sin(way) * cos(angle))
    across = atan2(sin(angle) * sin(way) * cos(lat), cos(way) - sin(lat) * sin(there))
    return round(lon + degrees(across), 6), round(degrees(there), 6)


def circle(lon: float, lat: float, metres: float) -> dict:
    ring = [list(place(lon, lat, angle=angle, metres=metres)) for angle in range(0, 360, 6)]
    return {"type": "LineString", "coordinates": [*ring, ring[0]]}


def wedge(lon: float, lat: float, found: Sector) -> dict:
    edge = [list(place(lon, lat, angle=found.direction + turn, metres=found.reach_m)) for turn in range(-SECTOR, SECTOR + 1, 5)]
    return {"type": "Polygon", "coordinates": [[[lon, lat], *edge, [lon, lat]]]}


__all__ = ["circle", "compass", "distance_m", "place", "sector", "wedge", "zone"]
