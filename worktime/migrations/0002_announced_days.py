"""Days announced by the State Council for 2024–2026, and the usual duty hours."""

from django.db import migrations

from worktime import announced
from worktime.calendar import DEFAULT_SPANS


def seed(apps, schema_editor):
    calendar_day, duty_hours = apps.get_model("worktime", "CalendarDay"), apps.get_model("worktime", "DutyHours")
    rows = [calendar_day(**day) for year in announced.SEEDED_YEARS for day in announced.days(year)]
    calendar_day.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    duty_hours.objects.bulk_create([duty_hours(starts=starts, ends=ends) for starts, ends in DEFAULT_SPANS])


class Migration(migrations.Migration):
    dependencies = [("worktime", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
