"""A gateway that is slow, hangs or is dead holds up nobody but those who wait for it."""

import datetime as dt
import time

import pytest

from common import clock
from notices import dispatch
from notices.channels import base
from notices.lanes import WIDTH, Lanes
from notices.management.commands import dispatch_notices
from notices.models import Notice, State
from notices.stub.server import running
from tests.factories.notices import NoticeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stub(settings):
    with running() as found:
        for channel in ("SMS", "VOICE"):
            setattr(settings, f"{channel}_WEBHOOK_URL", f"{found.origin}/{channel.lower()}")
            setattr(settings, f"{channel}_WEBHOOK_PLAIN_HOSTS", ["127.0.0.1"])
        yield found


def urgent(number, channel):
    return NoticeFactory.create_batch(number, channel=channel, urgent=True)


def seconds_until(channel, start) -> float:
    """From ``start`` until the last of this channel was out."""
    rows = Notice.objects.filter(channel=channel)
    assert set(rows.values_list("state", flat=True)) == {State.SENT}
    return (max(rows.values_list("sent_at", flat=True)) - start).total_seconds()


@pytest.mark.parametrize("manner", ["dead", "hang", "refuse"])
def test_calls_and_inbox_are_out_at_once_though_the_gateway_of_texts_is_ill(stub, manner, monkeypatch):
    """Texts are urgent, older and many: they would be first in one common queue."""
    monkeypatch.setattr(base, "TIMEOUT", 3)
    stub.manner["sms"] = manner
    texts, start = urgent(30, "sms"), clock.now()
    urgent(10, "voice")
    NoticeFactory.create_batch(20)

    dispatch.drain("w")

    assert seconds_until("voice", start) < 2 and seconds_until("inbox", start) < 2
    tried = Notice.objects.filter(pk__in=[text.pk for text in texts], attempts__gt=0)
    assert tried.count() == (30 if manner == "refuse" else 1), "who does not answer is asked once, then rests"


def test_many_texts_for_a_slow_gateway_hold_nobody_up_and_go_several_at_once(stub):
    stub.manner["sms"], stub.slow_seconds = "slow", 0.5
    urgent(16, "sms")
    start = clock.now()
    urgent(6, "voice")

    dispatch.drain("w")

    assert seconds_until("voice", start) < 1.5
    assert seconds_until("sms", start) < 16 * 0.5 * 0.75, "one after the other would take eight seconds"


def test_a_worker_leaves_a_slow_gateway_to_the_sweeper(stub):
    stub.manner["sms"], stub.slow_seconds = "slow", 0.6
    texts = urgent(6, "sms")

    begun = time.monotonic()
    assert dispatch.drain("worker", patience=0.3) == 1
    assert time.monotonic() - begun < 3

    dispatch._resting.clear()  # the sweeper is another process
    assert dispatch.drain("sweeper") == len(texts) - 1


def test_the_sweeper_does_not_let_what_is_urgent_grow_old():
    moment = clock.now() - dt.timedelta(seconds=8)
    pressing, usual = NoticeFactory(urgent=True, not_before=moment), NoticeFactory(not_before=moment)

    dispatch_notices.sweep()

    assert list(Notice.objects.filter(state=State.SENT)) == [pressing] and usual.state == State.PENDING


def test_when_the_time_is_up_what_is_on_its_way_is_waited_for_and_no_more_begun(stub):
    stub.manner["sms"], stub.slow_seconds = "slow", 0.5
    urgent(5, "sms")

    dispatch.drain("w", seconds=0.2)

    assert sorted(Notice.objects.values_list("state", flat=True)) == ["pending"] * 4 + ["sent"]


def test_lanes_widen_with_success_and_begin_anew_after_a_failure(stub):
    with Lanes() as lanes:
        for expected in (2, 3, 4, 4):
            lanes.send(NoticeFactory.build(channel="sms", dedup_key="k"), base.Sent)
            while not lanes.back():
                continue
            assert lanes.room("sms") == expected
        lanes.send(NoticeFactory.build(channel="sms", dedup_key="k"), fails)
        while not lanes.back():
            continue
        assert (lanes.room("sms"), lanes.room("email"), WIDTH["email"]) == (1, 1, 1)


def fails():
    raise base.ChannelError("no", down=True)
