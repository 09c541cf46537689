"""/healthz and /readyz, part by part."""

import datetime as dt
import json
import os

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.db import connection
from django.utils import timezone

from audit.models import Verification
from common import clock
from notices.models import Heartbeat, Notice
from notices.services import beat

pytestmark = pytest.mark.django_db


@pytest.fixture
def healthy(settings):
    settings.BACKUP_DIR = ""
    for name in ("sweeper", "dispatcher", "alarms"):
        beat(name)


def ask(client, **headers):
    answer = client.get("/readyz", headers=headers)
    return answer.status_code, answer.json()


def grow_old(name, seconds):
    Heartbeat.objects.filter(name=name).update(beat_at=timezone.now() - dt.timedelta(seconds=seconds))


def test_healthz_answers_without_a_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok")


def test_ready_when_every_part_works(client, healthy):
    status, body = ask(client)

    assert (status, body["status"], body["failed"], body["degraded"]) == (200, "ok", [], [])


def test_readiness_is_a_real_write(client, healthy):
    ask(client)

    assert Heartbeat.objects.filter(name="readyz").exists()


@pytest.fixture
def only_reading(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    yield
    connection.close()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="read-only sessions")
def test_database_that_only_reads_is_not_ready(client, healthy, only_reading):
    status, body = ask(client)

    assert (status, body["failed"]) == (503, ["database"])
    assert body["parts"]["database"]["detail"] == "InternalError"


@pytest.mark.parametrize(("heartbeat", "part"), [("sweeper", "sweeper"), ("dispatcher", "worker"), ("alarms", "alarms")])
def test_silent_process_is_named(client, healthy, heartbeat, part):
    grow_old(heartbeat, 80)

    status, body = ask(client)

    assert (status, body["failed"]) == (503, [part])


def test_process_that_never_spoke_is_named(client, healthy):
    Heartbeat.objects.all().delete()

    assert ask(client)[1]["failed"] == ["alarms", "sweeper", "worker"]


def test_absent_broker_degrades_only(client, healthy, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    grow_old("dispatcher", 600)

    status, body = ask(client)

    assert (status, body["status"], body["degraded"]) == (200, "degraded", ["broker", "worker"])


def test_notice_that_waits_too_long_is_red(client, healthy):
    user = get_user_model().objects.create_user(username="waiting", password=None)
    due = clock.now() - dt.timedelta(minutes=6)
    Notice.objects.create(dedup_key="x", kind="x", channel="inbox", recipient=user, title="x", not_before=due, created_at=due)

    assert ask(client)[1]["failed"] == ["outbox"]


def test_full_disk_is_red(client, healthy, monkeypatch):
    monkeypatch.setattr("airduty.readiness.DISK_BYTES", 1 << 60)

    assert ask(client)[1]["failed"] == ["disk"]


def test_missing_and_old_backup_are_red(client, healthy, settings, tmp_path):
    settings.BACKUP_DIR = str(tmp_path)
    assert ask(client)[1]["failed"] == ["backup"]

    manifest = tmp_path / "20261101T010000Z/manifest.json"
    manifest.parent.mkdir()
    manifest.write_text("{}")
    os.utime(manifest, (0, 0))
    forget()
    assert ask(client)[1]["failed"] == ["backup"]

    os.utime(manifest)
    forget()
    assert ask(client)[0] == 200


def test_a_backup_that_failed_its_trial_restore_is_red_until_a_newer_one_passes(client, healthy, settings, tmp_path):
    settings.BACKUP_DIR = str(tmp_path)
    for name, code, expected in (("20261101T010000Z", 3, 503), ("20261102T010000Z", None, 503), ("20261103T010000Z", 0, 200)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}")
        if code is not None:
            (tmp_path / name / "restore_check.json").write_text(json.dumps({"exit_code": code, "checked_at": "2026-11-01T02:00:00+00:00"}))
        forget()
        assert ask(client)[0] == expected


def test_failed_verification_is_red_and_an_old_one_degrades(client, healthy):
    now = timezone.now()
    Verification.objects.create(started_at=now, finished_at=now - dt.timedelta(hours=60), exit_code=0)
    assert ask(client)[1]["degraded"] == ["audit"]

    Verification.objects.create(started_at=now, finished_at=now, exit_code=3)
    forget()
    assert ask(client)[1]["failed"] == ["audit"]


def test_answer_is_repeated_for_two_seconds(client, healthy, django_assert_num_queries):
    ask(client)

    with django_assert_num_queries(0):
        ask(client)


def test_details_are_for_this_machine_and_for_the_token(client, healthy, settings):
    settings.READYZ_TOKEN = "t0ken"

    assert "parts" in ask(client)[1]
    assert "parts" not in client.get("/readyz", REMOTE_ADDR="10.1.2.3").json()
    assert "parts" not in client.get("/readyz", REMOTE_ADDR="10.1.2.3", headers={"X-Readyz-Token": "wrong"}).json()
    assert "parts" in client.get("/readyz", REMOTE_ADDR="10.1.2.3", headers={"X-Readyz-Token": "t0ken"}).json()
    assert "parts" not in ask(client, **{"X-Forwarded-For": "10.1.2.3"})[1]
    assert "parts" not in client.get("/readyz", REMOTE_ADDR="nonsense").json()


def test_details_behind_a_trusted_proxy_follow_the_caller_it_names(client, healthy, settings):
    settings.AXES_IPWARE_PROXY_COUNT = 1

    assert "parts" not in ask(client, **{"X-Forwarded-For": "10.1.2.3"})[1]


def test_answer_is_json_for_machines(client, healthy):
    answer = client.get("/readyz")

    assert answer["Content-Type"] == "application/json"
    assert set(json.loads(answer.content)) == {"status", "failed", "degraded", "parts"}


def forget():
    caches["process"].clear()
