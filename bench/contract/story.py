"""As under ``make run``: an untouched finding, the clock 31 days ahead; each mail of its ladder comes exactly once, and the finding stands in the scorecard.

``.venv/bin/python -m bench.contract.story`` needs no server: it makes an embedded deployment (SQLite, embedded broker) in a folder of its own.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.verdict import Verdict

ROOT = Path(__file__).resolve().parent.parent.parent
PREPARE = """
import django; django.setup()
from django.core.management import call_command
from bench import district, people
from bench.contract import stage
from airduty.demo import shown
from inspections.models import ProblemType
from inspections.services.submit import submit
from rectification.services import advance, routing
place = district.build(villages=12)
shown.open_accounts(place)
member, office = district.person("member"), district.person("office")
lon, lat = stage.point_of(member.posts.first().grid)
kind = ProblemType.objects.get(district=place.district, code="site-six")
finding = submit({"uuid": people.new_key(), "problem_type": kind, "text": "土方未覆盖", "lon": lon, "lat": lat}, by=member).finding
finding = advance(finding, "register", by=office)
advance(finding, "assign", by=office, assignees=[{"organisation": party.organisation, "role": party.role} for party in routing.propose(finding)])
"""
EXPECTED = """
import json, django; django.setup()
from notices.models import Notice
from rectification.models import Reminder
from scorecards.models import ScoreRow
mails = Notice.objects.filter(channel="email").exclude(state="cancelled")
print(json.dumps({
    "keys": list(mails.values_list("dedup_key", flat=True)), "unsent": mails.exclude(state="sent").count(),
    "rungs": sorted(set(Reminder.objects.values_list("rule__code", flat=True))), "score_rows": ScoreRow.objects.count(),
    "lines": sorted(set(ScoreRow.objects.values_list("line__indicator", flat=True))),
}))
"""


def main() -> None:
    from bench.contract.sink import smtp  # noqa: PLC0415
    from scripts import children  # noqa: PLC0415

    verdict = Verdict("an untouched finding for 31 days")
    with tempfile.TemporaryDirectory(prefix="airduty-story-") as folder, smtp() as sink:
        port = children.free_port()
        data = Path(folder)
        (data / "airduty.env").write_text(f"SECRET_KEY={'s' * 50}\nDEMO=1\nBASE_URL=http://localhost:{port}\n")
        variables = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "DEMO", "AIRDUTY_TESTING")}
        variables |= sink.variables() | {"DATA_DIR": folder, "PORT": str(port), "DJANGO_SETTINGS_MODULE": "airduty.settings", "PYTHONPATH": str(ROOT)}
        python(variables, "-m", "scripts.run", "--prepare")
        python(variables, "-c", PREPARE)
        with (data / "run.log").open("w") as log:
            running = children.start([sys.executable, "-m", "scripts.run"], cwd=ROOT, env=variables, stdout=log, stderr=log)
        try:
            if not children.wait_for(lambda: children.listens(port), seconds=120, process=running):
                sys.exit(children.tail(data / "run.log"))
            python(variables, "manage.py", "demo_clock", "--to", "+31d")
            told = settled(variables, sink)
        finally:
            children.stop(running, number=signal.SIGINT, patience=40)
    check(verdict, told, sink.keys())
    verdict.end()


def settled(variables: dict, sink) -> dict:
    """What the outbox says once everything has been sent, at most two minutes later."""
    import json  # noqa: PLC0415

    until = time.monotonic() + 120
    while True:
        told = json.loads(python(variables, "-c", EXPECTED))
        if not told["unsent"] and len(sink.keys()) >= len(told["keys"]) or time.monotonic() > until:
            return told
        time.sleep(3)


def check(verdict: Verdict, told: dict, received: Counter) -> None:
    verdict.want("mails_not_received", len(set(told["keys"]) - set(received)), 0)
    verdict.want("mails_unknown_to_the_outbox", len(set(received) - set(told["keys"])), 0)
    verdict.want("mails_more_than_once", sum(count - 1 for count in received.values()), 0)
    verdict.want("mails", len(received), lambda count: count > 0)
    verdict.want("rungs", told["rungs"], lambda rungs: len(rungs) >= 5)
    verdict.want("lines_of_the_scorecard", told["lines"], lambda lines: "overdue" in lines or "open_overdue" in lines)


def python(variables: dict, *arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)[:80]} failed")
    return done.stdout


if __name__ == "__main__":
    main()
