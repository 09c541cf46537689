"""Inbox and outbox as people see them."""

import datetime as dt

import pytest
from django.urls import reverse

from common import clock
from notices.models import Notice, State
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.notices import NoticeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    found = UserFactory()
    client.force_login(found)
    return found


def test_inbox_lists_my_messages_newest_first_and_nobody_elses(client, person):
    NoticeFactory(recipient=person, title="第一条", body="正文\n两行")
    NoticeFactory(recipient=person, title="第二条", url="/notices/", opened_at=clock.now())
    NoticeFactory(title="别人的")

    text = client.get(reverse("notices:inbox")).content.decode()

    assert text.index("第二条") < text.index("第一条") and "别人的" not in text
    assert "第二条" not in client.get(reverse("notices:inbox"), {"unopened": "1"}).content.decode()


def test_empty_inbox_says_what_will_come(client, person):
    assert "没有消息" in client.get(reverse("notices:inbox")).content.decode()


def test_opening_marks_the_message_and_leads_to_its_subject(client, person):
    notice = NoticeFactory(recipient=person, url="/notices/outbox/")

    answer = client.post(reverse("notices:open", args=[notice.pk]))

    notice.refresh_from_db()
    assert (answer.status_code, answer.url) == (302, "/notices/outbox/") and notice.opened_at


@pytest.mark.parametrize("url", ["", "https://evil.example.invalid/", "//evil.example.invalid"])
def test_message_leads_nowhere_outside(client, person, url):
    notice = NoticeFactory(recipient=person, url=url)

    assert client.post(reverse("notices:open", args=[notice.pk])).url == reverse("notices:inbox")


def test_message_of_another_is_not_there_and_reading_writes_nothing(client, person):
    assert client.post(reverse("notices:open", args=[NoticeFactory().pk])).status_code == 404
    assert client.get(reverse("notices:open", args=[NoticeFactory(recipient=person).pk])).status_code == 405
    assert not Notice.objects.exclude(opened_at=None).exists()


def test_all_messages_are_opened_by_one_button(client, person):
    NoticeFactory.create_batch(3, recipient=person)
    client.post(reverse("notices:open_all"))

    assert not Notice.objects.filter(recipient=person).unopened().exists()


@pytest.mark.parametrize("name", ["notices:inbox", "notices:outbox"])
def test_number_of_queries_does_not_grow_with_rows(client, name, django_assert_max_num_queries):
    district = DistrictFactory()
    client.force_login(UserFactory(office_staff=district))

    def queries():
        with django_assert_max_num_queries(40) as counted:
            client.get(reverse(name))
        return len(counted)

    NoticeFactory(district_id=district.pk)
    queries()
    few = queries()
    NoticeFactory.create_batch(3, district_id=district.pk)
    assert queries() == few


def test_long_lists_go_on_by_slices(client, person):
    NoticeFactory.create_batch(55, recipient=person)

    first = client.get(reverse("notices:inbox"))
    second = client.get(reverse("notices:inbox") + first.context["following"])

    assert (len(first.context["notices"]), len(second.context["notices"]), second.context["following"]) == (50, 5, "")
    assert client.get(reverse("notices:inbox"), {"before": "９x"}).status_code == 200


# --- outbox -------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def office(client):
    district = DistrictFactory()
    client.force_login(UserFactory(office_staff=district))
    return district


def titles(client, **filters):
    return {notice.title for notice in client.get(reverse("notices:outbox"), filters).context["notices"]}


def test_outbox_tells_who_was_told_and_why_not(client, office):
    NoticeFactory(district_id=office.pk, channel="email", state=State.CANCELLED, last_error="没有邮箱")
    NoticeFactory(district_id=office.pk, channel="sms", state=State.DEAD, last_error="HTTP 500", attempts=12)
    NoticeFactory(district_id=office.pk, channel="email", state=State.SENT, provider_message_id="<abc@x>")
    NoticeFactory(district_id=office.pk, state=State.RETRY, not_before=clock.now() + dt.timedelta(hours=1))

    text = client.get(reverse("notices:outbox")).content.decode()

    for words in ("没有邮箱", "HTTP 500", "&lt;abc@x&gt;", "不早于", "有 1 条通知多次发送失败", "短信渠道未开通"):
        assert words in text


def test_outbox_filters_stay_in_the_address(client, office):
    person = UserFactory(name="示例丙")
    NoticeFactory(district_id=office.pk, recipient=person, title="甲", channel="sms", state=State.DEAD)
    NoticeFactory(district_id=office.pk, title="乙", created_at=clock.now() - dt.timedelta(days=9))
    NoticeFactory(district_id=office.pk + 1000, title="外区")

    assert titles(client) == {"甲", "乙"}
    assert titles(client, state="dead") == titles(client, channel="sms") == titles(client, person="例丙") == {"甲"}
    assert titles(client, since=clock.today().isoformat()) == {"甲"}
    assert titles(client, until=(clock.today() - dt.timedelta(days=5)).isoformat()) == {"乙"}
    assert titles(client, state="nonsense", since="昨天") == {"甲", "乙"}


def test_people_without_an_office_see_their_own_rows_only(client, person):
    NoticeFactory(recipient=person, title="我的")
    NoticeFactory(title="别人的", district_id=5)

    assert titles(client) == {"我的"}
