"""What is measured: one client's waiting time and the server's CPU time per request, queries per page, and pushes with eight clients."""

import json
import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import people, serving

WARM = 4


@dataclass(frozen=True)
class Line:
    """One row of the table of results."""

    name: str
    value: float | None
    """In ``unit``; None when the page does not exist yet."""
    unit: str
    target: float | None = None
    at_least: bool = False
    extra: str = ""

    @property
    def meets(self) -> bool | None:
        if self.value is None or self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


def share(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))]


def page(name: str, person, path, *, target: float | None, times: int, master: int) -> Line:
    """Waiting time of one client in milliseconds, p95; ``path`` may be a list that is gone through in turn."""
    paths = path if isinstance(path, list) else [path]
    for n in range(WARM * len(paths)):
        answer = person.get(paths[n % len(paths)])
        if answer.status != 200:
            return Line(name, None, "ms", target, extra=f"status {answer.status}")
    seconds, before = [], cpu(master)
    for n in range(times):
        answer = person.get(paths[n % len(paths)])
        assert answer.status == 200, (paths, answer.status)
        seconds.append(answer.seconds * 1000)
    spent = [(now - then) * 1000 / times for now, then in zip(cpu(master), before, strict=True)]
    extra = f"p50 {share(seconds, 0.5):.0f}, CPU web {spent[0]:.0f} + db {spent[1]:.0f} ms, {len(answer.body) // 1024} kB"
    return Line(name, share(seconds, 0.95), "ms", target, extra=extra)


def cpu(master: int) -> tuple[float, float]:
    return serving.cpu_seconds(master), serving.cpu_seconds(serving.postmaster())


def inside(user) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def queries(user, path: str) -> int | None:
    client = inside(user)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    return len(captured) if answer.status_code == 200 else None


def slowest(user, path: str, count: int = 3) -> list[tuple[float, str]]:
    """The longest statements of a page, for the one who looks for the reason."""
    client = inside(user)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return sorted(((float(each["time"]), each["sql"]) for each in captured.captured_queries), reverse=True)[:count]


# --- pushing ------------------------------------------------------------------------------------------------------------------------
def push(requests: list[tuple], *, port: int, clients: int = 8) -> tuple[float, dict[int, int]]:
    """Send prepared requests ``(person, method, path, body, content type)`` with so many clients from two other processes: per second, and statuses."""
    with multiprocessing.get_context("fork").Pool(2) as pool:
        begun = time.perf_counter()
        found = pool.map(_send, [(requests[n::2], clients // 2) for n in range(2)])
        seconds = time.perf_counter() - begun
    statuses: dict[int, int] = {}
    for part in found:
        for status, count in part.items():
            statuses[status] = statuses.get(status, 0) + count
    return len(requests) / seconds, statuses


def _send(job) -> dict[int, int]:
    requests, clients = job

    def one(request):
        person, method, path, body, kind = request
        return person.call(method, path, body, **{"Content-Type": kind}).status

    counted: dict[int, int] = {}
    with ThreadPoolExecutor(clients) as pool:
        for status in pool.map(one, requests):
            counted[status] = counted.get(status, 0) + 1
    return counted


def submissions(person, count: int, *, types: list[str], points: list[tuple[float, float]]) -> list[tuple]:
    made = []
    for n in range(count):
        body = json.dumps(people.report(types[n % len(types)], *points[n % len(points)], n=n)).encode()
        made.append((person, "PUT", f"/api/v1/findings/{people.new_key()}/", body, "application/json"))
    return made


def inserts(person, count: int) -> list[tuple]:
    return [(person, "POST", "/bench/insert/", f"row {n}".encode(), "application/json") for n in range(count)]
