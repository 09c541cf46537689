"""Which supervised objects lie around a place (``settings.AIR_SITES_NEAR``)."""

from math import cos, radians

from grids.geometry import distance_m
from registers.models import Site

METRES_OF_DEGREE = 110_000
"""A little short, so that the box is never too small."""


def sites_near(user, *, district_id: int, lon: float, lat: float, metres: float) -> list[dict]:
    """Those still looked after that the person may see, with a place, within ``metres``."""
    high = metres / METRES_OF_DEGREE
    wide = high / max(cos(radians(lat)), 0.01)
    box = {"lon__range": (lon - wide, lon + wide), "lat__range": (lat - high, lat + high)}
    rows = Site.objects.visible_to(user).active().filter(district_id=district_id, **box).select_related("kind").order_by("pk")
    near = [site for site in rows if distance_m(lon, lat, site.lon, site.lat) <= metres]
    return [{"name": site.shown_name, "kind": site.kind.name, "lon": site.lon, "lat": site.lat, "url": site.get_absolute_url()} for site in near]
