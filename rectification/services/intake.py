"""What happens the moment a report has become a row (``settings.FINDING_SUBMITTED``)."""

import datetime as dt

from inspections.models import Finding
from rectification.models import Clock
from rectification.services import clocks, routing
from rectification.services.advance import advance


def register_due(finding: Finding) -> dt.datetime:
    """Until when the office has to register a report (``settings.FINDING_REGISTER_DUE``)."""
    return clocks.office_due(finding.district_id, Clock.Name.REGISTER, finding.received_at)


def after_submission(finding: Finding) -> Finding:
    """The report as it then stands: minute-clock types (fire, smoke, station) register and dispatch themselves, day and night (design 4)."""
    return dispatch(finding) if finding.problem_type.is_minute_clock and not finding.is_sealed else finding


def dispatch(finding: Finding) -> Finding:
    """Register and assign to the parties the routing rules propose; without any, registered is as far as it goes and the office assigns."""
    finding = advance(finding, "register", by=None)
    parties = routing.propose(finding)
    if not parties:
        return finding
    return advance(finding, "assign", by=None, assignees=[{"organisation": party.organisation, "role": party.role} for party in parties])
