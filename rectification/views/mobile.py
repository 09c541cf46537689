"""My tasks on the phone: sign, arrive, feed back with the camera, one hand."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from rectification import case
from rectification.models import Task
from rectification.views.finding import take_step, task_subject
from rectification.workflow import TASK_STEPS

ON_THE_PHONE = ("accept", "arrive", "feedback", "progress")


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
