"""The papers of a month as rows of a program that knows nothing else: tables by name, moments as ``datetime``, histories beside their rows."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

BEIJING = dt.timezone(dt.timedelta(hours=8))
MOMENTS = {
    *("at", "received_at", "registered_at", "assigned_at", "ended_at", "accept_due_at", "accepted_at", "original_due_at", "due_at", "fed_back_at"),
    *("passed_at", "verify_due_at", "asked_at", "decided_at", "previous_due_at", "granted_due_at", "done_at", "struck_off_at"),
    *("due_from", "due_to", "arrived_at", "answered_at"),
}


@dataclass
class Papers:
    """``start`` and ``end`` bound the Beijing month half-open."""

    start: dt.datetime
    end: dt.datetime
    tables: dict[str, dict[int, dict]] = field(default_factory=dict)
    """Table → key → row, in the order in which they came."""

    def __getitem__(self, table: str) -> list[dict]:
        return list(self.tables.get(table, {}).values())

    def within(self, moment: dt.datetime | None) -> bool:
        return moment is not None and self.start <= moment < self.end

    def by(self, table: str, name: str) -> dict:
        """Rows of a table under the value of a column."""
        found = defaultdict(list)
        for row in self[table]:
            found[row[name]].append(row)
        return found


def read(lines: Iterable[bytes], *, month: str) -> Papers:
    papers = Papers(*bounds(month))
    for number, line in enumerate(lines):
        row = json.loads(line)
        kept = papers.tables.setdefault(row.pop("table"), {})
        kept[row.get("id", -number)] = {name: moment(value) if name in MOMENTS else value for name, value in row.items()}
    return papers


def bounds(month: str) -> tuple[dt.datetime, dt.datetime]:
    start = dt.datetime.fromisoformat(f"{month}-01").replace(tzinfo=BEIJING)
    return start, (start + dt.timedelta(days=32)).replace(day=1)


def moment(value):
    """A moment, or a pair of moments (old, new) as a step notes a moved date."""
    if isinstance(value, list):
        return [moment(each) for each in value]
    return dt.datetime.fromisoformat(value) if value else None
