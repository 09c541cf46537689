"""Guessing from many addresses, and throttles that count for all processes."""

import datetime as dt
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.lock import FREE_FAILURES, LONGEST_WAIT, distance_after
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def sign_in(client, user, password=PASSWORD, *, address):
    client.logout()
    return client.post(reverse("account_login"), {"login": user.username, "password": password}, REMOTE_ADDR=address).status_code


def guess_from_many_addresses(client, user, times):
    """Each address stays below the lock of its own."""
    return [sign_in(client, user, "wrong", address=f"10.7.{n}.1") for n in range(times)]


@pytest.fixture
def still(time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    return time_machine


def test_guesses_from_many_addresses_are_slowed_down(client, still):
    user = UserFactory()

    answers = guess_from_many_addresses(client, user, FREE_FAILURES + 3)

    assert answers == [200] * (FREE_FAILURES + 1) + [429] * 2
    assert sign_in(client, user, address="10.8.0.1") == 429


def test_a_minute_of_patience_opens_the_door_to_the_right_password(client, still):
    user = UserFactory()
    for _ in range(30):
        guess_from_many_addresses(client, user, 1)
        still.shift(LONGEST_WAIT / 4)
    sign_in(client, user, address="10.8.0.1")
    still.shift(LONGEST_WAIT)

    assert sign_in(client, user, address="10.8.0.1") == 302


def test_the_page_says_how_long(client, still):
    user = UserFactory()
    guess_from_many_addresses(client, user, FREE_FAILURES + 1)

    page = client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD}, REMOTE_ADDR="10.8.0.1")

    assert "请 1 秒后再试" in page.content.decode()


def test_strangers_shut_nobody_out_of_an_address_they_have_used(client, still):
    user = UserFactory()
    sign_in(client, user, address="10.9.0.1")
    guess_from_many_addresses(client, user, FREE_FAILURES + 5)

    assert sign_in(client, user, address="10.9.0.1") == 302
    assert sign_in(client, user, address="10.9.0.2") == 429


def test_another_name_is_not_slowed_down(client, still):
    guess_from_many_addresses(client, UserFactory(), FREE_FAILURES + 5)

    assert sign_in(client, UserFactory(), address="10.8.0.1") == 302


def test_old_failures_count_no_longer(client, still):
    user = UserFactory()
    guess_from_many_addresses(client, user, FREE_FAILURES + 5)
    still.shift(dt.timedelta(minutes=31))

    assert guess_from_many_addresses(client, user, 1) == [200]


def test_programs_are_slowed_down_in_words_they_can_read(client, still):
    user = UserFactory()
    guess_from_many_addresses(client, user, FREE_FAILURES + 1)

    answer = client.post(
        "/api/v1/auth/token/", {"username": user.username, "password": PASSWORD}, content_type="application/json", REMOTE_ADDR="10.8.0.1"
    )

    assert (answer.status_code, answer.json()) == (429, {"code": "locked", "detail": "尝试次数过多，请稍后再试。"})


def test_distance_doubles_up_to_a_minute():
    over = [distance_after(FREE_FAILURES + n) for n in range(9)]

    assert over == [0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert distance_after(10**9) == LONGEST_WAIT


# --- counted for all processes ------------------------------------------------------------------------------------------------------
COUNT = "import django; django.setup(); from django.core.cache import cache; print(cache.get('seen-by-all'))"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite under test lies in this process's memory")
@pytest.mark.django_db(transaction=True)
def test_another_process_sees_the_same_count_without_redis():
    cache.set("seen-by-all", 7)
    base = settings.DATABASES["default"]
    address = f"postgres://{base['USER']}:{base['PASSWORD']}@{base['HOST']}:{base['PORT']}/{base['NAME']}"
    environment = os.environ | {"DATABASE_URL": address, "REDIS_URL": "redis://127.0.0.1:1/0", "DJANGO_SETTINGS_MODULE": "airduty.settings"}

    other = subprocess.run([sys.executable, "-c", COUNT], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)

    assert other.stdout.strip() == "7"


def test_the_twenty_first_token_request_of_a_minute_is_refused(client, still):
    user = UserFactory()
    body = {"username": user.username, "password": PASSWORD}

    answers = [client.post("/api/v1/auth/token/", body, content_type="application/json").status_code for _ in range(21)]

    assert answers == [200] * 20 + [429]
    assert caches["default"]._table == "airduty_cache"


def test_a_one_time_code_opens_once(client, totp):
    user = UserFactory()
    code = totp(user)()
    body = {"username": user.username, "password": PASSWORD, "otp": code}

    answers = [client.post("/api/v1/auth/token/", body, content_type="application/json").status_code for _ in range(2)]

    assert answers == [200, 400]
