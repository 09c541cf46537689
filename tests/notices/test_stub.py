"""The stub gateway: its answers, its manners, its page, its command."""

import json
import signal
import subprocess
import sys

import httpx
import pytest
from django.conf import settings as deployment

from notices.stub.server import running
from scripts import children


def ask(method, address, **more):
    return httpx.request(method, address, trust_env=False, timeout=5, **more)


@pytest.fixture
def stub():
    with running(token="t") as found:
        yield found


def send(stub, path="/sms", token="t", **body):
    body = {"to": "19900001234", "text": "期限将到", "key": "k1"} | body
    return ask("POST", stub.origin + path, json=body, headers={"Authorization": f"Bearer {token}"})


def test_the_same_key_again_is_the_same_message(stub):
    first, again = send(stub), send(stub)

    assert first.json()["id"] == again.json()["id"]
    assert [call["again"] for call in stub.got("sms")] == [False, True]


def test_it_wants_its_token_and_whole_messages(stub):
    assert send(stub, token="wrong").status_code == 401
    assert send(stub, text="").status_code == 400
    assert ask("POST", f"{stub.origin}/sms", content=b"no json", headers={"Authorization": "Bearer t"}).status_code == 400
    assert ask("POST", f"{stub.origin}/nothing").status_code == ask("GET", f"{stub.origin}/nothing").status_code == 404


def test_it_shows_what_it_got_to_people_and_to_programs(stub):
    send(stub, text="第一行\n<b>第二行</b>")

    page = ask("GET", f"{stub.origin}/").text
    assert "19900001234" in page and "第一行<br>&lt;b&gt;第二行" in page and "没有发给任何人" in page
    assert ask("GET", f"{stub.origin}/calls.json").json()["calls"][0]["text"] == "第一行\n<b>第二行</b>"


def test_it_is_told_how_to_behave_by_buttons(stub):
    assert ask("POST", f"{stub.origin}/manner", data={"sms": "refuse", "people": "no_answer", "voice": "nonsense"}).status_code == 303
    assert (stub.manner["sms"], stub.manner["voice"], stub.people) == ("refuse", "ok", "no_answer")
    assert send(stub).status_code == 500


def test_a_site_of_another_name_sees_nothing(stub):
    assert ask("GET", f"{stub.origin}/calls.json", headers={"Host": "evil.example.invalid"}).status_code == 403
    assert ask("POST", f"{stub.origin}/manner", headers={"Host": "evil.example.invalid"}, data={"sms": "dead"}).status_code == 403


def test_a_receipt_that_nobody_takes_is_not_an_error(stub):
    stub.receipts = "http://127.0.0.1:1/"

    assert stub.report("k1", "answered") == 0


def test_command_serves_until_it_is_stopped_and_names_a_taken_port():
    port = children.free_port()
    command = [sys.executable, "manage.py", "stub_gateway", "--port", str(port)]
    with subprocess.Popen(command, cwd=deployment.BASE_DIR, stdout=subprocess.PIPE, text=True) as process:
        assert str(port) in process.stdout.readline()
        assert ask("GET", f"http://127.0.0.1:{port}/calls.json").json()["manner"]["sms"] == "ok"
        second = subprocess.run(command, cwd=deployment.BASE_DIR, capture_output=True, text=True)
        assert second.returncode == 1 and f"--port {port + 1}" in second.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_push_services_answer_as_they_do(stub):
    assert ask("POST", f"{stub.origin}/push/a", content=b"sealed").status_code == 201
    assert ask("POST", f"{stub.origin}/push/gone", content=b"sealed").status_code == 410
    assert json.dumps(stub.got("push")[0]["body"]) == '{"sealed": "c2VhbGVk"}'
