"""Secrets of the second factor in the database."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from accounts import sealing
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(settings):
    def use(*names):
        settings.SECOND_FACTOR_KEYS = [f"{name}-key-of-the-second-factor" for name in names]

    return use


def stored(user):
    return {row.type: row.data for row in Authenticator.objects.filter(user=user)}


def test_neither_secret_nor_seed_lies_open_in_the_database():
    user, secret = UserFactory(), auth.generate_totp_secret()

    auth.TOTP.activate(user, secret)
    RecoveryCodes.activate(user)

    data = stored(user)
    assert secret not in str(data)
    assert data["totp"]["secret"].startswith(sealing.SEALED)
    assert data["recovery_codes"]["seed"].startswith(sealing.SEALED)
    assert sealing.unseal(data["totp"]["secret"]) == secret


def test_a_new_key_seals_and_the_old_one_still_opens(keys, totp):
    keys("old")
    user = UserFactory()
    code = totp(user)

    keys("new", "old")
    authenticator = Authenticator.objects.get(user=user)
    assert authenticator.wrap().validate_code(code())

    call_command("reseal_second_factors")
    keys("new")
    assert sealing.unseal(stored(user)["totp"]["secret"])


def test_a_lost_key_is_named_as_what_it_is(keys, totp):
    keys("old")
    user = UserFactory()
    code = totp(user)
    keys("new")

    with pytest.raises(ImproperlyConfigured, match="put the old key back"):
        Authenticator.objects.get(user=user).wrap().validate_code(code())


def test_what_was_stored_before_is_read_and_sealed_by_the_command(keys):
    user = UserFactory()
    Authenticator.objects.create(user=user, type="totp", data={"secret": "OPEN"})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"migrated_codes": ["a", "b"], "used_mask": 0})
    assert sealing.unseal("OPEN") == "OPEN"

    call_command("reseal_second_factors")

    data = stored(user)
    assert "OPEN" not in str(data)
    assert [sealing.unseal(code) for code in data["recovery_codes"]["migrated_codes"]] == ["a", "b"]
    assert data["recovery_codes"]["used_mask"] == 0
