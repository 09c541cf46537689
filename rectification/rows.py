"""A task as a row of a list: page, phone and export say the same."""

from functools import cached_property

from rectification import case
from rectification.models import Task
from rectification.services import parts
from rectification.services.reminders import overdue_days


def for_rows(queryset):
    return queryset.select_related("finding__problem_type", "finding__field__headquarters", "finding__grid", "organisation", "handler")


class TaskRow:
    """Wants ``for_rows``; asks nothing more of the database."""

    def __init__(self, task: Task, *, user, now):
        self.task, self.finding, self.user, self.now = task, task.finding, user, now

    @cached_property
    def state(self) -> tuple[str, str]:
        return parts.state_for(self.user, self.task)

    @property
    def state_label(self) -> str:
        return self.state[1]

    @property
    def state_tone(self) -> str:
        return case.task_tone(self.state[0])

    @property
    def clock(self) -> str:
        return case.time_left(self.task, self.now)

    @property
    def clock_tone(self) -> str:
        return case.time_tone(self.task, self.now)

    @property
    def late_days(self) -> int:
        return overdue_days(self.task, self.now) if self.task.is_party_turn else 0
