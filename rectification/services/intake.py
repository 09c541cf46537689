"""What happens the moment a report has become a row (``settings.FINDING_SUBMITTED``)."""

from inspections.models import Finding
from rectification.models import Clock
from rectification.services import clocks, routing
from rectification.services.advance import advance


def after_submission(finding: Finding) -> None:
    """Start the office's clock; minute-clock types (fire, smoke, station) register and dispatch themselves, day and night (design 4)."""
    finding.step_due_at = clocks.office_due(finding.district_id, Clock.Name.REGISTER, finding.received_at)
    Finding.objects.filter(pk=finding.pk).update(step_due_at=finding.step_due_at)
    if finding.problem_type.is_minute_clock and not finding.is_sealed:
        dispatch(finding)


def dispatch(finding: Finding) -> Finding:
    """Register and assign to the parties the routing rules propose; without any, registered is as far as it goes and the office assigns."""
    finding = advance(finding, "register", by=None)
    parties = routing.propose(finding)
    if not parties:
        return finding
    return advance(finding, "assign", by=None, assignees=[{"organisation": party.organisation, "role": party.role} for party in parties])
