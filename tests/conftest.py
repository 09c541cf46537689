"""What every test stands on: servers are given by ``make test``; nothing of this machine's own deployment is touched."""

import os
from dataclasses import replace

import pytest
from django.conf import settings
from django.core.cache import caches
from hypothesis import HealthCheck
from hypothesis import settings as examples

pytest_plugins = ["tests.browser", "tests.rows_of_migrations"]


examples.register_profile("airduty", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("airduty")
"""The same examples in every run, and none that fails because the machine is busy."""


def pytest_configure(config):
    if not settings.TESTING:
        pytest.exit('Tests need servers of their own: `make test ARGS="tests/common"` or `scripts/with_servers .venv/bin/pytest`.', returncode=4)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    _own_queue(os.environ.get("PYTEST_XDIST_WORKER", "gw0"))


def _own_queue(worker: str) -> None:
    """Each pytest process has a Redis database of its own, and so have the programs that its tests start."""
    from airduty.celery import app

    address = os.environ["REDIS_URL"].rsplit("/", 1)[0]
    os.environ["REDIS_URL"] = settings.CELERY_BROKER_URL = app.conf.broker_url = f"{address}/{int(worker.removeprefix('gw')) + 1}"


@pytest.fixture(autouse=True)
def _own_files(settings, _media_of_session):
    """Uploaded files of one test are never seen by the next."""
    settings.MEDIA_ROOT = _media_of_session()


@pytest.fixture(scope="session")
def _media_of_session(tmp_path_factory):
    """Names a fresh media folder per test without making it; most tests never write one."""
    base, count = tmp_path_factory.mktemp("media"), iter(range(10**9))
    return lambda: base / str(next(count))


@pytest.fixture(autouse=True)
def _empty_caches(request):
    """The default cache lies in the database: a test's own transaction empties it, where there is one."""
    caches["process"].clear()
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        request.getfixturevalue("transactional_db")
        caches["default"].clear()


@pytest.fixture(autouse=True)
def _calendar_looked_at(monkeypatch):
    """A process asks every few seconds whether its calendar still stands: in a test at the beginning, not between two counts of its questions."""
    from worktime import calendar

    if calendar._held:
        calendar._held = replace(calendar._held, checked=float("-inf"))
    monkeypatch.setattr(calendar, "CHECK_SECONDS", 3600)
