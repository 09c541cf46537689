"""One order for each unit, each grid and each listed enterprise: that one's measures of that colour only (domain 8.3, step 4)."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from audit.services import record_many
from common import clock, language
from common.rows import hold_rows
from emergency.models import Decision, EmergencyRule, ListedEnterprise, Order, UnitMeasure, rule_of
from emergency.services import links, telling
from emergency.words import DecisionKind, OrderState, Party
from grids.models import Grid, Organisation
from grids.roles import OrganisationKind

LEAF = 3
"""Level from which a grid has people who walk it."""


def issue(decision: Decision, *, now: dt.datetime) -> list[Order]:
    """Write the orders of a published step, close those it ends, and tell everybody. A step that begins later ends nothing yet."""
    if decision.kind == DecisionKind.LIFT:
        _end(Order.objects.running().filter(episode=decision.episode), OrderState.DONE)
    elif decision.begins_at <= now:
        supersede(decision)
    with language.official():  # orders are papers of the district, whoever has published them
        orders = _orders(decision, rule_of(decision.episode.district_id), now)
    for n, order in enumerate(orders, 1):
        order.number = f"{decision.episode.number}-{_step_no(decision)}-{n:03d}"
    Order.objects.bulk_create(orders)
    telling.issued(orders, decision)
    return orders


def supersede(decision: Decision) -> int:
    """This step has begun: the orders of earlier ones end. Until then both stand side by side."""
    earlier = Order.objects.running().filter(episode=decision.episode_id, decision_id__lt=decision.pk)
    return _end(earlier, OrderState.SUPERSEDED)


def _end(orders, state: str) -> int:
    return Order.objects.filter(pk__in=hold_rows(orders)).update(state=state)


def record_issued(orders: list[Order], *, by) -> None:
    """Last in the transaction: the chain stays locked from then on."""
    if orders:
        record_many("order.issue", ((order, {"number": order.number}) for order in orders), by=by, district_id=orders[0].district_id)


def _step_no(decision: Decision) -> int:
    return decision.episode.decisions.filter(pk__lte=decision.pk).count()


def _orders(decision: Decision, rule: EmergencyRule, now: dt.datetime) -> list[Order]:
    lifted = decision.kind == DecisionKind.LIFT
    measures = _measures_of_units(decision) if not lifted else {}
    common = {
        "district_id": decision.episode.district_id,
        "episode": decision.episode,
        "decision": decision,
        "level": decision.level,
        "is_lift": lifted,
        "issued_at": now,
        "ack_due_at": now + dt.timedelta(minutes=rule.ack_minutes),
    }
    limit = None if lifted else decision.begins_at + dt.timedelta(minutes=rule.force_minutes)
    return [
        *_of_enterprises(decision, common, limit),
        *_of_units(decision, common, measures, limit),
        *_of_grids(decision, common, measures),
    ]


def _lift_words() -> list[dict]:
    return [{"class": "", "text": _("预警已解除，恢复正常生产、施工和通行；治污设施照常运行，恢复前确认设施正常。")}]


# --- enterprises --------------------------------------------------------------------------------------------------------------------------
def _of_enterprises(decision: Decision, common: dict, limit: dt.datetime | None) -> Iterable[Order]:
    for enterprise in ListedEnterprise.objects.filter(reduction_list=decision.episode.reduction_list, is_active=True).select_related(
        "reduction_list"
    ):
        hours = float(enterprise.stop_hours or 0)
        due = limit and max(limit, decision.begins_at + dt.timedelta(hours=hours))
        order = Order(
            party=Party.ENTERPRISE, enterprise=enterprise, grid_id=enterprise.grid_id, grid_path=enterprise.grid_path,
            measures=_lift_words() if common["is_lift"] else lines_of(enterprise.measures_of(decision.level)), force_due_at=due, **common,
        )  # fmt: skip
        links.new_link(order)
        yield order


def lines_of(text: str) -> list[dict]:
    """Measures of an enterprise, one for each line as the list writes them."""
    return [{"class": "", "text": line.strip()} for line in text.splitlines() if line.strip()]


# --- units ------------------------------------------------------------------------------------------------------------------------------
def _measures_of_units(decision: Decision) -> dict[tuple[str, int | None], list[dict]]:
    rows = UnitMeasure.objects.filter(district_id=decision.episode.district_id, colour=decision.level, is_active=True)
    found: dict[tuple[str, int | None], list[dict]] = {}
    for row in rows.order_by("position", "pk"):
        found.setdefault((row.party, row.organisation_id), []).append({"class": str(row.get_measure_class_display()), "text": row.text})
    return found


def _of_units(decision: Decision, common: dict, measures: dict, limit: dt.datetime | None) -> Iterable[Order]:
    """Departments that have measures of this colour, and all townships; a lift goes to whoever had an order."""
    units = Organisation.objects.filter(district_id=common["district_id"]).active(clock.today())
    if common["is_lift"]:
        told = Order.objects.filter(episode=decision.episode, party=Party.UNIT, is_lift=False).values("organisation")
        for unit in units.filter(pk__in=told).order_by("position", "pk"):
            yield Order(party=Party.UNIT, organisation=unit, grid_path=_path_of(unit), measures=_lift_words(), **common)
        return
    for unit in units.order_by("position", "pk"):
        own = measures.get((Party.UNIT, unit.pk), [])
        if unit.kind == OrganisationKind.TOWNSHIP:
            own = [*measures.get((Party.UNIT, None), []), *own]
        if own:
            yield Order(party=Party.UNIT, organisation=unit, grid_path=_path_of(unit), measures=own, force_due_at=limit, **common)


def _path_of(unit: Organisation) -> str:
    """Of a township, the highest of its grids: whoever has that grid or one above it sees the order, too. A department's is seen by itself alone."""
    grid = unit.grids.order_by("level", "pk").first() if unit.kind == OrganisationKind.TOWNSHIP else None
    return grid.path if grid else ""


# --- grids ------------------------------------------------------------------------------------------------------------------------------
def _of_grids(decision: Decision, common: dict, measures: dict) -> Iterable[Order]:
    """All lowest grids, when there are measures for them; a lift goes to whoever had an order."""
    own, grids = measures.get((Party.GRID, None), []), lowest_grids(common["district_id"])
    if common["is_lift"]:
        own = _lift_words()
        grids = grids.filter(pk__in=Order.objects.filter(episode=decision.episode, party=Party.GRID, is_lift=False).values("grid"))
    for grid in grids if own else ():
        yield Order(party=Party.GRID, grid=grid, grid_path=grid.path, organisation_id=grid.organisation_id, measures=own, **common)


def lowest_grids(district_id: int):
    """Grids that people walk: those without another one below."""
    active = Grid.objects.active(clock.today()).filter(district_id=district_id)
    return active.filter(level__gte=LEAF).exclude(Exists(active.filter(parent=OuterRef("pk")))).order_by("path")
