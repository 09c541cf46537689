import datetime as dt

import pytest
from django.utils import timezone
from rest_framework.authtoken.models import Token

from accounts import services
from accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/auth/token/"


def ask(client, username, password=PASSWORD, **more):
    return client.post(URL, {"username": username, "password": password, **more}, content_type="application/json")


def test_the_right_password_gives_a_token_and_the_same_one_again(client):
    user = UserFactory()

    first, second = ask(client, user.username), ask(client, user.username)

    assert first.status_code == 200
    assert first.json() == second.json() == {"token": Token.objects.get(user=user).key}


def test_unknown_names_and_wrong_passwords_read_the_same(client):
    user = UserFactory()

    unknown, wrong = ask(client, "nobody"), ask(client, user.username, "wrong")

    assert unknown.status_code == wrong.status_code == 400
    assert unknown.json() == wrong.json()


def test_missing_fields_are_named(client):
    response = client.post(URL, {}, content_type="application/json")

    assert response.status_code == 400
    assert set(response.json()) == {"username", "password"}


def test_five_wrong_passwords_lock_the_token_door_too(client):
    user = UserFactory()

    answers = [ask(client, user.username, "wrong").status_code for _ in range(5)]

    assert answers[-1] == 429
    locked = ask(client, user.username)
    assert (locked.status_code, locked.json()["code"]) == (429, "locked")


def test_a_second_factor_is_asked_for(client, totp):
    user = UserFactory()
    code = totp(user)

    assert ask(client, user.username).status_code == 400
    assert ask(client, user.username, otp="000000").status_code == 400
    assert ask(client, user.username, otp=code()).status_code == 200


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"must_change_password": True}, "password_needed"),
        ({"one_time_until": timezone.now() - dt.timedelta(hours=1)}, "one_time_password_expired"),
    ],
)
def test_an_account_out_of_order_gets_no_token(client, state, code):
    user = UserFactory(**state)

    response = ask(client, user.username)

    assert response.status_code == 403
    assert response.json()["code"] == code
    assert not Token.objects.filter(user=user).exists()


@pytest.mark.parametrize("state", [{"must_change_password": True}, {"password_changed_at": timezone.now() - dt.timedelta(days=4000)}])
def test_a_token_rests_while_the_password_is_due(client, settings, state):
    settings.PASSWORD_MAX_AGE_DAYS = 90
    user = UserFactory()
    headers = {"Authorization": f"Token {ask(client, user.username).json()['token']}"}
    assert client.get("/api/v1/field/bundle/", headers=headers).status_code == 200

    User.objects.filter(pk=user.pk).update(**state)
    refused = client.get("/api/v1/field/bundle/", headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (403, "password_needed")


def test_a_token_rests_until_the_second_factor_that_is_needed_is_there(client, settings, totp):
    user = UserFactory()
    headers = {"Authorization": f"Token {ask(client, user.username).json()['token']}"}
    settings.MFA_REQUIRED, settings.SECOND_FACTOR_NEEDED = True, "tests.accounts.test_order.everybody"

    assert client.get("/api/v1/field/bundle/", headers=headers).json()["code"] == "second_factor_needed"
    totp(user)
    assert client.get("/api/v1/field/bundle/", headers=headers).status_code == 200


def test_a_changed_password_takes_the_token_away(client):
    user = UserFactory()
    ask(client, user.username)

    services.change_password(user, "Another-Pass-2026", by=user)

    assert not Token.objects.filter(user=user).exists()


def test_a_deactivated_account_gets_no_token(client):
    assert ask(client, UserFactory(is_active=False).username).status_code == 400
