"""One after the other: of what is not there yet there is nothing else to lock. Foreign keys to the held row go on being written."""

from airquality.models import Station
from grids.models import Grid


def hold_district(pk: int) -> None:
    Grid.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def hold_station(pk: int) -> None:
    Station.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
