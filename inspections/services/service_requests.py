"""Reading a city's list of service requests (12345 export, open-data 311): tens of thousands of rows, one at a time.

Times keep their hour and minute, and a flag that says whether a request was dealt with in time is kept to be compared with what we work out.
"""

import csv
import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from sheets.cells import clean, half_width
from sheets.columns import RowError
from sheets.opening import BROKEN, decoded

HEAD_ROWS = 30
SAMPLE = 65_536
NAMES = {
    "number": "受理编号 工单编号 工单号 案件编号 servicerequestnumber servicerequestid caseenquiryid requestnumber requestid srnumber srid casenumber caseid "
    "uniquekey ticketid ticketnumber referencenumber issueid",
    "created": "受理时间 创建时间 来电时间 登记时间 createddate datecreated creationdate opendt opendate openeddate requesteddatetime dateopened opened "
    "daterequested createdat created",
    "due": "办结时限 办理时限 办结期限 截止时间 slatargetdt targetdt targetdate targetclosedate slatargetdate sladate sladuedate duedate expecteddatetime "
    "estimatedcompletiondate target due",
    "closed": "办结时间 结案时间 完成时间 closeddate closeddt closedate dateclosed resolutiondate resolveddate completeddate completiondate resolvedat closed",
    "on_time": "是否按期 按期标志 是否按期办结 ontime ontimeflag ontimestatus withinsla slamet metsla slastatus intime timeframemet",
    "overdue": "是否逾期 是否超期 isoverdue overdue islate exceededesttimeframe slaexceeded",
    "status": "状态 办理状态 casestatus status requeststatus servicerequeststatus",
    "unit": "承办单位 责任单位 办理单位 department assigneddepartment owningdepartment responsibleagency agencyname agency organization subject",
    "type": "类别 类型 问题类别 诉求类别 type servicerequesttype requesttype servicename casetype complainttype category reason",
    "text": "描述 问题描述 诉求内容 内容 description casetitle details descriptor statusnotes",
    "address": "位置 地址 详细地址 address fulladdress location streetaddress incidentaddress locationstreetname",
    "lon": "经度 longitude lon lng long",
    "lat": "纬度 latitude lat",
}
"""Ours → how the world's files call it (without blanks and signs), the better word first."""
SAID = {
    "yes": "y yes true t 1 是",
    "no": "n no false f 0 否",
    "on_time": "ontime 按期 按时 met withinsla intime 按期办结 未逾期 未超期",
    "late": "overdue 逾期 超期 late notmet missed breached pastdue outsidesla 逾期办结 未按期 已逾期 已超期",
    "open": "open new inprogress pending reopened assigned 待办 待办理 办理中 未办结 处理中 重办 重新打开 已重开",
    "closed": "closed resolved completed complete done 已办结 办结 已结案 结案 已完成 已关闭 关闭 cancelled canceled",
}
YES, NO, ON_TIME, LATE, OPEN, CLOSED = (frozenset(words.split()) for words in SAID.values())
MOMENT = re.compile(r"(\d{1,4})[/.\-年](\d{1,2})[/.\-月](\d{1,4})日?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?)?\s*([AaPp]\.?[Mm]\.?)?")
DAY_END = dt.time(23, 59, 59)


@dataclass(frozen=True)
class Request:
    """One row. ``on_time`` is the file's own flag, None where it says nothing."""

    row: int
    number: str
    created_at: dt.datetime
    due_at: dt.datetime | None
    closed_at: dt.datetime | None
    is_open: bool
    on_time: bool | None
    status: str
    unit: str
    type: str
    text: str
    address: str
    lon: float | None
    lat: float | None

    @property
    def is_done(self) -> bool:
        """Closed at a known moment; one that is closed without a date is not brought to an end by guessing."""
        return not self.is_open and self.closed_at is not None


# --- the file -----------------------------------------------------------------------------------------------------------------------
def key(title) -> str:
    return re.sub(r"[\W_]+", "", half_width(title)).casefold()


def places(titles: list) -> dict[str, int]:
    """Ours → column of the file."""
    there = {key(title): n for n, title in reversed(list(enumerate(titles)))}
    found = {name: next((there[word] for word in words.split() if word in there), None) for name, words in NAMES.items()}
    return {name: place for name, place in found.items() if place is not None}


def is_header(titles: list) -> bool:
    found = places(titles)
    return {"number", "created", "closed"} <= set(found) and bool({"due", "on_time", "overdue"} & set(found))


def recognised(path: str) -> bool:
    """Whether the file is a list of service requests and not a ledger of ours."""
    with lines_of(path) as lines:
        return _header(lines) is not None


@contextmanager
def lines_of(path: str) -> Iterator[Iterator[list]]:
    """Rows of a .csv or of the first sheet of an .xlsx, read as they are asked for."""
    if _begins(path) == b"PK":
        with _sheet(path) as rows:
            yield rows
        return
    with open(path, encoding=_coding(path), newline="") as stream:
        first = stream.readline()
        stream.seek(0)
        yield csv.reader(stream, delimiter=max(",\t;|", key=first.count))


def _begins(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read(2)


def _coding(path: str) -> str:
    with open(path, "rb") as stream:
        sample = stream.read(SAMPLE)
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    whole = sample[: sample.rfind(b"\n") + 1] or sample
    decoded(whole)
    try:
        whole.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


@contextmanager
def _sheet(path: str) -> Iterator[Iterator[list]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except BROKEN as broken:
        raise ValidationError(_("文件打不开，可能已损坏。请在 Excel 或 WPS 里打开后另存为 .xlsx 再上传"), code="broken") from broken
    try:
        yield (list(row) for row in book.worksheets[0].iter_rows(values_only=True))
    finally:
        book.close()


def _header(lines: Iterator[list]) -> tuple[int, list] | None:
    for n, line in zip(range(1, HEAD_ROWS + 1), lines, strict=False):
        if is_header(line):
            return n, line
    return None


def read(path: str, *, zone: ZoneInfo, day_first: bool = False) -> Iterator[Request | RowError]:
    """Every row as a request, or why it cannot be taken."""
    with lines_of(path) as lines:
        found = _header(lines)
        if found is None:
            raise ValidationError(_("没有找到表头，至少应有受理编号、受理时间、办结时间，以及办结时限或按期标志。"), code="no_header")
        number, titles = found
        where = places(titles)
        for n, line in enumerate(lines, number + 1):
            if any(cell not in (None, "") for cell in line):
                yield request_of(n, {name: line[place] if place < len(line) else None for name, place in where.items()}, zone, day_first)


# --- one row ------------------------------------------------------------------------------------------------------------------------
def request_of(row: int, cells: dict, zone: ZoneInfo, day_first: bool) -> Request | RowError:
    try:
        created = moment(cells.get("created"), zone, day_first=day_first)
        due = moment(cells.get("due"), zone, day_first=day_first, day_ends=True)
        closed = moment(cells.get("closed"), zone, day_first=day_first)
    except ValueError as wrong:
        return RowError(row, "", str(wrong)[:200], _("时间读不懂，应写成 2026-03-05 14:30 或 03/05/2026 02:30 PM"))
    number = clean(cells.get("number"))[:60]
    if not number or created is None:
        return RowError(row, _("受理编号") if not number else _("受理时间"), "", _("必填，不能为空"))
    lon, lat = point(cells.get("lon"), cells.get("lat"))
    texts = {name: clean(cells.get(name)) for name in ("status", "unit", "type", "text", "address")}
    return Request(row, number, created, due, closed, _is_open(texts["status"], closed), flag(cells), lon=lon, lat=lat, **texts)


def _is_open(status: str, closed) -> bool:
    word = key(status)
    if word in OPEN:
        return True
    return word not in CLOSED and closed is None


def flag(cells: dict) -> bool | None:
    """In time or not: a word that says so itself, or yes and no to what the column asks."""
    for name, yes in (("on_time", True), ("overdue", False)):
        word = key(cells.get(name))
        if word in ON_TIME or word in LATE:
            return word in ON_TIME
        if word in YES or word in NO:
            return (word in YES) == yes
    return None


def point(lon, lat) -> tuple[float | None, float | None]:
    """Anywhere on earth; nought and nonsense are no place."""
    try:
        found = float(clean(lon)), float(clean(lat))
    except ValueError:
        return None, None
    return found if found != (0, 0) and abs(found[0]) <= 180 and abs(found[1]) <= 90 else (None, None)


def moment(value, zone: ZoneInfo, *, day_first: bool = False, day_ends: bool = False) -> dt.datetime | None:
    """A moment as the file writes it: with an offset it stands, without one it is on the clocks of ``zone``. Raises ValueError."""
    if isinstance(value, dt.datetime):
        return on_clocks(value, zone)
    text = half_width(value)
    if not text or text.casefold() in ("null", "none", "n/a", "nan"):
        return None
    found = MOMENT.fullmatch(text)
    naive = _written(found, day_first) if found else dt.datetime.fromisoformat(text)
    if day_ends and found and found[4] is None:
        naive = dt.datetime.combine(naive.date(), DAY_END)
    return on_clocks(naive, zone)


def _written(found: re.Match, day_first: bool) -> dt.datetime:
    first, second, third = (int(part) for part in found.groups()[:3])
    year, month, day = (first, second, third) if len(found[1]) == 4 else (third, second, first) if day_first else (third, first, second)
    year += 2000 if year < 100 else 0
    hour, minute, second_of = (int(part or 0) for part in found.groups()[3:6])
    if found[8]:
        hour = hour % 12 + (12 if found[8][0] in "Pp" else 0)
    return dt.datetime(year, month, day, hour, minute, second_of, int(float(found[7] or 0) * 1_000_000))  # noqa: DTZ001 - on_clocks follows


def on_clocks(value: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """In UTC. An hour that the clocks leap over is the moment of the leap, so that earlier and later on paper stay so."""
    if value.tzinfo:
        return value.astimezone(dt.UTC)
    before, after = (value.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    if before.astimezone(zone).replace(tzinfo=None) == value:
        return before
    return _leap(after, before, zone)


def _leap(low: dt.datetime, high: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    offset = low.astimezone(zone).utcoffset()
    while high - low > dt.timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
    return high.replace(microsecond=0)
