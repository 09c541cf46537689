"""A person's own tasks as a phone keeps them (``settings.FIELD_TASKS``)."""

from django.urls import reverse

from rectification import wanted
from rectification.models import Task
from rectification.words import UNFINISHED

MOST = 100


def tasks_of(user) -> list[dict]:
    """Unfinished tasks of the person or their organisations, soonest first."""
    mine = Task.objects.visible_to(user).filter(wanted.mine(user), state__in=UNFINISHED).for_list()
    return [_task(each) for each in mine.order_by("due_at", "pk")[:MOST]]


def _task(task: Task) -> dict:
    finding = task.finding
    return {
        "id": task.pk,
        "number": finding.number,
        "text": finding.short_text,
        "type": finding.problem_type.code,
        "place": finding.address or (finding.grid.name if finding.grid_id else ""),
        "lon": finding.lon,
        "lat": finding.lat,
        "due_at": task.due_at,
        "state": task.public_state,
        "state_label": task.public_state_label,
        "url": reverse("mobile_tasks:task", args=[task.pk]),
    }
