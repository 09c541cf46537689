"""A task as a row of a list: page, phone and export say the same."""

from django.utils.translation import gettext as _

from common.templatetags.ui import moment, remaining, remaining_class
from rectification.models import Task
from rectification.services.reminders import overdue_days
from rectification.words import LEFT, PARTY_TURN, VERIFIER_TURN, TaskState


def for_rows(queryset):
    return queryset.select_related("finding__problem_type", "finding__field__headquarters", "finding__grid", "organisation", "handler")


class TaskRow:
    """Wants ``for_rows``; asks nothing more of the database."""

    def __init__(self, task: Task, *, now):
        self.task, self.finding, self.now = task, task.finding, now

    @property
    def state_label(self) -> str:
        return self.task.get_state_display()

    @property
    def state_tone(self) -> str:
        return task_tone(self.task.state)

    @property
    def clock(self) -> str:
        return time_left(self.task, self.now)

    @property
    def clock_tone(self) -> str:
        return time_tone(self.task, self.now)

    @property
    def late_days(self) -> int:
        return overdue_days(self.task, self.now) if self.task.is_party_turn else 0


def time_left(task: Task, now) -> str:
    if task.state in PARTY_TURN:
        return remaining(task.due_at, now)
    if task.state == TaskState.SUSPENDED:
        return _("缓办至 %(moment)s") % {"moment": moment(task.suspended_until)}
    if task.state in LEFT:
        return task.get_state_display()
    if task.fed_back_at and task.fed_back_at > task.due_at:
        return _("%(late)s反馈") % {"late": remaining(task.due_at, task.fed_back_at)}
    return _("按期反馈")


def time_tone(task: Task, now) -> str:
    if task.state in PARTY_TURN:
        return remaining_class(task.due_at, now)
    if task.state in (*VERIFIER_TURN, TaskState.PASSED):
        return "late" if task.fed_back_at and task.fed_back_at > task.due_at else "done"
    return ""


def task_tone(state: str) -> str:
    if state == TaskState.RETURNED:
        return "late"
    if state in (*VERIFIER_TURN, TaskState.SUSPENDED, TaskState.ASSIGNED):
        return "soon"
    return "done" if state == TaskState.PASSED else "off" if state in LEFT else ""
