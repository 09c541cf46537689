"""Readings come in one way: again without harm, corrected with a history, wrong rows named and the rest taken."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection

from airquality.models import Correction, DueDay, Reading, WeatherHour
from airquality.services import intake
from audit.models import AuditEvent
from tests.airquality.conftest import GOOD

pytestmark = pytest.mark.django_db
DEVICE = intake.Sender("interface", "子站平台")


def row(hour="2026-11-20T07:00:00+08:00", station="1001A", **values):
    return {"station": station, "hour": hour, **GOOD, **values}


def take(district, *rows, **options):
    outcome = intake.take(rows, district=district, sender=DEVICE, **options)
    return (outcome.new, outcome.unchanged, outcome.corrected), outcome.refused


def test_the_same_hour_again_changes_nothing(district, station):
    assert take(district, row(), row("2026-11-20T08:00:00+08:00")) == ((2, 0, 0), [])
    assert take(district, row(), row("2026-11-20T08:00:00+08:00")) == ((0, 2, 0), [])
    assert Reading.objects.count() == 2
    assert not Correction.objects.exists()


def test_other_content_is_a_correction_and_what_stood_before_is_kept(district, station):
    take(district, row(pm25=116, co=None))
    assert take(district, row(pm25=61)) == ((0, 0, 1), [])
    reading, kept = Reading.objects.get(), Correction.objects.get()
    assert (reading.pm25, reading.co, reading.source) == (Decimal(61), Decimal("0.5"), "interface")
    assert reading.changed_at is not None
    assert kept.before == {"so2": "9", "no2": "20", "co": None, "o3": "60", "pm10": "40", "pm25": "116"}
    assert kept.after == {"so2": "9", "no2": "20", "co": "0.5", "o3": "60", "pm10": "40", "pm25": "61"}
    assert (kept.reading, kept.sender) == (reading, "子站平台")
    assert AuditEvent.objects.get(action="reading.correct").district_id == district.pk


def test_reviewed_values_stand_beside_the_real_time_ones(district, station):
    take(district, row(pm25=30))
    assert take(district, row(pm25=28), status="reviewed") == ((1, 0, 0), [])
    assert take(district, row(pm25=28, status="reviewed")) == ((0, 1, 0), [])
    assert dict(Reading.objects.values_list("status", "pm25")) == {"real_time": Decimal(30), "reviewed": Decimal(28)}


def test_wrong_rows_are_named_and_the_others_taken(district, station):
    future = (dt.datetime.now(dt.UTC) + dt.timedelta(days=2)).replace(minute=0, second=0, microsecond=0).isoformat()
    wrong = [
        "no row", {"station": "1001A", "hour": "2026-11-20T07:00:00"}, row(pm1=3), row(station="9999X"), row(station=17), row("gestern"),
        row("2026-11-20T07:30:00"), row(future), row("1999-01-01T00:00:00"), row(status="final"), row(pm25="viel"), row(pm25=True), row(pm25=1e9),
        row(pm25=float("nan")), row("2026-02-30T07:00:00"),
    ]  # fmt: skip
    counts, refused = take(district, *wrong, row("2026-11-20T09:00:00"))
    assert counts == (1, 0, 0)
    assert [(refusal.index, refusal.field) for refusal in refused] == [
        (0, ""), (1, ""), (2, "pm1"), (3, "station"), (4, "station"), (5, "hour"), (6, "hour"), (7, "hour"), (8, "hour"), (9, "status"), (10, "pm25"),
        (11, "pm25"), (12, "pm25"), (13, "pm25"), (14, "hour"),
    ]  # fmt: skip
    assert all(refusal.reason and refusal.remedy for refusal in refused)


def test_no_value_is_written_in_many_ways(district, station):
    take(district, row(so2=None, no2="", co="NA", o3="—", pm10=-999, pm25="25.1234"))
    assert Reading.objects.get().values == {"so2": None, "no2": None, "co": None, "o3": None, "pm10": None, "pm25": Decimal("25.123")}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"wind_direction": 183.6, "wind_speed": "2.25"}, [(184, Decimal("2.2"))]),
        ({"wind_direction": 360, "wind_speed": 0}, [(0, Decimal("0.0"))]),
        ({"wind_direction": -999, "wind_speed": 0.3}, [(None, Decimal("0.3"))]),
        ({"wind_direction": 90, "wind_speed": None}, []),
        ({"wind_direction": 90}, []),
    ],
)
def test_the_wind_that_comes_with_a_reading_is_kept(district, station, sent, kept):
    assert take(district, row(**sent)) == ((1, 0, 0), [])
    assert list(WeatherHour.objects.values_list("wind_direction", "wind_speed")) == kept


def test_the_first_wind_of_an_hour_is_the_districts_and_none_of_an_unknown_station(district, station, other):
    rows = [row(station=code, wind_direction=turn, wind_speed=2) for turn, code in ((10, "9999X"), (20, "1001A"), (30, "1002A"))]
    assert take(district, *rows)[0] == (2, 0, 0)
    take(district, row(wind_direction=40, wind_speed=2))
    assert list(WeatherHour.objects.values_list("wind_direction", "source")) == [(20, "sent")]


@pytest.mark.parametrize(
    ("field", "value"), [("wind_direction", 361), ("wind_direction", -1), ("wind_speed", 61), ("wind_speed", "heavy"), ("wind_speed", -2)]
)
def test_an_impossible_wind_is_named(district, station, field, value):
    counts, refused = take(district, row(**{"wind_speed": 1, field: value}))
    assert counts == (0, 0, 0)
    assert [(refusal.field, bool(refusal.remedy)) for refusal in refused] == [(field, True)]


def test_a_figure_below_zero_is_kept_to_tell_of_the_instrument(district, station):
    take(district, row(pm25=-3))
    assert Reading.objects.get().pm25 == -3


def test_an_hour_twice_in_a_batch_counts_once_and_may_not_contradict_itself(district, station):
    counts, refused = take(district, row(), row(), row(pm25=99))
    assert counts == (1, 1, 0)
    assert [(refusal.index, refusal.field) for refusal in refused] == [(2, "hour")]
    assert Reading.objects.get().pm25 == 20


def test_times_without_an_offset_are_beijing_time(district, station):
    take(district, row("2026-11-20T07:00:00"))
    assert Reading.objects.get().hour == dt.datetime(2026, 11, 19, 23, tzinfo=dt.UTC)


def test_what_has_changed_makes_its_day_due_and_midnight_belongs_to_the_day_before(district, station):
    take(district, row("2026-11-20T00:00:00"), row("2026-11-20T01:00:00"))
    assert sorted(DueDay.objects.values_list("day", "status")) == [(dt.date(2026, 11, 19), "real_time"), (dt.date(2026, 11, 20), "real_time")]
    DueDay.objects.all().delete()
    take(district, row("2026-11-20T00:00:00"))
    assert not DueDay.objects.exists()
    take(district, row("2026-11-20T00:00:00", pm25=21))
    assert DueDay.objects.get().day == dt.date(2026, 11, 19)


def test_a_full_batch_takes_few_queries(district, station, other, django_assert_max_num_queries):
    start = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
    rows = [row((start + dt.timedelta(hours=n)).isoformat(), code) for n in range(2000) for code in ("1001A", "1002A")]
    with django_assert_max_num_queries(8):
        assert take(district, *rows)[0] == (4000, 0, 0)
    with django_assert_max_num_queries(4):
        assert take(district, *rows)[0] == (0, 4000, 0)


@pytest.mark.django_db(transaction=True)
def test_the_same_batch_from_two_senders_at_once_is_taken_once(district, station):
    rows = [row(f"2026-11-{day:02d}T{hour:02d}:00:00") for day in range(1, 20) for hour in range(24)]

    def send(_n):
        try:
            return take(district, *rows)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(send, range(2)))
    assert sorted(found) == [(0, len(rows), 0), (len(rows), 0, 0)]
    assert Reading.objects.count() == len(rows)
