"""``make screens``: pictures of every page for every role into var/screens, with an index page; fails when one of them has a fault.

ARGS: ``--roles office,member`` · ``--pages scorecards`` (part of a URL name) · ``--languages zh`` · ``--short`` (three roles) ·
``--size small`` · ``--data DIR`` (a demonstration district that exists already) · ``--jobs 1``.
"""

import argparse
import json
import os
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from scripts import provide
from scripts.screens import district, report, words

SHORT = ("office", "town", "member")
SHOWN = 60


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make screens ARGS=…", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--roles", default="")
    parser.add_argument("--pages", default="")
    parser.add_argument("--languages", default="zh,en")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--size", default="district", choices=["small", "district"])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, default=district.ROOT / "var/screens")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args(arguments)


def chosen(accounts: list[dict], chosen: argparse.Namespace) -> list[dict | None]:
    """The accounts to walk as; None is a visitor who has not signed in."""
    wanted = chosen.roles.split(",") if chosen.roles else SHORT if chosen.short else None
    return [account for account in [None, *accounts] if wanted is None or (account["username"] if account else "visitor") in wanted]


def pictures(address: str, people: list, known: words.Words, asked: argparse.Namespace) -> list[dict]:
    from scripts.screens.walk import walk_as

    common = {
        "address": address,
        "words": known,
        "folder": asked.out,
        "wanted": asked.pages,
        "chromium": provide.chromium(),
        "languages": asked.languages,
    }
    shots = []
    with ProcessPoolExecutor(asked.jobs) as pool:
        for walked in pool.map(walk_as, [common | {"account": account} for account in people]):
            shots += walked
            if walked:
                district.say(f"{walked[0]['role']}: {len(walked)} pages, {sum(bool(shot['faults']) for shot in walked)} with faults")
    return shots


def main(arguments: list[str]) -> int:
    asked, begun = options(arguments), time.monotonic()
    folder = (asked.data or district.ROOT / "var/screens-data").resolve()
    accounts = json.loads(district.run(folder, "manage.py", "demo_accounts", "--json")) if asked.data else district.prepare(folder, size=asked.size)
    shutil.rmtree(asked.out, ignore_errors=True)
    asked.out.mkdir(parents=True)
    enter(folder)
    known = texts()
    with district.served(folder) as address:
        shots = pictures(address, chosen(accounts, asked), known, asked)
    return conclude(shots, asked.out, time.monotonic() - begun)


def texts() -> words.Words:
    import django
    from django.db import connections

    django.setup()
    try:
        return words.load()
    finally:
        connections.close_all()


def enter(folder: Path) -> None:
    """From here on this process and its children belong to the pictured district, not to the servers of tests."""
    variables = district.environment(folder) | {"DJANGO_SETTINGS_MODULE": "airduty.settings"}
    os.environ.clear()
    os.environ.update(variables)


def conclude(shots: list[dict], folder: Path, seconds: float) -> int:
    index, faults = report.write(folder, shots, seconds), report.summary(shots)
    for what, where, count, pages in faults[:SHOWN]:
        print(f"  {count:4}×  {what}: {where}  — {pages}")
    if len(faults) > SHOWN:
        print(f"  … and {len(faults) - SHOWN} more on the index page")
    district.say(f"{len(shots)} pages in {seconds:.0f} s, {len(faults)} different faults: {index}")
    return 1 if faults or not shots else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
