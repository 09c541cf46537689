"""The record as auditors see it."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts import services as accounts
from audit import services, verify
from audit.models import AuditEvent
from common import clock
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(client):
    found = DistrictFactory(name="示例区")
    client.force_login(UserFactory(auditor=found, name="审计员"))
    return found


def record(district, action="finding.register", thing="thing", **more):
    return services.record(action, thing, **{"by": None, "district_id": district.pk} | more)


def shown(client, **filters):
    """Acts on the page, without the sign-in that led to it."""
    return [event.action for event in client.get(reverse("audit:events"), filters).context["events"] if event.action != "session.sign_in"]


def test_page_shows_acts_chain_heads_and_what_was_verified(client, district, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    event = record(district, payload={"note": "<b>补充</b>"})
    services.anchor()
    verify.run()

    text = client.get(reverse("audit:events")).content.decode()

    assert event.hash in text and "核验无异常" in text and "最近锚定" in text and "示例区" in text
    assert "&lt;b&gt;补充&lt;/b&gt;" in text


def test_page_says_when_nothing_was_verified_or_something_is_wrong(client, district, monkeypatch):
    assert "还没有核验过" in client.get(reverse("audit:events")).content.decode()
    record(district)
    monkeypatch.setattr(verify, "FIRST_LINK", "1" * 64)
    verify.run()

    text = client.get(reverse("audit:events")).content.decode()
    assert "核验发现异常" in text and f"{district.pk}:1" in text


@pytest.mark.parametrize(("language", "words"), [("zh-hans", ("受理登记", "人员账号", "访问被拒绝")), ("en", ("Register", "Account", "refused"))])
def test_acts_are_called_by_names_people_know(client, district, language, words):
    subject = UserFactory()
    record(district, "access.refused", "url", result="refused")
    services.record("finding.register", subject, by=None, district_id=district.pk)
    client.cookies["django_language"] = language

    text = client.get(reverse("audit:events")).content.decode()
    assert [word for word in words if word not in text] == []
    assert ">finding.register<" not in text and ">access.refused<" not in text


def test_redacted_payload_is_shown_as_such(client, district):
    services.redact(record(district, payload={"phone": "13800000000"}), by=None, reason="依法")

    text = client.get(reverse("audit:events")).content.decode()
    assert "内容已依法删除" in text and "13800000000" not in text


def test_filters(client, district):
    person = UserFactory(name="示例丁")
    record(district, "finding.correct", person, by=person)
    record(district, "task.confirm")

    assert shown(client) == ["task.confirm", "finding.correct"]
    assert shown(client, action="task") == shown(client, person="system") == shown(client, action="task.confirm") == ["task.confirm"]
    assert (
        shown(client, person="例丁")
        == shown(client, object=f"accounts.User {person.pk}")
        == shown(client, object=str(person.pk))
        == ["finding.correct"]
    )
    assert shown(client, action="task.pass") == []
    assert shown(client, since=(clock.today() + dt.timedelta(days=1)).isoformat()) == shown(client, until="2020-01-01") == []
    assert len(shown(client, since=clock.today().isoformat(), district=district.pk)) == 2
    assert len(shown(client, since="昨天", district="x")) == 2


@pytest.mark.parametrize("typed", ["0001-01-01", "9999-12-31", "\0", "长" * 5000, str(2**70), "-1", "昨天"])
@pytest.mark.parametrize("page", ["audit:events", "notices:outbox"])
def test_a_filter_takes_anything(client, district, page, typed):
    words = dict.fromkeys(("district", "action", "person", "object", "since", "until", "state", "channel", "before"), typed)

    assert client.get(reverse(page), words).status_code == 200


def test_other_districts_are_not_there(client, district):
    record(DistrictFactory())

    assert shown(client) == []


def test_sign_ins_refusals_and_accounts_stand_in_the_chain_of_the_district(client, district):
    DistrictFactory()
    person = UserFactory(office_director=district)
    client.force_login(person)
    client.get(reverse("audit:events"))
    accounts.create_account(username="new-one", name="新人", by=person)

    client.force_login(UserFactory(auditor=district))
    acts = [event.action for event in client.get(reverse("audit:events")).context["events"]]
    assert acts[:5] == ["session.sign_in", "account.password_issue", "account.create", "access.refused", "session.sign_in"]


def test_the_auditor_of_the_only_district_reads_the_systems_chain_too(client, district):
    services.record("backup", "database", by=None)
    assert shown(client) == ["backup"]

    DistrictFactory()
    assert shown(client) == []


def test_only_auditors_may_read_it_and_the_refusal_is_on_record(client):
    person = UserFactory(office_staff=DistrictFactory())
    client.force_login(person)

    assert client.get(reverse("audit:events")).status_code == 403
    assert AuditEvent.objects.filter(action="access.refused", actor_id=person.pk, result="refused").count() == 1


def test_number_of_queries_does_not_grow_with_rows(client, district, django_assert_max_num_queries):
    def queries():
        with django_assert_max_num_queries(40) as counted:
            client.get(reverse("audit:events"))
        return len(counted)

    record(district)
    queries()
    few = queries()
    for _ in range(3):
        record(district)
    assert queries() == few
