"""What happens to sources, alarms and rosters when grids and organisations change."""

from alarms.models import Alarm, AlarmSource, DutyShift
from alarms.words import WITH_KEY
from audit.services import record, record_many
from common import clock
from common.rows import hold_rows
from grids import geometry, scope


def grid_moved(old_path: str, new_path: str, grid) -> None:
    """Keep the copies of grid paths right when a subtree moves (``settings.GRID_MOVED``)."""
    for model in (AlarmSource, Alarm):
        model.objects.filter(grid_path__startswith=old_path).update(grid_path=scope.moved("grid_path", old_path, new_path))


def hold_in(grid) -> None:
    """Until commit: what a split of the grid will move (``settings.GRID_HELD``)."""
    for model in (AlarmSource, Alarm):  # the order in which a message takes them
        hold_rows(model.objects.filter(grid_path__startswith=grid.path))


def grid_split(source, parts, *, by) -> None:
    """Sources and running alarms of a grid that was split go to the part in which they lie, each on record (``settings.GRID_SPLIT``)."""
    devices = [device for device in _regridded(AlarmSource.objects.filter(grid=source), parts) if device.kind in WITH_KEY]
    if devices:
        record_many("alarmsource.regrid", _facts(devices, source), by=by, district_id=source.district_id)
    alarms = _regridded(Alarm.objects.open().filter(grid=source), parts)
    if alarms:
        record_many("alarm.regrid", _facts(alarms, source), by=by, district_id=source.district_id)


def hold_of(source, into) -> None:
    """Until commit: what their merger will move (``settings.ORGANISATION_HELD``)."""
    hold_rows(_to_come().filter(organisation__in=(source, into)))


def organisation_merged(source, into, *, by, note: str = "") -> None:
    """Shifts that run or come go on for the successor (``settings.ORGANISATION_MERGED``); what both had planned for the same person is one shift."""
    planned = set(_to_come().filter(organisation=into).values_list("person_id", "starts_at"))
    shifts = list(_to_come().filter(organisation=source).order_by("pk"))
    carried = [shift.pk for shift in shifts if (shift.person_id, shift.starts_at) not in planned]
    DutyShift.objects.filter(pk__in=[shift.pk for shift in shifts]).exclude(pk__in=carried).delete()
    DutyShift.objects.filter(pk__in=carried).update(organisation=into)
    if shifts:
        facts = {"from": str(source), "to": str(into), "carried": len(carried), "doubled": len(shifts) - len(carried)}
        record("dutyshift.succeed", into, by=by, district_id=into.district_id, payload=facts)


def _to_come():
    return DutyShift.objects.filter(ends_at__gt=clock.now())


def _regridded(queryset, parts) -> list:
    rows = list(queryset.select_for_update(of=("self",)).order_by("pk"))
    for row in rows:
        row.grid = geometry.part_holding(None if row.lon is None else (row.lon, row.lat), parts)
        row.grid_path = row.grid.path
    queryset.model.objects.bulk_update(rows, ["grid", "grid_path"], batch_size=500)
    return rows


def _facts(rows: list, source) -> list[tuple]:
    return [(row, {"grid": [source.name, row.grid.name]}) for row in rows]
