"""Open an uploaded workbook without trusting it: size, unpacked size, entities, rows and columns are bounded before anything is believed."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import WINDOWS_EPOCH
from openpyxl.utils.exceptions import InvalidFileException

from sheets.header import DEPTH, SEARCHED_ROWS

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_MEMBERS = 2_000
MAX_ROWS = 20_000
MAX_SHEET_ROWS = 100_000
"""Physical rows, blank ones included."""
MAX_COLUMNS = 200
MAX_ELEMENTS = 2_000_000
"""XML elements of the whole workbook: about three seconds of parsing."""
MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\b[^>]*?\bref=["']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})["']""")
ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    DefusedXmlException,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    EOFError,
    NotImplementedError,
    zlib.error,
)
"""What openpyxl lets escape from a damaged or hostile file."""


class Sheet:
    """Rows of one sheet, read as a stream; merged areas come from the sheet's own XML, because streams of openpyxl do not know them."""

    def __init__(self, name: str, rows, *, merged=(), epoch=WINDOWS_EPOCH, max_rows: int = MAX_ROWS):
        self.name, self._rows, self.merged, self.epoch, self.max_rows = name, rows, list(merged), epoch, max_rows
        self._head: list[list] | None = None

    def head(self) -> list[list]:
        if self._head is None:
            self._head = [list(row) for row in islice(self._rows(), SEARCHED_ROWS + DEPTH)]
        return self._head

    def lines(self, *, after: int) -> Iterator[tuple[int, list, list]]:
        """(row number, cells with values of vertically merged areas filled down, own cells) of every row below ``after`` that is not blank."""
        fills = _downwards(self.merged)
        carried: dict[int, tuple[int, object]] = {}
        kept = 0
        for number, own in enumerate(self._rows(), 1):
            if number > MAX_SHEET_ROWS:
                raise ValidationError(
                    _("工作表“%(name)s”行数太多（含空行）。请删除末尾的空行，或分成几个文件") % {"name": self.name}, code="too_many_rows"
                )
            _carry(carried, fills.get(number, ()), own)
            if number <= after or not any(value is not None and value != "" for value in own):
                continue
            kept += 1
            if kept > self.max_rows:
                raise ValidationError(_("数据超过 %(limit)s 行。请分成几个文件导入") % {"limit": self.max_rows}, code="too_many_rows")
            yield number, _filled(number, own, carried), own


def _downwards(merged) -> dict[int, list[tuple[int, int]]]:
    """Row where a tall area begins → (its first column, its last row)."""
    fills: dict[int, list[tuple[int, int]]] = {}
    for top, left, bottom, _right in merged:
        if bottom > top:
            fills.setdefault(top, []).append((left, bottom))
    return fills


def _carry(carried: dict, starts, own) -> None:
    for column, last in starts:
        carried[column] = (last, own[column - 1] if column <= len(own) else None)


def _filled(number: int, own: list, carried: dict) -> list:
    line = list(own)
    for column, (last, value) in carried.items():
        if number <= last:
            line.extend([None] * (column - len(line)))
            line[column - 1] = value if line[column - 1] is None else line[column - 1]
    return line


# --- the file -----------------------------------------------------------------------------------------------------------------------
@contextmanager
def open_sheets(file, *, max_rows: int = MAX_ROWS) -> Iterator[list[Sheet]]:
    content = content_of(file)
    if not content.startswith(b"PK"):
        yield [_csv_sheet(content, max_rows)]
        return
    check_archive(content)
    with refusing_broken():
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheets = [_xlsx_sheet(content, book, sheet, max_rows) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    try:
        yield sheets
    finally:
        book.close()


@contextmanager
def refusing_broken():
    try:
        yield
    except BROKEN as broken:
        raise ValidationError(_("文件打不开，可能已损坏。请在 Excel 或 WPS 里打开后另存为 .xlsx 再上传"), code="broken") from broken


def content_of(file) -> bytes:
    """At most MAX_BYTES; refuses empty, too big and old .xls files."""
    if isinstance(file, (str, Path)):
        with open(file, "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    else:
        file.seek(0)
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValidationError(_("文件超过 5 MB。请删去图片，或分成几个文件上传"), code="too_big")
    if content.startswith(OLD_EXCEL):
        raise ValidationError(_("这是旧格式的 .xls 文件（或加了密码）。请在 Excel 或 WPS 里“另存为”.xlsx，不设密码，再上传"), code="old_excel")
    if not content.strip():
        raise ValidationError(_("文件是空的"), code="empty")
    return content


def check_archive(content: bytes) -> None:
    """Ask the archive's directory how much it would unpack to. A directory that lies is cut off at its own figure by zipfile."""
    with refusing_broken():
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise ValidationError(_("文件解开后超过 50 MB。请删去图片和空行，或分成几个文件上传"), code="too_big")
    if not any(member.filename == "[Content_Types].xml" for member in members):
        raise ValidationError(_("这不是 Excel 工作簿。请上传 .xlsx 或 .csv 文件"), code="not_a_workbook")
    check_parts(content)


def check_parts(content: bytes) -> None:
    """Look at the raw XML before a parser does. Workbooks have no document type, so entities have no place in them."""
    elements = 0
    with refusing_broken(), zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            if name.endswith((".xml", ".rels")) or part.lstrip().startswith((b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
                if b"<!DOCTYPE" in part or b"<!ENTITY" in part or b"\x00" in part[:200]:
                    raise zipfile.BadZipFile(name)
                elements += part.count(b"</") + part.count(b"/>")
                rows = len(ROW.findall(part))
                if rows > MAX_SHEET_ROWS or elements > MAX_ELEMENTS:
                    raise ValidationError(_("表格太大（含空行和空单元格）。请删除末尾的空行，或分成几个文件上传"), code="too_many_rows")


def _xlsx_sheet(content: bytes, book, sheet, max_rows: int) -> Sheet:
    sheet.reset_dimensions()

    def rows():
        with refusing_broken():
            for row in sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True):
                yield _trimmed(row)

    return Sheet(sheet.title, rows, merged=merged_areas(content, sheet._worksheet_path), epoch=book.epoch, max_rows=max_rows)


def _trimmed(row) -> list:
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return list(row[:end])


def merged_areas(content: bytes, member: str) -> list[tuple[int, int, int, int]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read(member.lstrip("/"))
    areas = (range_boundaries(reference.decode("ascii")) for reference in MERGED.findall(text))
    return [(top, left, bottom, right) for left, top, right, bottom in areas if left <= MAX_COLUMNS]


def _csv_sheet(content: bytes, max_rows: int) -> Sheet:
    text = decoded(content)
    delimiter = max(",\t;", key=text[:4000].count)

    def rows():
        return ([cell or None for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))

    return Sheet("", rows, max_rows=max_rows)


def decoded(content: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with mark, GB18030 (what Excel in China writes)."""
    codings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for coding in codings:
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise ValidationError(_("认不出文件的文字编码。请上传 .xlsx，或把 .csv 另存为 UTF-8"), code="encoding")
