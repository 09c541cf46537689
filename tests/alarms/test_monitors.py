"""Dust monitors: what is judged in whole windows of the clock, what counts as an exceedance, what stands behind a site, and silence."""

import datetime as dt
import json

import pytest
from django.utils import timezone

from alarms import reading
from alarms.models import Alarm, AlarmSignal, AlarmSource, DustLimit, MonitorReading
from alarms.services import background, intake, offline
from audit.models import AuditEvent
from common import clock
from inspections.models import Finding
from notices.models import Heartbeat
from tests.alarms.moments import NOW
from tests.factories.airquality import ReadingFactory, StationFactory
from tests.factories.alarms import SourceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten")]
TEN = NOW.replace(minute=0)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def monitor(district):
    """Of a site in Shaanxi: TSP of the hour, 800 µg/m³, never to be exceeded."""
    applied("shaanxi-earthwork")
    return SourceFactory(district=district, kind="dust_monitor")


def applied(code: str, **changes) -> None:
    DustLimit.objects.update(is_default=False)
    DustLimit.objects.filter(code=code).update(is_default=True, **changes)


def readings(*rows, n: int = 0):
    content = {"readings": [{"at": at.isoformat(), **values} for at, values in rows]}
    return reading.read(json.dumps(content | {"n": n}).encode(), "application/json")


def sent(source, *rows, at=None):
    """Taken in at the moment of its last reading, unless ``at`` says when."""
    with clock.standing(at or rows[-1][0]):
        return intake.take_in(source, readings(*rows), size=1)


def minutes_of(first, count: int, **values) -> list:
    return [(first + n * MINUTE, values) for n in range(count)]


def hourly(start, figure: float, measure: str = "tsp") -> tuple:
    return start, {measure: figure, "minutes": 60}


# --- kept -------------------------------------------------------------------------------------------------------------------------------
def test_readings_are_kept_once_and_in_one_unit(monitor):
    monitor.unit = "mg"
    for n in range(2):
        intake.take_in(monitor, readings((NOW, {"pm10": 0.096, "noise": 61}), n=n), size=1)

    row = MonitorReading.objects.get()
    assert (row.pm10, row.noise, row.minutes) == (96, 61, None)


# --- whole windows ------------------------------------------------------------------------------------------------------------------------
def test_an_hour_is_judged_when_it_is_over_and_sends_people_at_once(monitor, member):
    assert sent(monitor, *minutes_of(TEN, 60, tsp=900)).meaning == "readings"
    taken = sent(monitor, (TEN + HOUR, {"tsp": 10}))

    assert (taken.meaning, taken.alarm.kind, taken.alarm.state, taken.alarm.occurred_at) == ("alarm", "dust", "dispatched", TEN + HOUR)
    assert "TSP 60分钟均值900µg/m³，限值800µg/m³（DB61/1078-2017）" in taken.alarm.text
    assert [call.person for call in taken.alarm.calls.filter(person=member)] == [member] * 3


def test_the_hour_of_the_clock_is_judged_not_the_last_sixty_minutes(monitor):
    sent(monitor, *minutes_of(TEN, 60, tsp=400))
    rising = sent(monitor, *minutes_of(TEN + HOUR, 45, tsp=1200))

    assert (rising.meaning, AlarmSignal.objects.count()) == ("readings", 0)


def test_the_first_minutes_after_a_gap_are_no_mean_of_an_hour(monitor):
    sent(monitor, *minutes_of(TEN - HOUR, 50, tsp=100))
    sent(monitor, *minutes_of(TEN + 50 * MINUTE, 10, tsp=5000))
    assert sent(monitor, (TEN + HOUR, {"tsp": 5000})).meaning == "readings"


@pytest.mark.parametrize(("measured", "meaning"), [(44, "readings"), (45, "alarm")])
def test_three_quarters_of_an_hour_make_its_mean(monitor, measured, meaning):
    sent(monitor, *minutes_of(TEN + (60 - measured) * MINUTE, measured, tsp=900))
    assert sent(monitor, (TEN + HOUR, {"tsp": 10})).meaning == meaning


def test_a_mean_of_the_hour_suffices_and_goes_before_single_minutes(monitor):
    assert sent(monitor, hourly(TEN, 700), at=TEN + HOUR).meaning == "readings"
    sent(monitor, *minutes_of(TEN + HOUR + 10 * MINUTE, 20, tsp=100))
    assert sent(monitor, hourly(TEN + HOUR, 900), at=TEN + 2 * HOUR).meaning == "alarm"


def test_one_reading_an_hour_is_judged_when_the_next_has_come(monitor):
    said = [sent(monitor, (TEN + n * HOUR, {"tsp": 900})).meaning for n in range(3)]

    assert said == ["readings", "alarm", "alarm"]


def test_a_mean_of_an_hour_is_none_of_five_minutes(monitor):
    applied("liaoning-urban")
    assert sent(monitor, hourly(TEN, 5000), at=TEN + HOUR).meaning == "readings"


def test_readings_of_an_hour_sent_together_afterwards_are_judged_at_once(monitor):
    assert sent(monitor, *minutes_of(TEN, 60, tsp=900), at=TEN + HOUR + 6 * MINUTE).meaning == "alarm"


def test_what_comes_within_two_hours_is_judged_and_later_data_send_nobody(monitor):
    late = sent(monitor, *minutes_of(TEN, 60, tsp=900), at=TEN + 2 * HOUR + 50 * MINUTE)
    too_late = sent(monitor, *minutes_of(TEN - HOUR, 60, tsp=900), at=TEN + 3 * HOUR)

    assert (late.meaning, too_late.meaning, MonitorReading.objects.count()) == ("alarm", "readings", 120)


def test_several_hours_in_one_message_are_a_signal_each(monitor):
    applied("shaanxi-earthwork", allowed_per_day=1)
    taken = sent(monitor, hourly(TEN - HOUR, 900), hourly(TEN, 950), at=TEN + HOUR)

    assert (taken.meaning, taken.alarm.signals.count()) == ("alarm", 1)
    assert list(AlarmSignal.objects.order_by("pk").values_list("meaning", "occurred_at")) == [("within", TEN), ("alarm", TEN + HOUR)]


def test_a_monitor_that_is_tried_out_raises_nothing(monitor):
    monitor.test_until = TEN + 3 * HOUR
    assert sent(monitor, hourly(TEN, 900), at=TEN + HOUR).meaning == "test"


# --- how often ------------------------------------------------------------------------------------------------------------------------
def test_an_hour_counts_once_however_many_readings_follow(monitor):
    applied("shaanxi-earthwork", allowed_per_day=2)
    sent(monitor, *minutes_of(TEN, 60, tsp=900))
    said = [sent(monitor, (TEN + HOUR + n * MINUTE, {"tsp": 10})).meaning for n in range(5)]

    assert said == ["within", *["readings"] * 4]


def test_what_is_allowed_a_day_is_noted_before_it_is_an_alarm(monitor):
    applied("shaanxi-earthwork", allowed_per_day=2)
    said = [sent(monitor, hourly(TEN + n * HOUR, 900), at=TEN + (n + 1) * HOUR).meaning for n in range(3)]

    assert said == ["within", "within", "alarm"]


def test_every_day_begins_to_count_anew(monitor):
    applied("shaanxi-earthwork", allowed_per_day=1)
    evening = clock.at(dt.date(2026, 11, 27), dt.time(22))
    said = [sent(monitor, hourly(evening + n * HOUR, 900), at=evening + (n + 1) * HOUR).meaning for n in range(4)]

    assert said == ["within", "alarm", "within", "alarm"]


def test_dust_that_goes_on_for_hours_is_one_alarm(monitor):
    alarms = {sent(monitor, hourly(TEN + n * HOUR, 900), at=TEN + (n + 1) * HOUR + n * MINUTE).alarm for n in range(3)}

    assert (len(alarms), Alarm.objects.get().signal_count) == (1, 3)


# --- the background -------------------------------------------------------------------------------------------------------------------
def test_hebei_takes_off_what_the_district_has_anyway(monitor, district):
    applied("hebei", allowed_per_day=0)
    assert sent(monitor, hourly(TEN - HOUR, 300, "pm10"), at=TEN).meaning == "readings"  # nobody knows the background

    ReadingFactory(station=StationFactory(district=district), hour=TEN, pm10=150)
    assert sent(monitor, hourly(TEN, 225, "pm10"), at=TEN + HOUR).meaning == "readings"
    assert sent(monitor, hourly(TEN + HOUR, 400, "pm10"), at=TEN + 2 * HOUR).meaning == "alarm"


def test_the_background_is_the_mean_of_the_stations_that_count_each_once(district):
    counted, other = (StationFactory(district=district) for _n in range(2))
    for station, figure in ((counted, 90), (other, 50), (StationFactory(district=district, is_reference=True), 10),
                            (StationFactory(district=district, level="micro"), 400)):  # fmt: skip
        ReadingFactory(station=station, hour=TEN, pm10=figure)
    ReadingFactory(station=counted, hour=TEN, status="reviewed", pm10=70)

    assert background.pm10(district.pk, now=NOW) == 60


def test_an_hour_that_was_reviewed_and_found_void_is_no_background(district):
    station = StationFactory(district=district)
    ReadingFactory(station=station, hour=TEN, pm10=90)
    ReadingFactory(station=station, hour=TEN, status="reviewed", pm10=None)

    assert background.pm10(district.pk, now=NOW) is None


# --- silence ----------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def heard(monitor):
    """``heard(moment)``: the monitor was heard then."""

    def at(moment):
        AlarmSource.objects.filter(pk=monitor.pk).update(heard_at=moment)

    at(NOW)
    return at


def watched(hours: float) -> dict:
    with clock.standing(NOW + dt.timedelta(hours=hours)):
        return offline.watch()


def test_silence_is_a_problem_then_a_serious_one_and_ends_by_itself(monitor, operator, heard):
    severities = []
    for hours, gone in ((1, 0), (2.1, 1), (3, 0), (25, 1), (26, 0)):
        assert watched(hours)["gone"] == gone
        severities += Finding.objects.values_list("severity", flat=True)
    alarm = Alarm.objects.get()
    assert severities == ["general", "general", "serious", "serious"]
    assert alarm.finding.events.filter(action="correct", note="设备离线已超过一天。", by=None).count() == 1
    assert (alarm.kind, alarm.state, alarm.level, alarm.finding.problem_type.code) == ("offline", "watched", "red", "monitor-offline")
    assert alarm.finding.reporter is None
    assert AuditEvent.objects.get(action="alarm.serious").details == {"from": "", "to": "red", "hours": 25}

    heard(NOW + dt.timedelta(hours=27))
    assert watched(27)["back"] == 1
    assert watched(27) == {"back": 0, "gone": 0}
    alarm.refresh_from_db()
    assert alarm.state == "closed"


def we_were_away(*, since: dt.timedelta) -> None:
    """Nobody has watched for so long, by the machine's clock."""
    Heartbeat.objects.update_or_create(name=offline.WATCHING, defaults={"beat_at": timezone.now() - since})


def test_after_an_outage_of_ours_nobody_is_silent_until_everybody_had_time_to_be_heard(monitor, heard):
    watched(0)
    we_were_away(since=5 * HOUR)
    assert watched(5)["gone"] == 0
    Heartbeat.objects.filter(name=offline.GAP_ENDED).update(beat_at=timezone.now() - 1.9 * HOUR)
    assert watched(6.9)["gone"] == 0
    Heartbeat.objects.filter(name=offline.GAP_ENDED).update(beat_at=timezone.now() - 2.1 * HOUR)
    assert watched(7.1)["gone"] == 1


def test_the_hours_of_our_outage_make_no_silence_serious(monitor, heard):
    watched(0)
    we_were_away(since=23 * HOUR)
    watched(23)
    Heartbeat.objects.filter(name=offline.GAP_ENDED).update(beat_at=timezone.now() - 3 * HOUR)
    watched(26)

    assert (Alarm.objects.get().level, Finding.objects.get().severity) == ("", "general")


def test_a_short_stop_of_ours_changes_nothing(monitor, heard):
    watched(0)
    we_were_away(since=10 * MINUTE)
    assert watched(2.1)["gone"] == 1
