"""A feed is fetched from named hosts, within bounds, and what goes wrong is written down."""

import datetime as dt
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command

from airquality.models import FeedState, Reading
from airquality.services import polling
from airquality.tasks import poll
from common import clock
from tests.airquality.conftest import GOOD

pytestmark = pytest.mark.django_db
ROWS = [{"station": code, "hour": "2026-11-20T07:00:00", **GOOD} for code in ("1001A", "8888A")]


@contextmanager
def platform(answer):
    """``answer(handler)`` gives status and bytes."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Authorization"]))
            status, content = answer
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def feed(settings):
    def use(address, **options):
        settings.AIR_POLL_URL, settings.AIR_POLL_HOSTS, settings.AIR_POLL_PLAIN_HOSTS = address, ["127.0.0.1"], ["127.0.0.1"]
        for name, value in options.items():
            setattr(settings, name, value)

    return use


def test_a_feed_is_taken_and_again_without_harm(district, station, feed):
    with platform((200, json.dumps(ROWS).encode())) as (address, asked), clock.standing(dt.datetime(2026, 11, 20, 1, 20, tzinfo=dt.UTC)):
        feed(address + "/feed?h={hour:%Y%m%d%H}", AIR_POLL_TOKEN="token-7")
        poll()
        call_command("poll_readings")
    assert asked == [("/feed?h=2026112009", "Bearer token-7")] * 2
    assert Reading.objects.get().source == "poll"
    state = FeedState.objects.get(district=district)
    assert (state.error, state.report) == ("", {"new": 0, "unchanged": 1, "corrected": 0, "refused": 0, "others": 1, "swapped": False})
    assert state.succeeded_at == state.tried_at or state.succeeded_at is not None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((302, b""), "HTTP 302"),
        ((503, b""), "HTTP 503"),
        ((200, b"<html>"), "没有找到表头"),
        ((200, b"[" + b" " * 5000 + b"]"), "超过 4000 字节"),
        ((200, json.dumps([ROWS[1]]).encode()), "没有本区县的站点"),
    ],
)
def test_what_goes_wrong_is_written_down_and_never_raised(district, station, feed, answer, words):
    with platform(answer) as (address, _asked):
        feed(address, AIR_POLL_MAX_BYTES=4000)
        assert polling.poll() is None
        with pytest.raises(CommandError, match=words):
            call_command("poll_readings")
    state = FeedState.objects.get()
    assert words in state.error
    assert state.succeeded_at is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"AIR_POLL_HOSTS": []}, "AIR_POLL_HOSTS"),
        ({"AIR_POLL_PLAIN_HOSTS": []}, "https"),
        ({"AIR_POLL_URL": "http://127.0.0.1:9/"}, "ConnectError"),
        ({"AIR_POLL_URL": "http://127.0.0.1/{nothing}"}, "AIR_POLL_URL"),
        ({"AIR_POLL_URL": "ftp://127.0.0.1/"}, "https"),
    ],
)
def test_only_the_named_hosts_are_asked(district, feed, options, words):
    feed("http://127.0.0.1:9/", **options)
    polling.poll()
    assert words in FeedState.objects.get().error


def test_without_an_address_nothing_happens(district, settings):
    settings.AIR_POLL_URL = ""
    assert polling.poll() is None
    with pytest.raises(CommandError, match="AIR_POLL_URL"):
        call_command("poll_readings")
    assert not FeedState.objects.exists()


def test_the_district_must_be_clear(district, feed):
    feed("http://127.0.0.1:9/", AIR_POLL_DISTRICT="nowhere")
    with pytest.raises(CommandError, match="AIR_POLL_DISTRICT"):
        call_command("poll_readings")


def test_a_feed_whose_rows_are_all_refused_is_told_as_not_taken(district, station, feed):
    with platform((200, json.dumps([ROWS[0] | {"time_point": "x", "timepoint": "x", "hour": "x", "time": "x"}]).encode())) as (address, _asked):
        feed(address)
        assert polling.poll() is None
    state = FeedState.objects.get()
    assert "全部被拒收" in state.error and state.succeeded_at is None
