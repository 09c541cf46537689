"""A signed-in person as a program: plain HTTP over loopback, one connection per request as a sync worker gives it."""

import http.client
import json
import time
import uuid
from dataclasses import dataclass, field

from django.conf import settings
from django.test import Client

SECRET = "b" * 32


@dataclass
class Answer:
    status: int
    body: bytes
    seconds: float
    headers: dict = field(default_factory=dict)

    def json(self):
        return json.loads(self.body)


@dataclass
class Person:
    """Cookies of a session made directly in the database. ``call`` raises OSError or HTTPException when the connection breaks."""

    port: int
    session: str
    user_id: int
    timeout: float = 300

    @property
    def headers(self) -> dict[str, str]:
        cookies = f"{settings.SESSION_COOKIE_NAME}={self.session}; {settings.CSRF_COOKIE_NAME}={SECRET}"
        return {"Cookie": cookies, "X-CSRFToken": SECRET, "Host": "localhost", "Accept-Language": "zh-CN"}

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            connection.request(method, path, body, self.headers | headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        return Answer(answer.status, content, time.perf_counter() - begun, dict(answer.headers))

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def put(self, path: str, content: dict, **headers: str) -> Answer:
        return self.call("PUT", path, json.dumps(content).encode(), **{"Content-Type": "application/json"}, **headers)

    def post(self, path: str, content: dict) -> Answer:
        return self.call("POST", path, json.dumps(content).encode(), **{"Content-Type": "application/json"})

    def form(self, path: str, body: str) -> Answer:
        return self.call("POST", path, body.encode(), **{"Content-Type": "application/x-www-form-urlencoded"})


def sign_in(user, *, port: int) -> Person:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return Person(port, client.cookies[settings.SESSION_COOKIE_NAME].value, user.pk)


def report(problem_type: str, lon: float, lat: float, *, n: int = 0) -> dict:
    """A finding's body as the phone sends it."""
    return {
        "v": 1, "device_id": "bench", "seq": n, "captured_at": "2026-11-20T08:00:00+08:00", "saved_at": "2026-11-20T08:00:05+08:00",
        "problem_type": problem_type, "severity": "general", "text": f"土方未覆盖约{100 + n % 800}平方米，雾炮未开", "lon": lon, "lat": lat, "accuracy": 8.0,
        "photos": [],
    }  # fmt: skip


def new_key() -> str:
    return str(uuid.uuid4())
