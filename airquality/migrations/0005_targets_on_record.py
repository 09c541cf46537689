"""Targets and excluded days decide marks: `verify_audit --state` compares them, so each row that stands gets an event that vouches for it."""

from itertools import groupby

from django.db import migrations

from audit.services import record_many

TARGET = ("district_id", "grid_id", "year", "pm25", "pm10", "good_days", "good_ratio", "heavy_days", "composite", "months", "basis")
DAY = ("district_id", "day", "station_id", "reason", "approval", "by_id", "at")


def adopt(apps, schema_editor):
    """District by district in ascending order, as chains are taken."""
    _adopt("air_target.adopt", apps.get_model("airquality", "AirTarget"), TARGET)
    _adopt("excluded_day.adopt", apps.get_model("airquality", "ExcludedDay"), DAY)


def _adopt(action, model, fields):
    model.AUDIT_FIELDS = fields
    for district, rows in groupby(model.objects.order_by("district_id", "pk"), key=lambda row: row.district_id):
        record_many(action, [(row, {}) for row in rows], by=None, district_id=district)


class Migration(migrations.Migration):
    dependencies = [("airquality", "0004_reviewed_days_of_few_hours"), ("audit", "0002_guards")]
    operations = [migrations.RunPython(adopt, migrations.RunPython.noop)]
