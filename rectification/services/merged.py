"""What a merging of organisations means for their unfinished duties (``settings.ORGANISATION_MERGED``)."""

from common.rows import hold_rows
from inspections.models import Finding
from rectification.models import RoutingRule, Task
from rectification.services.advance import advance
from rectification.words import LEFT


def hold_of(source, into) -> None:
    """Until commit: what their merger will move (``settings.ORGANISATION_HELD``), by the findings, as every step does."""
    hold_rows(Finding.objects.filter(pk__in=Task.objects.unfinished().filter(organisation=source).order_by().values("finding_id")))


def organisation_merged(source, into, *, by, note: str = "") -> None:
    """Unfinished tasks go on for the successor under the same clocks; where it has the same duty already, the doubled one ends."""
    for task in Task.objects.unfinished().filter(organisation=source).order_by("finding_id", "pk"):
        doubled = Task.objects.filter(finding_id=task.finding_id, organisation=into).exclude(state__in=LEFT).exists()
        if doubled:
            advance(task, "void", by=None, note=note)
        else:
            advance(task, "succeed", by=None, note=note, into=into)
    for rule in RoutingRule.objects.filter(organisation=source):
        if RoutingRule.objects.filter(field=rule.field_id, problem_type=rule.problem_type_id, organisation=into).exists():
            rule.delete()
        else:
            RoutingRule.objects.filter(pk=rule.pk).update(organisation=into)
