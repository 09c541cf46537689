"""The district, its townships and its stations, as pages let people choose among them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from airquality.figures import Lacking, lacking_of
from airquality.models import Station
from common import clock
from grids.models import Grid

DISTRICT = "d"


@dataclass(frozen=True)
class Area:
    """``key`` is what addresses say: d, t12, s7. ``stations``: whose mean is its value."""

    key: str
    name: str
    stations: tuple[Station, ...]

    def __str__(self) -> str:
        return self.name

    @property
    def is_station(self) -> bool:
        return self.key.startswith("s")

    @property
    def lacking(self) -> Lacking:
        """What none of its stations measures."""
        return lacking_of(self.stations)


def of_station(station: Station) -> Area:
    name = station.name if station.is_active else _("%(station)s（已停用）") % {"station": station.name}
    return Area(f"s{station.pk}", name, (station,))


def of_district(district: Grid, stations: Sequence[Station]) -> Area:
    return Area(DISTRICT, district.name, tuple(station for station in stations if not station.is_shown_only))


def of_township(township: Grid, stations: Sequence[Station]) -> Area:
    there = (each for each in stations if not each.is_shown_only and each.grid and each.grid.path.startswith(township.path))
    return Area(f"t{township.pk}", township.name, tuple(there))


def every(district: Grid, stations: Sequence[Station]) -> list[Area]:
    """District, townships with a station, stations. One query."""
    towns = Grid.objects.filter(parent=district).active(clock.today()).order_by("code", "pk")
    of_towns = [of_township(town, stations) for town in towns]
    return [of_district(district, stations), *(town for town in of_towns if town.stations), *map(of_station, stations)]
