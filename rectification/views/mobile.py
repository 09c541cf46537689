"""My tasks on the phone: sign, arrive, feed back with the camera, one hand."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from common import clock
from rectification import case, wanted
from rectification.models import Task
from rectification.rows import TaskRow, for_rows
from rectification.views.finding import take_step, task_subject
from rectification.words import PARTY_TURN, UNFINISHED
from rectification.workflow import TASK_STEPS

ON_THE_PHONE = ("accept", "arrive", "feedback", "progress")
MOST = 100


@require_GET
def tasks(request):
    """What waits for me first; what waits for others below."""
    mine = Task.objects.visible_to(request.user).filter(wanted.mine(request.user), state__in=UNFINISHED)
    rows = [TaskRow(task, now=clock.now()) for task in for_rows(mine).order_by("due_at", "pk")[:MOST]]
    context = {
        "waiting": [row for row in rows if row.task.state in PARTY_TURN],
        "elsewhere": [row for row in rows if row.task.state not in PARTY_TURN],
        "verifying": wanted.to_verify(request.user).count(),
    }
    return render(request, "mobile/tasks.html", context)


@require_GET
def task(request, pk):
    found = get_object_or_404(Task.objects.visible_to(request.user), pk=pk)
    whole = case.read(request.user, pk=found.finding_id)
    if whole is None:
        raise Http404
    party = next(each for each in whole.clocks if each.task.pk == pk)
    steps = [step | {"url": address(pk, step["action"])} for step in party.steps if step["action"] in ON_THE_PHONE]
    context = {"case": whole, "finding": whole.finding, "party": party, "steps": steps, "is_mine": party.is_mine}
    return render(request, "mobile/task.html", context)


@require_http_methods(["GET", "POST"])
def step(request, pk, action):
    if action not in ON_THE_PHONE:
        raise Http404
    return take_step(request, task_subject(request, pk), action, TASK_STEPS)


def address(pk: int, action: str) -> str:
    return reverse("mobile_tasks:step", args=[pk, action])
