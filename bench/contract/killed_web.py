"""3,000 submissions with retries while gunicorn's children are killed, and PostgreSQL restarted twice in immediate mode: none lost, none doubled (trust 4, 5)."""

import http.client
import os
import random
import signal
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from bench.contract import stage
from bench.verdict import Verdict

PATIENCE = 90
"""Seconds that a client goes on trying; a phone's queue has no end."""


def main() -> None:
    stage.set_up()
    from django.db import connection  # noqa: PLC0415

    from bench import district, people, serving  # noqa: PLC0415
    from inspections.models import Finding, FindingEvent  # noqa: PLC0415

    verdict = Verdict("submissions with web processes killed and PostgreSQL restarted")
    count, user = stage.number("count", 3000), district.person("member")
    place, keys = stage.point_of(user.posts.first().grid), [people.new_key() for _n in range(stage.number("count", 3000))]
    acknowledged: dict[str, int] = {}
    broken: Counter = Counter()
    with serving.web(workers=4, threads=2, LOG_LEVEL="CRITICAL") as (port, master):
        person = people.sign_in(user, port=port)
        connection.close()

        def send(n: int) -> None:
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                try:
                    answer = person.put(f"/api/v1/findings/{keys[n]}/", people.report("site-six", *place, n=n), **{"X-Offline": "1"})
                except (OSError, http.client.HTTPException):
                    broken["connection"] += 1
                else:
                    if answer.status in (200, 201) and answer.json()["uuid"] == keys[n] and not answer.json()["photos_missing"]:
                        acknowledged[keys[n]] = answer.status
                        return
                    broken[answer.status] += 1
                time.sleep(random.uniform(0.1, 0.6))

        with ThreadPoolExecutor(12) as pool:
            waiting = [pool.submit(send, n) for n in range(count)]
            kills, restarts = trouble(
                master, lambda: len(acknowledged) / count, wanted_kills=stage.number("kills", 12), wanted_restarts=stage.number("restarts", 2)
            )
            for each in waiting:
                each.result()
    stored = Counter(str(key) for key in Finding.objects.filter(uuid__in=keys).values_list("uuid", flat=True))
    told = Counter(str(key) for key in FindingEvent.objects.filter(finding__uuid__in=keys, action="submit").values_list("finding__uuid", flat=True))
    verdict.want("acknowledged", len(acknowledged), count)
    verdict.want("missing", sum(1 for key in acknowledged if not stored[key]), 0)
    verdict.want("doubled", sum(1 for key in stored if stored[key] > 1 or told[key] > 1), 0)
    verdict.want("without_history", sum(1 for key in stored if told[key] != 1), 0)
    verdict.note(kills=kills, restarts=restarts, replays=sum(status == 200 for status in acknowledged.values()), retried=dict(broken))
    verdict.want("audit", audit(), 0)
    if restarts:
        connection.close()
        postgres_again("stop")
    verdict.end()


def trouble(master: int, done, *, wanted_kills: int, wanted_restarts: int) -> tuple[int, int]:
    """Spread over the run: kills of a random child, and restarts of the database at one and at two thirds."""
    from bench import serving  # noqa: PLC0415

    kills = restarts = 0
    until = time.monotonic() + 500
    while done() < 1 and time.monotonic() < until and (kills < wanted_kills or restarts < wanted_restarts):
        time.sleep(0.2)
        if restarts < wanted_restarts and done() > (restarts + 1) / (wanted_restarts + 1):
            postgres_again("restart")
            restarts += 1
        elif kills < wanted_kills and done() > (kills + 1) / (wanted_kills + 2):
            victims = serving.children_of(master)
            if victims:
                os.kill(random.choice(victims), signal.SIGKILL)
                kills += 1
    return kills, restarts


def postgres_again(word: str) -> None:
    """``restart`` without any goodbye; ``stop`` at the end, because the server that now runs is not the one that ``with_servers`` has started."""
    from scripts import servers  # noqa: PLC0415

    home = os.environ["TEST_PG_DATA"]
    control = [f"{os.environ['TEST_PG_BIN']}/pg_ctl", "-D", home, "-m", "immediate", "-w", "-l", f"{home}/again.log", word]
    subprocess.run(control, check=True, stdout=subprocess.DEVNULL, cwd=home, **servers.other_user())


def audit() -> int:
    from django.core.management import call_command  # noqa: PLC0415

    try:
        call_command("verify_audit", "--state", stdout=open(os.devnull, "w"))  # noqa: SIM115
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


if __name__ == "__main__":
    main()
