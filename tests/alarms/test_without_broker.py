"""No Redis, no worker: the sweeper lets the clocks of alarms run."""

import datetime as dt
import os
import subprocess
import sys
import time

import pytest
from django.conf import settings as deployment
from django.db import connection

from alarms.services import advance, scan
from common import clock
from notices.models import Heartbeat
from tests.factories.alarms import alarm_of

pytestmark = pytest.mark.django_db(transaction=True)


def sweeper() -> subprocess.Popen:
    """A process that shares this test's database and has no broker."""
    data = connection.settings_dict
    address = f"postgres://{data['USER']}@{data['HOST']}:{data['PORT']}/{data['NAME']}"
    variables = os.environ | {"DATABASE_URL": address, "REDIS_URL": "redis://127.0.0.1:1/0"}
    return subprocess.Popen([sys.executable, "manage.py", "dispatch_notices", "--loop"], cwd=deployment.BASE_DIR, env=variables)


@pytest.mark.slow
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="the process shares a PostgreSQL server")
def test_without_a_broker_the_next_in_line_is_called_all_the_same(camera, member, chief, operator):
    with clock.standing(clock.now() - dt.timedelta(minutes=3, seconds=30)):
        alarm = advance.advance(alarm_of(camera), "judge_unclear", by=operator)
    process, until = sweeper(), time.monotonic() + 60
    while time.monotonic() < until and alarm.dispatches.count() < 2:
        time.sleep(0.2)
    process.terminate()

    assert process.wait(timeout=30) == 0
    assert [row.duty for row in alarm.dispatches.all()] == ["first", "deputy"]
    assert {call.person for call in alarm.calls.filter(duty="deputy")} == {chief}


def test_a_scan_gives_a_sign_of_life():
    scan.scan()

    assert Heartbeat.objects.filter(name="alarms").exists()
