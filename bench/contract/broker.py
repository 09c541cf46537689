"""Redis stopped, then frozen: pages and submissions go on (p95 ≤ 3 s, no 5xx) and reminders are sent by the sweeper within 90 s (trust 15 to 17)."""

import os
import signal
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench.contract import stage
from bench.verdict import Verdict

WITHIN = 90


def main() -> None:
    stage.set_up()
    from django.core.management import call_command  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from bench import district, people, serving  # noqa: PLC0415
    from bench.contract.sink import announce, smtp  # noqa: PLC0415
    from scripts import children, processes  # noqa: PLC0415

    call_command("collectstatic", interactive=False, verbosity=0)
    verdict = Verdict("Redis stopped and frozen")
    redis, count = redis_process(), stage.number("count", 120)
    user, place = district.person("office"), stage.point_of(district.person("member").posts.first().grid)
    with smtp() as sink, serving.web(workers=2, threads=4, LOG_LEVEL="CRITICAL") as (port, _master):
        announce(sink)
        variables = sink.variables() | {"LOG_LEVEL": "CRITICAL"}
        lines = [processes.WORKER, processes.BEAT + " --schedule " + str(Path(os.environ["DATA_DIR"]) / "beat"), processes.SWEEPER]
        running = [
            children.start(processes.argv(line, str(serving.BIN)), cwd=serving.ROOT, env=os.environ | variables, stderr=sys.stderr) for line in lines
        ]
        office, member = people.sign_in(user, port=port), people.sign_in(district.person("member"), port=port)
        time.sleep(5)
        try:
            for word, number in (("frozen", signal.SIGSTOP), ("stopped", signal.SIGKILL)):
                os.kill(redis, number)
                slowest, failures = live(office, member, place, count, pages=[reverse("inspections:ledger"), "/accounts/login/"])
                verdict.want(f"{word}_p95_s", round(slowest, 2), lambda seconds: seconds <= 3)
                verdict.want(f"{word}_failures", failures, 0)
                verdict.want(f"{word}_reminders_after_s", reminded(sink, user, word), lambda seconds: seconds is not None and seconds <= WITHIN)
                if number == signal.SIGSTOP:
                    os.kill(redis, signal.SIGCONT)
                    time.sleep(2)
                    verdict.want("after_thaw_failures", live(office, member, place, 20, pages=["/ledger/"])[1], 0)
        finally:
            for process in running:
                children.stop(process, patience=15)
    verdict.end()


def redis_process() -> int:
    """The server that ``with_servers`` has started, found by the port of its address: nobody else's."""
    port = urlsplit(os.environ["REDIS_URL"]).port
    for folder in Path("/proc").glob("[0-9]*"):
        command = (folder / "cmdline").read_bytes().decode(errors="replace") if (folder / "cmdline").exists() else ""
        if "redis-server" in command.split("\0")[0] and f":{port}" in command:
            return int(folder.name)
    sys.exit("The Redis of this run was not found.")


def live(office, member, place, count: int, *, pages: list[str]) -> tuple[float, int]:
    """p95 in seconds and how many answers were neither a page nor a stored row."""
    from bench import measures, people  # noqa: PLC0415

    seconds, failures = [], 0
    for n in range(count):
        if n % 2:
            answer = office.get(pages[n // 2 % len(pages)])
        else:
            code = ("site-six", "straw-fire")[n // 2 % 2]
            answer = member.put(f"/api/v1/findings/{people.new_key()}/", people.report(code, *place, n=n))
        seconds.append(answer.seconds)
        failures += answer.status not in (200, 201, 302)
    return measures.share(seconds, 0.95), failures


def reminded(sink, user, word: str) -> float | None:
    """Seconds until 50 urgent mails queued now have arrived."""
    from notices.services import queue  # noqa: PLC0415

    begun = time.monotonic()
    for n in range(50):
        queue(to=[user], title="提醒", dedup_key=f"{word}:{n}", kind="test", channels=("email",), urgent=True)
    while time.monotonic() - begun < WITHIN + 10:
        if sum(key.startswith(f"{word}:") for key in list(sink.keys().elements())) == 50:
            return round(time.monotonic() - begun, 1)
        time.sleep(0.5)
    return None


if __name__ == "__main__":
    main()
