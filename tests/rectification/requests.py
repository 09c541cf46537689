"""A city's list of service requests as such portals give it out, made up: awkward clocks, reopened ones, closed ones without a date."""

import csv
import datetime as dt
import random
from pathlib import Path
from zoneinfo import ZoneInfo

CITY = ZoneInfo("America/New_York")
ENGLISH = [
    "service_request_number", "created_date", "sla_target_date", "closed_date", "on_time", "status", "department", "type", "description", "address",
    "latitude", "longitude",
]  # fmt: skip
CHINESE = ["受理编号", "受理时间", "办结时限", "办结时间", "是否按期", "状态", "承办单位", "类别", "描述", "位置", "纬度", "经度"]
KINDS = ["Street Sweeping", "Illegal Burning", "Odor"]
UNITS = ["Public Works", "Inspectional Services", "Transportation"]


def rows(count: int, *, seed: int = 1, start: dt.datetime = dt.datetime(2026, 3, 1, 8)) -> list[dict]:  # noqa: DTZ001 - clocks of the city
    """On the city's own clocks, flagged as a city does: closed by the target, or still open and the target not reached when the list was drawn up."""
    lot = random.Random(seed)
    made = [_row(lot, n, start + dt.timedelta(minutes=67 * n + lot.randrange(60))) for n in range(count)]
    drawn = max(moment for row in made for moment in (row["created"], row["closed"]) if moment)
    for row in made:
        ended = row["closed"] if row["status"] == "Closed" and row["closed"] else drawn
        row["on_time"] = row["due"] is None or ended <= row["due"]
    return made


def _row(lot: random.Random, n: int, created: dt.datetime) -> dict:
    due = created + dt.timedelta(hours=lot.choice([2, 24, 72, 240]), seconds=lot.randrange(3600)) if lot.random() > 0.1 else None
    took = dt.timedelta(hours=lot.choice([1, 20, 71, 90, 300]), seconds=lot.randrange(3600))
    status = lot.choices(["Closed", "Open", "Reopened"], [8, 1, 1])[0]
    closed = None if status == "Open" else created + took
    if due and closed and lot.random() < 0.05:
        closed = due  # on the very second
    return {"number": f"101{n:09d}", "created": created, "due": due, "closed": closed, "status": status, "unit": lot.choice(UNITS),
            "kind": lot.choice(KINDS), "text": lot.choice(["", "=1+1", "Smell of smoke", "Dust, heavy\nsecond line"]), "n": n}  # fmt: skip


def cells(row: dict) -> list[str]:
    flag = "ONTIME" if row["on_time"] else "OVERDUE"
    place = ("42.3601", "-71.0589") if row["n"] % 4 else ("", "")
    moments = [_shown(row[name], row["n"]) for name in ("created", "due", "closed")]
    return [row["number"], *moments, flag, row["status"], row["unit"], row["kind"], row["text"], f"{row['n']} Main St", *place]


def _shown(moment: dt.datetime | None, n: int) -> str:
    """In three manners of writing, one with the offset. An hour the clocks leap over can only be written without one."""
    if moment is None:
        return ""
    real = moment.replace(tzinfo=CITY)
    if n % 3 == 0 and real.astimezone(dt.UTC).astimezone(CITY).replace(tzinfo=None) == moment:
        return real.isoformat()
    return f"{moment:%m/%d/%Y %I:%M:%S %p}" if n % 3 == 1 else f"{moment:%Y-%m-%d %H:%M:%S}"


def write(path: Path, lines: list[list[str]], *, titles: list[str] = ENGLISH, encoding: str = "utf-8") -> str:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(titles)
        writer.writerows(lines)
    return str(path)
