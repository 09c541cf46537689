"""What a new district finds in its settings on the first day."""

from django.db import transaction

from grids import services
from grids.defaults.table import BODIES, HEADQUARTERS, OTHER_FIELDS
from grids.models import Grid, Organisation


@transaction.atomic
def load(district: Grid, *, by=None) -> dict[str, Organisation]:
    """Leading group, office, supervision bureau, departments, nine headquarters without people, and the fields. Units by short name."""
    units: dict[str, Organisation] = {}
    for position, (kind, short_name, name, power) in enumerate(BODIES, 1):
        units[short_name] = services.create_organisation(
            district=district,
            kind=kind,
            name=name,
            short_name=short_name,
            has_enforcement_power=power,
            parent=units.get("领导小组") if short_name == "攻坚办" else None,
            position=position * 10,
            by=by,
        )
    _load_fields(district, units, by=by)
    return units


def _load_fields(district: Grid, units: dict[str, Organisation], *, by) -> None:
    made = {}
    for position, (code, field, lead, members) in enumerate(HEADQUARTERS, 1):
        made[code] = services.create_headquarters(
            district=district,
            name=f"{field}专项指挥部",
            parent=units["领导小组"],
            lead_unit=units[lead],
            member_units=[units[member] for member in members.split()],
            position=1000 + position * 10,
            by=by,
        )
        services.create_field(district=district, code=code, name=field, headquarters=made[code], position=position * 10, by=by)
    for position, (code, field, attached) in enumerate(OTHER_FIELDS, len(HEADQUARTERS) + 1):
        services.create_field(district=district, code=code, name=field, headquarters=made.get(attached), position=position * 10, by=by)
