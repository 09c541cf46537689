"""The documented JSON (docs/alarms.md): an event, or the readings of a dust monitor."""

import base64
import binascii
import json

from django.utils.translation import gettext_lazy as _

from alarms.reading import hikvision
from alarms.reading.message import READINGS, Message, Reading, Unreadable, moment, number, of_state, words

MOST_READINGS = 500
MOST_PICTURES = 9
MEASURED = {
    "pm10": (0, 100_000), "pm25": (0, 100_000), "tsp": (0, 100_000), "noise": (0, 200), "wind_speed": (0, 100), "wind_direction": (0, 360),
    "temperature": (-60, 80), "humidity": (0, 100), "pressure": (0, 2000),
}  # fmt: skip
"""Name → between which figures it is believed; concentrations in the device's unit."""


def of_json(raw: bytes) -> Message:
    try:
        content = json.loads(raw)
    except json.JSONDecodeError as error:
        raise Unreadable(_("JSON 不完整或有错误（第%(line)s行第%(column)s个字符）"), line=error.lineno, column=error.colno) from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("JSON 不是 UTF-8 编码，或嵌套太深")) from error
    if not isinstance(content, dict):
        raise Unreadable(_("JSON 不是一个对象"))
    if "readings" in content:
        return Message(meaning=READINGS, event="readings", readings=tuple(_readings(content["readings"])))
    if "event" in content:
        return _event(content)
    return hikvision.of_json(content)


def _event(content: dict) -> Message:
    event, told = words(content["event"])[:60], content.get("occurred_at", "")
    if not event:
        raise Unreadable(_("event（事件）是空的"))
    return Message(
        meaning=of_state(event, words(content.get("state", "active"))),
        event=event,
        occurred_at=moment(told),
        occurred_text=words(told)[:40],
        channel=words(content.get("channel"))[:20],
        text=words(content.get("text")),
        lon=number(content.get("lon"), -180, 180),
        lat=number(content.get("lat"), -90, 90),
        bearing=number(content.get("bearing"), 0, 360),
        distance_m=number(content.get("distance_m"), 0, 30_000),
        facts={"confidence": words(content["confidence"])} if content.get("confidence") is not None else {},
        pictures=tuple(_pictures(content.get("pictures") or [])),
    )


def _pictures(given) -> list[bytes]:
    if not isinstance(given, list) or len(given) > MOST_PICTURES:
        raise Unreadable(_("pictures 应是列表，最多%(most)s张图"), most=MOST_PICTURES)
    try:
        return [base64.b64decode(str(each), validate=True) for each in given]
    except (binascii.Error, ValueError) as error:
        raise Unreadable(_("pictures 不是 base64 编码")) from error


def _readings(given) -> list[Reading]:
    if not isinstance(given, list) or not 0 < len(given) <= MOST_READINGS:
        raise Unreadable(_("readings 应是列表，1到%(most)s条"), most=MOST_READINGS)
    return [_reading(each, n) for n, each in enumerate(given)]


def _reading(row, n: int) -> Reading:
    if not isinstance(row, dict) or (at := moment(row.get("at"))) is None:
        raise Unreadable(_("readings[%(n)s].at 应是这样的时间：2026-11-27T10:15:00+08:00"), n=n)
    values = {name: found for name, (low, high) in MEASURED.items() if (found := number(row.get(name), low, high)) is not None}
    if not values:
        raise Unreadable(_("readings[%(n)s] 里没有可信的数值，应至少有一项：%(names)s"), n=n, names=", ".join(MEASURED))
    over = number(row.get("minutes"), 1, 1440)
    return Reading(at, values, minutes=round(over) if over else None)
