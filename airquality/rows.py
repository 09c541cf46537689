"""One row of a feed, whatever brought it, into clean values, or into what is wrong with it. No database."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from airquality.hours import HOUR
from airquality.words import POLLUTANTS, Status
from common import clock

ALIASES = {"pm2_5": "pm25", "pm2.5": "pm25"}
WIND = ("wind_direction", "wind_speed")
FASTEST, AROUND = Decimal(60), Decimal(360)
KNOWN = {"station", "hour", "status", *POLLUTANTS, *ALIASES, *WIND}
HIGHEST = Decimal(99999)
LOWEST = Decimal(-99)
"""Instruments drift a little below zero; -99, -999, -9999 mean “no value” and are taken as such."""
NOTHING = {"", "na", "n/a", "nan", "null", "none", "-", "--", "—", "/"}
EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
PLACES = Decimal("0.001")


@dataclass(frozen=True)
class Refusal:
    """What is wrong with a row: where, in which field, why, and what to do."""

    index: int
    field: str
    reason: str
    remedy: str


class Wind(NamedTuple):
    """From where it blew, 0 to 359 (None: calm or unknown), and m/s."""

    direction: int | None
    speed: Decimal


@dataclass(frozen=True)
class Clean:
    index: int
    station: str
    hour: dt.datetime
    status: str
    values: dict[str, Decimal | None]
    wind: Wind | None = None

    @property
    def key(self) -> tuple:
        return self.station, self.hour, self.status


class Wrong(Exception):
    def __init__(self, field: str, reason: str, remedy: str):
        super().__init__(reason)
        self.field, self.reason, self.remedy = field, reason, remedy


def read(index: int, raw, *, now: dt.datetime, status: str = Status.REAL_TIME) -> Clean | Refusal:
    """A row as the interface takes it. A pollutant that is absent counts as not measured in this hour."""
    try:
        _check_shape(raw)
        return Clean(index, _station(raw), _hour(raw.get("hour"), now), _status(raw.get("status"), status), _values(raw), _wind(raw))
    except Wrong as wrong:
        return Refusal(index, wrong.field, wrong.reason, wrong.remedy)


def _check_shape(raw) -> None:
    if not isinstance(raw, Mapping):
        raise Wrong("", _("这一行不是对象。"), _("每行应为包含 station、hour 和各污染物浓度的对象。"))
    unknown = sorted(str(name)[:40] for name in raw if name not in KNOWN)
    if unknown:
        raise Wrong(
            unknown[0], _("不认识的字段。"), _("可用的字段：%(names)s。") % {"names": "、".join(["station", "hour", "status", *POLLUTANTS, *WIND])}
        )
    if not any(name in raw for name in (*POLLUTANTS, *ALIASES)):
        raise Wrong("", _("没有任何污染物浓度。"), _("至少给出一项：%(names)s；没有有效值的写 null。") % {"names": "、".join(POLLUTANTS)})


def is_code(code) -> bool:
    """Whether a station may be called so."""
    return isinstance(code, str) and bool(code.strip()) and len(code) <= 30 and code.isprintable()


def _station(raw) -> str:
    code = raw.get("station")
    if not is_code(code):
        raise Wrong("station", _("缺少站点编码。"), _("填写“站点”页面上的站点编码，不超过30个字符。"))
    return code.strip()


def _hour(value, now: dt.datetime) -> dt.datetime:
    hour = moment(value)
    if hour is None:
        raise Wrong("hour", _("时间无法识别。"), _("写成 2026-11-27T07:00:00+08:00；不带时区的按北京时间。"))
    if hour.minute or hour.second or hour.microsecond:
        raise Wrong("hour", _("不是整点。"), _("填写该小时结束的整点，例如6时至7时的均值写 07:00。"))
    if hour > now + HOUR:
        raise Wrong("hour", _("时间在将来。"), _("核对发送端的时钟和时区。"))
    if hour < EARLIEST:
        raise Wrong("hour", _("时间早于2000年。"), _("核对发送端的时钟。"))
    return hour


def moment(value) -> dt.datetime | None:
    """ISO text into a moment in UTC; Beijing time where it names no zone. None when it is no moment."""
    if not isinstance(value, str):
        return None
    try:
        found = parse_datetime(value.strip())
        return None if found is None else (found if found.tzinfo else found.replace(tzinfo=clock.BEIJING)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _status(value, default: str) -> str:
    if value in (None, ""):
        return default
    if value not in Status.values:
        raise Wrong("status", _("数据状态不认识。"), _("实时值写 real_time，审核值写 reviewed。"))
    return value


def _values(raw) -> dict[str, Decimal | None]:
    named = {ALIASES.get(name, name): value for name, value in raw.items()}
    return {name: concentration(name, named.get(name)) for name in POLLUTANTS}


def _wind(raw) -> Wind | None:
    """None without a speed: a vane alone says nothing about how far to look."""
    direction, speed = (_part(name, raw.get(name), most) for name, most in zip(WIND, (AROUND, FASTEST), strict=True))
    return None if speed is None else Wind(None if direction is None else round(direction) % 360, round(speed, 1))


def _part(field: str, value, most: Decimal) -> Decimal | None:
    number = figure(field, value)
    if number is not None and not 0 <= number <= most:
        raise Wrong(field, _("超出范围。"), _("风向为 0 至 360 度，北为 0；风速为 0 至 60 m/s。"))
    return number


def concentration(field: str, value) -> Decimal | None:
    """A figure or None; raises ``Wrong``. Kept to three decimals."""
    number = figure(field, value)
    if number is None:
        return None
    if number > HIGHEST:
        raise Wrong(field, _("数值过大。"), _("核对单位：CO 为 mg/m³，其余为 μg/m³。"))
    return number.quantize(PLACES)


def figure(field: str, value) -> Decimal | None:
    """What an instrument says; None where it says that it has nothing. Raises ``Wrong``."""
    if value is None or (isinstance(value, str) and value.strip().lower() in NOTHING):
        return None
    number = _number(value)
    if number is None:
        raise Wrong(field, _("不是数字。"), _("填写数字；没有有效值的写 null。"))
    return None if number <= LOWEST else number


def _number(value) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        number = Decimal(str(value).strip()[:40])
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
