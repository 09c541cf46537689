"""The rows of a reconciliation sheet. A unit reconciles its duties, a headquarters the problems of its fields.

Which rows belong to a period depends on when they came and when they were over, not on today: a row that was open at the period's end stays on
the sheet when it is closed later, with its state of now until the unit answers; from then on as it was answered (``Reconciliation.frozen``).
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from audit import canonical
from common import clock
from grids.roles import OrganisationKind
from inspections.models import Finding
from inspections.words import CLOSED_STATES, ON_LEDGER, FindingState
from rectification.models import Task
from rectification.words import PARTY_TURN, UNFINISHED, TaskState
from scorecards.models import Reconciliation

UNITS = (OrganisationKind.TOWNSHIP, OrganisationKind.DEPARTMENT, OrganisationKind.HEADQUARTERS)
"""Who owes sheets."""
TASK_FACTS = ("pk", "finding_id", "state", "due_at", "passed_at")
FINDING_FACTS = ("pk", "state", "due_at", "struck_off_at")


def tasks_of(starts: dt.datetime, ends: dt.datetime):
    over = Q(state=TaskState.PASSED, passed_at__gte=starts)
    return Task.objects.filter(Q(state__in=UNFINISHED) | over, assigned_at__lt=ends)


def findings_of(starts: dt.datetime, ends: dt.datetime):
    over = Q(state__in=CLOSED_STATES, struck_off_at__gte=starts)
    return Finding.objects.filter(Q(state__in=ON_LEDGER) | over, registered_at__lt=ends, is_sealed=False)


def counts(district_id: int, starts: dt.datetime, ends: dt.datetime) -> dict[int, tuple[int, int]]:
    """Organisation → (open at the period's end, closed in the period), of every unit with a row. Two queries."""
    of_tasks = tasks_of(starts, ends).filter(district_id=district_id).order_by().values_list("organisation_id")
    of_fields = findings_of(starts, ends).filter(district_id=district_id, field__headquarters__isnull=False)
    of_fields = of_fields.order_by().values_list("field__headquarters__organisation_id")
    found: dict[int, tuple[int, int]] = {}
    for rows, over in ((of_tasks, Q(state=TaskState.PASSED, passed_at__lt=ends)), (of_fields, Q(state__in=CLOSED_STATES, struck_off_at__lt=ends))):
        for unit, whole, closed in rows.annotate(whole=Count("pk"), closed=Count("pk", filter=over)):
            found[unit] = (whole - closed, closed)
    return found


# --- facts --------------------------------------------------------------------------------------------------------------------------
def facts(sheet: Reconciliation) -> list[dict]:
    """Its rows as plain values, those answered or those of now, in an order that never changes."""
    return sheet.frozen if sheet.answered_at else facts_now(sheet)


def facts_now(sheet: Reconciliation) -> list[dict]:
    period, unit = (sheet.starts, sheet.ends), sheet.organisation
    if unit.kind == OrganisationKind.HEADQUARTERS:
        rows = findings_of(*period).filter(district_id=sheet.district_id, field__headquarters__organisation=unit).order_by("pk")
        return [_fact(pk, None, state, due, over, sheet) for pk, state, due, over in rows.values_list(*FINDING_FACTS)]
    rows = tasks_of(*period).filter(organisation=unit).order_by("finding_id", "pk")
    return [_fact(finding, pk, _public(state), due, over, sheet) for pk, finding, state, due, over in rows.values_list(*TASK_FACTS)]


def _public(state: str) -> str:
    """A running blind second look is verification like any other."""
    return TaskState.FED_BACK.value if state == TaskState.SECOND_LOOK else state


def _fact(finding: int, task: int | None, state: str, due_at, over_at, sheet: Reconciliation) -> dict:
    due, over = (clock.beijing(each).isoformat() if each else "" for each in (due_at, over_at))
    return {"finding": finding, "task": task, "state": state, "due_at": due, "over_at": over, "closed": bool(over_at and over_at < sheet.ends)}


def digest(rows: list[dict]) -> str:
    return hashlib.sha256(canonical.dumps(rows).encode()).hexdigest()


def key_of(fact: dict) -> str:
    return f"t{fact['task']}" if fact["task"] else f"f{fact['finding']}"


# --- lines of the page --------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    key: str
    finding: Finding
    task: Task | None
    state: str
    due_at: dt.datetime | None
    over_at: dt.datetime | None
    is_closed: bool
    is_late: bool

    @property
    def state_label(self) -> str:
        return str((TaskState if self.task else FindingState)(self.state).label)

    @property
    def tone(self) -> str:
        return "done" if self.over_at else "late" if self.is_late else ""


def in_order(rows: Iterable[dict]) -> list[dict]:
    """Open ones first, the earliest date on top; what has none comes last."""
    return sorted(rows, key=lambda row: (row["closed"], row["due_at"] or "9", row["finding"]))


def lines(rows: list[dict], *, user, at: dt.datetime) -> list[Line]:
    """``rows`` with what is to be read of them, those that the person may see; two queries."""
    findings = Finding.objects.visible_to(user).select_related("problem_type", "grid").in_bulk([row["finding"] for row in rows])
    tasks = Task.objects.in_bulk([row["task"] for row in rows if row["task"]])
    return [_line(row, findings[row["finding"]], tasks.get(row["task"]), at) for row in rows if row["finding"] in findings]


def _line(row: dict, finding: Finding, task: Task | None, at: dt.datetime) -> Line:
    due, over = (dt.datetime.fromisoformat(row[name]) if row[name] else None for name in ("due_at", "over_at"))
    turn = PARTY_TURN if task else (FindingState.ASSIGNED,)
    is_late = bool(due and due < at and not over and row["state"] in turn)
    return Line(key_of(row), finding, task, row["state"], due, over, row["closed"], is_late)
