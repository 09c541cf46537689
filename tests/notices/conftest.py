import pytest

from notices import dispatch, nudge


@pytest.fixture(autouse=True)
def _rested():
    """No channel rests and no breaker is open because of the test before."""
    dispatch._resting.clear()
    nudge._silent_until = 0.0


@pytest.fixture
def sms_at(settings):
    def use(address):
        settings.SMS_WEBHOOK_URL, settings.SMS_WEBHOOK_TOKEN, settings.SMS_WEBHOOK_PLAIN_HOSTS = address, "token-7", ["127.0.0.1"]

    return use


@pytest.fixture
def mail_to(settings):
    """Real SMTP instead of the memory that Django puts in its place under test."""

    def use(mailbox):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailbox.port

    return use
