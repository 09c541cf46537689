"""Days that do not count in assessments, by approval. The values stay; both versions can be shown."""

import datetime as dt
from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from airquality.models import DailyValue, ExcludedDay, Station
from airquality.services import intake, stations
from airquality.services.locks import hold_district
from audit.services import record, record_removal
from common import clock
from grids.models import Grid


@transaction.atomic
def exclude(district: Grid, day: dt.date, *, reason: str, approval: str, by, station: Station | None = None) -> ExcludedDay:
    """Of one station, or of all. Said again with the same words it is the row that stands; other words replace them."""
    stations.insist(by, district.pk)
    if not approval.strip():
        raise ValidationError({"approval": _("请写明批准剔除的文件或依据。")}, code="approval")
    if day > clock.today():
        raise ValidationError({"day": _("日期在将来，不能剔除。")}, code="future")
    hold_district(district.pk)
    row = ExcludedDay.objects.filter(district=district, day=day, station=station).first() or ExcludedDay(district=district, day=day, station=station)
    if row.pk and (row.reason, row.approval) == (reason, approval.strip()):
        return row
    row.reason, row.approval, row.by, row.at = reason, approval.strip(), by, clock.now()
    row.full_clean()
    row.save()
    _carry(row)
    record("excluded_day.exclude", row, by=by, district_id=district.pk, payload=_told(row))
    return row


@transaction.atomic
def restore(row: ExcludedDay, *, by) -> bool:
    """The day counts again. False when somebody has said so already."""
    stations.insist(by, row.district_id)
    hold_district(row.district_id)
    told, pk = _told(row), row.pk
    if not ExcludedDay.objects.filter(pk=pk).delete()[0]:
        return False
    _carry(row)
    record_removal("excluded_day.restore", row, by=by, district_id=row.district_id, payload=told)
    return True


def still_out(row: ExcludedDay) -> bool:
    """Whether another exclusion keeps the day out that ``row`` kept out, or a part of it."""
    others = ExcludedDay.objects.filter(district=row.district_id, day=row.day).exclude(pk=row.pk)
    return others.filter(station=None).exists() if row.station_id else others.exists()


def _carry(row: ExcludedDay) -> None:
    """To the daily values at once, and through the due days for good: whoever works one out at this moment has read the old state.

    A station's own exclusion goes before that of the district, and each stays in force when the other is lifted.
    """
    concerned = [row.station] if row.station_id else list(Station.objects.filter(district=row.district).order_by("pk"))
    intake.mark_days(concerned, [row.day])
    reasons = dict(ExcludedDay.objects.filter(district=row.district_id, day=row.day).values_list("station", "reason"))
    of_reason: dict[str, list[int]] = defaultdict(list)
    for station in concerned:
        of_reason[reasons.get(station.pk) or reasons.get(None, "")].append(station.pk)
    for reason, stations_of in of_reason.items():
        DailyValue.objects.filter(station__in=stations_of, day=row.day).update(excluded_reason=reason)


def _told(row: ExcludedDay) -> dict:
    return {"day": row.day, "station": row.station.code if row.station_id else None, "reason": row.reason, "approval": row.approval}
