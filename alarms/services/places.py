"""What happens to sources and alarms when grids change."""

from django.db.models import Value
from django.db.models.functions import Concat, Substr

from alarms.models import Alarm, AlarmSource
from alarms.words import WITH_KEY
from audit.services import record_many
from grids import geometry


def grid_moved(old_path: str, new_path: str, grid) -> None:
    """Keep the copies of grid paths right when a subtree moves (``settings.GRID_MOVED``)."""
    for model in (AlarmSource, Alarm):
        model.objects.filter(grid_path__startswith=old_path).update(grid_path=Concat(Value(new_path), Substr("grid_path", len(old_path) + 1)))


def grid_split(source, parts, *, by) -> None:
    """Sources and running alarms of a grid that was split go to the part in which they lie, each on record (``settings.GRID_SPLIT``)."""
    devices = _regridded(AlarmSource.objects.filter(grid=source), parts)
    _on_record("alarmsource.regrid", [device for device in devices if device.kind in WITH_KEY], source, by=by)
    _on_record("alarm.regrid", _regridded(Alarm.objects.open().filter(grid=source), parts), source, by=by)


def _regridded(queryset, parts) -> list:
    rows = list(queryset.select_for_update(of=("self",)).order_by("pk"))
    for row in rows:
        row.grid = geometry.part_holding(None if row.lon is None else (row.lon, row.lat), parts)
        row.grid_path = row.grid.path
    queryset.model.objects.bulk_update(rows, ["grid", "grid_path"], batch_size=500)
    return rows


def _on_record(action: str, rows: list, source, *, by) -> None:
    if rows:
        record_many(action, [(row, {"grid": [source.name, row.grid.name]}) for row in rows], by=by, district_id=source.district_id)
