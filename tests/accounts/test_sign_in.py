import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/accounts/"


def sign_in(client, username, password=PASSWORD, **headers):
    return client.post(reverse("account_login"), {"login": username, "password": password, "next": PAGE}, **headers)


def errors_of(response):
    return response.context["form"].non_field_errors()


def test_the_right_password_opens_the_page_asked_for(client):
    user = UserFactory()

    response = sign_in(client, user.username)

    assert response.status_code == 302
    assert response.url == PAGE
    assert client.get(PAGE).status_code == 200


def test_an_unknown_name_and_a_wrong_password_read_the_same(client):
    user = UserFactory()

    unknown, wrong = sign_in(client, "nobody"), sign_in(client, user.username, "wrong")

    assert errors_of(unknown) == errors_of(wrong) == ["用户名或密码不正确。"]


def test_what_was_typed_stands_again_in_the_form_except_the_password(client):
    response = sign_in(client, "nobody", "secret-thing")

    assert b'value="nobody"' in response.content
    assert b"secret-thing" not in response.content


def test_the_fifth_wrong_password_locks_even_the_right_one_out(client):
    user = UserFactory()

    answers = [sign_in(client, user.username, "wrong").status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    locked = sign_in(client, user.username)
    assert locked.status_code == 429
    assert "账号暂时锁定" in locked.content.decode()


def test_a_lock_touches_nobody_else_at_the_same_address(client):
    locked, other = UserFactory(), UserFactory()
    for _ in range(5):
        sign_in(client, locked.username, "wrong")

    assert sign_in(client, other.username).status_code == 302


def test_a_lock_ends_after_half_an_hour(client, time_machine):
    user = UserFactory()
    for _ in range(5):
        sign_in(client, user.username, "wrong")

    time_machine.move_to(timezone.now() + dt.timedelta(minutes=31))

    assert sign_in(client, user.username).status_code == 302


def test_an_expired_one_time_password_is_refused_with_the_remedy(client):
    user = UserFactory(must_change_password=True, one_time_until=timezone.now() - dt.timedelta(minutes=1))

    response = sign_in(client, user.username)

    assert errors_of(response) == ["一次性密码已过期，请联系本单位管理员重新发放。"]
    assert client.get(PAGE).status_code == 302


def test_a_deactivated_account_does_not_open(client):
    user = UserFactory(is_active=False)

    sign_in(client, user.username)

    assert client.get(PAGE).status_code == 302


def test_demonstration_accounts_are_shown_in_demonstration_mode_only(client, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "demo_accounts.json").write_text(
        '[{"role": "office", "username": "demo-office", "password": "Demo-1-demo", "organisation": "攻坚办"}]', encoding="utf-8"
    )

    settings.DEMO = True
    assert b"demo-office" in client.get(reverse("account_login")).content
    settings.DEMO = False
    assert b"demo-office" not in client.get(reverse("account_login")).content


@pytest.mark.parametrize(
    "name", ["account_signup", "account_email", "account_reset_password", "account_set_password", "account_email_verification_sent"]
)
def test_doors_of_allauth_that_are_not_used_stay_shut(client, name):
    assert client.get(reverse(name)).status_code == 404


def test_signing_out_needs_a_form_and_ends_the_session(client):
    client.force_login(UserFactory())

    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get(PAGE).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(PAGE).status_code == 302


def test_the_session_id_changes_at_sign_in(client):
    user = UserFactory()
    client.get(reverse("account_login"))
    client.session.save()
    before = client.session.session_key

    sign_in(client, user.username)

    assert client.session.session_key != before


@pytest.mark.parametrize("name", ["account", "account_change_password", "mfa_index", "usersessions_list", "account_logout"])
def test_no_page_carries_script_or_style_in_its_markup(client, name):
    client.force_login(UserFactory())

    html = client.get(reverse(name)).content.decode()

    assert not [sign for sign in (" style=", " onclick=", "<style") if sign in html]
