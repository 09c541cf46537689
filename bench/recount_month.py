"""Works a month's figures out anew from exported rows and compares them with the scorecards. Knows nothing of the product but its API.

``python bench/recount_month.py http://localhost:8000 2026-10 USERNAME PASSWORD [OTP]``: as somebody who sees the whole district.

From the tasks in ``/api/v1/findings/`` it recounts, for each unit, what is judged by date: the on-time rate, what was still open and overdue, and the
overdue deduction's rows. A row to which something happened after the month's end shows its later state, and is left out of the comparison and named.
"""

import datetime as dt
import json
import sys
import urllib.request
from collections import defaultdict

BEIJING = dt.timezone(dt.timedelta(hours=8))
OPEN, LEFT = {"assigned", "accepted", "returned"}, {"refused", "transferred", "void"}
JUDGED = ("on_time_rate", "open_overdue")


def call(address: str, *, token: str = "", body: dict | None = None):
    headers = {"Content-Type": "application/json", **({"Authorization": f"Token {token}"} if token else {})}
    request = urllib.request.Request(address, json.dumps(body).encode() if body else None, headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def findings(base: str, token: str) -> list[dict]:
    rows, address = [], f"{base}/api/v1/findings/?box=all&page_size=200"
    while address:
        page = call(address, token=token)
        rows += page["results"]
        address = page["next"]
    return rows


def bounds(month: str) -> tuple[dt.datetime, dt.datetime]:
    start = dt.datetime.fromisoformat(f"{month}-01").replace(tzinfo=BEIJING)
    return start, (start + dt.timedelta(days=32)).replace(day=1)


def moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def recount(rows: list[dict], start, end) -> tuple[dict, set]:
    """(unit, indicator) → [hits, {finding numbers of hits and misses}]; and the findings that cannot be judged from what is exported."""
    found: dict = defaultdict(lambda: [0, 0, set()])
    unclear: set = set()
    for row in rows:
        for task in row["tasks"]:
            if task["role"] == "support" or moment(task["assigned_at"]) >= end:
                continue
            judge(row["uuid"], task, found, unclear, start, end)
    return found, unclear


def judge(uuid: str, task: dict, found, unclear: set, start, end) -> None:
    passed, fed_back, due = moment(task["passed_at"]), moment(task["fed_back_at"]), moment(task["due_at"])
    unit = task["organisation"]
    if task["state"] == "passed" and passed < end:
        if passed >= start:
            add(found[unit, "on_time_rate"], uuid, hit=fed_back <= due)
    elif task["state"] in LEFT | {"suspended"} or task["returns"] or task["extensions"]:
        unclear.add(uuid)  # when it left, was sent back or got another date is not in the list
    elif (fed_back is None or fed_back >= end) and due < end:
        add(found[unit, "on_time_rate"], uuid, hit=False)
        add(found[unit, "open_overdue"], uuid, hit=True)


def add(figure: list, uuid: str, *, hit: bool) -> None:
    figure[0] += hit
    figure[1] += 1
    figure[2].add(uuid)


def compare(cards: dict, found: dict, unclear: set, keys: dict[int, str]) -> list[str]:
    faults = []
    for group in cards["groups"]:
        for card in group["rows"]:
            for line in card["lines"]:
                if line["code"] not in JUDGED:
                    continue
                hits, total, mine = found[card["organisation"]["name"], line["code"]]
                theirs = {keys.get(pk, str(pk)) for pk in line["finding_ids"]}
                if odd := (mine ^ theirs) - unclear:
                    faults.append(f"{card['organisation']['name']} {line['code']}: rows differ: {', '.join(sorted(odd)[:5])}")
                elif not (mine | theirs) & unclear and hits != line["numerator"]:
                    faults.append(f"{card['organisation']['name']} {line['code']}: {line['numerator']} there, {hits} recounted")
    return faults


def main() -> None:
    base, month, username, password, *otp = sys.argv[1:]
    token = call(f"{base}/api/v1/auth/token/", body={"username": username, "password": password, **({"otp": otp[0]} if otp else {})})["token"]
    cards, rows = call(f"{base}/api/v1/scorecards/{month}/", token=token), findings(base, token)
    found, unclear = recount(rows, *bounds(month))
    keys = {row["id"]: row["uuid"] for row in rows if "id" in row}
    faults = compare(cards, found, unclear, keys)
    compared = sum(line["code"] in JUDGED for group in cards["groups"] for card in group["rows"] for line in card["lines"])
    word = f"FAILED: {len(faults)} differ\n" + "\n".join(faults[:20]) if faults else "ok"
    print(f"recount of {month}: {compared} figures over {len(rows)} findings, {len(unclear)} findings went on later and were left out — {word}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
