"""Does what the device states fit the finding? Flags are shown and can be answered; they never block."""

import datetime as dt
import math

FAR_METRES = 500
LATE = dt.timedelta(hours=24)
EARTH_METRES = 6_371_000


def plausibility(photo, *, lon=None, lat=None, at: dt.datetime | None = None) -> list[str]:
    """Codes ``far_from_place`` (> 500 m) and ``time_differs`` (> 24 h); what the device does not state is not flagged."""
    flags = []
    if (
        None not in (lon, lat, photo.stated_lon, photo.stated_lat)
        and metres(float(lon), float(lat), float(photo.stated_lon), float(photo.stated_lat)) > FAR_METRES
    ):
        flags.append("far_from_place")
    if at and photo.stated_taken_at and abs(photo.stated_taken_at - at) > LATE:
        flags.append("time_differs")
    return flags


def metres(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Great-circle distance of two WGS-84 points."""
    half_lat, half_lon = math.radians(lat_b - lat_a) / 2, math.radians(lon_b - lon_a) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(math.radians(lat_a)) * math.cos(math.radians(lat_b)) * math.sin(half_lon) ** 2
    return 2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(chord)))


def bits_apart(one: int, other: int) -> int:
    """In how many of 64 bits two likenesses differ."""
    return ((one ^ other) & 0xFFFF_FFFF_FFFF_FFFF).bit_count()
