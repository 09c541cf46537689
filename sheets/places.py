"""Coordinates as people write them: decimal, degrees and minutes, with or without hemisphere, in either order."""

import re
from decimal import Decimal

ANGLE = re.compile(
    r"(?:东经|北纬|经度|纬度|lon|lat|[EN东北])?\s*:?\s*"
    r"(\d{1,3}(?:\.\d+)?)\s*(?:[°度º]\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′’‘分]\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:[\"″”“秒]|['′’]{2})?)?)?)?"
    r"\s*(?:[EN东北])?",
    re.I,
)
CHINA_LON, CHINA_LAT = (73, 136), (3, 54)
SIX_PLACES = Decimal("0.000001")


def angle(text: str) -> Decimal | None:
    """Degrees with six places, or None."""
    match = ANGLE.fullmatch(text.strip())
    return _degrees(match) if match else None


def lon_lat(text: str) -> tuple[Decimal, Decimal] | None:
    """The two angles of ``text`` as (lon, lat); an order of lat, lon is recognised because in China the two ranges never meet."""
    parts = [part for part in re.split(r"[,;、|/\s()]+(?=[^'\"′″’”分秒]|$)", text.strip()) if part]
    angles = [angle(part) for part in parts]
    if len(angles) != 2 or None in angles:
        angles = [_degrees(match) for match in ANGLE.finditer(text)]
    return in_order(*angles) if len(angles) == 2 and None not in angles else None


def in_order(first: Decimal, second: Decimal) -> tuple[Decimal, Decimal] | None:
    for lon, lat in ((first, second), (second, first)):
        if CHINA_LON[0] <= lon <= CHINA_LON[1] and CHINA_LAT[0] <= lat <= CHINA_LAT[1]:
            return lon, lat
    return None


def _degrees(match) -> Decimal | None:
    degrees, minutes, seconds = (Decimal(part or 0) for part in match.groups())
    if minutes >= 60 or seconds >= 60:
        return None
    return (degrees + minutes / 60 + seconds / 3600).quantize(SIX_PLACES)
