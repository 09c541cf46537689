"""The scan: once however often it runs, what is suppressed and why, rises of the whole district, late readings, who is told."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command

from airquality.hours import HOUR
from airquality.models import Anomaly, ExcludedDay, Reading, RegionalEvent, WatchSettings
from airquality.watch import keeping, scan
from alarms.models import Alarm
from common import clock
from notices.models import Notice
from notices.words import Topic
from tests.airquality.test_watch_rules import HOUR_10, NOW, air, found, only, stations
from tests.factories.accounts import UserFactory
from tests.factories.districts import made_district
from tests.factories.notices import RobotFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW)


@pytest.fixture
def district():
    made = made_district()
    keeping.load(made)
    UserFactory(office_staff=made)
    return made


def all_of(district):
    scan.scan(district=district)
    return [(each.station.name, each.rule, each.level, each.suppressed) for each in Anomaly.objects.order_by("hour", "station", "rule")]


def test_twice_is_once_and_the_command_says_how_many(district):
    (station,) = stations(district, 1)
    only(district, "R2")
    air(station, 1, pm25=20), air(station, pm25=90)
    out = StringIO()
    call_command("watch_stations", stdout=out)
    call_command("watch_stations", stdout=out)
    assert out.getvalue().splitlines() == ["1 anomalies found", "0 anomalies found"]
    assert (Anomaly.objects.count(), Alarm.objects.count()) == (1, 1)


def test_the_alarm_says_the_anomalys_words(district):
    (station,) = stations(district, 1)
    only(district, "R2")
    air(station, 1, pm25=20), air(station, pm25=90)
    scan.scan(district=district)
    assert (
        Alarm.objects.get().text
        == Anomaly.objects.get().words
        == ("甲号站11月27日10时PM₂.₅浓度由上一小时的 20 μg/m³ 升至 90 μg/m³，升高 70 μg/m³（350%），超过规定的 30 μg/m³。")
    )


def test_an_alarm_that_cannot_be_raised_leaves_no_anomaly_and_comes_with_the_next_look(district, settings):
    (station,) = stations(district, 1)
    only(district, "R2")
    air(station, 1, pm25=20), air(station, pm25=90)
    settings.AIR_ANOMALY = "tests.airquality.test_watch_scan.refuse"
    with pytest.raises(ExceptionGroup) as failed:
        scan.scan(district=district)
    assert faults_of(failed.value) == ["OSError('no')"]
    assert Anomaly.objects.count() == 0
    settings.AIR_ANOMALY = ""
    assert scan.scan(district=district) == 1


def refuse(anomaly):
    raise OSError("no")


def faults_of(failed: ExceptionGroup) -> list[str]:
    """Of a look: grouped by district, in it by anomaly."""
    return [repr(fault) for group in failed.exceptions for fault in group.exceptions]


def test_an_anomaly_that_fails_holds_up_none_of_the_others_and_is_tried_again(district, settings, time_machine, caplog):
    first, second = stations(district, 2)
    only(district, "R2")
    for hours_ago in (1, 0):
        for station in (first, second):
            air(station, hours_ago, pm25=90 - 60 * hours_ago, pm10=80)
    WatchSettings.objects.filter(district=district).update(regional_stations=3)
    settings.AIR_ANOMALY = "tests.airquality.test_watch_scan.refuse_the_first"
    with pytest.raises(ExceptionGroup) as failed:
        scan.scan(district=district)
    assert faults_of(failed.value) == ["OSError('甲号站')"]
    assert [each.station for each in Anomaly.objects.all()] == [second]
    assert f"Found R2 {first.pk} pm25" in caplog.text
    assert WatchSettings.objects.get(district=district).looked_at is None

    settings.AIR_ANOMALY = "alarms.services.intake.from_anomaly"
    assert scan.scan(district=district) == 1
    assert [each.station for each in Anomaly.objects.order_by("station")] == [first, second]
    assert Alarm.objects.count() == 1


def refuse_the_first(anomaly):
    if anomaly.station.name == "甲号站":
        raise OSError(anomaly.station.name)


def test_an_event_that_was_undone_with_its_anomaly_stands_for_none_of_the_others(district, monkeypatch):
    first, second = stations(district, 2)
    only(district, "R2")
    for station in (first, second):
        air(station, 1, pm25=20), air(station, pm25=90)
    monkeypatch.setattr(scan.wording, "words", words_that_fail_once(scan.wording.words))
    with pytest.raises(ExceptionGroup):
        scan.scan(district=district)
    assert [(row.station, row.regional_event) for row in Anomaly.objects.all()] == [(second, RegionalEvent.objects.get())]
    assert scan.scan(district=district) == 1


def words_that_fail_once(words):
    left = [OSError("no")]

    def fail_once(**told):
        if left:
            raise left.pop()
        return words(**told)

    return fail_once


# --- rises ------------------------------------------------------------------------------------------------------------------------------
def correct(station, hour=HOUR_10, **values):
    Reading.objects.filter(station=station, hour=hour).update(changed_at=clock.now(), **values)


def levels_of(alarm) -> list[str]:
    return list(alarm.steps.filter(action="rise").values_list("details__to", flat=True))


def test_figures_corrected_upwards_make_the_alarm_worse_once_and_corrected_downwards_change_nothing(district, time_machine):
    """R4, edition 2026: PM2.5 above 115 is yellow, above 150 red."""
    (station,) = stations(district, 1)
    only(district, "R4")
    air(station, 1, pm25=20), air(station, pm25=116)
    assert all_of(district) == [("甲号站", "R4", "yellow", "")]
    alarm, office = Alarm.objects.get(), UserFactory(office_staff=district)
    for later, value in enumerate((200, 200, 120, 90, 210), 1):
        time_machine.move_to(NOW + later * dt.timedelta(minutes=3))
        correct(station, pm25=value)
        assert scan.scan(district=district) == 0

    alarm.refresh_from_db()
    row = Anomaly.objects.get()
    assert (row.level, row.suppressed, row.numbers["value"], alarm.level, alarm.signal_count) == ("red", "", "200", "red", 2)
    assert (levels_of(alarm), alarm.text, Alarm.objects.count()) == (["red"], row.words, 1)
    assert Notice.objects.filter(recipient=office, kind="alarm.rise").count() == 1


def test_what_was_only_a_hint_becomes_an_alarm_when_it_rises(district):
    (station,) = stations(district, 1)
    only(district, "R4")
    air(station, 1, pm25=20), air(station, pm25=61)
    assert all_of(district) == [("甲号站", "R4", "info", "")]
    assert not Alarm.objects.exists()
    correct(station, pm25=116)
    assert all_of(district) == [("甲号站", "R4", "yellow", "")]
    assert Alarm.objects.get().level == "yellow"


def test_a_repeat_that_rises_is_a_repeat_no_more(district, time_machine):
    high, other = stations(district, 2)
    only(district, "R1")
    for later in range(2):
        time_machine.move_to(NOW + later * HOUR)
        air(high, -later, pm25=140 + later), air(other, -later, pm25=100 + later)
        scan.scan(district=district)
    correct(high, HOUR_10 + HOUR, pm25=300)
    assert [row[2:] for row in all_of(district)] == [("yellow", ""), ("red", "")]
    assert Alarm.objects.get().level == "red"


def test_a_rise_that_comes_too_late_leaves_what_was_told_and_changes_what_was_not(district, time_machine):
    told, quiet = stations(district, 2)
    only(district, "R4")
    WatchSettings.objects.filter(district=district).update(regional_stations=3)
    air(told, 1, pm25=20), air(told, pm25=116), air(quiet, 1, pm25=20), air(quiet, pm25=61)
    scan.scan(district=district)
    time_machine.move_to(NOW + 8 * HOUR)
    for station in (told, quiet):
        correct(station, pm25=200)
    assert sorted(all_of(district)) == [("乙号站", "R4", "red", "late"), ("甲号站", "R4", "yellow", "")]
    assert Alarm.objects.get().level == "yellow"


# --- repeats ----------------------------------------------------------------------------------------------------------------------------
def test_the_same_within_three_hours_is_written_down_and_raises_nothing(district, time_machine):
    high, other = stations(district, 2)
    only(district, "R1")
    for later in range(4):
        time_machine.move_to(NOW + later * HOUR)
        air(high, -later, pm25=140 + later), air(other, -later, pm25=100 + later)
        scan.scan(district=district)
    rows = list(Anomaly.objects.order_by("hour"))
    assert [row.suppressed for row in rows] == ["", "repeat", "repeat", ""]
    assert [row.suppressed_by for row in rows] == [None, rows[0], rows[0], None]


def test_a_higher_level_is_raised_at_once_and_a_lower_one_is_not(district, time_machine):
    high, other = stations(district, 2)
    only(district, "R1")
    for later, value in enumerate((140, 160, 141)):
        time_machine.move_to(NOW + later * HOUR)
        air(high, -later, pm25=value), air(other, -later, pm25=100 + later)
        scan.scan(district=district)
    assert [(row.level, row.suppressed) for row in Anomaly.objects.order_by("hour")] == [("yellow", ""), ("red", ""), ("yellow", "repeat")]


def test_another_station_pollutant_or_rule_is_no_repeat(district):
    high, other = stations(district, 2)
    only(district, "R1", "R2")
    air(high, 1, pm25=100, pm10=150), air(other, 1, pm25=100, pm10=150)
    air(high, pm25=200, pm10=260), air(other, pm25=100, pm10=150)
    assert {row[3] for row in all_of(district)} == {""}
    assert Anomaly.objects.count() == 4


def test_one_kind_of_fault_does_not_hide_another(district, time_machine):
    (station,) = stations(district, 1)
    only(district, "R8")
    air(station, pm25=50, pm10=40)
    scan.scan(district=district)
    time_machine.move_to(NOW + HOUR)
    air(station, -1, pm25="-2")
    assert [row[3] for row in all_of(district)] == ["", ""]


# --- dust, region -----------------------------------------------------------------------------------------------------------------------
def test_in_a_dust_storm_particles_raise_nothing_but_gases_and_faults_do(district):
    (station,) = stations(district, 1)
    only(district, "R2", "R4", "R8")
    keeping.begin_spell(district, note="沙尘预警", by=None, starts_at=NOW - 2 * HOUR)
    air(station, 1, no2=150), air(station, pm10=900, no2=250, pm25="-3")
    assert all_of(district) == [
        ("甲号站", "R2", "yellow", "sand_dust"), ("甲号站", "R4", "info", ""), ("甲号站", "R4", "red", "sand_dust"), ("甲号站", "R8", "fault", ""),
    ]  # fmt: skip


def test_an_approved_dust_day_counts_the_same_and_a_spell_that_is_over_does_not(district):
    (station,) = stations(district, 1)
    only(district, "R2")
    air(station, 1), air(station, pm10=900)
    keeping.begin_spell(district, note="沙尘预警", by=None)
    keeping.end_spell(district, by=None)
    assert not scan.is_dusty(district, station, HOUR_10)
    ExcludedDay.objects.create(district=district, day=dt.date(2026, 11, 27), reason="sand_dust", approval="批复", at=clock.now())
    assert all_of(district) == [("甲号站", "R2", "yellow", "sand_dust")]


@pytest.mark.parametrize(("value", "is_regional"), [(130, False), ("130.1", True)])
def test_when_all_stations_rise_by_more_than_thirty_percent_there_is_one_event(district, value, is_regional):
    first, second = stations(district, 2)
    micro = stations(district, 1, level="micro")[0]
    RobotFactory(district_id=district.pk, topics=[Topic.AIR])
    only(district, "R2")
    air(first, 1, pm25=100), air(second, 1, pm25=100), air(micro, 1, pm25=100)
    air(first, pm25=200), air(second, pm25=value), air(micro, pm25=100)
    assert {row[3] for row in all_of(district)} == ({"regional"} if is_regional else {""})
    told = Notice.objects.filter(kind="air.regional")
    assert RegionalEvent.objects.count() == told.exclude(recipient=None).count() == told.filter(channel="dingtalk").count() == int(is_regional)
    if is_regional:
        event = RegionalEvent.objects.get()
        assert event.words == (
            "11月27日10时PM₂.₅区域性升高：2 个站点比上一小时全部升高 30% 以上（升幅最小的站点 30.1%），均值由 100 升至 165 μg/m³。各站点的异常不再逐个报警。"
        )
        assert event.anomalies.count() == 2
        assert Alarm.objects.count() == 0


def test_a_rise_that_no_rule_minds_makes_no_event(district):
    first, second = stations(district, 2)
    only(district, "R2")
    for station in (first, second):
        air(station, 1, pm25=10), air(station, pm25=20)
    assert all_of(district) == []
    assert RegionalEvent.objects.count() == 0


# --- late and missing -------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("hours_ago", "suppressed"), [(5, ""), (8, "late")])
def test_a_late_reading_is_looked_at_and_raises_an_alarm_only_while_it_is_news(district, hours_ago, suppressed):
    (station,) = stations(district, 1)
    only(district, "R2")
    scan.scan(district=district)
    air(station, hours_ago + 1, pm25=20), air(station, hours_ago, pm25=90)
    assert all_of(district) == [("甲号站", "R2", "yellow", suppressed)]
    assert Alarm.objects.count() == int(not suppressed)


def test_history_that_is_imported_is_left_alone(district):
    (station,) = stations(district, 1)
    only(district, "R2")
    air(station, 24 * 9 + 1, pm25=20), air(station, 24 * 9, pm25=90)
    assert all_of(district) == []


def test_a_station_that_has_never_sent_anything_is_no_fault(district):
    stations(district, 2)
    only(district, "R8")
    assert all_of(district) == []


def test_an_hour_waits_for_the_stations_that_send_and_not_for_ever(district, time_machine):
    first, second = stations(district, 2)
    only(district, "R2")
    for station in (first, second):
        air(station, 1, pm25=20)
    air(first, pm25=90)
    time_machine.move_to(HOUR_10 + dt.timedelta(minutes=20))
    assert all_of(district) == []
    time_machine.move_to(HOUR_10 + dt.timedelta(minutes=45))
    assert all_of(district) == [("甲号站", "R2", "yellow", "")]


@pytest.mark.parametrize("wait_minutes", [60, 150, 180])
def test_an_hour_that_waits_longer_than_news_is_news_is_still_looked_at(district, time_machine, wait_minutes):
    WatchSettings.objects.filter(district=district).update(late_hours=1, wait_minutes=wait_minutes)
    first, second = stations(district, 2)
    only(district, "R2")
    for station in (first, second):
        air(station, 1, pm25=20)
    air(first, pm25=90)
    for minutes in range(5, 241, 10):
        time_machine.move_to(HOUR_10 + dt.timedelta(minutes=minutes))
        scan.scan(district=district)
    assert [(each.station, each.hour) for each in Anomaly.objects.all()] == [(first, HOUR_10)]


def test_faults_reach_the_operator_and_no_patrol(district):
    (station,) = stations(district, 1)
    only(district, "R8")
    air(station, pm25=50, pm10=40)
    assert found(district) == [("甲号站", "pm25", "R8", "fault")]
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.calls.count(), alarm.dispatches.count()) == ("fault", 0, 0)
    member, office = UserFactory(member=district.villages[0]), UserFactory(office_director=district)
    assert (Anomaly.objects.visible_to(member).count(), Anomaly.objects.visible_to(office).count()) == (0, 1)


def test_the_look_costs_the_same_for_one_hour_that_says_nothing_and_for_many(district, django_assert_max_num_queries):
    for station in stations(district, 4):
        for hours_ago in range(8):
            air(station, hours_ago)
    only(district, "R1", "R2", "R3", "R4", "R5", "R6")
    with django_assert_max_num_queries(12):
        assert scan.scan(district=district) == 0


@pytest.mark.django_db(transaction=True)
def test_two_scans_at_once_find_it_once():
    district = made_district()
    keeping.load(district)
    (station,) = stations(district, 1)
    only(district, "R2")
    air(station, 1, pm25=20), air(station, pm25=90)
    assert sorted(at_once(*[lambda: scan.look_at(district, [HOUR_10], now=NOW)] * 4)) == [0, 0, 0, 1]
    assert (Anomaly.objects.count(), Alarm.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_scans_at_once_tell_a_rise_once():
    district = made_district()
    keeping.load(district)
    (station,) = stations(district, 1)
    only(district, "R4")
    air(station, 1, pm25=20), air(station, pm25=116)
    scan.look_at(district, [HOUR_10], now=NOW)
    correct(station, pm25=200)
    assert at_once(*[lambda: scan.look_at(district, [HOUR_10], now=NOW)] * 4) == [0, 0, 0, 0]
    alarm = Alarm.objects.get()
    assert (Anomaly.objects.get().level, alarm.level, alarm.signal_count, levels_of(alarm)) == ("red", "red", 2, ["red"])
