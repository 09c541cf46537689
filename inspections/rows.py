"""A finding as a row of the ledger: who holds it, how its clock stands, what state people read. Used by the list, the phone and the export."""

from functools import cached_property

from common.templatetags.ui import remaining, remaining_class
from grids.models import Grid
from inspections.filters import VERIFYING
from inspections.words import FindingState

LEFT = ("refused", "transferred", "void")
TONES = {
    FindingState.REPORTED: "soon",
    FindingState.REGISTERED: "soon",
    FindingState.STOPPED_PENDING: "soon",
    FindingState.RECTIFIED: "soon",
    FindingState.STRUCK_OFF: "done",
    FindingState.LOOKED_BACK: "done",
    FindingState.REJECTED: "off",
    FindingState.MERGED: "off",
    FindingState.VOID: "off",
}
TASK_TONES = {"returned": "soon", "fed_back": "soon", "second_look": "soon"}
OFFICES_TURN = (FindingState.REPORTED, FindingState.REGISTERED, FindingState.RECTIFIED)


class LedgerRow:
    """Wants ``Finding.objects.for_list()``; ``townships`` maps grid paths to names (``township_names``)."""

    def __init__(self, finding, *, now, townships: dict[str, str]):
        self.finding, self.now, self._townships = finding, now, townships

    @cached_property
    def tasks(self) -> list:
        return [task for task in self.finding.tasks.all() if task.state not in LEFT]

    @property
    def territorial(self) -> str:
        """The township that has the duty; before assignment the one in which the place lies."""
        return self.of_role("territorial") or self.township

    @property
    def township(self) -> str:
        """The one in which the place lies."""
        return next((name for path, name in self._townships.items() if self.finding.grid_path.startswith(path)), "")

    @property
    def sector(self) -> str:
        return self.of_role("sector", "lead")

    def of_role(self, *roles) -> str:
        return "、".join(str(task.organisation) for task in self.tasks if task.role in roles)

    @cached_property
    def _telling(self):
        """The task that decides what people read: a returned one, else one at work, else one to be verified."""
        waiting = [task for task in self.tasks if task.state != "passed"]
        if self.finding.state != FindingState.ASSIGNED or not waiting:
            return None
        return min(waiting, key=lambda task: (task.state != "returned", task.state in VERIFYING, task.state == "assigned"))

    @property
    def state_label(self) -> str:
        return self._telling.get_state_display() if self._telling else self.finding.get_state_display()

    @property
    def state_tone(self) -> str:
        return TASK_TONES.get(self._telling.state, "") if self._telling else TONES.get(self.finding.state, "")

    @property
    def limit(self):
        """The running clock: the parties', or while it is the office's turn, the office's."""
        return self.finding.step_due_at if self.finding.state in OFFICES_TURN else self.finding.due_at

    @property
    def is_offices_clock(self) -> bool:
        return self.finding.state in OFFICES_TURN and self.finding.step_due_at is not None

    @property
    def clock(self) -> str:
        return remaining(self.limit, self.now)

    @property
    def clock_tone(self) -> str:
        return remaining_class(self.limit, self.now)


def township_names(district_ids) -> dict[str, str]:
    return dict(Grid.objects.filter(district_id__in=district_ids, parent__isnull=False, parent__parent=None).values_list("path", "name"))


def ledger_rows(findings, *, now) -> list[LedgerRow]:
    townships = township_names({finding.district_id for finding in findings})
    return [LedgerRow(finding, now=now, townships=townships) for finding in findings]
