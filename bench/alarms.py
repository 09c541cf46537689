"""A thousand alarms in a minute: parallel senders, bodies as cameras send them, gunicorn with two workers on PostgreSQL as the product ships it.

``scripts/with_servers --durable .venv/bin/python -m bench.alarms [--alarms 1000] [--senders 8] [--pictures]``. Sends the messages evenly over the
minute, every tenth twice at the same moment (a camera that has not heard the answer); ``--again``: each a second time. Counts what is stored: no
message lost, none twice, one alarm for each place. Exit code 1 where it is not so.
"""

# ruff: noqa: I001 - Django is set up before its models are named
import argparse
import http.client
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from bench import ready, serving

ready.ready()

from django.db import connection

from accounts import devices
from accounts.models import DeviceUse
from alarms.models import Alarm, AlarmSignal, AlarmSource, SignalPicture
from bench.measures import cpu, share
from common import clock
from tests.alarms import bodies
from tests.factories.districts import made_district
from tests.factories.accounts import UserFactory
from tests.factories.evidence import photo_bytes

PLACES = 50
"""Each 1.1 km from the next, two cameras at each: signals of one place merge, those of two never."""
SECONDS = 60


def cameras(district, director) -> list[tuple[AlarmSource, str]]:
    made = []
    for n in range(PLACES * 2):
        place, twin = divmod(n, 2)
        lon, lat = 114.0005 + 0.0125 * (place % 6), 34.0005 + 0.0011 * twin + 0.0125 * (place // 6)
        device, key = devices.issue(district.pk, f"bench {n}", by=director, use=DeviceUse.ALARM)
        village = district.villages[0]
        source = AlarmSource.objects.create(
            district=district, slug=f"bench-{n}", kind="smoke_camera", name=f"摄像头{n}", device=device, lon=lon, lat=lat, grid=village,
            grid_path=village.path, made_at=clock.now(),
        )  # fmt: skip
        made.append((source, key))
    return made


def send(port: int, slug: str, key: str, body: bytes) -> tuple[int, float]:
    begun = time.perf_counter()
    connection_ = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {"Content-Type": "multipart/form-data; boundary=boundary", "Authorization": f"Device {key}", "Host": "localhost"}
        connection_.request("POST", f"/api/v1/alarms/{slug}/", body, headers)
        answer = connection_.getresponse()
        answer.read()
        return answer.status, time.perf_counter() - begun
    finally:
        connection_.close()


def body(n: int, *, pictures: bool) -> bytes:
    xml = bodies.alert(more=bodies.REGION, count=n, at="2026-11-27T10:15:03+08:00")
    return bodies.usual(xml, photo_bytes(n % 90, size=(1280, 720)) if pictures else bodies.JPEG)


def run(*, alarms: int, senders: int, pictures: bool, again: bool) -> int:
    district, director = made_district(), UserFactory()
    UserFactory(office_staff=district)
    known = cameras(district, director)
    connection.close()
    with serving.web(workers=2, threads=4, ALLOWED_HOSTS="localhost,127.0.0.1") as (port, master), ThreadPoolExecutor(senders) as pool:
        begun, sent, before = time.perf_counter(), [], cpu(master)
        for n in range(alarms):
            time.sleep(max(0, begun + n * SECONDS / alarms - time.perf_counter()))
            source, key = known[n % len(known)]
            content = body(n, pictures=pictures)
            times = 1 + (n % 10 == 0) + again
            sent += [pool.submit(send, port, source.slug, key, content) for _time in range(times)]
        answers = [each.result() for each in sent]
        elapsed = time.perf_counter() - begun
        spent = [(now - then) * 1000 / len(answers) for now, then in zip(cpu(master), before, strict=True)]
    print(f"CPU of a request: web {spent[0]:.1f} ms, database {spent[1]:.1f} ms")
    return told(answers, alarms=alarms, elapsed=elapsed)


def told(answers, *, alarms: int, elapsed: float) -> int:
    waits = [seconds * 1000 for _status, seconds in answers]
    refused = sum(status != 200 for status, _seconds in answers)
    signals, merged = AlarmSignal.objects.count(), Alarm.objects.count()
    counted = sum(Alarm.objects.values_list("signal_count", flat=True))
    places = min(PLACES, (alarms + 1) // 2)
    print(
        f"{alarms} messages, {len(answers)} requests in {elapsed:.1f} s; p50 {share(waits, 0.5):.0f} ms, p95 {share(waits, 0.95):.0f} ms, longest {max(waits):.0f} ms"
    )
    print(
        f"refused {refused}; stored {signals} of {alarms}; alarms {merged} of {places}; counted in them {counted}; pictures {SignalPicture.objects.count()}"
    )
    good = (refused, signals, merged, counted) == (0, alarms, places, alarms)
    print("none lost, none twice, merged rightly" if good else "WRONG")
    return 0 if good else 1


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--alarms", type=int, default=1000)
    asked.add_argument("--senders", type=int, default=8)
    asked.add_argument("--again", action="store_true", help="each message a second time")
    asked.add_argument("--pictures", action="store_true", help="pictures of 1280 × 720 instead of small ones")
    return run(**vars(asked.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
