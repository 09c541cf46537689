"""Kinds of supervised objects every new district begins with (design 4, domain 3.6.1); all of it can be changed in the settings.

Left out because they are events, not objects: the tests of diesel lorries (their place is the kind ``test-point``) and fire points.
"""

from grids.models import Field, Grid
from registers.defaults import coal, dust, industry, traffic
from registers.models import SiteKind

CONSTRUCTION, BARE_GROUND, ROAD, STATION_SOURCE = dust.KINDS
ENTERPRISE, SCATTERED, VOCS, CAR_REPAIR = industry.KINDS
BOILER, LOOSE_COAL, COAL_REPLACEMENT = coal.KINDS
GAS_STATION, CATERING, TEST_POINT, NONROAD = traffic.KINDS
KINDS: list[dict] = [
    CONSTRUCTION, ENTERPRISE, SCATTERED, CATERING, VOCS, CAR_REPAIR, GAS_STATION, BOILER, LOOSE_COAL, COAL_REPLACEMENT, BARE_GROUND, ROAD,
    TEST_POINT, NONROAD, STATION_SOURCE,
]  # fmt: skip


def load(district: Grid) -> None:
    """Create the kinds this district does not have yet; what it has edited stays. A kind whose field the district lacks is left out."""
    fields = {field.code: field for field in Field.objects.filter(district=district)}
    wanted = [
        SiteKind(**kind | {"district": district, "field": fields[kind["field"]], "position": position})
        for position, kind in enumerate(KINDS)
        if kind["field"] in fields
    ]
    SiteKind.objects.bulk_create(wanted, ignore_conflicts=True)
