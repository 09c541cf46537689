"""Read a workbook that people filled in: ``read_table``."""

import datetime as dt
import re
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sheets.cells import CellError, DateWord, clean, half_width, of_month, parse
from sheets.columns import Column, Row, RowError, Table
from sheets.header import Header, as_of_day, find_header, full_key
from sheets.opening import MAX_ROWS, Sheet, open_sheets
from sheets.places import in_order

__all__ = ["Column", "Row", "RowError", "Table", "read_table"]

TOTALS = re.compile(r"(?:本[页表])?(?:合|小|总|累|共)\s*计(?:数|\(.*\))?\s*:?")
FOOT_NOTES = re.compile(r"(?:填表人|填报人|制表人|审核人|负责人|单位负责人|填报单位|联系人|注|备注|说明|填表说明)\s*:.*|导出(?:人|时间) .*", re.S)


def read_table(file, columns: list[Column], *, max_rows: int = MAX_ROWS, today: dt.date | None = None) -> Table:
    """Find the header in any sheet of an .xlsx or .csv and read the rows below it.

    ``file``: path, uploaded file or binary stream. ``today`` gives 3月5日 a year when the sheet has no 截至 line.
    Raises ValidationError when the file as a whole cannot be read; errors of rows are in the table. Without a required column no row is read.
    """
    with open_sheets(file, max_rows=max_rows) as sheets:
        sheet, header, as_of = best(sheets, columns)
        missing = _missing(header, columns)
        rows, errors, notes = ([], missing, []) if missing else _read_rows(sheet, header, columns, as_of=as_of or today)
    matched = [column for column in columns if column.key in header.places]
    return Table(rows, errors, header.first_row, sheet.name, as_of, header.unknown, matched, notes)


def best(sheets, columns) -> tuple[Sheet, Header, dt.date | None]:
    """The sheet whose header fits best, and the day of its 截至 line. Raises ValidationError when none fits."""
    found = [(header, sheet) for sheet in sheets if (header := find_header(sheet.head(), sheet.merged, columns))]
    header, sheet = max(found, key=lambda pair: len(pair[0].places), default=(None, None))
    least = min(2, len(columns))
    if header is None or len(header.places) < least:
        titles = _("、").join(str(column.title) for column in columns if column.required) or _("、").join(str(column.title) for column in columns[:6])
        raise ValidationError(_("没有找到表头。表头应在前 30 行内，并至少有这些列：%(titles)s") % {"titles": titles}, code="no_header")
    return sheet, header, as_of_day([*sheet.head()[: header.first_row - 1], [sheet.name]])


def _missing(header: Header, columns) -> list[RowError]:
    return [
        RowError(header.first_row, str(column.title), "", _("缺少这一列，请在表头中加上“%(title)s”") % {"title": column.title})
        for column in columns
        if column.required and column.key not in header.places
    ]


def _read_rows(sheet: Sheet, header: Header, columns, *, as_of) -> tuple[list[Row], list[RowError], list[RowError]]:
    rows: list[Row] = []
    errors: list[RowError] = []
    notes: list[RowError] = []
    wanted = [column for column in columns if column.key in header.places]
    for number, line, own in sheet.lines(after=header.last_row):
        if _not_data(own, line, header):
            continue
        row, wrong, doubtful = _read_row(number, line, wanted, header, as_of=as_of, epoch=sheet.epoch)
        errors.extend(wrong)
        if not wrong:
            row.values.update({column.key: "" if column.kind == "text" else None for column in columns if column.key not in row.values})
            rows.append(row)
            notes.extend(doubtful)
    return rows, errors, notes


def _not_data(own: list, line: list, header: Header) -> bool:
    """Blank rows, totals, signatures below the table and a header repeated for printing."""
    texts = [text for value in own if (text := half_width(value))]
    if not texts:
        return True
    if TOTALS.fullmatch(texts[0]) or (len(texts) <= 4 and FOOT_NOTES.fullmatch(texts[0])):
        return True
    places = [place[0] for place in header.places.values()]
    return len(places) > 1 and all(full_key(_cell(line, place)) == full_key(header.titles[place]) for place in places)


def _cell(line: list, place: int):
    return line[place - 1] if place <= len(line) else None


def _read_row(number: int, line: list, columns, header: Header, *, as_of, epoch) -> tuple[Row, list[RowError], list[RowError]]:
    row = Row(number, {})
    errors: list[RowError] = []
    notes: list[RowError] = []
    for column in columns:
        cells = [_cell(line, place) for place in header.places[column.key]]
        try:
            row.values[column.key] = value = _value(cells, column, as_of=as_of, epoch=epoch)
            if column.required and value in (None, ""):
                raise CellError(_("必填，不能为空"))
            if column.month_as and of_month(cells[0], column.month_as):
                words = _("只写了年月，按当月第一天登记") if column.month_as == "first" else _("只写了年月，按当月最后一天登记")
                notes.append(RowError(number, str(column.title), clean(cells[0]), words))
        except DateWord as word:
            row.values[column.key], row.words[column.key] = None, str(word)
        except CellError as error:
            told = RowError(number, str(column.title), ", ".join(clean(cell) for cell in cells)[:200], str(error))
            if column.lenient:
                row.values[column.key] = "" if column.kind == "text" else None
                notes.append(replace(told, message=_("没有读懂，这一格不导入。%(reason)s") % {"reason": told.message}))
            else:
                errors.append(told)
    return row, errors, notes


def _value(cells: list, column: Column, *, as_of, epoch):
    if len(cells) == 1:
        return parse(cells[0], column, as_of=as_of, epoch=epoch)
    parts = [parse(cell, Column(column.key, column.title, kind="angle")) for cell in cells]
    if parts == [None, None]:
        return None
    place = in_order(*parts) if None not in parts else None
    if place is None:
        raise CellError(_("经度和纬度应一起填写并位于我国境内，例如 114.0653 和 34.7512"))
    return place
