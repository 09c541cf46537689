"""One party of a finding as its page shows it: clock, requests, stages, photos and the steps open to the reader."""

from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from common import clock
from rectification.links import after_photo, step_of
from rectification.models import Task, TaskRequest
from rectification.rows import TaskRow
from rectification.services import parts
from rectification.services.task_steps import used_share
from rectification.words import LEFT, PARTY_TURN

if TYPE_CHECKING:
    from rectification.case import Case


class PartyClock(TaskRow):
    """Asks nothing of the database that its case has not read."""

    def __init__(self, task: Task, case: "Case"):
        super().__init__(task, now=case.now)
        self.case = case

    @property
    def title(self) -> str:
        return _("%(role)s · %(organisation)s") % {"role": self.task.get_role_display(), "organisation": self.task.organisation}

    @property
    def is_out(self) -> bool:
        return self.task.state in LEFT

    @property
    def percent(self) -> int:
        task = self.task
        stopped_at = None if task.state in PARTY_TURN else task.fed_back_at or task.ended_at or task.suspended_at
        return used_share(task, stopped_at or self.now)

    @property
    def is_moved(self) -> bool:
        return self.task.due_at != self.task.original_due_at

    @cached_property
    def urges(self) -> dict | None:
        found = [event for event in self.case.task_events if event.task_id == self.task.pk and event.action == "urge"]
        if not found:
            return None
        key = f":{self.task.pk}:e{found[-1].pk}:"
        opened = any(notice.opened_at for notice in self.case.notices if notice.kind == "task.urge" and key in notice.dedup_key)
        return {"times": len(found), "last": found[-1].at, "opened": opened}

    @property
    def requests(self) -> list[TaskRequest]:
        return list(self.task.requests.all())

    @cached_property
    def milestones(self) -> list:
        return list(self.task.milestones.all()) if self.task.kind == "long_term" else []

    @cached_property
    def steps(self) -> list[dict]:
        return [step_of(self.task, action) for action in parts.actions_for(self.case.user, self.task)]

    @property
    def others(self) -> list[dict]:
        return [step for step in self.steps if step["tone"] != "primary"]

    @property
    def today(self):
        return clock.beijing(self.now).date()

    @cached_property
    def is_mine(self) -> bool:
        return parts.is_party(self.case.user, self.task)

    @property
    def photos(self) -> list[dict]:
        return [after_photo(photo) for photo in self.case.after if photo.task_id == self.task.pk]
