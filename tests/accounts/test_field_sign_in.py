"""People in the street sign in by a QR code or by a code sent to their telephone; such a session lasts."""

import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import codes, services, tickets
from accounts.models import PhoneCode, SignInTicket
from audit.models import AuditEvent
from notices import dispatch
from notices.models import Notice
from notices.stub.server import running
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory

pytestmark = pytest.mark.django_db
PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 10) Mobile MicroMessenger/8.0"}


@pytest.fixture
def district():
    return DistrictFactory()


@pytest.fixture
def member(district):
    return UserFactory(member=district.villages[0], name="王小山", phone="13800001111")


@pytest.fixture
def link(member):
    return reverse("account_ticket", args=[tickets.issue(member, by=None)])


def is_signed_in(client) -> bool:
    return client.get("/accounts/").status_code == 200


def test_the_link_shows_a_name_and_a_button_and_signs_in_when_it_is_pressed(client, member, link):
    page = client.get(link)
    assert "王小山" in page.content.decode()
    assert not is_signed_in(client)

    answer = client.post(link)

    assert (answer.status_code, answer.url) == (302, "/m/")
    assert is_signed_in(client)
    assert AuditEvent.objects.get(action="session.sign_in").payload == '{"means":"qr"}'


def test_previews_do_not_use_the_ticket_up_and_it_opens_once_only(client, django_client_of, link):
    for _ in range(3):
        assert client.get(link).status_code == 200

    assert client.post(link).status_code == 302
    client.logout()
    assert client.post(link).status_code == 410
    assert client.get(link).status_code == 410
    assert not is_signed_in(client)


def test_the_session_gets_a_new_id_and_is_listed(client, member, link):
    client.get(link)
    client.session.save()
    before = client.session.session_key

    client.post(link)
    client.get("/accounts/")

    assert client.session.session_key != before
    assert [session.session_key for session in services.sessions_of(member)] == [client.session.session_key]


def test_an_old_ticket_is_refused(client, link, time_machine):
    time_machine.move_to(timezone.now() + dt.timedelta(hours=25))

    assert client.post(link).status_code == 410


def test_a_new_ticket_ends_the_one_before(client, member, link):
    tickets.issue(member, by=None)

    assert client.post(link).status_code == 410


def test_a_deactivated_person_is_refused(client, member, link):
    services.deactivate(member, by=None)

    assert client.post(link).status_code == 410


def test_who_has_become_an_official_meanwhile_is_refused(client, district, member, link):
    from grids.models import Membership

    Membership.objects.create(user=member, organisation=district.office, role="office_staff", starts_on=dt.date(2020, 1, 1))

    assert client.post(link).status_code == 410


@pytest.mark.parametrize(
    "next_url, where", [("/m/tasks/", "/m/tasks/"), ("/ledger/", "/m/"), ("https://evil.example/m/", "/m/"), ("//evil/m/", "/m/")]
)
def test_only_pages_of_the_field_app_come_next(client, link, next_url, where):
    assert client.post(link, {"next": next_url}).url == where


def test_the_token_itself_lies_nowhere(link):
    token = link.rstrip("/").rpartition("/")[2]

    assert token not in str(SignInTicket.objects.values_list()) + str(AuditEvent.objects.values_list())


# --- lasting sessions ---------------------------------------------------------------------------------------------------------------
def test_the_session_lasts_thirty_days_when_it_is_used(client, link, time_machine):
    client.post(link)
    assert client.cookies["airduty_sid"]["max-age"] == 30 * 24 * 3600

    for days in (6, 6, 6, 6, 5):
        time_machine.move_to(timezone.now() + dt.timedelta(days=days))
        assert is_signed_in(client)
    time_machine.move_to(timezone.now() + dt.timedelta(days=1, minutes=1))
    assert not is_signed_in(client)


def test_the_session_ends_after_seven_days_of_rest(client, link, time_machine):
    client.post(link)

    time_machine.move_to(timezone.now() + dt.timedelta(days=7, minutes=1))

    assert not is_signed_in(client)


def test_the_session_ends_at_once_with_the_account_and_with_the_posts(client, member, link):
    client.post(link)
    assert is_signed_in(client)

    member.posts.update(ends_on=dt.date(2020, 2, 1))
    assert not is_signed_in(client)


def test_a_given_password_need_not_be_changed_by_who_does_not_use_it(client, member, link):
    member.must_change_password = True
    member.save()

    client.post(link)

    assert is_signed_in(client)


def test_a_voluntary_second_factor_is_asked_for(client, member, link, totp):
    totp(member)

    assert client.post(link).url == reverse("mfa_authenticate")
    assert not is_signed_in(client)


# --- made by the keeper -------------------------------------------------------------------------------------------------------------
def test_the_keeper_makes_a_code_that_is_shown_once(client, django_client_of, district, member):
    keeper = django_client_of(UserFactory(office_director=district))
    address = reverse("grids:person-sign-in", args=[member.pk])

    page = keeper.post(address).content.decode()

    shown = re.search(r'id="link">([^<]+)<', page)[1]
    assert "data:image/svg+xml" in page
    assert client.post(shown.replace("http://localhost:8000", "")).status_code == 302
    assert "data:image/svg+xml" not in keeper.get(address).content.decode()
    assert AuditEvent.objects.filter(action="account.sign_in_ticket", object_id=str(member.pk)).count() == 1


def test_no_code_for_an_official(django_client_of, district):
    keeper = django_client_of(UserFactory(office_director=district))
    official = UserFactory(town_handler=district.town_a.organisation)
    address = reverse("grids:person-sign-in", args=[official.pk])

    assert "制作登录二维码" not in keeper.get(address).content.decode()
    assert keeper.post(address).status_code == 400
    assert not SignInTicket.objects.exists()


def test_only_the_keeper_makes_codes(django_client_of, district, member):
    for user in (UserFactory(office_staff=district), UserFactory(town_manager=district.town_a.organisation)):
        assert django_client_of(user).post(reverse("grids:person-sign-in", args=[member.pk])).status_code == 403


def test_the_keeper_sees_and_ends_sessions(client, django_client_of, district, member, link):
    keeper = django_client_of(UserFactory(office_director=district))
    client.post(link)
    assert is_signed_in(client)
    session = services.sessions_of(member)[0]
    assert (
        reverse("grids:person-session-end", args=[member.pk, session.pk])
        in keeper.get(reverse("grids:person-sign-in", args=[member.pk])).content.decode()
    )

    keeper.post(reverse("grids:person-session-end", args=[member.pk, session.pk]))

    assert not is_signed_in(client)
    assert not Session.objects.filter(session_key=session.session_key).exists()
    assert AuditEvent.objects.filter(action="account.session_end").count() == 1


def test_a_session_of_somebody_else_is_not_ended(client, django_client_of, district, member, link):
    keeper = django_client_of(UserFactory(office_director=district))
    other = UserFactory(member=district.villages[1])
    client.post(link)
    assert is_signed_in(client)

    keeper.post(reverse("grids:person-session-end", args=[other.pk, services.sessions_of(member)[0].pk]))

    assert is_signed_in(client)


# --- code by SMS --------------------------------------------------------------------------------------------------------------------
SMS = "/accounts/sms/"


@pytest.fixture
def gateway(settings):
    settings.SMS_WEBHOOK_URL = "https://sms.example.invalid/send"


def ask(client, phone, **more):
    return client.post(SMS, {"phone": phone} | more)


def code_of(phone) -> str:
    """What the message that is on its way says."""
    notice = Notice.objects.filter(recipient__phone=phone, kind="account.sign_in_code").latest("pk")
    return re.search(r"[0-9]{6}", codes.words(notice))[0]


def test_the_code_that_was_sent_opens_the_door(client, gateway, member):
    page = ask(client, "138 0000 1111", next="/m/tasks/")
    assert "13800001111" in page.content.decode() or "138 0000 1111" in page.content.decode()

    answer = client.post(SMS, {"phone": "13800001111", "code": code_of(member.phone), "next": "/m/tasks/"})

    assert (answer.status_code, answer.url) == (302, "/m/tasks/")
    assert is_signed_in(client)
    assert AuditEvent.objects.get(action="session.sign_in").payload == '{"means":"sms"}'
    assert client.cookies["airduty_sid"]["max-age"] == 30 * 24 * 3600


def test_the_code_lies_open_neither_in_the_outbox_nor_in_its_row(client, gateway, member):
    ask(client, member.phone)
    code = code_of(member.phone)

    assert code not in str(list(Notice.objects.values_list("title", "body", "url")))
    row = PhoneCode.objects.get()
    assert code not in row.code + row.sealed
    assert member.phone not in row.number


def test_the_message_goes_out_at_once_and_carries_the_code(client, gateway, member, settings):
    with running() as stub:
        settings.SMS_WEBHOOK_URL, settings.SMS_WEBHOOK_PLAIN_HOSTS = f"{stub.origin}/sms", ["127.0.0.1"]
        ask(client, member.phone)
        code = code_of(member.phone)
        dispatch.drain("test")

    assert [(each["to"], code in each["text"]) for each in stub.got("sms")] == [(member.phone, True)]


def test_a_message_that_comes_too_late_is_not_sent(client, gateway, member, monkeypatch, time_machine):
    ask(client, member.phone)
    time_machine.move_to(timezone.now() + dt.timedelta(minutes=6))

    dispatch.drain("test")

    assert Notice.objects.get().state == "cancelled"


def test_unknown_numbers_and_known_ones_read_the_same(client, gateway, member):
    known, unknown = ask(client, "13800001111"), ask(client, "13800001112")

    same = unknown.content.decode().replace("13800001112", "13800001111")
    clean = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
    assert clean.sub("", known.content.decode()) == clean.sub("", same)
    assert [ask(client, phone).status_code for phone in ("13800001111", "13800001112")] == [429, 429]
    assert Notice.objects.count() == 1


def test_what_is_no_number_is_sent_back_as_it_was_typed(client, gateway, member):
    answer = ask(client, "(+86)---1")

    assert answer.status_code == 400 and "至少要有 5 位数字" in answer.content.decode() and "(+86)---1" in answer.content.decode()
    assert not Notice.objects.exists()


def test_a_wrong_code_and_a_code_of_another_number_are_refused(client, gateway, district, member):
    other = UserFactory(member=district.villages[0], phone="13800002222")
    ask(client, member.phone)
    ask(client, other.phone)
    right = code_of(member.phone)

    assert client.post(SMS, {"phone": other.phone, "code": right}).status_code == 400
    assert client.post(SMS, {"phone": member.phone, "code": f"{(int(right) + 1) % 10**6:06d}"}).status_code == 400
    assert not is_signed_in(client)
    assert [event.result for event in AuditEvent.objects.filter(action="session.sign_in")] == ["failed", "failed"]


def test_one_address_cannot_ask_for_many_numbers(client, gateway, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"sms_code": "2/h/ip"}

    assert [ask(client, f"1370000000{n}").status_code for n in range(3)] == [200, 200, 429]


def test_five_wrong_tries_end_the_code(client, gateway, member):
    ask(client, member.phone)
    right = code_of(member.phone)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(5):
        assert client.post(SMS, {"phone": member.phone, "code": wrong}).status_code == 400

    assert client.post(SMS, {"phone": member.phone, "code": right}).status_code == 400


def test_a_code_opens_once_and_for_five_minutes(client, gateway, member, time_machine):
    ask(client, member.phone)
    code = code_of(member.phone)
    client.post(SMS, {"phone": member.phone, "code": code})
    client.logout()
    assert client.post(SMS, {"phone": member.phone, "code": code}).status_code == 400

    time_machine.move_to(timezone.now() + dt.timedelta(minutes=2))
    ask(client, member.phone)
    code = code_of(member.phone)
    time_machine.move_to(timezone.now() + dt.timedelta(minutes=5, seconds=1))
    assert client.post(SMS, {"phone": member.phone, "code": code}).status_code == 400


def test_ten_a_day_and_one_a_minute(client, gateway, member, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 24, 1, 0, tzinfo=dt.UTC))
    answers = []
    for _ in range(11):
        answers.append(ask(client, member.phone).status_code)
        time_machine.move_to(timezone.now() + dt.timedelta(seconds=61))
    assert answers == [200] * 10 + [429]

    time_machine.move_to(timezone.now() + dt.timedelta(days=1))
    assert ask(client, member.phone).status_code == 200


def test_officials_shared_numbers_and_deactivated_accounts_get_no_message(client, gateway, district):
    UserFactory(town_handler=district.town_a.organisation, phone="13900000001")
    UserFactory(member=district.villages[0], phone="13900000002")
    UserFactory(member=district.villages[1], phone="13900000002")
    UserFactory(member=district.villages[0], phone="13900000003", is_active=False)

    assert [ask(client, f"1390000000{n}").status_code for n in (1, 2, 3)] == [200] * 3
    assert not Notice.objects.exists()


def test_without_a_gateway_the_door_is_not_there_and_the_demonstration_says_so(client, settings):
    settings.SMS_WEBHOOK_URL = ""
    assert client.get(SMS).status_code == 404
    assert "短信验证码" not in client.get(reverse("account_login")).content.decode()

    settings.DEMO = True
    assert "没有配置短信网关" in client.get(SMS).content.decode()
    assert "没有配置短信网关" in client.get(reverse("account_login")).content.decode()


# --- from a menu of WeChat or WeCom -------------------------------------------------------------------------------------------------
def test_a_telephone_on_its_way_to_the_field_app_is_offered_the_code_first(client, gateway):
    second = client.get("/accounts/login/?next=%2Fm%2Ftasks%2F", headers=PHONE)

    assert second.url == "/accounts/sms/?next=%2Fm%2Ftasks%2F"
    page = client.get(second.url, headers=PHONE).content.decode()
    assert 'name="next" value="/m/tasks/"' in page
    assert "/accounts/login/?by=password&amp;next=/m/tasks/" in page
    assert client.get("/accounts/login/?by=password&next=/m/tasks/", headers=PHONE).status_code == 200


def test_a_computer_and_a_way_to_other_pages_keep_the_password_page(client, gateway):
    assert client.get("/accounts/login/?next=/m/").status_code == 200
    assert client.get("/accounts/login/?next=/ledger/", headers=PHONE).status_code == 200


# --- two at once (PostgreSQL) -------------------------------------------------------------------------------------------------------
def at_once(number, act):
    """The results of ``act(n)`` in as many threads, begun together, each with a connection of its own."""
    gate = threading.Barrier(number)

    def run(n):
        gate.wait()
        try:
            return act(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


@pytest.mark.django_db(transaction=True)
def test_of_eight_browsers_with_one_ticket_one_gets_in(member):
    link = reverse("account_ticket", args=[tickets.issue(member, by=None)])
    browsers = [Client() for _ in range(8)]

    answers = at_once(8, lambda n: browsers[n].post(link).status_code)

    assert sorted(answers) == [302] + [410] * 7


@pytest.mark.django_db(transaction=True)
def test_of_four_browsers_with_one_code_one_gets_in_and_tries_are_all_counted(gateway, member):
    ask(Client(), member.phone)
    code = code_of(member.phone)
    browsers = [Client() for _ in range(4)]

    answers = at_once(4, lambda n: browsers[n].post(SMS, {"phone": member.phone, "code": code}).status_code)

    assert sorted(answers) == [302, 400, 400, 400]


@pytest.mark.django_db(transaction=True)
def test_of_six_who_ask_at_once_for_one_number_one_is_answered(gateway, member):
    browsers = [Client() for _ in range(6)]

    answers = at_once(6, lambda n: ask(browsers[n], member.phone).status_code)

    assert sorted(answers) == [200] + [429] * 5
    assert Notice.objects.count() == 1
