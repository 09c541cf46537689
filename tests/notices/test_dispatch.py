"""Sending, failing, trying again, giving up."""

import datetime as dt
import logging

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command

from common import clock
from notices import dispatch, tasks
from notices.management.commands import dispatch_notices
from notices.models import Channel, Heartbeat, Notice, State
from tests.factories.accounts import UserFactory
from tests.factories.notices import NoticeFactory
from tests.notices import sinks

pytestmark = pytest.mark.django_db


def state_of(notice):
    notice.refresh_from_db()
    return notice.state


# --- what goes out ------------------------------------------------------------------------------------------------------------------
def test_due_rows_are_sent_and_later_ones_wait():
    due, later = NoticeFactory(), NoticeFactory(not_before=clock.now() + dt.timedelta(minutes=5))

    assert dispatch.drain("w") == 1

    assert (state_of(due), state_of(later)) == (State.SENT, State.PENDING)
    assert (due.attempts, due.claimed_by, due.lease_until) == (1, "", None) and due.sent_at


def test_urgent_rows_go_first():
    NoticeFactory.create_batch(5)
    urgent = NoticeFactory(urgent=True)

    assert dispatch.claim("w", limit=1) == [urgent]


def test_mail_is_chinese_and_carries_key_link_and_id(mail_to, settings):
    settings.BASE_URL = "https://portal.example.invalid"
    with sinks.smtp() as mailbox:
        mail_to(mailbox)
        notice = NoticeFactory(channel="email", title="扬尘问题\n今天到期", body="请于 24:00 前反馈<b>。", url="/tasks/7/")
        dispatch.drain("w")

    (letter,) = mailbox.mails
    text, html = (part.get_content() for part in letter.iter_parts())
    assert letter["Subject"] == "扬尘问题 今天到期"
    assert letter["To"] == notice.recipient.email
    assert letter["X-Airduty-Key"] == notice.dedup_key
    assert "https://portal.example.invalid/tasks/7/" in text and "请于 24:00 前反馈<b>。" in text
    assert 'href="https://portal.example.invalid/tasks/7/"' in html and "&lt;b&gt;" in html
    assert state_of(notice) == State.SENT
    assert letter["Message-ID"] == notice.provider_message_id != ""


def test_sms_goes_to_the_gateway_with_token_and_key(sms_at):
    with sinks.gateway() as (address, received):
        sms_at(address)
        notice = NoticeFactory(channel="sms", title="期限将到", body="请反馈。")
        dispatch.drain("w")

    assert received == [
        {"path": "/send", "token": "Bearer token-7", "to": notice.recipient.phone, "text": "期限将到 请反馈。", "key": notice.dedup_key}
    ]
    assert (state_of(notice), notice.provider_message_id) == (State.SENT, "m1")


def test_gateway_without_a_token_is_given_none(sms_at, settings):
    with sinks.gateway() as (address, received):
        sms_at(address)
        settings.SMS_WEBHOOK_TOKEN = ""
        NoticeFactory(channel="sms")
        dispatch.drain("w")

    assert [each["token"] for each in received] == [None]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((500, {}), "HTTP 500"),
        ((429, {}), "HTTP 429"),
        ((302, {}), "HTTP 302"),
        ((200, b"<html>please sign in</html>"), "JSON"),
        ((200, {"ok": True}), "JSON"),
        ((200, []), "JSON"),
    ],
)
def test_only_a_receipt_counts_as_sent(answer, reason, sms_at):
    with sinks.gateway(lambda _number: answer) as (address, received):
        sms_at(address)
        notice = NoticeFactory(channel="sms")
        dispatch.drain("w")

    assert (state_of(notice), len(received)) == (State.RETRY, 1)
    assert reason in notice.last_error


def test_plain_http_is_refused_unless_the_host_is_named(settings):
    settings.SMS_WEBHOOK_URL = "http://sms.example.invalid/"
    notice = NoticeFactory(channel="sms")
    dispatch.drain("w")

    assert state_of(notice) == State.RETRY and "https" in notice.last_error


# --- what no longer goes out --------------------------------------------------------------------------------------------------------
def closed(notice):
    return notice.subject_id != "13"


def raises(notice):
    raise ZeroDivisionError("a mistake in the hook")


@pytest.fixture
def _asked(settings):
    settings.NOTICE_STILL_WANTED = {"rectification": "tests.notices.test_dispatch.closed", "grids": "tests.notices.test_dispatch.raises"}


@pytest.mark.usefixtures("_asked")
def test_reminder_of_a_closed_task_is_cancelled():
    wanted, unwanted = (NoticeFactory(channel="email", subject_type="rectification.Task", subject_id=pk) for pk in ("12", "13"))
    dispatch.drain("w")

    assert (state_of(wanted), state_of(unwanted), len(mail.outbox)) == (State.SENT, State.CANCELLED, 1)
    assert unwanted.last_error


def test_person_deactivated_meanwhile_is_not_written_to():
    notice = NoticeFactory(channel="email")
    type(notice.recipient).objects.update(is_active=False)
    dispatch.drain("w")

    assert (state_of(notice), notice.last_error, mail.outbox) == (State.CANCELLED, "账号已停用", [])


# --- failing ------------------------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("_asked")
def test_poison_row_hurts_only_itself(caplog):
    poison = NoticeFactory(subject_type="grids.Grid", subject_id="1", urgent=True)
    good = NoticeFactory.create_batch(20)

    dispatch.drain("w")

    assert state_of(poison) == State.RETRY and poison.last_error == "ZeroDivisionError: a mistake in the hook"
    assert {state_of(notice) for notice in good} == {State.SENT}
    assert [record.exc_info[0] for record in caplog.records if record.levelno == logging.ERROR] == [ZeroDivisionError]


def test_refused_letter_does_not_stop_the_others(mail_to):
    with sinks.smtp(refuse="554 not wanted") as mailbox:
        mail_to(mailbox)
        refused = NoticeFactory.create_batch(3, channel="email")
        dispatch.drain("w")

    assert {state_of(notice) for notice in refused} == {State.RETRY}
    assert all("554" in notice.last_error for notice in refused)


def test_waits_double_up_to_an_hour_then_it_is_dead_and_told_by_another_channel(settings, sms_at):
    settings.NOTICE_MAX_ATTEMPTS = 9
    waits, noon = [], dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)
    with (
        sinks.gateway(lambda _number: (500, {})) as (address, _received),
        time_machine.travel(noon) as traveller,
    ):
        sms_at(address)
        notice = NoticeFactory(channel="sms", recipient=UserFactory(email=""))
        while dispatch.drain("w") and state_of(notice) == State.RETRY:
            waits.append(round((notice.not_before - clock.now()).total_seconds()))
            traveller.move_to(notice.not_before)

    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600]
    assert state_of(notice) == State.DEAD and list(Notice.objects.dead()) == [notice]
    second = Notice.objects.exclude(pk=notice.pk).get()
    assert (second.channel, second.title, second.state, second.recipient) == ("inbox", notice.title, State.SENT, notice.recipient)


def test_dead_mail_goes_by_sms_when_the_inbox_has_it_already(settings, sms_at):
    settings.NOTICE_MAX_ATTEMPTS = 1
    person = UserFactory()
    NoticeFactory(recipient=person, dedup_key=f"k:u{person.pk}:inbox")
    with sinks.smtp(refuse="554 no") as mailbox, sinks.gateway() as (address, received):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailbox.port
        sms_at(address)
        NoticeFactory(recipient=person, channel="email", dedup_key=f"k:u{person.pk}:email", urgent=True)
        dispatch.drain("w")

    assert [message["to"] for message in received] == [person.phone]


def test_nothing_is_left_to_try_when_nobody_can_be_reached(settings):
    person = UserFactory(phone="")
    NoticeFactory(recipient=person, dedup_key=f"k:u{person.pk}:inbox")
    dead = NoticeFactory(recipient=person, channel="email", dedup_key=f"k:u{person.pk}:email")

    assert dispatch.services.use_second_channel(dead) is None


def test_channel_that_does_not_answer_rests_and_holds_nobody_up(settings):
    settings.SMS_WEBHOOK_URL, settings.SMS_WEBHOOK_PLAIN_HOSTS = "http://127.0.0.1:1/", ["127.0.0.1"]
    texts = NoticeFactory.create_batch(8, channel=Channel.SMS)
    inbox = NoticeFactory.create_batch(8)

    dispatch.drain("w")

    assert {state_of(notice) for notice in inbox} == {State.SENT}
    assert sorted(notice.attempts for notice in map(refreshed, texts)) == [0] * 7 + [1]


def refreshed(notice):
    notice.refresh_from_db()
    return notice


# --- leases -------------------------------------------------------------------------------------------------------------------------
def test_claimed_rows_are_left_alone_until_the_lease_has_run_out(settings):
    notice = NoticeFactory()
    dispatch.claim("dead worker")
    assert dispatch.claim("other") == []

    Notice.objects.update(lease_until=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert dispatch.drain("other") == 1
    assert (state_of(notice), notice.attempts) == (State.SENT, 2)


def test_outcome_of_a_lost_lease_is_not_written():
    NoticeFactory()
    (mine,) = dispatch.claim("first")
    Notice.objects.update(claimed_by="second")

    dispatch.deliver(mine)

    assert state_of(mine) == State.CLAIMED


def test_row_that_kills_its_process_uses_itself_up(settings):
    notice = NoticeFactory(attempts=settings.NOTICE_MAX_ATTEMPTS)
    dispatch.drain("w")

    assert state_of(notice) == State.DEAD


# --- who dispatches -----------------------------------------------------------------------------------------------------------------
def test_task_drains_and_gives_a_sign_of_life():
    NoticeFactory.create_batch(12)

    assert tasks.dispatch() == 12
    assert Heartbeat.objects.filter(name="dispatcher").exists()


def test_command_drains(capsys):
    NoticeFactory.create_batch(7)
    call_command("dispatch_notices")

    assert "7 notices" in capsys.readouterr().out


def test_sweeper_takes_only_what_the_workers_left_lying():
    fresh, old = NoticeFactory(), NoticeFactory(not_before=clock.now() - dt.timedelta(seconds=90))

    assert dispatch_notices.sweep() == 1
    assert (state_of(fresh), state_of(old)) == (State.PENDING, State.SENT)
    assert Heartbeat.objects.filter(name="sweeper").exists()


RUNS: list[str] = []


def breaks():
    raise RuntimeError("nobody foresaw it")


def runs():
    RUNS.append("ran")


def test_a_scan_of_the_sweeper_that_fails_is_logged_and_holds_up_neither_the_next_nor_the_notices(settings, caplog):
    settings.SWEEPER_SCANS = [f"{__name__}.breaks", f"{__name__}.runs"]
    RUNS.clear()
    notice = NoticeFactory(not_before=clock.now() - dt.timedelta(seconds=90))
    dispatch_notices.scan()
    dispatch_notices.sweep()

    assert (RUNS, state_of(notice)) == (["ran"], State.SENT)
    assert "test_dispatch.breaks failed" in caplog.text and "nobody foresaw it" in caplog.text


def test_oldest_unsent_row_is_known_to_the_health_check():
    assert dispatch.oldest_unsent() is None
    notice = NoticeFactory()
    assert dispatch.oldest_unsent() == notice.not_before
