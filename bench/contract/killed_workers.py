"""600 due reminders, two Celery workers and two sweepers at work, one of them killed again and again: none lost, at most one doubled per kill (trust 14)."""

import os
import random
import signal
import sys
import time

from bench.contract import stage
from bench.verdict import Verdict

WORKER = "celery --quiet -A airduty.celery worker --loglevel error --concurrency 2 --without-gossip --without-mingle"
SWEEPER = "python manage.py dispatch_notices --loop"


def main() -> None:
    stage.set_up()
    from bench import district, serving  # noqa: PLC0415
    from bench.contract.sink import announce, smtp  # noqa: PLC0415
    from notices.models import Notice, State  # noqa: PLC0415
    from notices.services import queue  # noqa: PLC0415
    from notices.tasks import dispatch  # noqa: PLC0415
    from scripts import children, processes  # noqa: PLC0415

    verdict = Verdict("due reminders with workers and sweepers killed")
    count, wanted_kills, user = stage.number("count", 600), stage.number("kills", 15), district.person("town")
    programs = str(serving.BIN)

    def start(line: str):
        variables = sink.variables() | {"NOTICE_LEASE_SECONDS": "3", "NOTICE_SWEEP_AFTER_SECONDS": "0", "LOG_LEVEL": "CRITICAL"}
        return children.start(processes.argv(line, programs), cwd=serving.ROOT, env=os.environ | variables, stdout=sys.stderr)

    with smtp(slow=0.03) as sink:
        announce(sink)
        for n in range(count):
            queue(to=[user], title=f"提醒{n}", dedup_key=f"bench:{n}", kind="test", channels=("email",), urgent=True)
        wanted = set(Notice.objects.values_list("dedup_key", flat=True))
        lines = [WORKER, WORKER, SWEEPER, SWEEPER]
        running = [start(line) for line in lines]
        kills, until = 0, time.monotonic() + 240
        try:
            while time.monotonic() < until and Notice.objects.exclude(state=State.SENT).exists():
                dispatch.delay()
                before = len(sink.letters)
                time.sleep(random.uniform(0.5, 1.2))
                if kills < wanted_kills and len(sink.letters) > before:
                    kill_one(running, lines, start)
                    kills += 1
        finally:
            for process in running:
                children.stop(process, patience=5)
    keys = sink.keys()
    verdict.want("sent", len(set(keys) & wanted), count)
    verdict.want("doubled", sum(keys.values()) - len(keys), lambda doubled: doubled <= kills)
    verdict.want("kills", kills, lambda kills: kills >= min(3, wanted_kills))
    verdict.want("rows_not_sent", Notice.objects.exclude(state=State.SENT).count(), 0)
    verdict.end()


def kill_one(running: list, lines: list[str], start) -> None:
    """A sweeper whole; of a worker its pool child or everything."""
    from bench import serving  # noqa: PLC0415

    victim = random.randrange(len(running))
    inner = serving.children_of(running[victim].pid)
    if inner and random.random() < 0.5:
        os.kill(random.choice(inner), signal.SIGKILL)
        return
    os.killpg(running[victim].pid, signal.SIGKILL)
    running[victim].wait()
    running[victim] = start(lines[victim])


if __name__ == "__main__":
    main()
