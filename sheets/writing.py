"""Write workbooks a leader can print and read in a minute, and CSV for programs."""

import csv
import datetime as dt
import io
import math
from collections.abc import Iterable, Sized
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _

from common import clock
from sheets.cells import INVISIBLE, choice_labels

LONG = 2_000
"""Rows from which the workbook is written line by line (constant_memory)."""
CELL_LIMIT = 32_767
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
NUMBER_FORMATS = {
    "general": "General",
    "int": "#,##0",
    "decimal": "#,##0.00",
    "decimal1": "#,##0.0",
    "decimal3": "#,##0.000",
    "decimal4": "#,##0.0000",
    "hundredths": "#,##0.0#",
    "percent": "0.0%",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
}
NOT_IN_NAMES = {ord(char): " " for char in "[]:*?/\\\n\t"}
FONT = "宋体"


@dataclass(frozen=True)
class Col:
    """``kind``: text · int · decimal (2 places), decimal1, decimal3, decimal4 · hundredths (integer hundredths, shown as the mark) · percent (0.85) ·
    date · datetime · bool · general (a figure as it is, else text).

    ``width`` in Excel's characters (a Chinese character takes two). A value that does not suit its kind is written as text.
    """

    title: str
    width: float = 14
    kind: str = "text"


@dataclass
class Sheet:
    name: str
    columns: list[Col]
    rows: Iterable
    heading: str = ""
    as_of: str = ""
    note: str = ""


@dataclass
class Workbook:
    """Collects sheets and writes them in ``bytes()``. ``by``, ``filters`` and ``audit_no`` make the footer (services.export_response sets them)."""

    title: str
    by: str = ""
    filters: str = ""
    audit_no: str = ""
    stamped: bool = True
    sheets: list[Sheet] = field(default_factory=list)

    def sheet(self, name: str, *, columns: list[Col], rows: Iterable, heading: str = "", as_of: str = "", note: str = "") -> "Workbook":
        self.sheets.append(Sheet(name, list(columns), rows, heading or self.title, as_of, note))
        return self

    def bytes(self) -> bytes:
        buffer = io.BytesIO()
        self.write(buffer)
        return buffer.getvalue()

    def write(self, file: BinaryIO) -> None:
        """A long sheet passes row by row through temporary files of the writer's."""
        rows = [sheet.rows for sheet in self.sheets]
        long = any(not isinstance(row, Sized) or len(row) > LONG for row in rows)
        with xlsxwriter.Workbook(file, {"constant_memory": long, "strings_to_formulas": False, "strings_to_urls": False}) as book:
            book.set_properties({"title": plain(self.title), "author": plain(self.by)})
            styles = Styles(book)
            for name, sheet in zip(sheet_names(self.sheets), self.sheets, strict=True):
                Page(book.add_worksheet(name), sheet, styles).write(self.footer())

    def footer(self) -> str:
        if not self.stamped:
            return ""
        parts = [
            _("导出人 %(name)s") % {"name": self.by} if self.by else "",
            _("导出时间 %(time)s") % {"time": f"{clock.beijing(clock.now()):%Y-%m-%d %H:%M}"},
            _("筛选 %(filters)s") % {"filters": self.filters} if self.filters else "",
            _("审计号 %(number)s") % {"number": self.audit_no} if self.audit_no else "",
        ]
        return "    ".join(plain(part) for part in parts if part)


class Styles:
    """The few cell formats of a workbook."""

    def __init__(self, book):
        base = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
        grid = base | {"border": 1, "border_color": "#B7BEC8"}
        self.heading = book.add_format(base | {"bold": True, "font_size": 16, "align": "center"})
        self.as_of = book.add_format(base | {"align": "right", "font_color": "#444444"})
        self.header = book.add_format(grid | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#E8EEF7"})
        self.small = book.add_format(base | {"font_size": 9, "font_color": "#666666", "text_wrap": True, "valign": "top"})
        self.text = book.add_format(grid | {"text_wrap": True})
        self.centred = book.add_format(grid | {"align": "center"})
        self.numbers = {kind: book.add_format(grid | {"num_format": form, "align": align_of(kind)}) for kind, form in NUMBER_FORMATS.items()}


def align_of(kind: str) -> str:
    return "center" if kind in ("date", "datetime") else "right"


class Page:
    """One sheet: heading, 截至 line, frozen and repeated header, body, note, footer, print set-up."""

    def __init__(self, page, sheet: Sheet, styles: Styles):
        self.page, self.sheet, self.styles = page, sheet, styles
        self.last_column = max(len(sheet.columns) - 1, 0)
        self.header_row = 1 + bool(sheet.as_of)

    def write(self, footer: str) -> None:
        for index, column in enumerate(self.sheet.columns):
            self.page.set_column(index, index, column.width)
        self._print_set_up()
        self._across(0, self.sheet.heading, self.styles.heading, height=30)
        if self.sheet.as_of:
            self._across(1, self.sheet.as_of, self.styles.as_of, height=18)
        self._header()
        last = self._body()
        for text in (self.sheet.note, footer):
            if text:
                last += 1
                self._across(last, text, self.styles.small, height=15 * (1 + self._lines(text)))

    def _across(self, row: int, text: str, style, *, height: float) -> None:
        self.page.set_row(row, height)
        if self.last_column:
            self.page.merge_range(row, 0, row, self.last_column, "", style)
        self.page.write_string(row, 0, plain(text), style)

    def _lines(self, text: str) -> int:
        room = sum(column.width for column in self.sheet.columns) or 1
        return plain(text).count("\n") + int(display_width(text) * 0.85 // room)

    def _header(self) -> None:
        tall = any(display_width(column.title) > column.width for column in self.sheet.columns)
        self.page.set_row(self.header_row, 36 if tall else 24)
        for index, column in enumerate(self.sheet.columns):
            self.page.write_string(self.header_row, index, plain(column.title), self.styles.header)
        self.page.freeze_panes(self.header_row + 1, 0)
        self.page.repeat_rows(self.header_row)

    def _body(self) -> int:
        row = self.header_row
        for row, values in enumerate(self.sheet.rows, self.header_row + 1):
            for index, (column, value) in enumerate(zip(self.sheet.columns, values, strict=True)):
                write_cell(self.page, row, index, value, column.kind, self.styles)
        if self.sheet.columns:
            self.page.autofilter(self.header_row, 0, max(row, self.header_row + 1), self.last_column)
        return row

    def _print_set_up(self) -> None:
        self.page.set_paper(9)
        self.page.set_landscape()
        self.page.fit_to_pages(1, 0)
        self.page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        self.page.center_horizontally()
        self.page.set_footer("&C" + _("第 &P 页 / 共 &N 页"))


def write_cell(page, row: int, column: int, value, kind: str, styles: Styles) -> None:
    style = styles.numbers.get(kind, styles.text)
    if value is None or value == "":
        page.write_blank(row, column, None, styles.text)
    elif isinstance(value, bool):
        page.write_string(row, column, _("是") if value else _("否"), styles.centred)
    elif kind in ("date", "datetime") and isinstance(value, dt.date):
        page.write_datetime(row, column, excel_moment(value), style)
    elif kind in NUMBER_FORMATS and is_number(value):
        page.write_number(row, column, value / 100 if kind == "hundredths" else value, style)
    else:
        page.write_string(row, column, plain(value), styles.text)


def is_number(value) -> bool:
    """A finite figure that Excel holds exactly; others are written as text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return False
    return math.isfinite(value) and abs(float(value)) < 1e15


def excel_moment(value: dt.date) -> dt.date:
    """Excel knows no time zone: Beijing time is written."""
    if isinstance(value, dt.datetime) and value.tzinfo:
        return clock.beijing(value).replace(tzinfo=None)
    return value


def plain(value) -> str:
    """Text without control characters, lone surrogates and direction marks, cut at Excel's cell limit."""
    if isinstance(value, dt.datetime):
        return f"{excel_moment(value):%Y-%m-%d %H:%M}"
    return cut(INVISIBLE.sub("", str(value).replace("\r\n", "\n")), CELL_LIMIT)


def cut(text: str, limit: int) -> str:
    """Excel counts in UTF-16: a rare character or a smiley takes two."""
    return text if len(text) * 2 <= limit else text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")


def display_width(text) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in str(text))


def sheet_names(sheets: list[Sheet]) -> list[str]:
    """Names Excel accepts: no []:*?/\\, at most 31 characters, none twice."""
    names: list[str] = []
    for index, sheet in enumerate(sheets, 1):
        name = cut(plain(sheet.name).translate(NOT_IN_NAMES).strip(" '"), 31) or f"Sheet{index}"
        taken = {known.casefold() for known in names}
        names.append(f"{cut(name, 26)} ({index})" if name.casefold() in taken else name)
    return names


def template(title: str, columns) -> bytes:
    """An empty workbook for people to fill in: ``columns`` of sheets.reading, required ones with *, a second sheet that explains them."""
    cols = [Col(f"{column.title}{' *' if column.required else ''}", max(12, display_width(column.title) + 4)) for column in columns]
    book = Workbook(title, stamped=False).sheet(title, columns=cols, rows=[])
    explained = [(str(column.title), column.required, ways_to_write().get(column.kind, ""), choices_of(column)) for column in columns]
    heads = [Col(_("列"), 22), Col(_("必填"), 8), Col(_("写法"), 44), Col(_("可选内容"), 60)]
    return book.sheet(_("填写说明"), columns=heads, rows=explained).bytes()


def ways_to_write() -> dict[str, str]:
    return {
        "int": _("整数，例如 12"),
        "decimal": _("数字，例如 12.5"),
        "date": _("2026-03-05、2026.3.5 或 2026年3月5日"),
        "datetime": _("2026-03-05 14:30"),
        "bool": _("是 / 否"),
        "phone": _("11 位手机号或带区号的座机号"),
        "lonlat": _("经度,纬度，例如 114.0653,34.7512"),
        "lon": _("例如 114.0653"),
        "lat": _("例如 34.7512"),
    }


def choices_of(column) -> str:
    return _("、").join(choice_labels(column.choices).values())


# --- CSV ----------------------------------------------------------------------------------------------------------------------------
def csv_bytes(columns: list[Col], rows: Iterable) -> bytes:
    """UTF-8 with mark for Excel; text that a spreadsheet could take for a formula gets an apostrophe in front."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([guarded(column.title) for column in columns])
    for values in rows:
        writer.writerow([csv_cell(value, column.kind) for column, value in zip(columns, values, strict=True)])
    return text.getvalue().encode("utf-8-sig")


def csv_cell(value, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if kind == "hundredths" and is_number(value):
        return f"{value / 100:.2f}"
    if is_number(value):
        return str(value)
    return guarded(value)


def guarded(value) -> str:
    raw = str(value) if not isinstance(value, dt.datetime) else plain(value)
    text = plain(value)
    return f"'{text}" if raw.startswith(FORMULA_STARTS) or text.lstrip(" \n\u3000").startswith(FORMULA_STARTS) else text
