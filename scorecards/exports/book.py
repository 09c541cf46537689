"""The sheets of a month, together as a workbook or each alone."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from scorecards.exports.around import ACCOUNTS, ARGUED, MONEY
from scorecards.exports.month import Month, Part
from scorecards.exports.ranking import GRIDS, KPI, RANKING
from scorecards.exports.rows import MARKED, ROWS
from sheets.writing import Workbook, csv_bytes

SHEETS = {part.code: part for part in (RANKING, GRIDS, MARKED, KPI, ACCOUNTS, MONEY, ARGUED, ROWS)}
"""In the order of the workbook."""
EVERY = 2_000
Tick = Callable[[int], None]


@dataclass(frozen=True)
class Exported:
    """Which sheets of which month."""

    month: Month
    parts: tuple[Part, ...] = tuple(SHEETS.values())

    @classmethod
    def of(cls, cards, *, month: str, by, sheet: str = "") -> "Exported":
        return cls(Month(cards, month, by), (SHEETS[sheet],) if sheet else tuple(SHEETS.values()))

    def count(self) -> int:
        return sum(part.count(self.month) for part in self.parts)

    def workbook(self, *, tick: Tick | None = None) -> Workbook:
        book, done = Workbook(_title(self.month)), 0
        for part in self.parts:
            heading = str(part.heading) % {"month": self.month.label} if part.heading else ""
            rows = ticking(part.rows(self.month), done, tick)
            book.sheet(str(part.name), columns=part.columns(), rows=rows, heading=heading, as_of=self.month.as_of, note=part.note(self.month))
            done += part.count(self.month) if tick else 0
        return book

    def csv(self, *, tick: Tick | None = None) -> bytes:
        part = self.parts[0]
        return csv_bytes(part.columns(), ticking(part.rows(self.month), 0, tick))


def workbook(cards, *, month: str, by) -> Workbook:
    return Exported.of(cards, month=month, by=by).workbook()


def ticking(rows: Iterable, done: int, tick: Tick | None) -> Iterable:
    """The rows, telling now and then how many have passed."""
    return _told(rows, done, tick) if tick else rows


def _told(rows: Iterable, done: int, tick: Tick) -> Iterator:
    for n, row in enumerate(rows, done + 1):
        yield row
        if n % EVERY == 0:
            tick(n)


def _title(month: Month) -> str:
    return _("%(district)s%(month)s督导考核排名") % {"district": month.first.district, "month": month.label}
