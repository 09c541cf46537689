"""The rows of a sheet that were not taken, as they stood, each with the reason beside it: to be put right and sent again."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from sheets.cells import clean
from sheets.columns import Column, RowError
from sheets.header import Header
from sheets.opening import open_sheets
from sheets.reading import best
from sheets.writing import Col, Workbook, display_width, is_number


def reason_title() -> str:
    return _("原因")


def add_sheet(book: Workbook, file, columns: list[Column], errors: Iterable[RowError]) -> Workbook:
    """Columns that are known under our own titles, so that the sheet is read back; the others as they were called."""
    reasons = reasons_of(errors)
    with open_sheets(file) as sheets:
        sheet, header, _as_of = best(sheets, columns)
        titles = _titles(header, columns)
        lines = [(line, reasons[number]) for number, line, _own in sheet.lines(after=header.last_row) if number in reasons]
    rows = [[*(_cell(line, place) for place in titles), reason] for line, reason in lines]
    cols = [Col(title, max(12, min(40, display_width(title) + 4)), "general") for title in titles.values()]
    return book.sheet(_("改好后再上传"), columns=[*cols, Col(reason_title(), 60)], rows=rows)


def workbook(title: str, file, columns: list[Column], errors: Iterable[RowError]) -> bytes:
    return add_sheet(Workbook(title, stamped=False), file, columns, errors).bytes()


def file_name(title: str) -> str:
    return _("%(title)s-未导入的行.xlsx") % {"title": title}


def reasons_of(errors: Iterable[RowError]) -> dict[int, str]:
    """Row → what is to be put right in it."""
    found: dict[int, list[str]] = {}
    for error in errors:
        told = _("“%(column)s”：%(message)s") % {"column": error.column_title, "message": error.message} if error.column_title else error.message
        found.setdefault(error.row, []).append(told)
    return {row: _("；").join(texts) for row, texts in found.items()}


def _titles(header: Header, columns: list[Column]) -> dict[int, str]:
    """Place → title, in the order of the sheet; the reasons of an earlier attempt are left out."""
    own = {header.places[column.key][0]: str(column.title) for column in columns if len(header.places.get(column.key, ())) == 1}
    pairs = [places for places in header.places.values() if len(places) == 2]
    own |= {place: title for places in pairs for place, title in zip(places, ("经度", "纬度"), strict=True)}
    return {place: own.get(place, title) for place, title in sorted(header.titles.items()) if place in own or title != reason_title()}


def _cell(line: list, place: int):
    """Figures stay figures; everything else as people see it."""
    value = line[place - 1] if place <= len(line) else None
    return value if is_number(value) else clean(value)
