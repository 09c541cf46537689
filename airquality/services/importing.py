"""A file of the published feed, from the command line or a page."""

from dataclasses import dataclass, field, replace

from django.db import transaction

from airquality import layouts, swap
from airquality.models import Station
from airquality.services import intake, stations
from airquality.words import Status
from audit.services import record
from grids.models import Grid


@dataclass
class Result:
    """``others``: rows of stations that the district does not have and the file does not place."""

    outcome: intake.Outcome
    swap: swap.Finding
    new_stations: list[str] = field(default_factory=list)
    others: int = 0
    unknown: list[str] = field(default_factory=list)


def import_file(content: bytes, *, district: Grid, sender: intake.Sender, status: str = Status.REAL_TIME, dry_run=False, known_only=False) -> Result:
    """Raises ValidationError when the file as a whole cannot be read. Each part of 5,000 rows is a transaction; the same file again changes nothing."""
    feed = layouts.read(content)
    if not dry_run:
        return _import(feed, district, sender, status, known_only=known_only)
    with transaction.atomic():
        result = _import(feed, district, sender, status, known_only=known_only)
        transaction.set_rollback(True)
    return result


def _import(feed: layouts.Feed, district: Grid, sender: intake.Sender, status: str, *, known_only: bool) -> Result:
    made = [] if known_only else stations.enter_unknown(feed.places, district=district, sender=sender)
    result = take_feed(feed, district=district, sender=sender, status=status)
    result.new_stations = [station.code for station in made]
    record("reading.import", "airquality.readings", by=sender.by, district_id=district.pk, payload=_told(result, sender))
    return result


def take_feed(feed: layouts.Feed, *, district: Grid, sender: intake.Sender, status: str = Status.REAL_TIME) -> Result:
    """The rows of stations that are known here; refusals name the line of the file."""
    known = set(Station.objects.filter(district=district).values_list("code", flat=True))
    rows = [(line, row) for line, row in feed.rows if row.get("station") in known or not _names_station(row)]
    outcome = intake.take((row for _line, row in rows), district=district, sender=sender, status=status)
    outcome.refused = [replace(refusal, index=rows[refusal.index][0]) for refusal in outcome.refused]
    unknown = sorted({row["station"] for _line, row in feed.rows if _names_station(row)} - known)
    return Result(outcome, feed.swap, others=len(feed.rows) - len(rows), unknown=unknown)


def _names_station(row: dict) -> bool:
    return bool(row.get("station")) and isinstance(row["station"], str)


def _told(result: Result, sender: intake.Sender) -> dict:
    found = result.outcome
    return {
        "file": sender.name, "new": found.new, "unchanged": found.unchanged, "corrected": found.corrected, "refused": len(found.refused),
        "others": result.others, "new_stations": len(result.new_stations), "swapped": result.swap.any_swapped,
    }  # fmt: skip
