"""Texts and calls through the gateway, and what it reports afterwards. The gateway is the product's own stub."""

import datetime as dt
import time

import pytest
from django.urls import reverse

from common import clock
from notices import dispatch, services
from notices.channels import sms, voice
from notices.models import Channel, Notice, Outcome, State
from notices.stub.server import running
from tests.factories.accounts import UserFactory
from tests.factories.notices import NoticeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stub(settings):
    with running(token="token-7") as found:
        for channel in ("SMS", "VOICE"):
            setattr(settings, f"{channel}_WEBHOOK_URL", f"{found.origin}/{channel.lower()}")
            setattr(settings, f"{channel}_WEBHOOK_TOKEN", "token-7")
            setattr(settings, f"{channel}_WEBHOOK_PLAIN_HOSTS", ["127.0.0.1"])
        yield found


def call(person, *channels, key="alarm:1", **more):
    return services.queue(to=[person], title="烟火报警", body="城东砖厂西侧", dedup_key=key, kind="alarm.dispatch", channels=channels, **more)


# --- sending ------------------------------------------------------------------------------------------------------------------------
def test_a_call_is_asked_for_with_its_kind_and_read_out_without_link(stub):
    person = UserFactory()
    call(person, Channel.VOICE, urgent=True, url="/alarms/1/")
    dispatch.drain("w")

    row = Notice.objects.get()
    (sent,) = stub.got("voice")
    assert sent["body"] == {"to": person.phone, "text": "烟火报警。城东砖厂西侧。", "key": row.dedup_key, "kind": "voice"}
    assert (row.state, row.provider_message_id) == (State.SENT, sent["answer"]["id"])


def test_nobody_is_called_for_what_is_not_urgent(stub):
    call(UserFactory(), Channel.VOICE)

    row = Notice.objects.get()
    assert (row.state, row.last_error) == (State.CANCELLED, "语音电话只用于紧急事项")


def test_an_urgent_call_goes_out_at_night(stub, settings):
    person = UserFactory()
    call(person, Channel.VOICE, Channel.SMS, Channel.EMAIL, urgent=True)

    assert {row.not_before for row in Notice.objects.all()} == {Notice.objects.first().created_at}


def test_calls_use_the_gateway_of_texts_with_its_token_unless_they_have_their_own(settings):
    assert settings.VOICE_WEBHOOK_TOKEN == settings.SMS_WEBHOOK_TOKEN
    assert settings.VOICE_WEBHOOK_PLAIN_HOSTS == settings.SMS_WEBHOOK_PLAIN_HOSTS


@pytest.mark.parametrize(("signs", "count"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_texts_are_counted_as_operators_do(signs, count):
    assert sms.segments("尘" * signs) == count


def test_a_long_text_is_cut_before_its_link(settings):
    settings.BASE_URL = "https://portal.example.org"
    notice = NoticeFactory.build(channel="sms", title="超标预警", body="颗粒物\n" * 200, url="/alarms/7/")

    text = sms.text_of(notice)

    assert text.endswith("… https://portal.example.org/alarms/7/") and text.startswith("超标预警 颗粒物 颗粒物")
    assert sms.units(text) == sms.LONGEST and sms.segments(text) == 4


def test_signs_beyond_the_common_plane_count_twice():
    assert (sms.units("𠮷"), sms.cut("𠮷𠮷𠮷", 4)) == (2, "𠮷…")


def test_a_call_is_no_longer_than_people_listen():
    text = voice.text_of(NoticeFactory.build(title="报警！", body="很长" * 300))

    assert text.startswith("报警！很长") and sms.units(text) == voice.LONGEST


# --- receipts -----------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def report(client, settings):
    settings.GATEWAY_RECEIPT_TOKEN = "receipt-9"

    def send(body, token="receipt-9", **more):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return client.post(reverse("api_receipts"), body, content_type="application/json", headers=headers, **more)

    return send


def sent_call(**more):
    return NoticeFactory(channel="voice", state=State.SENT, urgent=True, **more)


def test_an_answered_call_is_known_with_its_time(report):
    notice = sent_call()

    answer = report({"key": notice.dedup_key, "outcome": "answered"})

    notice.refresh_from_db()
    assert (answer.status_code, answer.json()) == (200, {"taken": 1, "unknown": []})
    assert notice.outcome == Outcome.ANSWERED and notice.answered_at == notice.outcome_at is not None


def test_the_gateways_own_id_will_do(report):
    notice = sent_call(provider_message_id="m-17")
    report([{"id": "m-17", "outcome": "answered"}])

    notice.refresh_from_db()
    assert notice.answered_at


def test_the_same_receipt_again_and_weaker_ones_change_nothing(report):
    notice = sent_call()
    for outcome in ("delivered", "answered", "answered", "no_answer", "delivered"):
        assert report({"key": notice.dedup_key, "outcome": outcome}).status_code == 200
    notice.refresh_from_db()
    first = notice.answered_at

    report({"key": notice.dedup_key, "outcome": "answered"})

    notice.refresh_from_db()
    assert (notice.outcome, notice.answered_at) == ("answered", first)


def test_a_time_is_believed_when_it_can_be_true(report):
    early, late = sent_call(created_at=clock.now() - dt.timedelta(minutes=5)), sent_call()
    told = clock.now() - dt.timedelta(minutes=2)
    report(
        [
            {"key": early.dedup_key, "outcome": "answered", "at": told.isoformat()},
            {"key": late.dedup_key, "outcome": "answered", "at": told.isoformat()},
        ]
    )

    early.refresh_from_db()
    late.refresh_from_db()
    assert early.answered_at == told and late.answered_at > told


def test_unknown_messages_are_named_and_ignored(report):
    notice = sent_call()
    letter = NoticeFactory(channel="email", state=State.SENT)

    answer = report([{"key": notice.dedup_key, "outcome": "busy"}, {"id": "nobody", "outcome": "busy"}, {"key": letter.dedup_key, "outcome": "busy"}])

    assert (answer.status_code, answer.json()) == (202, {"taken": 1, "unknown": ["nobody", letter.dedup_key]})


@pytest.mark.parametrize("token", ["", "receipt-8", "回执"])
def test_only_the_gateway_reports(report, token):
    notice = sent_call()

    assert report({"key": notice.dedup_key, "outcome": "answered"}, token=token).status_code == 401
    notice.refresh_from_db()
    assert notice.outcome == ""


def test_without_a_token_in_the_settings_nobody_does(report, settings):
    settings.GATEWAY_RECEIPT_TOKEN = ""

    assert report({"key": "x", "outcome": "answered"}, token="").status_code == 401
    assert report({"key": "x", "outcome": "answered"}, token=" ").status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"key": "k", "outcome": "vanished"}, "outcome"),
        ({"outcome": "busy"}, "key"),
        ({"key": "k", "outcome": "busy", "at": "昨天"}, "at"),
        ('"text"', "non_field"),
    ],
)
def test_a_wrong_receipt_says_what_is_wrong(report, body, field):
    answer = report(body)

    assert answer.status_code == 400 and field in answer.content.decode()


def test_more_than_a_list_holds_is_refused(report):
    assert report([{"key": "k", "outcome": "busy"}] * 501).status_code == 400


def test_who_does_not_answer_is_told_by_text_and_then_in_the_inbox(report, stub):
    person = UserFactory()
    call(person, Channel.VOICE, urgent=True)
    dispatch.drain("w")
    notice = Notice.objects.get()

    report({"key": notice.dedup_key, "outcome": "no_answer"})
    text = Notice.objects.get(channel="sms")
    assert (text.title, text.urgent, text.recipient) == ("烟火报警", True, person)

    dispatch.drain("w")
    report({"key": text.dedup_key, "outcome": "failed"})
    assert list(Notice.objects.order_by("pk").values_list("channel", flat=True)) == ["voice", "sms", "inbox"]


def test_a_text_that_arrived_although_its_answer_was_lost_is_not_sent_again(report, stub):
    person = UserFactory()
    call(person, Channel.SMS, urgent=True)
    Notice.objects.update(state=State.RETRY, attempts=1)
    report({"key": Notice.objects.get().dedup_key, "outcome": "delivered"})

    dispatch.drain("w")

    assert (Notice.objects.get().state, stub.got()) == (State.SENT, [])


@pytest.mark.django_db(transaction=True)
def test_stub_answers_the_call_and_reports_it(stub, live_server, settings):
    settings.GATEWAY_RECEIPT_TOKEN = stub.receipt_token = "receipt-9"
    stub.receipts, stub.ring_seconds = f"{live_server.url}{reverse('api_receipts')}", 0.1
    call(UserFactory(), Channel.VOICE, Channel.SMS, urgent=True)
    dispatch.drain("w")

    until = time.monotonic() + 10
    while time.monotonic() < until and Notice.objects.filter(outcome="").exists():
        time.sleep(0.1)
    assert dict(Notice.objects.values_list("channel", "outcome")) == {"voice": "answered", "sms": "delivered"}
