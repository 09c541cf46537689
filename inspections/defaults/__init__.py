"""Checklists and rules of rounds every new district begins with (domain 2.4, 4); all of it can be changed in the settings."""

import datetime as dt

from grids.models import Field, Grid
from inspections.defaults import dust, industry, living
from inspections.models import Checklist, ChecklistItem, PatrolRule, ProblemType
from registers.models import SiteKind

LISTS = [*dust.LISTS, *industry.LISTS, *living.LISTS]
RULES = [
    # level, kind of object, risk, weather, times, per, by night, share
    (3, "", "key", "ordinary", 1, "workday", False, 100),
    (3, "", "", "ordinary", 1, "week", False, 100),
    (2, "", "key", "ordinary", 2, "week", False, 100),
    (2, "", "", "ordinary", 1, "half_month", False, 100),
    (1, "", "key", "ordinary", 1, "week", False, 100),
    (1, "", "", "ordinary", 1, "month", False, 10),
    *((3, kind, "", state, 1, "day", False, 100) for state in ("orange", "red") for kind in ("construction", "enterprise")),
    *((2, kind, "key", state, 1, "day", True, 100) for state in ("orange", "red") for kind in ("construction", "enterprise")),
]
"""The default plan of domain 2.4: the third level covers key objects on each working day and everything weekly, the others look over it."""
SINCE = dt.date(2026, 1, 1)


def load(district: Grid) -> None:
    """Create what this district does not have yet; what it has edited stays. A list whose field the district lacks is left out."""
    fields = {field.code: field for field in Field.objects.filter(district=district)}
    types = {each.code: each for each in ProblemType.objects.filter(district=district)}
    kinds = {each.code: each for each in SiteKind.objects.filter(district=district)}
    known = set(Checklist.objects.filter(district=district).values_list("code", flat=True))
    for position, row in enumerate(LISTS):
        if row["code"] not in known and row["field"] in fields:
            _load(district, row, position, field=fields[row["field"]], types=types, kinds=kinds)
    if not PatrolRule.objects.filter(district=district).exists():
        PatrolRule.objects.bulk_create(_rules(district, kinds))


def _load(district: Grid, row: dict, position: int, *, field: Field, types: dict, kinds: dict) -> None:
    head = {name: row[name] for name in ("code", "name", "scoring", "is_default")}
    made = Checklist.objects.create(district=district, field=field, position=position, effective_from=SINCE, **head)
    made.kinds.set([kinds[code] for code in row["kinds"] if code in kinds])
    ChecklistItem.objects.bulk_create(ChecklistItem(checklist=made, **_item(item, types)) for item in row["items"])


def _item(item: dict, types: dict) -> dict:
    return {name: value for name, value in item.items() if name != "problem"} | {"problem_type": types.get(item["problem"])}


def _rules(district: Grid, kinds: dict) -> list[PatrolRule]:
    names = ("level", "kind", "risk", "weather", "times", "per", "is_night", "share")
    rows = [dict(zip(names, row, strict=True)) for row in RULES]
    wanted = [row | {"kind": kinds.get(row["kind"])} for row in rows if not row["kind"] or row["kind"] in kinds]
    return [PatrolRule(district=district, **row) for row in wanted]
