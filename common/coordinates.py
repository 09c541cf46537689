"""WGS-84 (satellites, stored) to GCJ-02 (Chinese maps by law) and BD-09 (Baidu), and back. For display only.

The formulas are the public ones of the "eviltransform" family; the inverses iterate until the error is below a centimetre.
"""

from math import atan2, cos, pi, sin, sqrt

AXIS = 6_378_245.0
ECCENTRICITY = 0.006_693_421_622_965_943
BAIDU = pi * 3000 / 180


def in_china(lon: float, lat: float) -> bool:
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Places outside China stay as they are."""
    if not in_china(lon, lat):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    waves = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi) + 160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi) + 150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    rad = lat / 180 * pi
    magic = 1 - ECCENTRICITY * sin(rad) ** 2
    north = north * 180 / (AXIS * (1 - ECCENTRICITY) / (magic * sqrt(magic)) * pi)
    east = east * 180 / (AXIS / sqrt(magic) * cos(rad) * pi)
    return lon + east, lat + north


def gcj02_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    radius = sqrt(lon * lon + lat * lat) + 0.000_02 * sin(lat * BAIDU)
    angle = atan2(lat, lon) + 0.000_003 * cos(lon * BAIDU)
    return radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006


def wgs84_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    return _inverse(wgs84_to_gcj02, lon, lat)


def bd09_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    return _inverse(wgs84_to_bd09, lon, lat)


def _inverse(forward, lon: float, lat: float) -> tuple[float, float]:
    """Step towards the place that ``forward`` sends here; each step shrinks the error about a hundredfold."""
    guess_lon, guess_lat = lon, lat
    for _step in range(10):
        there_lon, there_lat = forward(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + lon - there_lon, guess_lat + lat - there_lat
        if abs(lon - there_lon) < 1e-8 and abs(lat - there_lat) < 1e-8:
            break
    return guess_lon, guess_lat
