"""Nobody waits for somebody who waits for him: whoever holds the district's chain wants no row that others hold while they wait for the chain.

Each test holds the chain, lets two come until both wait, and lets go: in the wrong order PostgreSQL would end one of them.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from airquality.models import Anomaly
from airquality.watch import keeping, scan
from alarms import reading
from alarms.models import Alarm, AlarmRule, DustLimit, MonitorReading
from alarms.services import advance, intake, rules
from audit.services import record
from common import clock
from inspections.models import Finding
from rectification.services.advance import advance as advance_finding
from tests.airquality.test_watch_rules import HOUR_10, air, only, stations
from tests.airquality.test_watch_rules import NOW as TEN_FIFTY
from tests.alarms.moments import NOW
from tests.factories.alarms import SourceFactory, alarm_of
from tests.factories.grids import centre
from tests.factories.inspections import FindingFactory

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 10
QUERY = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def until_waiting(count: int) -> None:
    """So many wait for a lock."""
    end = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(QUERY)
            if cursor.fetchone()[0] >= count:
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")


def one_after_the_other(district, *acts) -> list:
    """Each in a thread of its own, begun when the one before waits for the chain of this district; what they gave."""

    def begin(act):
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        with transaction.atomic():
            record("export", "hold", by=None, district_id=district.pk)
            begun = []
            for n, act in enumerate(acts, 1):
                begun.append(pool.submit(begin, act))
                until_waiting(n)
        return [each.result(PATIENCE) for each in begun]


def test_a_report_that_registers_itself_and_a_clerk_who_registers_another(district, camera, member, operator):
    alarm = alarm_of(camera)
    other = FindingFactory(district=district, grid=district.villages[0], reported=True)
    acts = (
        lambda: advance.advance(alarm, "judge_true", by=operator),
        lambda: advance_finding(other, "register", by=operator),
    )
    judged, registered = one_after_the_other(district, *acts)

    assert (judged.finding.state, registered.state) == ("assigned", "registered")
    assert sorted(Finding.objects.values_list("number", flat=True)) == ["2026-000001", "2026-000002"]


def test_a_look_that_finds_two_anomalies_and_an_operator_at_the_alarm_of_one(district, member, operator, time_machine):
    time_machine.move_to(TEN_FIFTY, tick=False)
    keeping.load(district)
    first, second, calm = stations(district, 3, grid=district.villages[0])
    facts = {"pollutant": "pm25", "rule": "R4", "level": "yellow", "hour": HOUR_10, "words": "偏高", "district_id": district.pk}
    running = intake.from_anomaly(SimpleNamespace(pk=99_999, station=second, **facts))
    only(district, "R2")
    for station in (first, second):
        air(station, 1, pm25=20), air(station, pm25=90)
    air(calm, 1), air(calm)

    acts = (
        lambda: scan.look_at(district, [HOUR_10], now=TEN_FIFTY),
        lambda: advance.advance(running, "comment", by=operator, note="已看到"),
    )
    found, _commented = one_after_the_other(district, *acts)

    running.refresh_from_db()
    assert (found, Anomaly.objects.count(), Alarm.objects.count(), running.signal_count) == (2, 2, 2, 2)


def test_rules_that_are_saved_together_and_a_message_of_the_second_kind(district, director, member):
    DustLimit.objects.update(is_default=False)
    DustLimit.objects.filter(code="shaanxi-earthwork").update(is_default=True)
    lon, lat = centre(district.villages[0])
    monitor = SourceFactory(district=district, kind="dust_monitor", lon=lon, lat=lat)
    hour = NOW.replace(minute=0)
    body = json.dumps({"readings": [{"at": hour.isoformat(), "tsp": 900, "minutes": 60}]}).encode()

    def message():
        with clock.standing(hour.replace(hour=hour.hour + 1)):
            return intake.take_in(monitor, reading.read(body, ""), size=1)

    page = [(AlarmRule.objects.get(district=district, kind=kind), {"accept_minutes": 7}, None) for kind in ("fire", "dust")]
    changed, taken = one_after_the_other(district, lambda: rules.edit_together(page, by=director), message)

    assert (changed, taken.meaning, MonitorReading.objects.count()) == (2, "alarm", 1)
