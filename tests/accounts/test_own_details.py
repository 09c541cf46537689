"""Where one's own messages are sent."""

from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from accounts.models import User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
PHONE, EMAIL = "13800000001", "ding@example.invalid"


@pytest.fixture
def user(client):
    found = UserFactory(phone=PHONE, email=EMAIL)
    client.force_login(found, backend="django.contrib.auth.backends.ModelBackend")
    return found


def kept(user):
    return User.objects.values_list("phone", "email").get(pk=user.pk)


def test_own_details_are_changed_by_form(client, user):
    answer = client.post(reverse("account"), {"phone": "0371-1234567", "email": ""})

    assert answer.status_code == 302
    assert kept(user) == ("03711234567", "")


@pytest.mark.parametrize("typed", ["138 0000 0002", "138-0000-0002", "+86 138 0000 0002", "(+86)13800000002", "(0086) 138-0000-0002"])
def test_number_is_kept_as_digits_however_it_is_typed(client, user, typed):
    client.post(reverse("account"), {"phone": typed, "email": ""})

    assert kept(user) == ("13800000002", "")


def test_numbers_of_before_become_digits(user):
    others = [UserFactory(phone=phone) for phone in ("138 0000-0003", "", "+8613800000004")]

    import_module("accounts.migrations.0005_phones_as_digits").as_digits(apps, None)

    assert [kept(each)[0] for each in (user, *others)] == [PHONE, "13800000003", "", "13800000004"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": "call me"},
        {"phone": "1" * 21},
        {"phone": "1\0"},
        {"phone": "-----"},
        {"phone": "+86 1234"},
        {"email": "ding"},
        {"email": f"{'d' * 300}@example.invalid"},
    ],
)
def test_nonsense_comes_back_and_changes_nothing(client, user, wrong):
    answer = client.post(reverse("account"), {"phone": PHONE, "email": EMAIL} | wrong)

    assert answer.status_code == 400
    assert "field-error" in answer.content.decode()
    assert kept(user) == (PHONE, EMAIL)


def test_number_of_too_few_digits_is_refused_with_what_to_fill_in(client, user):
    answer = client.post(reverse("account"), {"phone": "-----", "email": ""})

    assert answer.context["form"].errors == {"phone": ["电话号码至少要有 5 位数字，请填手机号或带区号的座机号。"]}
