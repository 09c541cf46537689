"""Files and answers in which the national feed is published, into the rows of the interface. No database.

Three layouts are known by their header: the national one (``timepoint,stationcode,…,pm2_5,…,o3,o3_24h,…``), the long one
(``date,hour,type,1001A,1002A,…``) and our own (``station,hour,so2,…``); JSON is a list of objects with the names of the first or the last.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from airquality.rows import NOTHING, Refusal, is_code
from airquality.swap import Finding, find

TIME = ("timepoint", "time_point", "hour", "time", "时间", "监测时间")
CODE = ("stationcode", "station_code", "station", "code", "监测点编码", "站点编码")
NAME = ("positionname", "position_name", "name", "监测点名称", "站点名称")
LON, LAT = ("longitude", "lon", "经度"), ("latitude", "lat", "纬度")
POLLUTANT = {
    "pm2_5": "pm25", "pm25": "pm25", "pm2.5": "pm25", "pm10": "pm10", "so2": "so2", "no2": "no2", "co": "co", "o3": "o3", "o3_24h": "o3_24h",
}  # fmt: skip
"""Column or type of the feed → ours; ``o3_24h`` is the day's highest hour so far."""
LONG = ("date", "hour", "type")
FIELD_LIMIT = 1_000_000


@dataclass
class Feed:
    """``rows``: (line of the file, row of the interface). ``places``: station → (name, lon, lat), as far as the file says. ``refused``: lines that
    cannot be told apart into cells.
    """

    rows: list[tuple[int, dict]] = field(default_factory=list)
    places: dict[str, tuple[str, float, float]] = field(default_factory=dict)
    swap: Finding = field(default_factory=Finding)
    refused: list[Refusal] = field(default_factory=list)


def read(content: bytes) -> Feed:
    """Raises ValidationError when the whole cannot be read."""
    text = _decoded(content)
    feed = Feed()
    records = _from_json(text) if text.lstrip()[:1] in ("[", "{") else _from_csv(text, feed.refused)
    pairs = []
    for line, record in records:
        feed.rows.append((line, record))
        _place(feed, record)
        pairs.append((record.get("hour"), record.get("o3"), record.pop("o3_24h", None)))
    feed.swap = find(pairs)
    for (_line, record), (hour, _o3, highest) in zip(feed.rows, pairs, strict=True):
        if feed.swap.is_swapped(hour):
            record["o3"] = highest
    return feed


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError(_("文件编码无法识别，请存为 UTF-8 编码的 CSV。"), code="unreadable")


def _place(feed: Feed, record: dict) -> None:
    name, lon, lat = (record.pop(key, None) for key in ("name", "lon", "lat"))
    code = record.get("station")
    named = "".join(each for each in str(name or "") if each.isprintable()).strip()[:60]
    if named and is_code(code) and code not in feed.places:
        try:
            feed.places[code] = (named, float(lon), float(lat))
        except (TypeError, ValueError, OverflowError):
            return


# --- JSON -------------------------------------------------------------------------------------------------------------------------------
def _from_json(text: str) -> Iterator[tuple[int, dict]]:
    try:
        data = json.loads(text, parse_float=str)
    except (ValueError, RecursionError):
        raise ValidationError(_("内容不是有效的 JSON。"), code="unreadable") from None
    for key in ("readings", "data", "results"):
        data = data.get(key, data) if isinstance(data, dict) else data
    if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
        raise ValidationError(_("JSON 应为对象的列表，或在 readings、data、results 中给出列表。"), code="layout")
    return ((number, record) for number, each in enumerate(data, 1) if (record := _renamed(each)))


# --- CSV --------------------------------------------------------------------------------------------------------------------------------
def _from_csv(text: str, refused: list[Refusal]) -> Iterator[tuple[int, dict]]:
    csv.field_size_limit(FIELD_LIMIT)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [title.strip() for title in next(_checked(lines), [])]
    lower = [title.lower() for title in header]
    if tuple(lower[:3]) == LONG:
        return iter(_from_long(header, lines, refused))
    if not any(name in lower for name in TIME) or not any(name in lower for name in CODE):
        raise ValidationError(
            _("没有找到表头。第一行应为 timepoint,stationcode,…,pm2_5,pm10,so2,no2,o3,co，或 date,hour,type,站点编码…。"), code="no_header"
        )
    return _from_wide(lower, lines, refused)


def _from_wide(header: list[str], lines, refused: list[Refusal]) -> Iterator[tuple[int, dict]]:
    for cells in _even(header, lines, refused):
        yield lines.line_num, _renamed(dict(zip(header, cells, strict=False)))


def _even(header: list[str], lines, refused: list[Refusal]) -> Iterator[list[str]]:
    """Lines with as many cells as the header, empty ones at the end apart: of any other it is unknown which figure belongs to which column."""
    width = len(_trimmed(header))
    for cells in _checked(lines):
        count = len(_trimmed(cells))
        if count and len(cells) >= width >= count:
            yield cells
        elif count:
            reason = _("这一行有 %(count)d 格，表头有 %(width)d 格。") % {"count": len(cells), "width": width}
            refused.append(Refusal(lines.line_num, "", reason, _("请核对逗号和引号；小数应写成 0.6，不能写成 0,6。")))


def _trimmed(cells: list[str]) -> list[str]:
    return cells[: max((number for number, cell in enumerate(cells, 1) if cell.strip()), default=0)]


def _checked(lines) -> Iterator[list[str]]:
    try:
        yield from lines
    except csv.Error:
        raise ValidationError(_("文件第 %(line)d 行不是有效的 CSV。") % {"line": lines.line_num}, code="unreadable") from None


def _renamed(given: Mapping) -> dict:
    """The feed's names into ours; what we do not keep (areas, published indexes, running means) is dropped."""
    lower = {str(name).strip().lower(): value for name, value in given.items()}
    record = {ours: lower[name] for name, ours in POLLUTANT.items() if name in lower}
    for ours, names in (("hour", TIME), ("station", CODE), ("name", NAME), ("lon", LON), ("lat", LAT), ("status", ("status",))):
        value = next((lower[name] for name in names if name in lower), None)
        if isinstance(value, str | int | float):  # of anything else the row is refused as lacking it
            record[ours] = value.strip() if isinstance(value, str) else value
    return record


def _from_long(header: list[str], lines, refused: list[Refusal]) -> list[tuple[int, dict]]:
    """``date,hour,type,1001A,…``: a line holds one figure of every station; hour 7 of the 20th is its label 07:00."""
    found: dict[tuple, tuple[int, dict]] = {}
    for cells in _even(header, lines, refused):
        name = POLLUTANT.get(cells[2].strip().lower()) if len(cells) > 3 else None
        if name is None:
            continue
        hour = _label(cells[0], cells[1])
        for code, value in zip(header[3:], cells[3:], strict=False):
            if code and value.strip().lower() not in NOTHING:
                _line, record = found.setdefault((hour, code), (lines.line_num, {"station": code, "hour": hour}))
                record[name] = value
    return list(found.values())


def _label(date: str, hour: str) -> str:
    """An ISO label; as it stands where it is none, so that the row is refused with it."""
    try:
        day = dt.datetime.strptime(date.strip().replace("-", "").replace("/", ""), "%Y%m%d")  # noqa: DTZ007 - a label, its zone comes later
        return (day + dt.timedelta(hours=int(hour))).isoformat()
    except (ValueError, OverflowError):
        return f"{date} {hour}"
