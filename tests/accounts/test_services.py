import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts import services
from audit.models import AuditEvent
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_a_one_time_password_satisfies_our_own_rules():
    for _ in range(20):
        validate_password(services.one_time_password(), UserFactory.build())


def test_an_issued_password_must_be_changed_and_is_audited():
    keeper, user = UserFactory(), UserFactory()

    password = services.issue_one_time_password(user, by=keeper)

    user.refresh_from_db()
    assert user.check_password(password)
    assert user.must_change_password
    assert user.one_time_until is not None
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.object_id) == ("account.password_issue", str(user.pk))
    assert password not in str(event.payload)


def test_a_new_account_comes_with_its_password():
    user, password = services.create_account(username="li.si", name="李四", phone="13800000001", by=None)

    assert user.check_password(password)
    assert list(AuditEvent.objects.order_by("seq").values_list("action", flat=True)) == ["account.create", "account.password_issue"]


def test_number_of_a_new_account_is_kept_as_digits_whoever_brings_it():
    assert services.create_account(username="wang", name="王五", phone="(+86) 138-0000-0001", by=None)[0].phone == "13800000001"
    with pytest.raises(ValidationError) as refused:
        services.create_account(username="zhao", name="赵六", phone="—", by=None)
    assert list(refused.value.message_dict) == ["phone"]


def test_deactivation_signs_the_person_out(client):
    user = UserFactory()
    client.force_login(user)
    client.get("/accounts/")

    services.deactivate(user, by=None)

    assert client.get("/accounts/").status_code == 302


def test_a_lost_telephone_is_taken_off():
    user = UserFactory()
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})

    services.take_off_second_factor(user, by=None)

    assert not Authenticator.objects.filter(user=user).exists()


def test_own_details_are_saved_from_the_page(client):
    user = UserFactory()
    client.force_login(user)

    client.post("/accounts/", {"phone": "13800000002", "email": "a@example.org"})

    user.refresh_from_db()
    assert (user.phone, user.email) == ("13800000002", "a@example.org")
