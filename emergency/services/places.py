"""What happens to orders and to the list when grids and organisations change (``settings.GRID_MOVED``, ``GRID_SPLIT``, ``ORGANISATION_MERGED``)."""

from audit.services import record_many
from emergency.models import ListedEnterprise, Order, UnitMeasure
from emergency.words import OrderState, Party
from grids import geometry, scope


def grid_moved(old_path: str, new_path: str, grid) -> None:
    """Keep the copies of grid paths right when a subtree moves."""
    for model in (Order, ListedEnterprise):
        model.objects.filter(grid_path__startswith=old_path).update(grid_path=scope.moved("grid_path", old_path, new_path))


def grid_split(source, parts, *, by) -> None:
    """Listed enterprises of a grid that was split go to the part in which they lie, running orders with them; the grid's own order to the first."""
    for enterprise in ListedEnterprise.objects.filter(grid=source).select_for_update(of=("self",)).order_by("pk"):
        enterprise.grid = geometry.part_holding(_point(enterprise), parts)
        enterprise.grid_path = enterprise.grid.path
        enterprise.save(update_fields=["grid", "grid_path"])
    orders = list(_running().filter(grid=source))
    for order in orders:
        order.grid = geometry.part_holding(_point(order.enterprise), parts)
        order.grid_path = order.grid.path
        order.save(update_fields=["grid", "grid_path"])
    if orders:
        facts = ((order, {"from": source.code, "to": order.grid.code}) for order in orders)
        record_many("order.regrid", facts, by=by, district_id=source.district_id)


def _point(enterprise: ListedEnterprise | None) -> tuple[float, float] | None:
    return (enterprise.lon, enterprise.lat) if enterprise and enterprise.lon is not None and enterprise.lat is not None else None


def organisation_merged(source, into, *, by, note: str = "") -> None:
    """Running orders and the measures of later ones go on with the successor. One that has its own order of the step takes the other's measures into it."""
    orders = list(_running().filter(organisation=source))
    changed = [each for order in orders for each in _succeed(order, into)]
    for measure in UnitMeasure.objects.filter(organisation=source).order_by("pk"):
        measure.organisation = into
        measure.save(update_fields=["organisation"])
    if changed:
        record_many("order.succeed", ((order, {"from": str(source), "to": str(into)}) for order in changed), by=by, district_id=source.district_id)


def _succeed(order: Order, into) -> list[Order]:
    """The order that now is the successor's."""
    own = _running().filter(decision=order.decision_id, party=Party.UNIT, organisation=into).first() if order.party == Party.UNIT else None
    if own is None:
        order.organisation = into
        order.save(update_fields=["organisation"])
        return [order]
    own.measures = [*own.measures, *(line for line in order.measures if line not in own.measures)]
    own.save(update_fields=["measures"])
    order.state = OrderState.SUPERSEDED
    order.save(update_fields=["state"])
    return [own]


def _running():
    return Order.objects.running().select_related("enterprise").select_for_update(of=("self",)).order_by("pk")
