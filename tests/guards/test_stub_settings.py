"""The settings with which `make run` leads a demonstration's messages to its stub gateway."""

import pytest

from scripts import stub

DEMONSTRATION = "SECRET_KEY=x\nDEMO=1\nBASE_URL=http://localhost:8000\n"


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    monkeypatch.delenv("DEMO", raising=False)
    monkeypatch.delenv("SMS_WEBHOOK_URL", raising=False)


def test_a_demonstration_gets_a_gateway_of_its_own_once():
    text = stub.with_gateway(DEMONSTRATION, folder="a")
    settings = dict(line.split("=", 1) for line in text.splitlines() if not line.startswith("#"))

    assert text.startswith(DEMONSTRATION) and stub.with_gateway(text, folder="a") == text
    assert settings["STUB_GATEWAY_URL"] == stub.address(text) == f"http://127.0.0.1:{stub.port(text)}/"
    assert settings["SMS_WEBHOOK_URL"] == f"{stub.address(text)}sms" and settings["VOICE_WEBHOOK_URL"] == f"{stub.address(text)}voice"
    assert settings["ROBOT_HOSTS"] == stub.address(text).rstrip("/") and settings["SMS_WEBHOOK_PLAIN_HOSTS"] == "127.0.0.1"
    assert len(settings["SMS_WEBHOOK_TOKEN"]) > 20 and len(settings["GATEWAY_RECEIPT_TOKEN"]) > 20


def test_a_real_deployment_and_a_chosen_gateway_are_left_alone(monkeypatch):
    own = f"{DEMONSTRATION}SMS_WEBHOOK_URL=https://sms.example.org/\n"
    assert stub.with_gateway(own, folder="a") == own
    assert stub.with_gateway("SECRET_KEY=x\nDEMO=0\n", folder="a") == "SECRET_KEY=x\nDEMO=0\n"

    text = stub.with_gateway(DEMONSTRATION, folder="a")
    monkeypatch.setenv("DEMO", "0")
    assert stub.with_gateway(DEMONSTRATION, folder="a") == DEMONSTRATION and stub.address(text) == ""
    monkeypatch.delenv("DEMO")
    monkeypatch.setenv("SMS_WEBHOOK_URL", "https://sms.example.org/")
    assert stub.with_gateway(DEMONSTRATION, folder="a") == DEMONSTRATION


def test_two_demonstrations_do_not_meet():
    first, second = (stub.port(stub.with_gateway(DEMONSTRATION, folder=folder)) for folder in ("one", "two"))

    assert first != second
