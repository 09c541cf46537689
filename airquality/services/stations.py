"""Stations: entering, editing, finding their grid."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from airquality.models import Station
from airquality.services.intake import Sender
from airquality.services.locks import hold_district
from airquality.words import StationLevel
from audit.services import record, record_many
from common.errors import Conflict, NotYourRole
from common.rows import hold_rows
from grids import geometry, scope
from grids.models import Grid
from grids.roles import OFFICE

COLUMNS = (
    "code", "name", "level", "is_reference", "lon", "lat", "is_active", "out_of_use_from", "calibrated_on", "buffer_m", "not_measured", "position",
)  # fmt: skip


def may_edit(user, district_id: int) -> bool:
    """The office and the system's keeper."""
    return scope.rights(user).in_district(district_id, OFFICE) or scope.may_change_settings(user, district_id)


def insist(user, district_id: int) -> None:
    if user is not None and not may_edit(user, district_id):
        raise NotYourRole(_("空气质量的站点、目标和规则由攻坚办维护。"))


@transaction.atomic
def save(station: Station, *, by, seen: int | None = None) -> Station:
    """Enter a station or change it; its grid follows its point. ``seen``: the version the person had open."""
    insist(by, station.district_id)
    before = _hold(station, seen)
    station.grid = next(iter(geometry.locate(station.district_id, station.lon, station.lat)), None)
    station.version = before.version + 1 if before else 1
    station.full_clean()
    station.save()
    changes = {
        name: [_shown(before, name), _shown(station, name)] for name in COLUMNS if before is None or _shown(before, name) != _shown(station, name)
    }
    record("station.edit" if before else "station.new", station, by=by, district_id=station.district_id, payload=changes)
    return station


def _hold(station: Station, seen: int | None) -> Station | None:
    if station.pk is None:
        hold_district(station.district_id)  # of two registrations of one code the second finds the first, and the form says so
        return None
    before = Station.objects.select_for_update(of=("self",)).get(pk=station.pk)
    if before.version != (station.version if seen is None else seen):
        raise Conflict(_("内容刚被别人修改，请核对后再保存。"), code="stale", version=before.version)
    return before


def _shown(station: Station | None, name: str):
    value = getattr(station, name, None)
    return value if value is None or isinstance(value, bool | int | float | list) else str(value)


@transaction.atomic
def enter_unknown(places: dict[str, tuple[str, float, float]], *, district: Grid, sender: Sender) -> list[Station]:
    """Stations that a file names and places and the district does not have yet. They are kept out of use: only the office says what counts here.

    Two files at once: the second waits and finds what the first has entered.
    """
    if not unknown(places, district=district):
        return []
    hold_district(district.pk)
    made = unknown(places, district=district)
    Station.objects.bulk_create(made)
    record_many("station.import", [(station, {"code": station.code, "file": sender.name}) for station in made], by=sender.by, district_id=district.pk)
    return made


def unknown(places: dict[str, tuple[str, float, float]], *, district: Grid) -> list[Station]:
    """Those that would be entered. Raises ValidationError where a place is none."""
    known = set(Station.objects.filter(district=district, code__in=places).values_list("code", flat=True))
    new = {code: place for code, place in places.items() if code not in known}
    locate = geometry.Locator(district.pk).locate if new else None
    made = [_from_file(code, *place, district=district, locate=locate) for code, place in new.items()]
    for station in made:
        station.clean_fields(exclude=["district", "grid"])
    return made


def _from_file(code: str, name: str, lon: float, lat: float, *, district: Grid, locate) -> Station:
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValidationError(_("站点“%(code)s”的坐标不正确。") % {"code": code[:30]}, code="place")
    level = StationLevel.NATIONAL if code.endswith("A") else StationLevel.CITY
    grid = next(iter(locate(lon, lat)), None)
    return Station(district=district, code=code, name=name, level=level, lon=lon, lat=lat, grid=grid, is_active=False)


def hold_in(grid: Grid) -> None:
    """Until commit: what a split of the grid will move (``settings.GRID_HELD``)."""
    hold_rows(Station.objects.filter(grid=grid))


def grid_split(source: Grid, parts: list[Grid], *, by) -> None:
    """Stations of a grid that was split go to the part in which they stand (``settings.GRID_SPLIT``)."""
    stations = list(Station.objects.select_for_update(of=("self",)).filter(grid=source).order_by("pk"))
    for station in stations:
        station.grid, station.version = geometry.part_holding((station.lon, station.lat), parts), station.version + 1
    Station.objects.bulk_update(stations, ["grid", "version"])
    if stations:
        record_many("station.regrid", _regridded(stations, source), by=by, district_id=source.district_id)


def _regridded(stations: Iterable[Station], source: Grid) -> list[tuple[Station, dict]]:
    return [(station, {"grid": [source.name, station.grid.name]}) for station in stations]
