"""Many at once, on real transactions: two cameras that see the same smoke, two operators, two scans, two people who accept."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from alarms.models import Alarm, AlarmSignal, Call
from alarms.reading import Unreadable
from alarms.services import advance, intake, scan
from common.errors import Conflict
from inspections.models import Finding
from tests.factories.accounts import UserFactory
from tests.factories.alarms import SourceFactory, alarm_of, message
from tests.factories.grids import centre

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Each in a thread of its own, begun together; results in order, refusals as what they are."""
    gate = Barrier(len(acts))

    def begin(act):
        try:
            gate.wait()
            return act()
        except Conflict as lost:
            return lost
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begin, acts))


def test_two_cameras_that_see_the_same_smoke_at_the_same_moment_make_one_alarm(district, member):
    lon, lat = centre(district.villages[0])
    cameras = [SourceFactory(district=district, lon=lon, lat=lat + n / 10_000) for n in range(4)]
    at_once(*(lambda camera=camera: intake.take_in(camera, message(), size=1) for camera in cameras))

    assert (Alarm.objects.get().signal_count, AlarmSignal.objects.count()) == (4, 4)


def test_the_same_body_sent_at_once_is_one_signal(camera):
    found = at_once(*(lambda: intake.take_in(camera, message(), size=1) for _n in range(4)))

    assert sorted(taken.replay for taken in found) == [False, True, True, True]
    assert (AlarmSignal.objects.count(), Alarm.objects.get().signal_count) == (1, 1)


def test_two_operators_who_judge_at_once_make_one_finding(district, camera, member):
    alarm = alarm_of(camera)
    operators = [UserFactory(office_staff=district) for _n in range(3)]
    found = at_once(*(lambda person=person: advance.advance(alarm, "judge_true", by=person, version=1) for person in operators))

    assert sum(isinstance(each, Conflict) for each in found) == 2
    assert Finding.objects.count() == 1


def test_two_scans_at_once_call_each_rung_once(district, camera, member, operator):
    alarm = alarm_of(camera)
    Alarm.objects.update(first_signal_at=alarm.first_signal_at)
    alarm.clocks.update(due_at=alarm.first_signal_at)
    at_once(scan.scan, scan.scan, scan.scan)

    alarm.refresh_from_db()
    assert (alarm.state, alarm.dispatches.count(), Call.objects.count()) == ("dispatched", 1, 3)


def test_of_two_who_accept_at_once_one_goes(district, camera, member, chief, operator):
    alarm = alarm_of(camera)
    advance.advance(alarm, "judge_unclear", by=operator)
    found = at_once(lambda: advance.advance(alarm, "accept", by=member), lambda: advance.advance(alarm, "accept", by=chief))

    assert sum(isinstance(each, Conflict) for each in found) == 1
    alarm.refresh_from_db()
    assert alarm.accepted_by in (member, chief)


def test_the_same_unreadable_body_at_once_is_kept_once_and_refused_to_all_alike(camera):
    found = at_once(*(lambda: intake.keep_unreadable(camera, b"<html>", reason=Unreadable("XML")) for _n in range(6)))

    assert (found, AlarmSignal.objects.count()) == ([None] * 6, 1)
