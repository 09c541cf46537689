"""Real processes, killed; a real broker, stopped and frozen."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager

import pytest
from django.conf import settings as deployment
from django.db import connection

from notices import dispatch, nudge, services
from notices.models import Notice, State
from scripts import broker
from scripts.children import free_port
from tests.factories.accounts import UserFactory
from tests.factories.notices import NoticeFactory
from tests.notices import sinks

REMINDERS = 600
KILLS = 5


def environment(**more):
    """Of a process that shares this test's database."""
    data = connection.settings_dict
    address = f"postgres://{data['USER']}@{data['HOST']}:{data['PORT']}/{data['NAME']}"
    return os.environ | {"DATABASE_URL": address, "PYTHONWARNINGS": "default"} | {name: str(value) for name, value in more.items()}


def start(*command, **options):
    return subprocess.Popen([sys.executable, *command], cwd=deployment.BASE_DIR, **options)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="the processes share a PostgreSQL server")
def test_no_reminder_is_lost_and_at_most_one_doubled_per_killed_dispatcher():
    person = UserFactory()
    rows = [NoticeFactory.build(recipient=person, channel="email", dedup_key=f"r{n}", urgent=True) for n in range(REMINDERS)]
    Notice.objects.bulk_create(rows)
    with sinks.smtp(slow=0.015) as mailbox:
        mailing = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": mailbox.port, "NOTICE_LEASE_SECONDS": 2, "NOTICE_SWEEP_AFTER_SECONDS": 0}
        kills = _dispatch_and_kill(environment(**mailing), mailbox)

    received = Counter(letter["X-Airduty-Key"] for letter in mailbox.mails)
    assert set(received) == {row.dedup_key for row in rows}
    assert kills >= 3
    assert sum(received.values()) - REMINDERS <= kills
    assert {len({letter["Message-ID"] for letter in mailbox.mails if letter["X-Airduty-Key"] == key}) for key in received} == {1}
    assert Notice.objects.exclude(state=State.SENT).count() == 0


def _dispatch_and_kill(variables, mailbox) -> int:
    """Two dispatchers at work, a random one of them killed again and again and replaced."""
    kills, until = 0, time.monotonic() + 120
    workers = [_dispatcher(variables) for _ in range(2)]
    while time.monotonic() < until and Notice.objects.exclude(state=State.SENT).exists():
        before = len(mailbox.mails)
        time.sleep(random.uniform(0.3, 0.9))
        if kills < KILLS and len(mailbox.mails) > before:
            victim = random.randrange(2)
            workers[victim].kill()
            workers[victim].wait()
            workers[victim] = _dispatcher(variables)
            kills += 1
    for worker in workers:
        worker.terminate()
    assert [worker.wait(timeout=20) for worker in workers] == [0, 0], "they end in good order when asked to"
    return kills


def _dispatcher(variables):
    return start("manage.py", "dispatch_notices", "--loop", env=variables)


# --- the broker ---------------------------------------------------------------------------------------------------------------------
NUDGER = """
import sys, time, django
django.setup()
from notices import dispatch, nudge, services
for line in sys.stdin:
    begin = time.monotonic()
    done = nudge.publish()
    print(done, time.monotonic() - begin, flush=True)
"""


@contextmanager
def own_broker():
    port = free_port()
    with subprocess.Popen([broker.binary(), "--port", str(port), "--save", "", "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL) as server:
        time.sleep(0.5)
        yield server, f"redis://127.0.0.1:{port}/0"
        server.send_signal(signal.SIGCONT)
        server.terminate()


@contextmanager
def nudger(address):
    variables = os.environ | {"REDIS_URL": address, "DJANGO_SETTINGS_MODULE": "airduty.settings", "PYTHONWARNINGS": "default"}
    process = start("-c", NUDGER, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask():
        process.stdin.write("now\n")
        process.stdin.flush()
        done, seconds = process.stdout.readline().split()
        return done == "True", float(seconds)

    yield ask
    process.stdin.close()
    process.stdout.close()
    process.wait(timeout=10)


@pytest.mark.slow
def test_frozen_broker_costs_two_seconds_once():
    with own_broker() as (server, address), nudger(address) as ask:
        assert ask()[0] is True
        server.send_signal(signal.SIGSTOP)

        first, second = ask(), ask()

    assert (first[0], second[0]) == (False, False)
    assert first[1] < 3.5 and second[1] < 0.1


@pytest.mark.slow
def test_stopped_broker_costs_nothing_to_speak_of():
    with nudger(f"redis://127.0.0.1:{free_port()}/0") as ask:
        first, second = ask(), ask()

    assert (first[0], second[0]) == (False, False)
    assert first[1] < 1 and second[1] < 0.1


QUEUER = """
import django
django.setup()
from django.contrib.auth import get_user_model
from django.db import transaction
from notices import services
with transaction.atomic():
    services.queue(to=get_user_model().objects.all(), title="期限将到", dedup_key="a", kind="due")
print("acted")
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="the process shares a PostgreSQL server")
def test_acts_stand_and_are_told_though_no_broker_answers():
    UserFactory()
    variables = environment(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0", DJANGO_SETTINGS_MODULE="airduty.settings")
    with start("-c", QUEUER, env=variables, stdout=subprocess.PIPE, text=True) as process:
        assert process.communicate(timeout=30)[0] == "acted\n"

    assert dispatch.drain("w") == 1


@pytest.mark.django_db
def test_one_nudge_per_transaction(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        for key in "abc":
            services.queue(to=[UserFactory()], title="期限将到", dedup_key=key, kind="due")

    assert callbacks == [nudge.publish]
