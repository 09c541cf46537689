"""Where one's own messages are sent."""

import pytest
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
    assert kept(user) == ("0371-1234567", "")


@pytest.mark.parametrize(
    "wrong", [{"phone": "call me"}, {"phone": "1" * 21}, {"phone": "1\0"}, {"email": "ding"}, {"email": f"{'d' * 300}@example.invalid"}]
)
def test_nonsense_comes_back_and_changes_nothing(client, user, wrong):
    answer = client.post(reverse("account"), {"phone": PHONE, "email": EMAIL} | wrong)

    assert answer.status_code == 400
    assert "field-error" in answer.content.decode()
    assert kept(user) == (PHONE, EMAIL)
