"""Who should put it right: the township from the place, departments from the field and type (design 4)."""

from dataclasses import dataclass

from grids.models import Grid, Organisation
from grids.roles import OrganisationKind
from rectification.models import RoutingRule
from rectification.words import TaskRole


@dataclass(frozen=True)
class Party:
    organisation: Organisation
    role: TaskRole


def propose(finding) -> list[Party]:
    """Parties for a dual assignment, township first; rules of the type win over those of the whole field."""
    parties = []
    township = township_of(finding)
    if township is not None:
        parties.append(Party(township, TaskRole.TERRITORIAL))
    rules = RoutingRule.objects.filter(district_id=finding.district_id, field_id=finding.field_id).select_related("organisation")
    special = [rule for rule in rules if rule.problem_type_id == finding.problem_type_id]
    general = [rule for rule in rules if rule.problem_type_id is None]
    parties += [Party(rule.organisation, TaskRole(rule.role)) for rule in special or general]
    return _once_each(parties)


def township_of(finding) -> Organisation | None:
    """The township in whose grid the finding lies."""
    keys = [int(key) for key in finding.grid_path.strip("/").split("/") if key]
    owner = (
        Grid.objects.filter(pk__in=keys, organisation__kind=OrganisationKind.TOWNSHIP, organisation__merged_into=None)
        .select_related("organisation")
        .order_by("-level")
        .first()
    )
    return owner.organisation if owner else None


def _once_each(parties: list[Party]) -> list[Party]:
    seen: dict[int, Party] = {}
    for party in parties:
        seen.setdefault(party.organisation.pk, party)
    return list(seen.values())
