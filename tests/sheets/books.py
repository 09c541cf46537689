"""Workbooks as people send them, built by program."""

import io
import zipfile

import openpyxl


def xlsx(*lines, merge=(), name="台账", more=()) -> io.BytesIO:
    """``lines`` from row 1; ``merge`` areas such as A1:C1; ``more`` further sheets as (name, lines)."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = name
    for line in lines:
        page.append(list(line))
    for area in merge:
        page.merge_cells(area)
    for other, other_lines in more:
        extra = book.create_sheet(other)
        for line in other_lines:
            extra.append(list(line))
    return saved(book)


def saved(book) -> io.BytesIO:
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def with_member(book: io.BytesIO, name: str, content: bytes) -> io.BytesIO:
    """The same archive with one member replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    out.seek(0)
    return out
