"""Limits of verifications were noted in the details of feedbacks and verdicts only; verdicts of the first weeks noted none."""

from itertools import groupby, islice

from django.db import migrations
from django.utils.dateparse import parse_datetime

VERDICTS = ("pass", "draw", "return")


def note(apps, schema_editor):
    """Every feedback and every verdict gets the limit it had: its own, of a standing feedback the task's, of a verdict that of the feedback before."""
    model = apps.get_model("rectification", "TaskEvent")
    events = model.objects.filter(action__in=("feedback", *VERDICTS)).select_related("task").order_by("task_id", "at", "id")
    noted = (event for _task, each in groupby(events.iterator(chunk_size=2000), lambda event: event.task_id) for event in _with_limits(each))
    while batch := list(islice(noted, 1000)):
        model.objects.bulk_update(batch, ["check_due_at"])


def _with_limits(events):
    stated = None
    for event in events:
        own = parse_datetime(event.details.get("verify_due_at") or "")
        if event.action == "feedback":
            stated = own
            event.check_due_at = own or (event.task.verify_due_at if event.task.fed_back_at == event.at else None)
        else:
            event.check_due_at = own or stated
        if event.check_due_at:
            yield event


class Migration(migrations.Migration):
    dependencies = [("rectification", "0006_check_due_at")]
    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
