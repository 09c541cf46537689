"""Steps and photos as a page shows them: with their words and their addresses."""

from django.urls import reverse
from django.utils.translation import gettext as _

from common.templatetags.ui import moment
from rectification.models import Task, TaskPhoto
from rectification.words import TaskFlag
from rectification.workflow import FINDING_STEPS, TASK_STEPS


def step_of(subject, action: str) -> dict:
    of_task = isinstance(subject, Task)
    step = (TASK_STEPS if of_task else FINDING_STEPS)[action]
    name, key = ("rectification:task-step", subject.pk) if of_task else ("rectification:finding-step", subject.uuid)
    return {"action": action, "label": step.label, "tone": step.tone, "url": reverse(name, args=[key, action]), "unit": ""}


def photo_address(finding, slot, variant: str) -> str:
    return reverse("inspections:photo", args=[finding.uuid, slot.sha256, variant])


def after_photo(photo: TaskPhoto) -> dict:
    labels = dict(TaskFlag.choices)
    at = photo.photo.stated_taken_at or (photo.event.at if photo.event else photo.photo.received_at)
    return {
        "pk": photo.pk,
        "url": reverse("rectification:task-photo", args=[photo.pk, "320"]),
        "full_url": reverse("rectification:task-photo", args=[photo.pk, "1600"]),
        "caption": _("整改后 %(moment)s · %(organisation)s") % {"moment": moment(at), "organisation": photo.task.organisation},
        "alt": "",
        "flag": _("、").join(str(labels.get(flag["code"], flag["code"])) for flag in photo.flags),
        "answers": [flag["answer"] for flag in photo.flags if flag.get("answer")],
        "may_answer": any(not flag.get("answer") for flag in photo.flags),
    }
