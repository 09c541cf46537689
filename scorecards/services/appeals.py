"""Appeals of units against single marks (domain 6.2)."""

from scorecards.models import Appeal


def granted(district_id: int, month: str) -> dict[tuple[int, str], int]:
    """(organisation, event key) → hundredths of a point that a decision takes back from the mark."""
    decided = Appeal.objects.filter(district_id=district_id, scorecard__month=month, granted__gt=0)
    return {(unit, key): amount for unit, key, amount in decided.values_list("scorecard__organisation_id", "event_key", "granted")}
