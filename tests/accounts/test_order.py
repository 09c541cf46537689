"""What an account must do before any page opens, and when a session ends."""

import datetime as dt
import uuid

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from accounts import policy
from accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/accounts/"
NEW = "Green-Field-2027"


def change(client, old=PASSWORD, new=NEW):
    return client.post(reverse("account_change_password"), {"oldpassword": old, "password1": new, "password2": new, "next": PAGE})


def everybody(user):
    return True


def nobody(user):
    return False


@pytest.fixture
def required(settings):
    settings.MFA_REQUIRED = True
    settings.SECOND_FACTOR_NEEDED = f"{__name__}.everybody"


# --- passwords ----------------------------------------------------------------------------------------------------------------------
def test_a_given_password_must_be_changed_before_any_page_opens(client):
    user = UserFactory(must_change_password=True)
    client.force_login(user)

    assert client.get(PAGE).url == reverse("account_change_password")
    assert change(client).status_code == 302
    assert client.get(PAGE).status_code == 200
    user.refresh_from_db()
    assert (user.must_change_password, user.one_time_until) == (False, None)
    assert user.password_changed_at is not None


def test_the_api_says_in_json_that_the_password_must_be_changed(client):
    client.force_login(UserFactory(must_change_password=True))

    response = client.get("/api/v1/findings/")

    assert response.status_code == 403
    assert response.json()["code"] == "password_needed"


def test_a_phone_may_always_ask_who_is_signed_in_and_is_told_by_the_api_what_is_due(client):
    user = UserFactory(must_change_password=True)
    client.force_login(user)

    assert client.get(reverse("mobile:session")).json()["person"]["id"] == user.pk
    assert client.put(f"/api/v1/findings/{uuid.uuid4()}/").json()["code"] == "password_needed"


def test_whoever_signs_in_again_from_the_field_app_comes_back_to_it_after_the_step(client):
    client.force_login(UserFactory(must_change_password=True))

    door = client.get(f"{reverse('account_login')}?next=/m/unsent/").url

    assert door == f"{reverse('account_change_password')}?next=%2Fm%2Funsent%2F"
    assert 'name="next" value="/m/unsent/"' in client.get(door).content.decode()


def test_an_htmx_part_is_led_to_the_door_as_a_whole_page(client):
    client.force_login(UserFactory(must_change_password=True))

    response = client.get(PAGE, headers={"HX-Request": "true"})

    assert response.headers["HX-Redirect"] == reverse("account_change_password")


def test_a_password_past_its_age_must_be_changed(client, settings):
    settings.PASSWORD_MAX_AGE_DAYS = 90
    client.force_login(UserFactory(password_changed_at=timezone.now() - dt.timedelta(days=91)))
    assert client.get(PAGE).url == reverse("account_change_password")

    settings.PASSWORD_MAX_AGE_DAYS = 0
    assert client.get(PAGE).status_code == 200


def test_changing_the_password_ends_other_sessions_and_keeps_this_one(client, django_client_of):
    user = UserFactory()
    other = django_client_of(user)
    client.force_login(user)

    change(client)

    assert client.get(PAGE).status_code == 200
    assert other.get(PAGE).status_code == 302


def test_the_last_passwords_are_not_taken_again(client):
    user = UserFactory()
    client.force_login(user)
    change(client)
    change(client, old=NEW, new="Blue-River-2028")

    again = change(client, old="Blue-River-2028", new=NEW)

    assert again.context["form"].errors["password1"] == ["不能使用最近 5 次用过的密码。"]


@pytest.mark.parametrize("weak", ["short1A", "alllowercaseletters", "Airduty-2026-x", "Password123456"])
def test_weak_passwords_are_refused_with_a_reason(client, weak):
    client.force_login(UserFactory())

    assert change(client, new=weak).context["form"].errors["password1"]


def test_a_wrong_current_password_is_named_at_its_field(client):
    client.force_login(UserFactory())

    assert change(client, old="wrong").context["form"].errors["oldpassword"] == ["当前密码不正确。"]


# --- second factor ------------------------------------------------------------------------------------------------------------------
def test_who_needs_a_second_factor_sets_one_up_first(client, required):
    user = UserFactory()
    client.force_login(user)
    assert client.get(PAGE).url == reverse("mfa_activate_totp")

    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    assert client.get(PAGE).status_code == 200


def test_people_who_do_not_need_it_are_let_in(client, settings, required):
    settings.SECOND_FACTOR_NEEDED = f"{__name__}.nobody"
    client.force_login(UserFactory())

    assert client.get(PAGE).status_code == 200


def test_a_needed_second_factor_cannot_be_put_down(client, required):
    from accounts.adapter import SecondFactorAdapter

    user = UserFactory()
    authenticator = Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})

    assert not SecondFactorAdapter().can_delete_authenticator(authenticator)


def test_signing_in_with_a_second_factor_asks_for_the_code(client, totp):
    user = UserFactory()
    code = totp(user)

    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD, "next": PAGE})
    assert client.get(PAGE).status_code == 302
    response = client.post(reverse("mfa_authenticate"), {"code": code()})

    assert response.status_code == 302
    assert client.get(PAGE).status_code == 200


def test_the_authenticator_is_activated_with_its_code(client, totp):
    from allauth.mfa.totp.internal import auth

    user = UserFactory()
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD, "next": PAGE})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    code = auth.format_hotp_value(auth.hotp_value(secret, next(iter(auth.yield_hotp_counters_from_time()))))

    response = client.post(reverse("mfa_activate_totp"), {"code": code})

    assert response.url == reverse("mfa_view_recovery_codes")
    assert client.get(response.url).status_code == 200
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_a_session_of_some_minutes_is_asked_again_before_the_second_factor_changes(client, time_machine):
    client.force_login(UserFactory())
    client.get(PAGE)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200

    later(time_machine, minutes=6)

    asked = client.get(reverse("mfa_activate_totp"))
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert client.post(asked.url, {"password": "wrong"}).context["form"].errors["password"] == ["密码不正确。"]
    assert client.post(asked.url, {"password": PASSWORD}).url == reverse("mfa_activate_totp")


# --- sessions -----------------------------------------------------------------------------------------------------------------------
def later(time_machine, **ahead):
    time_machine.move_to(timezone.now() + dt.timedelta(**ahead))


def test_a_session_left_alone_ends(client, time_machine, settings):
    settings.IS_FIELD_PERSON = f"{__name__}.nobody"
    client.force_login(UserFactory())
    client.get(PAGE)

    later(time_machine, minutes=31)

    assert client.get(PAGE).status_code == 302
    assert "登录已超时" in client.get(reverse("account_login")).content.decode()


def test_a_session_in_use_goes_on(client, time_machine, settings):
    settings.IS_FIELD_PERSON = f"{__name__}.nobody"
    client.force_login(UserFactory())
    for _ in range(3):
        client.get(PAGE)
        later(time_machine, minutes=20)

    assert client.get(PAGE).status_code == 200


def test_a_session_in_use_ends_at_its_greatest_age(client, time_machine, settings):
    settings.IS_FIELD_PERSON = f"{__name__}.nobody"
    settings.SESSION_COOKIE_AGE = 3600
    client.force_login(UserFactory())
    for _ in range(4):
        last = client.get(PAGE).status_code
        later(time_machine, minutes=19)

    assert last == 200
    assert client.get(PAGE).status_code == 302


def test_people_in_the_field_may_pause_longer(client, time_machine, settings):
    settings.IS_FIELD_PERSON = f"{__name__}.everybody"
    client.force_login(UserFactory())
    client.get(PAGE)

    later(time_machine, hours=8)

    assert client.get(PAGE).status_code == 200


def test_the_last_seen_time_is_written_once_a_minute(client, time_machine):
    client.force_login(UserFactory())
    client.get(PAGE)
    first = client.session[policy.SEEN]

    later(time_machine, seconds=30)
    client.get(PAGE)
    assert client.session[policy.SEEN] == first
    later(time_machine, seconds=40)
    client.get(PAGE)
    assert client.session[policy.SEEN] > first


def test_other_devices_are_listed_and_can_be_signed_out(client, django_client_of):
    user = UserFactory()
    other = django_client_of(user)
    other.get(PAGE)
    client.force_login(user)
    client.get(PAGE)

    assert client.get(reverse("usersessions_list")).context["session_count"] == 2
    client.post(reverse("usersessions_list"))

    assert other.get(PAGE).status_code == 302
    assert client.get(PAGE).status_code == 200


# --- language -----------------------------------------------------------------------------------------------------------------------
def test_the_language_chosen_is_kept_with_the_account(client, django_client_of):
    user = UserFactory()
    client.force_login(user)
    client.post(reverse("set_language"), {"language": "en", "next": PAGE})

    assert User.objects.get(pk=user.pk).language == "en"
    assert b'<html lang="en">' in django_client_of(user).get(PAGE).content


def test_an_unknown_language_changes_nothing(client):
    user = UserFactory()
    client.force_login(user)
    client.post(reverse("set_language"), {"language": "xx", "next": PAGE})

    assert User.objects.get(pk=user.pk).language == ""


def test_a_stranger_may_choose_the_language_too(client):
    client.post(reverse("set_language"), {"language": "en", "next": reverse("account_login")})

    assert b'<html lang="en">' in client.get(reverse("account_login")).content
