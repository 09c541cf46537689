"""What lies around a station, by ring and bearing: the registers' objects through a door in the settings, and sources of its own."""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from airquality.models import OwnSource, Station
from airquality.watch import rings
from airquality.watch.rings import Sector
from airquality.watch.words import Zone
from grids.geometry import distance_m


@dataclass(frozen=True)
class Source:
    name: str
    kind: str
    lon: float
    lat: float
    url: str
    metres: float
    angle: float
    zone: str
    is_upwind: bool = False
    own: OwnSource | None = None

    @property
    def zone_label(self) -> str:
        return str(Zone(self.zone).label)

    @property
    def bearing(self) -> str:
        return rings.compass(self.angle)


def around(station: Station, *, user, sector: Sector | None = None) -> list[Source]:
    """Within 3 km: what lies upwind first, then what is nearest. Of the registers' objects those this person may see."""
    found = [_placed(station, row, sector) for row in [*_registered(station, user), *_own(station)]]
    return sorted((each for each in found if each), key=lambda each: (not each.is_upwind, each.metres))


def _registered(station: Station, user) -> list[dict]:
    if not settings.AIR_SITES_NEAR:
        return []
    return import_string(settings.AIR_SITES_NEAR)(user, district_id=station.district_id, lon=station.lon, lat=station.lat, metres=rings.FARTHEST)


def _own(station: Station) -> list[dict]:
    rows = OwnSource.objects.filter(station=station, dropped_at=None)
    return [{"name": row.name, "kind": row.kind, "lon": row.lon, "lat": row.lat, "url": "", "own": row} for row in rows]


def _placed(station: Station, row: dict, sector: Sector | None) -> Source | None:
    metres = distance_m(station.lon, station.lat, row["lon"], row["lat"])
    zone = rings.zone(metres, station.buffer_m)
    if zone is None:
        return None
    angle = rings.bearing(station.lon, station.lat, row["lon"], row["lat"])
    return Source(**row, metres=metres, angle=angle, zone=zone, is_upwind=bool(sector and sector.holds(angle, metres)))


def counts(sources: list[Source]) -> list[tuple[str, int]]:
    """Of every zone, empty ones too, outwards."""
    found = Counter(each.zone for each in sources)
    return [(str(zone.label), found[zone]) for zone in Zone]


def shapes(station: Station, sources: list[Source], sector: Sector | None) -> dict:
    """GeoJSON for the map: rings, the sector of the wind, the station, the sources."""
    limits = {Zone.BUFFER: station.buffer_m, **rings.LIMITS}
    features = [_feature(rings.circle(station.lon, station.lat, metres), str(Zone(zone).label), quiet=True) for zone, metres in limits.items()]
    if sector:
        features.append(_feature(rings.wedge(station.lon, station.lat, sector), "", quiet=True, tone="soon"))
    features += [_point(each) for each in sources]
    features.append(_feature({"type": "Point", "coordinates": [station.lon, station.lat]}, station.name, tone="done"))
    return {"type": "FeatureCollection", "features": features}


def _point(source: Source) -> dict:
    text = f"{source.kind} · {source.zone_label} · {source.bearing} · {source.metres:.0f} m"
    place = {"type": "Point", "coordinates": [source.lon, source.lat]}
    return _feature(place, source.name, text=text, url=source.url, tone="soon" if source.is_upwind else "")


def _feature(geometry: dict, name: str, **properties) -> dict:
    return {"type": "Feature", "geometry": geometry, "properties": {"name": name, **properties}}
