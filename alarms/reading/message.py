"""What a device has said, whatever it said it in."""

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field, replace

from alarms.words import Meaning
from common import clock

ALIVE = "alive"
READINGS = "readings"
TEXT_LENGTH = 300
MOMENT = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})[T ]?(\d{2}):?(\d{2}):?(\d{2})?")


class Unreadable(ValueError):
    """The body says nothing that could be understood; its words are for whoever sets the device up, in the language in which they are asked for."""

    def __init__(self, words, **facts):
        super().__init__(words)
        self.words, self.facts = words, facts

    def __str__(self) -> str:
        return str(self.words) % self.facts


@dataclass(frozen=True)
class Reading:
    """One line of a dust monitor, as written: concentrations in the device's own unit. ``minutes``: over how many it is a mean, where it says so."""

    at: dt.datetime
    values: dict
    minutes: int | None = None


@dataclass(frozen=True)
class Message:
    """``meaning``: one of ``Meaning``, or ``ALIVE`` (a sign of life) or ``READINGS``. ``slot``: when it came, where it states no time itself."""

    meaning: str
    event: str = ""
    occurred_at: dt.datetime | None = None
    occurred_text: str = ""
    channel: str = ""
    text: str = ""
    lon: float | None = None
    lat: float | None = None
    bearing: float | None = None
    distance_m: float | None = None
    facts: dict = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    pictures: tuple[bytes, ...] = ()
    raw: bytes = b""
    slot: str = ""

    @property
    def digest(self) -> str:
        """Over what was said and shown, and when: the frame of a multipart body differs each time it is sent."""
        parts = [self.raw, *self.pictures, *([self.slot.encode()] if self.slot else [])]
        return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()

    def showing(self, pictures, raw: bytes) -> "Message":
        return replace(self, pictures=tuple(pictures), raw=raw)


def moment(text) -> dt.datetime | None:
    """A device's time: ISO with or without zone, ``20261127T101500Z``, ``20261127101500``; without a zone it is Beijing's. None where it is none."""
    said = str(text or "").strip()
    found = _plain(said) if said.isascii() and said.isdigit() else None  # ISO takes the first digit of the hour for a separator
    found = found or _iso(said) or _plain(said)
    if found is None:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=clock.BEIJING)
    return aware.astimezone(dt.UTC) if 2000 <= aware.year < 2100 else None


def _iso(said: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(said)
    except ValueError:
        return None


def _plain(said: str) -> dt.datetime | None:
    parts = MOMENT.match(said)
    year, month, day, hour, minute, second = (int(each or 0) for each in parts.groups()) if parts else (0,) * 6
    try:
        return dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone is added by the caller
    except ValueError:
        return None


def number(value, low: float, high: float) -> float | None:
    """A figure within sensible bounds, or nothing."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if low <= found <= high else None


def words(value) -> str:
    text = "".join(letter for letter in str(value if value is not None else "") if letter.isprintable())
    return text.strip()[:TEXT_LENGTH]


def of_state(event: str, state: str) -> str:
    """By event type and state (``active``, ``inactive``), as Hikvision devices write them."""
    name, is_over = event.lower(), state.lower() in ("inactive", "stop", "end")
    if name in SIGNS_OF_LIFE or (name == BLIND and is_over):
        return ALIVE
    if name == BLIND or name in TECHNICAL:
        return Meaning.OTHER
    return Meaning.OVER if is_over else Meaning.ALARM


SIGNS_OF_LIFE = {"heartbeat", "heart_beat", "keepalive"}
BLIND = "videoloss"
"""Inactive it is what devices send every few seconds for want of anything else; active the camera sees nothing."""
TECHNICAL = {
    "diskfull", "diskerror", "diskunformat", "nicbroken", "ipconflict", "illaccess", "badvideo", "videomismatch", "recordingfailure", "raidexception",
    "spareexception", "poeexception", "hdfull", "hderror", "certificateexpired", "shelteralarm", "tamperdetection", "scenechangedetection", "defocus",
}  # fmt: skip
"""The device tells about itself: kept, and no alarm."""
