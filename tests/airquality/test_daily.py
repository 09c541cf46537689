"""Days follow their hours: worked out when these change, with validity, edition and exclusion."""

import datetime as dt
import importlib
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection

from airquality import figures, hourly, hours
from airquality.models import DailyValue, DueDay, ExcludedDay, Reading
from airquality.services import daily, exclusions, intake
from airquality.tasks import work_out_days
from audit.models import AuditEvent
from common.errors import NotYourRole
from tests.airquality.conftest import DAY, GOOD

pytestmark = pytest.mark.django_db


def work_out(station, day=DAY):
    intake.mark_days([station], [day])
    daily.work_out_due()
    return DailyValue.objects.filter(station=station, day=day).first()


def test_a_whole_day(station, write_day):
    write_day(station, pm25=[10] * 12 + [111] * 12, o3=[0] * 16 + [161] * 8)
    found = work_out(station)
    assert {name: str(value) for name, value in found.items.items()} == {
        "so2": "9.00000", "no2": "20.00000", "co": "0.50000", "o3_8h": "161.00000", "o3_1h": "161.00000", "pm10": "40.00000", "pm25": "60.50000",
    }  # fmt: skip
    assert found.sub_indexes == {"so2": 9, "no2": 25, "co": 13, "o3_8h": 101, "pm10": 40, "pm25": 100}
    assert (found.aqi, found.level, found.primary, found.edition, found.invalid) == (101, 3, ["o3"], "2026", [])
    assert found.hours == {"so2": 24, "no2": 24, "co": 24, "pm10": 24, "pm25": 24, "o3_8h": 17, "o3_1h": 24}


def test_too_few_hours_make_an_item_invalid_and_the_index_of_2026_waits(station, write_day):
    write_day(station, pm25=[50] * 19 + [None] * 5)
    found = work_out(station)
    assert (found.pm25, found.invalid, found.items["pm25"], found.aqi) == (Decimal(50), ["pm25"], None, None)
    write_day(station, dt.date(2026, 2, 10), pm25=[50] * 19 + [None] * 5)
    assert (work_out(station, dt.date(2026, 2, 10)).aqi, DailyValue.objects.get(day=dt.date(2026, 2, 10)).edition) == (40, "2012")


def test_the_last_day_of_february_ends_at_midnight_under_the_old_edition(station, write_day):
    for day in (dt.date(2026, 2, 28), dt.date(2026, 3, 1)):
        write_day(station, day, pm25=70)
        work_out(station, day)
    assert dict(DailyValue.objects.values_list("edition", "aqi")) == {"2012": 94, "2026": 110}


def test_a_corrected_hour_makes_its_day_be_worked_out_anew(district, station, write_day):
    write_day(station)
    assert work_out(station).pm25 == 20
    row = {"station": station.code, "hour": "2026-11-20T07:00:00", **GOOD, "pm25": 260}
    intake.take([row], district=district, sender=intake.Sender("interface"))
    assert DailyValue.objects.get().pm25 == 20
    work_out_days()
    assert (DailyValue.objects.get().pm25, DueDay.objects.count()) == (Decimal(30), 0)
    assert daily.work_out_due() == 0


def test_both_statuses_have_days_of_their_own(station, write_day):
    write_day(station)
    write_day(station, status="reviewed", pm25=30)
    work_out(station)
    assert dict(DailyValue.objects.values_list("status", "pm25")) == {"real_time": Decimal(20), "reviewed": Decimal(30)}


def review(station, count, day=DAY, **values):
    """The day's last ``count`` hours."""
    found = GOOD | values
    for hour in list(hours.of_day(day))[-count:]:
        Reading.objects.create(district=station.district, station=station, hour=hour, status="reviewed", received_at=hour, **found)


@pytest.mark.parametrize(("count", "standing"), [(1, "real_time"), (19, "real_time"), (20, "reviewed")])
def test_a_few_reviewed_hours_do_not_stand_for_a_whole_day(station, write_day, count, standing):
    write_day(station)
    review(station, count, pm25=60)
    work_out(station)
    (found,) = figures.daily_values([station], DAY, DAY)
    assert (found.status, found.pm25) == (standing, Decimal(20 if standing == "real_time" else 60))
    assert {reading.pm25 for reading in hourly.best(Reading.objects.all()) if reading.status == "reviewed"} == {Decimal(60)}


def test_hours_reviewed_and_found_empty_make_a_reviewed_day(station, write_day):
    write_day(station)
    write_day(station, status="reviewed", **dict.fromkeys(GOOD, None))
    work_out(station)
    (found,) = figures.best_days([station], DAY, DAY)
    assert (found.status, found.pm25, found.hours["pm25"]) == ("reviewed", None, 0)


def test_the_midnight_that_begins_a_reviewed_file_leaves_a_day_brought_along_as_it_is(station):
    daily.enter_past([(station, DAY, {"pm25": Decimal(40)})])
    review(station, 1)
    work_out(station)
    assert DailyValue.objects.get().pm25 == 40


def test_reviewed_days_of_few_hours_that_were_written_before_are_taken_away_and_made_due(station, other, write_day):
    daily.enter_past([(other, DAY, {"pm25": Decimal(40)})])
    write_day(station)
    review(station, 1)
    write_day(other, dt.date(2026, 11, 21), status="reviewed", pm25=[None] * 23 + [5])
    work_out(station)
    work_out(other, dt.date(2026, 11, 21))
    stood = DailyValue.objects.get(station=station)
    stood.pk, stood.status, stood.hours = None, "reviewed", {"pm25": 1}
    stood.save()

    importlib.import_module("airquality.migrations.0004_reviewed_days_of_few_hours").drop(apps, None)

    kept = {(value.station_id, value.day.day, value.status) for value in DailyValue.objects.all()}
    assert kept == {(station.pk, 20, "real_time"), (other.pk, 20, "reviewed"), (other.pk, 21, "reviewed")}
    assert set(DueDay.objects.values_list("station", "day", "status")) == {(station.pk, DAY, "real_time"), (station.pk, DAY, "reviewed")}
    daily.work_out_due()
    assert DailyValue.objects.count() == 3


def test_a_day_without_readings_has_no_row(station):
    assert work_out(station) is None
    assert not DueDay.objects.exists()


def test_the_command_works_out_what_is_due_and_days_that_are_named(station, write_day, capsys):
    write_day(station)
    call_command("work_out_air")
    call_command("work_out_air", "--from", str(DAY), "--to", str(DAY))
    assert "2 days of stations worked out." in capsys.readouterr().out
    assert DailyValue.objects.count() == 1


def test_days_far_apart_read_nothing_between(station, write_day, django_assert_max_num_queries):
    for day in (dt.date(2024, 1, 5), DAY):
        write_day(station, day)
        intake.mark_days([station], [day])
    with django_assert_max_num_queries(20):
        daily.work_out_due()
    assert DailyValue.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_reading_that_comes_while_its_day_is_worked_out_is_not_lost(district, station):
    """Workers and senders at once: when all is quiet, every day says what its readings say."""

    def send(n):
        try:
            rows = [{"station": station.code, "hour": hour.isoformat(), **GOOD, "pm25": n} for hour in hours.of_day(DAY)]
            intake.take(rows, district=district, sender=intake.Sender("interface"))
            daily.work_out_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(12)))
    daily.work_out_due()
    assert DailyValue.objects.get().pm25 == Reading.objects.first().pm25


# --- exclusion --------------------------------------------------------------------------------------------------------------------------
def test_a_dust_day_is_excluded_by_approval_and_its_values_stay(district, station, other, office, write_day):
    for each in (station, other):
        write_day(each, pm10=600)
        work_out(each)
    row = exclusions.exclude(district, DAY, reason="sand_dust", approval="环监测〔2026〕12号", by=office)
    assert set(DailyValue.objects.values_list("excluded_reason", "aqi")) == {("sand_dust", 500)}
    daily.work_out_due()
    assert set(DailyValue.objects.values_list("excluded_reason", flat=True)) == {"sand_dust"}
    assert exclusions.exclude(district, DAY, reason="sand_dust", approval="环监测〔2026〕12号", by=office) == row
    assert AuditEvent.objects.filter(action="excluded_day.exclude").count() == 1
    assert exclusions.restore(row, by=office)
    assert not exclusions.restore(row, by=office)
    daily.work_out_due()
    assert set(DailyValue.objects.values_list("excluded_reason", flat=True)) == {""}


def test_one_station_can_be_excluded_alone(district, station, other, office, write_day):
    for each in (station, other):
        write_day(each)
        work_out(each)
    exclusions.exclude(district, DAY, reason="exceptional", approval="批复", by=office, station=other)
    daily.work_out_due()
    assert dict(DailyValue.objects.values_list("station__code", "excluded_reason")) == {"1001A": "", "1002A": "exceptional"}


@pytest.mark.parametrize("lifted", ["station", "district"])
def test_lifting_one_exclusion_leaves_the_other_in_force(district, station, other, office, lifted):
    """Also of days from which no hours are known: nothing works these out again."""
    daily.enter_past([(each, DAY, {"pm25": Decimal(40)}) for each in (station, other)])
    rows = {
        "district": exclusions.exclude(district, DAY, reason="sand_dust", approval="批复甲", by=office),
        "station": exclusions.exclude(district, DAY, reason="exceptional", approval="批复乙", by=office, station=other),
    }
    assert dict(DailyValue.objects.values_list("station", "excluded_reason")) == {station.pk: "sand_dust", other.pk: "exceptional"}
    exclusions.restore(rows[lifted], by=office)
    left = {"station": {station.pk: "sand_dust", other.pk: "sand_dust"}, "district": {station.pk: "", other.pk: "exceptional"}}[lifted]
    assert dict(DailyValue.objects.values_list("station", "excluded_reason")) == left


def test_excluding_the_district_leaves_the_reason_of_a_station_alone(district, station, other, office):
    daily.enter_past([(each, DAY, {"pm25": Decimal(40)}) for each in (station, other)])
    exclusions.exclude(district, DAY, reason="exceptional", approval="批复乙", by=office, station=other)
    exclusions.exclude(district, DAY, reason="sand_dust", approval="批复甲", by=office)
    assert dict(DailyValue.objects.values_list("station", "excluded_reason")) == {station.pk: "sand_dust", other.pk: "exceptional"}


def test_a_day_brought_along_after_its_exclusion_is_excluded(district, station, other, office):
    exclusions.exclude(district, DAY, reason="sand_dust", approval="批复甲", by=office)
    daily.enter_past([(station, DAY, {"pm25": Decimal(40)}), (other, dt.date(2026, 11, 19), {"pm25": Decimal(40)})])
    assert dict(DailyValue.objects.values_list("station", "excluded_reason")) == {station.pk: "sand_dust", other.pk: ""}


def test_an_exclusion_needs_a_basis_a_past_day_and_the_office(district, office, town):
    for wrong in ({"approval": " "}, {"day": dt.date(2099, 1, 1)}):
        with pytest.raises(ValidationError):
            exclusions.exclude(district, **{"day": DAY, "reason": "sand_dust", "approval": "批复", "by": office} | wrong)
    with pytest.raises(NotYourRole):
        exclusions.exclude(district, DAY, reason="sand_dust", approval="批复", by=town)
    assert not ExcludedDay.objects.exists()
