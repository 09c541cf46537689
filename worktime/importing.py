"""Reads a year's holidays from pasted lines or a sheet.

Taken are the State Council's own sentences (``一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。1月4日（周一）上班。``)
and plain lines of date or range, 休 or 班, and name (``2027-01-01 休 元旦``).
"""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_BYTES = 1_000_000
MAX_UNPACKED = 20_000_000
MAX_ROWS = 400
ISO = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})(?!\d)(?:[ T]\d\d:\d\d(?::\d\d)?)?")
DATE = r"(?:(\d{4})\s*年\s*)?(?:(\d{1,2})\s*月\s*)?(\d{1,2})\s*[日号]"
ASIDE = re.compile(r"[(（][^)）]*[)）]|(?:周|星期)[一二三四五六日天]")
SPAN = re.compile(DATE + r"(?:\s*(?:至|到|~|～|-|—|–)+\s*" + DATE + ")?")
OFF = re.compile(r"放假(?:调休)?|休息|休|否")
ON = re.compile(r"调休上班|上班|补班|班")
TITLE = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|\d+[.、])?\s*([^\d：:，,。]{1,12})[：:]")
NOISE = re.compile(r"共\s*\d+\s*天|[\s,，;；、\t()（）。：:]+")
HEADING = re.compile(r"^\s*(?:日期|date)", re.I)


@dataclass(frozen=True)
class Entry:
    date: dt.date
    is_workday: bool
    name: str


@dataclass
class Reading:
    entries: dict[dt.date, Entry] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def read_lines(text: str, *, year: int) -> Reading:
    """Every day named in ``text``; each line that is not understood is an error that quotes it."""
    reading = Reading()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or HEADING.match(line):
            continue
        try:
            for entry in _entries(line, year):
                _check_year(entry, year)
                reading.entries[entry.date] = entry
        except ValueError as error:
            reading.errors.append(_("第 %(number)d 行“%(line)s”：%(reason)s") % {"number": number, "line": line.strip()[:60], "reason": error})
    return reading


def _check_year(entry: Entry, year: int) -> None:
    if entry.date.year != year:
        raise ValueError(_("日期不在 %(year)d 年内") % {"year": year})


def _entries(line: str, year: int) -> Iterator[Entry]:
    line = ASIDE.sub("", ISO.sub(r"\1年\2月\3日", line))
    title = TITLE.match(line)
    body = line[title.end() :] if title else line
    found = False
    for sentence in re.split(r"[。；;]", body):
        for date, is_workday in _days(sentence, year):
            found = True
            yield Entry(date, is_workday, title[1].strip() if title else _name(sentence))
    if not found:
        raise ValueError(_("没有找到日期，应写成“2027-01-01 休 元旦”"))


def _days(sentence: str, year: int) -> Iterator[tuple[dt.date, bool]]:
    spans = list(SPAN.finditer(sentence))
    if not spans:
        return
    rest = SPAN.sub(" ", sentence)
    off, on = OFF.search(rest), ON.search(rest)
    if bool(off) == bool(on):
        raise ValueError(_("应写明“休”或“班”之一"))
    month = None
    for span in spans:
        first = _date(span[1], span[2] or month, span[3], year)
        last = _date(span[4], span[5] or first.month, span[6], first.year) if span[6] else first
        month = last.month
        if not 0 <= (last - first).days <= 31:
            raise ValueError(_("起止日期不合理"))
        yield from ((first + dt.timedelta(days=n), bool(on)) for n in range((last - first).days + 1))


def _date(year, month, day, default_year: int) -> dt.date:
    if not month:
        raise ValueError(_("缺少月份"))
    try:
        return dt.date(int(year or default_year), int(month), int(day))
    except ValueError:
        raise ValueError(_("没有这一天")) from None


def _name(sentence: str) -> str:
    return NOISE.sub("", ON.sub(" ", OFF.sub(" ", SPAN.sub(" ", sentence))))[:30]


def lines_of_file(file) -> str:
    """The rows of an xlsx or csv file as lines that ``read_lines`` takes, to be looked through before they are imported."""
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValidationError(_("文件超过 1 MB，请只保留日期、休/班、名称三列。"), code="too_big")
    rows = _sheet_rows(content) if content[:2] == b"PK" else _csv_rows(content)
    return "\n".join(" ".join(_cell(value) for value in row if value not in (None, "")) for row in rows).strip()


def _cell(value) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, dt.date) else str(value)


def _csv_rows(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(content.decode(encoding))))[:MAX_ROWS]
        except (UnicodeDecodeError, csv.Error):
            continue
    raise ValidationError(_("文件无法识别，请使用 xlsx 或 csv 格式。"), code="unreadable")


def _sheet_rows(content: bytes) -> list[tuple]:
    import openpyxl  # noqa: PLC0415 - heavy, and only a settings page needs it

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
                raise ValidationError(_("文件解压后过大，请只保留日期、休/班、名称三列。"), code="too_big")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return list(book.worksheets[0].iter_rows(values_only=True, max_row=MAX_ROWS))
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError):
        raise ValidationError(_("文件无法识别，请使用 xlsx 或 csv 格式。"), code="unreadable") from None
