import pytest
from allauth.mfa.totp.internal import auth
from django.test import Client


@pytest.fixture
def django_client_of():
    """Another browser of a person."""

    def build(user):
        client = Client()
        client.force_login(user)
        return client

    return build


@pytest.fixture
def totp():
    """Sets up a second factor; gives back a function that shows the code of now."""

    def build(user):
        secret = auth.generate_totp_secret()
        auth.TOTP.activate(user, secret)
        return lambda: auth.format_hotp_value(auth.hotp_value(secret, list(auth.yield_hotp_counters_from_time())[0]))

    return build
