"""Lists as city and province hand them down: title rows, merged cells, other names of columns, dates as they come."""

import io
from collections.abc import Sequence

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

HEAD = ("序号", "交办编号", "存在问题", "点位", "交办时间", "整改时限", "是否办结", "承办单位")


def workbook(
    rows: Sequence[Sequence], *, head: Sequence = HEAD, titles: Sequence[str] = ("全市大气污染防治交办问题清单", "截至2026年10月30日"), merge=()
) -> io.BytesIO:
    """A sheet with title rows across, a header, and ``rows``; ``merge``: areas below the header ("H4:H5")."""
    book = openpyxl.Workbook()
    sheet = book.active
    for n, title in enumerate(titles, 1):
        sheet.cell(n, 1, title)
        sheet.merge_cells(start_row=n, end_row=n, start_column=1, end_column=len(head))
    for line in (head, *rows):
        sheet.append(list(line))
    for area in merge:
        sheet.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def uploaded(rows, *, name: str = "市交办清单.xlsx", **more) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, workbook(rows, **more).getvalue())
