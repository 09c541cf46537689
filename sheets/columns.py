"""What an owner says about a sheet, and what comes back from reading one."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils import formats
from django.utils.translation import gettext as _

from sheets.cells import choice_labels

KINDS = ("text", "int", "decimal", "date", "datetime", "bool", "phone", "lonlat", "lon", "lat", "choice")


@dataclass(frozen=True)
class Column:
    """One column to be read.

    ``kind`` and the value it gives: text str · int int · decimal Decimal · date date · datetime aware datetime · bool bool · phone str ·
    lonlat (lon, lat) as Decimals with 6 places, from one cell or from neighbouring 经度 and 纬度 columns · lon, lat Decimal ·
    choice the stored value. An empty cell gives None (text: ""). ``choices`` is Django's list of (value, label) pairs, a mapping of
    written word to value, or plain words. ``lenient``: a cell that cannot be read is left out and noted, the row is taken all the same.
    ``month_as`` (``first``, ``last``): the day that a date without a day means, noted as well.
    """

    key: str
    title: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    kind: str = "text"
    choices: Mapping | Iterable | None = None
    max_length: int | None = None
    lenient: bool = False
    month_as: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (str(self.title), *(str(name) for name in self.synonyms))


@dataclass(frozen=True)
class RowError:
    """Why a row was not taken. ``row`` is the number Excel shows at its left; 0 when the whole sheet is meant."""

    row: int
    column_title: str
    value: str
    message: str

    def __str__(self):
        if self.column_title:
            return _("第 %(row)s 行“%(column)s”：%(message)s") % {"row": self.row, "column": self.column_title, "message": self.message}
        return _("第 %(row)s 行：%(message)s") % {"row": self.row, "message": self.message}


@dataclass(frozen=True)
class Row:
    """``values`` has every asked-for key. ``words`` holds 立即 or 长期坚持 found in a date column (its value is then None)."""

    number: int
    values: dict
    words: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """``rows`` are the good rows only; a row with any error is in ``errors`` alone. ``notes``: cells of good rows that want a look."""

    rows: list[Row]
    errors: list[RowError]
    header_row: int
    sheet: str
    as_of: dt.date | None
    unknown_columns: list[str]
    columns: list[Column] = field(default_factory=list)
    notes: list[RowError] = field(default_factory=list)

    @property
    def bad_rows(self) -> int:
        return len({error.row for error in self.errors})

    def has_refused(self, errors: Iterable[RowError]) -> bool:
        """Whether one of ``errors`` is about a row, not about the header."""
        return any(error.row > self.header_row for error in errors)

    def preview(self, n: int = 10) -> list[tuple[int, list[str]]]:
        """Sheet row number and shown texts of the first rows, in the order of ``columns``."""
        labels = [choice_labels(column.choices) for column in self.columns]
        return [(row.number, [self._shown(row, *pair) for pair in zip(self.columns, labels, strict=True)]) for row in self.rows[:n]]

    def _shown(self, row: Row, column: Column, labels: dict) -> str:
        value = row.values[column.key]
        return row.words.get(column.key) or (labels.get(value) if labels else None) or shown(value)


def shown(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, dt.datetime):
        return formats.date_format(value, "Y-m-d H:i")
    return str(value)
