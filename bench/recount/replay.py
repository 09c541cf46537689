"""Tasks and findings as they stood at the month's end, from their histories alone (docs/decisions/005)."""

import datetime as dt
from dataclasses import dataclass, field

from bench.recount.papers import Papers

OPEN = {"assigned", "accepted", "returned"}
HANDED_IN = {"fed_back", "second_look", "passed"}
LEFT = {"refused", "transferred", "void"}
SEND_BACKS = {"return", "overturn"}


@dataclass
class Task:
    """One party's duty. ``state``, ``due``, ``fed_back``, ``passed`` and ``left`` are those of the month's end."""

    id: int
    finding: int
    unit: int
    must_feed_back: bool
    assigned: dt.datetime
    sign_by: dt.datetime
    due: dt.datetime
    state: str = "assigned"
    signed: dt.datetime | None = None
    fed_back: dt.datetime | None = None
    passed: dt.datetime | None = None
    left: dt.datetime | None = None
    steps: list[dict] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def handed_in(self) -> dt.datetime | None:
        """The feedback that nobody has sent back."""
        return self.fed_back if self.state in HANDED_IN else None

    def take(self, step: dict) -> None:
        action, self.state = step["action"], step["to_state"] or self.state
        if action == "accept":
            self.signed = step["at"]
        elif action in ("feedback", "release"):
            self.fed_back = step["at"]
        if self.state == "passed" and action in ("pass", "confirm", "release"):
            self.passed = step["at"]
        if self.state in LEFT:
            self.left = step["at"]
        if isinstance(step.get("due_at"), list):
            self.due = step["due_at"][1]


def tasks(papers: Papers) -> list[Task]:
    steps = papers.by("steps", "task_id")
    return [task(row, steps[row["id"]]) for row in papers["tasks"]]


def task(row: dict, steps: list[dict]) -> Task:
    found = Task(
        id=row["id"],
        finding=row["finding_id"],
        unit=row["organisation_id"],
        must_feed_back=row["must_feed_back"],
        assigned=row["assigned_at"],
        sign_by=row["accept_due_at"],
        due=row["original_due_at"],
        steps=steps,
    )
    for step in steps:
        found.take(step)
    return found


def findings(papers: Papers) -> dict[int, dict]:
    """Findings with what was corrected later put back, and ``live``: not refused, merged or voided before the month's end."""
    found = {row["id"]: row | {"live": row["ended_at"] is None or row["ended_at"] >= papers.end} for row in papers["findings"]}
    for correction in reversed(papers["corrections"]):
        for name in ("grid", "field", "problem_type", "source", "severity", "risk"):
            if name in correction:
                column = f"{name}_id" if name in ("grid", "field", "problem_type") else name
                found[correction["finding_id"]][column] = correction[name][0]
    return found
