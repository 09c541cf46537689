"""The product's clock. Services and scans ask ``now()`` here and nowhere else, so that a demonstration can live through a month."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

BEIJING = ZoneInfo("Asia/Shanghai")
LAST_SECOND = dt.time(23, 59, 59)

_standing: ContextVar[dt.datetime | None] = ContextVar("standing_clock", default=None)


def now() -> dt.datetime:
    """The present moment, aware and in UTC; in demonstration mode moved by what ``demo_clock`` has set."""
    return _standing.get() or timezone.now() + offset()


@contextmanager
def standing(moment: dt.datetime) -> Iterator[None]:
    """Let the clock of this thread stand at ``moment``: how months of life are built for a demonstration."""
    token = _standing.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _standing.reset(token)


def today() -> dt.date:
    """The Beijing day of ``now()``."""
    return beijing(now()).date()


def beijing(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(BEIJING)


def at(day: dt.date, time: dt.time = dt.time.min) -> dt.datetime:
    """The moment at which Beijing clocks show ``time`` on ``day``."""
    return dt.datetime.combine(day, time, tzinfo=BEIJING)


def end_of(day: dt.date) -> dt.datetime:
    """Where a limit by the day ends: the last second of ``day`` (domain 5.1)."""
    return at(day, LAST_SECOND)


def ends_its_day(moment: dt.datetime) -> bool:
    return beijing(moment).time().replace(microsecond=0) == LAST_SECOND


def hour(moment: dt.datetime) -> str:
    """09:12 as Beijing clocks show it; the last second of a day reads 24:00, as limits are written."""
    return "24:00" if ends_its_day(moment) else f"{beijing(moment):%H:%M}"


def month_bounds(month: str) -> tuple[dt.datetime, dt.datetime]:
    """Beijing month ``YYYY-MM`` as a half-open range of moments.

    >>> [str(moment) for moment in month_bounds("2026-12")]
    ['2026-12-01 00:00:00+08:00', '2027-01-01 00:00:00+08:00']
    """
    first = dt.date.fromisoformat(f"{month}-01")
    following = (first + dt.timedelta(days=32)).replace(day=1)
    return at(first), at(following)


def month_of(day: dt.date) -> str:
    return f"{day:%Y-%m}"


def previous_month(day: dt.date) -> str:
    return month_of(day.replace(day=1) - dt.timedelta(days=1))


# --- demonstration ------------------------------------------------------------------------------------------------------------------
def offset_file() -> Path:
    return Path(settings.DATA_DIR) / "demo_clock"


def offset() -> dt.timedelta:
    """How far the demonstration clock is ahead; zero outside demonstration mode."""
    if not settings.DEMO:
        return dt.timedelta()
    file = offset_file()
    try:
        stamp = file.stat().st_mtime_ns
    except FileNotFoundError:
        return dt.timedelta()
    return _read_offset(str(file), stamp)


@lru_cache(maxsize=4)
def _read_offset(file: str, _stamp: int) -> dt.timedelta:
    return dt.timedelta(seconds=float(Path(file).read_text(encoding="ascii")))


def set_offset(ahead: dt.timedelta) -> None:
    """Move the clock of every process of this demonstration. Written by rename, so no reader sees half a figure."""
    file = offset_file()
    fresh = file.with_suffix(".new")
    fresh.write_text(str(ahead.total_seconds()), encoding="ascii")
    fresh.replace(file)
