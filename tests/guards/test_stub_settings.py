"""The settings with which `make run` leads a demonstration's messages to its stub gateway."""

import pytest

from scripts import stub

DEMONSTRATION = "SECRET_KEY=x\nDEMO=1\nBASE_URL=http://localhost:8000\n"


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    monkeypatch.delenv("DEMO", raising=False)
    monkeypatch.delenv("SMS_WEBHOOK_URL", raising=False)


def test_a_demonstration_gets_a_gateway_of_its_own_once():
    text = stub.with_gateway(DEMONSTRATION, folder="a", web_port=8000)
    settings = dict(line.split("=", 1) for line in text.splitlines() if not line.startswith("#"))

    assert text.startswith(DEMONSTRATION) and stub.with_gateway(text, folder="a", web_port=8000) == text
    assert settings["STUB_GATEWAY_URL"] == stub.address(text) == f"http://127.0.0.1:{stub.port(text)}/"
    assert settings["SMS_WEBHOOK_URL"] == f"{stub.address(text)}sms" and settings["VOICE_WEBHOOK_URL"] == f"{stub.address(text)}voice"
    assert settings["ROBOT_HOSTS"] == stub.address(text).rstrip("/") and settings["SMS_WEBHOOK_PLAIN_HOSTS"] == "127.0.0.1"
    assert len(settings["SMS_WEBHOOK_TOKEN"]) > 20 and len(settings["GATEWAY_RECEIPT_TOKEN"]) > 20


def test_a_real_deployment_and_a_chosen_gateway_are_left_alone(monkeypatch):
    own = f"{DEMONSTRATION}SMS_WEBHOOK_URL=https://sms.example.org/\n"
    assert stub.with_gateway(own, folder="a", web_port=8000) == own
    assert stub.with_gateway("SECRET_KEY=x\nDEMO=0\n", folder="a", web_port=8000) == "SECRET_KEY=x\nDEMO=0\n"

    text = stub.with_gateway(DEMONSTRATION, folder="a", web_port=8000)
    monkeypatch.setenv("DEMO", "0")
    assert stub.with_gateway(DEMONSTRATION, folder="a", web_port=8000) == DEMONSTRATION and stub.address(text) == ""
    monkeypatch.delenv("DEMO")
    monkeypatch.setenv("SMS_WEBHOOK_URL", "https://sms.example.org/")
    assert stub.with_gateway(DEMONSTRATION, folder="a", web_port=8000) == DEMONSTRATION


def test_two_demonstrations_do_not_meet():
    first, second = (stub.port(stub.with_gateway(DEMONSTRATION, folder=folder, web_port=8000)) for folder in ("one", "two"))

    assert first != second


def test_the_gateway_keeps_off_the_port_of_the_web_server():
    wanted = stub.port(stub.with_gateway(DEMONSTRATION, folder="a", web_port=8000))

    assert stub.port(stub.with_gateway(DEMONSTRATION, folder="a", web_port=wanted)) not in (wanted, 8000)
