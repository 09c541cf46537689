"""Reviewed days that rest on fewer than 20 reviewed hours stood before whole real-time days."""

import datetime as dt
import zoneinfo

from django.db import migrations
from django.utils import timezone

LEAST = 20
BEIJING = zoneinfo.ZoneInfo("Asia/Shanghai")


def drop(apps, schema_editor):
    """Days without any hours were brought along as days, and stay. Whose row goes is due anew, so that every version of the code says what it says."""
    found = [value for value in _suspects(apps) if value.hours and _hours_sent(apps, value) < LEAST]
    due = [
        apps.get_model("airquality", "DueDay")(district_id=value.district_id, station_id=value.station_id, day=value.day, status=status, since=timezone.now())
        for value in found
        for status in ("real_time", "reviewed")
    ]  # fmt: skip
    keys = {"update_conflicts": True, "unique_fields": ["station", "day", "status"], "update_fields": ["since"], "batch_size": 500}
    apps.get_model("airquality", "DueDay").objects.bulk_create(due, **keys)
    for value in found:
        value.delete()


def _suspects(apps):
    """With 20 valid hours of anything it has as many rows."""
    rows = apps.get_model("airquality", "DailyValue").objects.filter(status="reviewed").only("district_id", "station_id", "day", "hours")
    return (value for value in rows.iterator() if max(value.hours.values(), default=0) < LEAST)


def _hours_sent(apps, value):
    """Labels 01:00 to 24:00."""
    begin = dt.datetime.combine(value.day, dt.time(), BEIJING)
    span = (begin + dt.timedelta(hours=1), begin + dt.timedelta(hours=24))
    return apps.get_model("airquality", "Reading").objects.filter(station=value.station_id, status="reviewed", hour__range=span).count()


class Migration(migrations.Migration):
    dependencies = [("airquality", "0003_watching")]
    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
