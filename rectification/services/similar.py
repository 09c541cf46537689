"""Open problems of the same kind nearby: whoever registers one has looked at them first (the form and the API alike)."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict
from inspections.models import Finding
from inspections.services import places
from rectification.services import clocks
from rectification.services.move import Move

COMPARE_FIRST = _("附近有同类在办问题。请先核对；确不是同一问题的，勾选后再受理，是同一问题的请并案。")


def similar_to(finding: Finding, *, problem_type_id: int) -> list[Finding]:
    """Open findings of this type within the district's radius, nearest first; each carries ``distance`` in metres."""
    return places.nearby(finding, problem_type_id=problem_type_id, within=clocks.policy_of(finding.district_id).nearby_metres)


def insist_compared(move: Move) -> None:
    """Raises ``Conflict`` (``nearby``, with the list) unless a person says ``not_same``; minute clocks register themselves and ask nobody."""
    if move.by is None or move.details.get("not_same"):
        return
    problem_type = move.changes.get("problem_type", move.subject.problem_type)
    if found := similar_to(move.subject, problem_type_id=problem_type.pk):
        raise Conflict(COMPARE_FIRST, code="nearby", nearby=[_brief(each) for each in found])


def _brief(finding) -> dict:
    return {
        "uuid": str(finding.uuid),
        "number": finding.number,
        "state": finding.state,
        "state_label": finding.get_state_display(),
        "distance": round(finding.distance),
    }
