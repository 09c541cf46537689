"""What goes into the outbox, and what its recipient does with it."""

import datetime as dt

import pytest
import time_machine
from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language, gettext, gettext_lazy

from common import clock
from notices import channels, quiet, services
from notices.models import Heartbeat, Notice, State
from tests.factories.accounts import UserFactory
from tests.factories.notices import NoticeFactory

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)
"""Twelve o'clock in Beijing."""


def queue(*people, **wanted):
    return services.queue(to=people, **{"title": "期限将到", "dedup_key": "task:1:due", "kind": "due"} | wanted)


def test_one_row_per_person_and_channel():
    first, second = UserFactory(), UserFactory()

    assert queue(first, second, channels=("inbox", "email"), subject=first, district_id=3, url="/tasks/1/") == 4

    row = Notice.objects.get(recipient=second, channel="email")
    assert row.dedup_key == f"task:1:due:u{second.pk}:email"
    assert (row.subject_type, row.subject_id, row.district_id, row.state) == ("accounts.User", str(first.pk), 3, "pending")


def test_same_key_again_adds_nothing():
    person = UserFactory()

    assert [queue(person, person), queue(person), queue(person, UserFactory())] == [1, 0, 1]


def test_everybody_is_told_in_their_own_language():
    chinese, english, other_english = UserFactory(), UserFactory(language="en"), UserFactory(language="en")
    said = []

    def title():
        said.append(get_language())
        return gettext("未读")

    with translation.override("en"):
        queue(chinese, english, other_english, title=title, body=gettext_lazy("已发送"))
    queue(chinese, english, title=title)

    told = {row.recipient: (row.title, row.body) for row in Notice.objects.all()}
    assert told == {chinese: ("未读", "已发送"), english: ("Unread", "Sent"), other_english: ("Unread", "Sent")}
    assert said == ["zh-hans", "en"] * 2


def test_a_body_that_only_repeats_the_title_is_left_out():
    queue(UserFactory(), title="待销号：2026-000075 裸土未苫盖", body="2026-000075 裸土未苫盖")

    assert Notice.objects.get().body == ""


def test_the_key_does_not_know_the_language():
    """Whoever changes it between two scans is not told twice."""
    person = UserFactory()
    queue(person, title=lambda: gettext("未读"))
    person.language = "en"
    person.save()

    assert queue(person, title=lambda: gettext("未读")) == 0
    assert Notice.objects.get().title == "未读"


def test_nothing_stays_of_a_transaction_that_failed():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue(UserFactory())
        raise ZeroDivisionError

    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("person", "channel", "reason"),
    [({"email": ""}, "email", "没有邮箱"), ({"phone": ""}, "sms", "没有手机号码"), ({"is_active": False}, "inbox", "账号已停用")],
)
def test_who_cannot_be_reached_gets_a_row_that_says_why(person, channel, reason, settings):
    settings.SMS_WEBHOOK_URL = "https://sms.example.invalid/"
    queue(UserFactory(**person), channels=(channel,))

    row = Notice.objects.get()
    assert (row.state, row.last_error) == (State.CANCELLED, reason)


def test_closed_channel_says_so(settings):
    settings.SMS_WEBHOOK_URL = ""
    queue(UserFactory(), channels=("sms",))

    assert Notice.objects.get().last_error == "该渠道未开通"
    assert channels.available() == ["inbox", "email"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [("21:59:59", "23 21:59"), ("22:00", "24 07:00"), ("23:59", "24 07:00"), ("00:00", "23 07:00"), ("06:59", "23 07:00"), ("07:00", "23 07:00")],
)
def test_quiet_hours_move_mail_and_sms_to_seven(at, expected):
    moment = clock.at(dt.date(2026, 11, 23), dt.time.fromisoformat(at))

    for channel in ("email", "sms"):
        assert f"{clock.beijing(quiet.earliest(moment, channel=channel, urgent=False)):%d %H:%M}" == expected
    assert quiet.earliest(moment, channel="inbox", urgent=False) == moment
    assert quiet.earliest(moment, channel="sms", urgent=True) == moment


def test_rows_queued_at_night_wait_except_the_inbox():
    with time_machine.travel(clock.at(dt.date(2026, 11, 23), dt.time(23)), tick=False):
        queue(UserFactory(), channels=("inbox", "email"))

    assert [f"{clock.beijing(at):%H:%M}" for at in Notice.objects.order_by("not_before").values_list("not_before", flat=True)] == ["23:00", "07:00"]


def test_later_moment_is_kept_and_past_one_is_now():
    with time_machine.travel(NOON, tick=False):
        queue(UserFactory(), not_before=NOON + dt.timedelta(hours=2))
        queue(UserFactory(), not_before=NOON - dt.timedelta(days=2))

    assert [row.not_before for row in Notice.objects.order_by("pk")] == [NOON + dt.timedelta(hours=2), NOON]


def test_inbox_shows_a_message_from_its_moment_on_without_any_dispatcher():
    person = UserFactory()
    queue(person)
    queue(person, dedup_key="later", not_before=clock.now() + dt.timedelta(hours=1))
    NoticeFactory(recipient=person, state=State.CANCELLED)

    assert [notice.title for notice in Notice.objects.for_person(person).unopened()] == ["期限将到"]


def test_first_opening_counts_and_only_by_its_recipient():
    notice, other = NoticeFactory(), UserFactory()

    services.open_notice(notice, by=other)
    notice.refresh_from_db()
    assert notice.opened_at is None

    services.open_notice(notice, by=notice.recipient)
    notice.refresh_from_db()
    first = notice.opened_at
    services.open_notice(notice, by=notice.recipient)
    notice.refresh_from_db()
    assert notice.opened_at == first is not None


def test_all_of_ones_own_are_opened_at_once():
    mine = NoticeFactory()
    NoticeFactory.create_batch(2, recipient=mine.recipient)
    NoticeFactory()

    assert services.mark_all_opened(by=mine.recipient) == 3
    assert Notice.objects.unopened().count() == 1


def test_outbox_shows_own_rows_and_those_of_the_districts_run(settings):
    settings.NOTICE_SCOPE = "tests.notices.test_queue.district_three"
    mine, of_district, _foreign = NoticeFactory(), NoticeFactory(district_id=3), NoticeFactory(district_id=4)

    assert set(Notice.objects.visible_to(mine.recipient)) == {mine, of_district}


def district_three(user):
    return {3}


def test_heartbeat_is_one_row():
    services.beat("sweeper")
    first = Heartbeat.objects.get().beat_at
    services.beat("sweeper")

    assert Heartbeat.objects.get().beat_at > first


def test_number_of_queries_does_not_grow_with_people(django_assert_num_queries):
    people = UserFactory.create_batch(5)
    with django_assert_num_queries(2):
        queue(*people, channels=("inbox", "email"))
