"""``make bench``: how fast the product is on this machine, beside the targets of design 7. ARGS: ``--rows 200000 --times 60 --only pages,push,month --explain``.

Runs under ``scripts/with_servers --durable`` on a throw-away PostgreSQL and Redis; gunicorn with two synchronous workers, database connections kept.
"""

from bench.ready import ready

ready()

import argparse
import contextlib
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection
from django.urls import NoReverseMatch, resolve, reverse
from django.urls.exceptions import Resolver404

import sheets.services
from bench import baseline, district, filling, measures, serving
from bench.measures import Line
from bench.people import sign_in
from common import clock
from inspections.models import Finding
from rectification.models import Task
from scorecards.services.building import build
from sheets.models import Job

RESULTS = Path(__file__).resolve().parent
MONTH_ROWS = 100_000
ROLES = ("office", "town", "dept")
LIST, WIDE, DETAIL, SEARCH, MAP = 60, 120, 30, 100, 60
WORDS = ("烧烤", "裸土", "渣土", "油烟", "扬尘", "散煤")


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=60)
    parser.add_argument("--pushes", type=int, default=400)
    parser.add_argument("--only", default="pages,push,month")
    parser.add_argument("--explain", action="store_true", help="show the slowest statements of each page")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    call_command("collectstatic", interactive=False, verbosity=0)
    baseline.make_table()
    place = district.build()
    say(f"filling {chosen.rows:,} rows")
    begun = time.monotonic()
    start, end = filling.span()
    filling.fill(place, chosen.rows, start=start, end=end, fresh_share=max(0.005, min(0.1, 4000 / chosen.rows)))
    loaded = time.monotonic() - begun
    say(f"filled in {loaded:.0f} s, {Task.objects.count():,} tasks")
    lines = []
    with serving.web(settings="bench.settings") as (port, master):
        if "pages" in chosen.only:
            lines += pages(port, master, chosen)
        if "push" in chosen.only:
            lines += pushes(place, port, master, chosen)
        if "month" in chosen.only:
            lines += month(place)
    report(lines, chosen, loaded)


def say(text: str) -> None:
    print(f"[bench] {text}", file=sys.stderr, flush=True)


# --- pages --------------------------------------------------------------------------------------------------------------------------
def addresses(user) -> list[tuple]:
    """(name, path, target in ms) of the pages that are looked at, as this person."""
    seen = Finding.objects.visible_to(user)
    ledger, api = reverse("inspections:ledger"), reverse("api-findings")
    kind = seen.filter(state="struck_off").order_by("-pk").values_list("problem_type_id", flat=True).first()
    deep = seen.order_by("-pk").values_list("pk", flat=True)
    middle = deep[deep.count() // 2] if deep else 0
    details = [
        reverse("rectification:finding", args=[key])
        for key in seen.filter(assigned_at__isnull=False).order_by("-pk").values_list("uuid", flat=True)[:200:10]
    ]
    found = [
        ("ledger, 20 at work", ledger, LIST),
        ("ledger, 20 of all", f"{ledger}?box=all", LIST),
        ("ledger, filtered by type and state", f"{ledger}?problem_type={kind}&state=struck_off", LIST),
        ("ledger, late ones by date", f"{ledger}?box=overdue&ordering=due_at", LIST),
        ("ledger, to be verified", f"{ledger}?box=verifying", LIST),
        ("ledger, page in the middle", f"{ledger}?box=all&cursor=f.{middle}.", LIST),
        ("ledger, counts (fetched afterwards)", f"{reverse('inspections:ledger-counts')}?box=open", None),
        ("API, 100 rows", f"{api}?page_size=100&box=all", WIDE),
        ("search, two characters", [f"{ledger}?q={quoted(word)}" for word in WORDS], SEARCH),
        ("search by number", f"{ledger}?q=2024-{Finding.objects.count() // 2:07d}", SEARCH),
        ("map, 4,000 points", f"{reverse('inspections:map-data')}?box=all", MAP),
        ("one finding", details, DETAIL),
    ]
    for name, target in (("home", LIST), ("rectification:tasks", LIST), ("scorecards:ranking", None), ("notices:inbox", None)):
        try:
            found.append((name, reverse(name), target))
        except NoReverseMatch:
            say(f"no page is named {name} yet")
    return found


def quoted(text: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415

    return quote(text)


def pages(port: int, master: int, chosen) -> list[Line]:
    lines = []
    for role in ROLES:
        user = district.person(role)
        person = sign_in(user, port=port)
        for name, path, target in addresses(user):
            line = measures.page(f"{role}: {name}", person, path, target=target, times=chosen.times, master=master)
            one = path[0] if isinstance(path, list) else path
            count = measures.queries(user, one)
            line = Line(**{**line.__dict__, "extra": f"{line.extra}, {count} queries"})
            say(shown(line))
            if chosen.explain and line.meets is False:
                explain(user, path if isinstance(path, list) else [path])
            lines.append(line)
    return lines


def explain(user, paths: list[str]) -> None:
    for path in dict.fromkeys(paths):
        for seconds, sql in measures.slowest(user, path):
            if seconds > 0.01:
                say(f"    {path}: {seconds * 1000:.0f} ms {sql[:1500]}")


# --- submitting and working ---------------------------------------------------------------------------------------------------------
def pushes(place, port: int, master: int, chosen) -> list[Line]:
    member, town = sign_in(district.person("member"), port=port), sign_in(district.person("town"), port=port)
    grid = district.person("member").posts.first().grid
    from shapely.geometry import shape  # noqa: PLC0415

    point = shape(grid.polygon).representative_point()
    points = [(round(point.x, 6), round(point.y, 6))]
    kinds = {
        "one-INSERT view": lambda n: measures.inserts(member, n),
        "submit, ordinary type": lambda n: measures.submissions(member, n, types=["site-six", "bare-ground", "road-dust"], points=points),
        "submit, minute clock (registers and assigns itself)": lambda n: measures.submissions(member, n, types=["straw-fire"], points=points),
        "workflow step (accept)": lambda n: accepts(town, n),
    }
    lines, base = [], None
    for name, make in kinds.items():
        if not make(1):
            lines.append(Line(f"{name}, 8 clients", None, "× baseline", 0.2, at_least=True, extra="no address for it yet"))
            continue
        measures.push(make(20), port=port)
        requests = make(chosen.pushes)
        before = measures.cpu(master)
        rate, statuses = measures.push(requests, port=port)
        spent = [(now - then) * 1000 / len(requests) for now, then in zip(measures.cpu(master), before, strict=True)]
        base = base or (rate, sum(spent))
        target = {"submit, ordinary type": 0.25, "workflow step (accept)": 0.2}.get(name)
        extra = f"{rate:.0f}/s, statuses {statuses}, CPU web {spent[0]:.1f} + db {spent[1]:.1f} ms (by CPU {base[1] / sum(spent):.2f} ×)"
        lines.append(Line(f"{name}, 8 clients", rate / base[0], "× baseline", target, at_least=True, extra=extra))
        say(shown(lines[-1]))
    return lines


def accepts(person, count: int) -> list[tuple]:
    """Prepared POSTs that sign for a task each, through the API or, where there is none yet, through the page."""
    organisations = district.person("town").memberships.values_list("organisation_id", flat=True)
    keys = list(Task.objects.filter(organisation_id__in=list(organisations), state="assigned").order_by("?").values_list("pk", "version")[:count])
    for path, body, kind in (
        ("/api/v1/tasks/{}/accept/", '{{"version": {}}}', "application/json"),
        ("/tasks/{}/accept/", "version={}", "application/x-www-form-urlencoded"),
    ):
        if exists(path.format(1)):
            return [(person, "POST", path.format(pk), body.format(version).encode(), kind) for pk, version in keys]
    return []


def exists(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


# --- a month ------------------------------------------------------------------------------------------------------------------------
def month(place) -> list[Line]:
    name = clock.previous_month(clock.today())
    start, end = clock.month_bounds(name)
    say(f"filling {MONTH_ROWS:,} rows into {name}")
    filling.fill(place, MONTH_ROWS, start=start, end=end, seed=11, fresh_share=0.25, prefix=name[:4] + "9")
    as_on_the_first(place, before=start)
    begun = time.perf_counter()
    built = build(name, district=place.district)
    seconds = time.perf_counter() - begun
    cards = Line(f"scorecards of a month with {MONTH_ROWS:,} findings", seconds, "s", 5, extra=f"{len(built.cards)} cards")
    say(shown(cards))
    begun = time.perf_counter()
    again = build(name, district=place.district, rebuild=True)
    rebuilt = Line("the same month built again", time.perf_counter() - begun, "s", 5, extra=f"changed: {again.changed}")
    say(shown(rebuilt))
    return [cards, rebuilt, *workbook(name)]


def as_on_the_first(place, *, before: dt.datetime) -> None:
    """The worker has built a month before, and PostgreSQL has looked through its tables while the rows came in."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    build(clock.previous_month(clock.beijing(before).date()), district=place.district)


def workbook(name: str) -> list[Line]:
    """The whole month's ledger as xlsx, as a background job in a process of its own."""
    start, end = clock.month_bounds(name)
    user = district.person("office")
    words = f"box=all&received_from={start:%Y-%m-%d}&received_to={end - dt.timedelta(days=1):%Y-%m-%d}"
    job = sheets.services.start("ledger", params={"query": words, "format": "xlsx"}, by=user, district_id=0)
    begun, seen, most = time.perf_counter(), set(), 0
    process = subprocess.Popen(serving.manage("run_jobs"), cwd=serving.ROOT, env=os.environ)
    while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
        seen.add(Job.objects.get(pk=job.pk).progress)
        most = peak_mb(process.pid) or most
        time.sleep(0.5)
    seconds, used = time.perf_counter() - begun, ended[2]
    process.returncode = os.waitstatus_to_exitcode(ended[1])
    job.refresh_from_db()
    told = f"{job.state}, {job.message}, progress seen {len(seen)} times, CPU {used.ru_utime + used.ru_stime:.0f} s"
    return [Line("xlsx of these rows in the background", seconds, "s", extra=told), Line("memory of that job", most, "MB", 300)]


def peak_mb(pid: int) -> float:
    """The most a running process has held. What ``wait4`` says of a child begins with the memory of its parent."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0)
    return 0


# --- report -------------------------------------------------------------------------------------------------------------------------
def shown(line: Line) -> str:
    value = "–" if line.value is None else f"{line.value:.2f}" if line.value < 10 else f"{line.value:.0f}"
    target = "" if line.target is None else f"{'≥' if line.at_least else '≤'} {line.target:g}"
    mark = {None: " ", True: "ok", False: "MISS"}[line.meets]
    return f"{line.name:<58}{value:>8} {line.unit:<11}{target:<8}{mark:<5}{line.extra}"


def report(lines: list[Line], chosen, loaded: float) -> None:
    facts = machine() | {"rows": chosen.rows, "loaded_s": round(loaded), "times": chosen.times}
    print("\n".join(f"{name}: {value}" for name, value in facts.items()))
    print("\n".join(map(shown, lines)))
    misses = [line.name for line in lines if line.meets is False]
    print(f"{len(misses)} of {sum(line.meets is not None for line in lines)} targets missed" + (": " + "; ".join(misses) if misses else ""))
    content = facts | {"lines": [line.__dict__ | {"meets": line.meets} for line in lines]}
    file = RESULTS / f"results-{chosen.rows}-{dt.datetime.now(dt.UTC):%Y%m%d%H%M}.json"
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def machine() -> dict:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    load = os.getloadavg()
    return {
        "date": f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC",
        "versions": f"Python {platform.python_version()}, Django {django.get_version()}, PostgreSQL {postgres}",
        "machine": f"{os.cpu_count()} cores, load when done {load[0]:.1f} (others at work on the machine raise it above 2)",
    }


if __name__ == "__main__":
    main()
