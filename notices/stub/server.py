"""The stub's server: one process, nothing kept. Listens on loopback only."""

import base64
import json
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

from django.template.loader import render_to_string

from common import clock, language
from notices.stub.answers import CALLS, MANNERS, ROBOTS, SERVICES, TOO_FAST, Call, recipient_of, service_of, words_of

KEPT = 500
LARGEST = 64 * 1024
SLOW_SECONDS, HANG_SECONDS = 8, 60
LOCAL = ("localhost", "127.0.0.1")


class Stub:
    """``token`` is what senders show; ``receipts`` is where to report, with which token. Every service has a manner of its own."""

    def __init__(self, *, port: int = 0, token: str = "", receipts: str = "", receipt_token: str = "", ring_seconds: float = 6):
        self.token, self.receipts, self.receipt_token, self.ring_seconds = token, receipts, receipt_token, ring_seconds
        self.slow_seconds: float = SLOW_SECONDS
        self.calls: deque[dict] = deque(maxlen=KEPT)
        self.manner = dict.fromkeys(SERVICES, "ok")
        self.people = "answered"
        self.over = threading.Event()
        self._lock = threading.Lock()
        self._ids: dict[str, str] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", port), type("StubHandler", (Handler,), {"stub": self}))
        self.server.daemon_threads = True

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def got(self, service: str = "") -> list[dict]:
        """What has arrived, oldest first."""
        with self._lock:
            return [call for call in self.calls if service in ("", call["service"])]

    def take(self, call: Call) -> tuple[int, dict]:
        """Status and body of the answer; what was sent is written down in any case."""
        status, answer = self._judge(call)
        with self._lock:
            again = call.body.get("key", "") in self._ids
            self.calls.append(self._entry(call, status, answer, again=again))
            if "id" in answer:
                answer["id"] = self._ids.setdefault(call.body["key"], answer["id"])
        if "id" in answer and not again:
            self._report_later(call)
        return status, answer

    def _judge(self, call: Call) -> tuple[int, dict]:
        manner = self.manner[call.service]
        if manner == "refuse":
            return 500, {"error": "refused"}
        if manner == "busy":
            return (200, TOO_FAST[call.service]) if call.service in TOO_FAST else (429, {"error": "too many"})
        if call.service in ROBOTS:
            return 200, ROBOTS[call.service](call)
        if call.service == "push":
            return (201, {}) if "gone" not in call.path else (410, {})
        if self.token and call.token != f"Bearer {self.token}":
            return 401, {"error": "wrong token"}
        if not all(isinstance(call.body.get(name), str) and call.body[name] for name in ("to", "text", "key")):
            return 400, {"error": "to, text and key are wanted"}
        return 200, {"id": f"stub-{call.service}-{time.time_ns()}"}

    def _entry(self, call: Call, status: int, answer: dict, *, again: bool) -> dict:
        return {
            "at": f"{clock.beijing(clock.now()):%Y-%m-%d %H:%M:%S}",
            "service": call.service,
            "to": recipient_of(call),
            "text": words_of(call),
            "status": status,
            "answer": dict(answer),
            "again": again,
            "body": call.body,
            "query": call.query,
            "token": call.token,
        }

    # --- receipts -------------------------------------------------------------------------------------------------------------------
    def _report_later(self, call: Call) -> None:
        outcome = self.people if call.service == "voice" else "delivered"
        if self.receipts and outcome != "silent":
            timer = threading.Timer(self.ring_seconds if call.service == "voice" else 1, self.report, [call.body["key"], outcome])
            timer.daemon = True
            timer.start()

    def report(self, key: str, outcome: str) -> int:
        """Send one receipt; the status of the answer, 0 when there was none."""
        body = json.dumps({"key": key, "id": self._ids.get(key, ""), "outcome": outcome}).encode()
        headers = {"Authorization": f"Bearer {self.receipt_token}", "Content-Type": "application/json"}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(urllib.request.Request(self.receipts, body, headers), timeout=10) as answer:
                return answer.status
        except OSError as error:
            return getattr(error, "code", 0)

    # --- running --------------------------------------------------------------------------------------------------------------------
    def serve(self) -> None:
        self.server.serve_forever(poll_interval=0.1)

    def stop(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def running(**options) -> Iterator[Stub]:
    stub = Stub(**options)
    thread = threading.Thread(target=stub.serve, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.stop()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    stub: Stub
    timeout = 30

    def do_GET(self):
        if not self._is_local():
            return self._answer(403, {"error": "only from this machine"})
        if self.path == "/calls.json":
            return self._answer(200, {"calls": self.stub.got(), "manner": self.stub.manner, "people": self.stub.people})
        return self._page() if self.path == "/" else self._answer(404, {"error": "not found"})

    def do_POST(self):
        parts = urlsplit(self.path)
        raw = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST))
        if parts.path == "/manner":
            return self._change(raw)
        service = service_of(parts.path)
        if not service:
            return self._answer(404, {"error": "not found"})
        if not self._survives(service):
            return None
        call = Call(service, _body(service, raw), dict(parse_qsl(parts.query)), self.headers.get("Authorization", ""), parts.path)
        return self._answer(*self.stub.take(call))

    def _survives(self, service: str) -> bool:
        """False when this service's manner is to say nothing."""
        manner = self.stub.manner[service]
        if manner == "slow":
            self.stub.over.wait(self.stub.slow_seconds)
        if manner == "hang":
            self.stub.over.wait(HANG_SECONDS)
        if manner in ("hang", "dead"):
            self.close_connection = True
        return manner not in ("hang", "dead")

    def _change(self, raw: bytes) -> None:
        if not self._is_local():
            return self._answer(403, {"error": "only from this machine"})
        wanted = {name: values[0] for name, values in parse_qs(raw.decode(errors="replace")).items()}
        self.stub.manner |= {name: wanted[name] for name in SERVICES if wanted.get(name) in MANNERS}
        self.stub.people = wanted["people"] if wanted.get("people") in CALLS else self.stub.people
        self.send_response(303)
        self.send_header("Location", "/")
        self.end_headers()

    def _page(self) -> None:
        stub = self.stub
        services = [(name, label, stub.manner[name]) for name, label in SERVICES.items()]
        calls = [call | {"label": SERVICES[call["service"]], "raw": json.dumps(call["answer"], ensure_ascii=False)} for call in reversed(stub.got())]
        context = {"calls": calls, "services": services, "manners": MANNERS.items(), "people": CALLS.items(), "chosen": stub.people}
        with language.official():
            self._send(200, "text/html; charset=utf-8", render_to_string("notices/stub.html", context).encode(), Refresh="5")

    def _answer(self, status: int, body: dict) -> None:
        self._send(status, "application/json", json.dumps(body, ensure_ascii=False).encode())

    def _send(self, status: int, kind: str, body: bytes, **headers: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _is_local(self) -> bool:
        """A page of another site that points a name of its own here is not shown what was sent."""
        return self.headers.get("Host", "").partition(":")[0] in LOCAL

    def log_message(self, *_arguments):
        pass


def _body(service: str, raw: bytes) -> dict:
    if service == "push":
        return {"sealed": base64.b64encode(raw).decode()}
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
