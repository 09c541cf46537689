"""A file of the published feed, from the command line or a page."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from airquality import layouts, swap
from airquality.models import Station
from airquality.rows import is_code
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
    """Raises ValidationError when the file as a whole cannot be read. Each part of 5,000 rows is a transaction with an event of its own, the whole
    file's comes last; the same file again changes nothing.

    ``dry_run`` only looks, without a lock and without a write: nobody waits for whoever checks a file.
    """
    feed = layouts.read(content)
    return (_look if dry_run else _import)(feed, district, sender, status, known_only=known_only)


def _look(feed: layouts.Feed, district: Grid, sender: intake.Sender, status: str, *, known_only: bool) -> Result:
    new = [] if known_only else stations.unknown(feed.places, district=district)
    rows, result = _of_district(feed, district, new)
    result.outcome = intake.look(rows, district=district, sender=sender, status=status, new=new)
    _with_uneven(result, feed)
    result.new_stations = [station.code for station in new]
    return result


def _import(feed: layouts.Feed, district: Grid, sender: intake.Sender, status: str, *, known_only: bool) -> Result:
    made = [] if known_only else stations.enter_unknown(feed.places, district=district, sender=sender)
    result = take_feed(feed, district=district, sender=sender, status=status)
    result.new_stations = [station.code for station in made]
    record("reading.import", "airquality.readings", by=sender.by, district_id=district.pk, payload=_told(result, sender))
    return result


def take_feed(feed: layouts.Feed, *, district: Grid, sender: intake.Sender, status: str = Status.REAL_TIME) -> Result:
    """The rows of stations that are known here; refusals name the line of the file."""
    rows, result = _of_district(feed, district)
    result.outcome = intake.take_numbered(rows, district=district, sender=sender, status=status)
    _with_uneven(result, feed)
    return result


def _with_uneven(result: Result, feed: layouts.Feed) -> None:
    result.outcome.refused = sorted([*feed.refused, *result.outcome.refused], key=lambda refusal: refusal.index)


def _of_district(feed: layouts.Feed, district: Grid, new: Iterable[Station] = ()) -> tuple[list[tuple[int, dict]], Result]:
    """The rows of its stations and those that name none, to be refused; and how many are of others."""
    known = {*Station.objects.filter(district=district).values_list("code", flat=True), *(station.code for station in new)}
    rows = [(line, row) for line, row in feed.rows if row.get("station") in known or not is_code(row.get("station"))]
    others = {row["station"] for _line, row in feed.rows if is_code(row.get("station"))} - known
    return rows, Result(intake.Outcome(), feed.swap, others=len(feed.rows) - len(rows), unknown=sorted(others))


def _told(result: Result, sender: intake.Sender) -> dict:
    of_file = {"others": result.others, "new_stations": len(result.new_stations), "swapped": result.swap.any_swapped}
    return {"file": sender.name, **result.outcome.counts(), **of_file}
