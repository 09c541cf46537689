"""What happens to orders and to the list when grids and organisations change (``settings.GRID_MOVED``, ``GRID_SPLIT``, ``ORGANISATION_MERGED``)."""

import datetime as dt

from audit.services import record_many
from common import clock
from common.rows import hold_rows
from emergency.models import ListedEnterprise, Order, Receipt, UnitMeasure, rule_of
from emergency.services import telling
from emergency.words import OrderState, Party
from grids import geometry, scope


def grid_moved(old_path: str, new_path: str, grid) -> None:
    """Keep the copies of grid paths right when a subtree moves."""
    for model in (Order, ListedEnterprise):
        below = hold_rows(model.objects.filter(grid_path__startswith=old_path))
        model.objects.filter(pk__in=below).update(grid_path=scope.moved("grid_path", old_path, new_path))


def hold_in(grid) -> None:
    """Until commit: what a split of the grid will move (``settings.GRID_HELD``)."""
    for model in (ListedEnterprise, Order):
        hold_rows(model.objects.filter(grid_path__startswith=grid.path))


def hold_of(source, into) -> None:
    """Until commit: orders that their merger will move (``settings.ORGANISATION_HELD``)."""
    hold_rows(Order.objects.running().filter(organisation__in=(source, into)))


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
    """Running orders and the measures of later ones go on with the successor. One that has its own order of the step takes the other's measures into
    it; a lift that it has received or will receive stands for both."""
    orders = list(_running().filter(organisation=source))
    changed = [_succeed(order, into) for order in orders]
    for measure in UnitMeasure.objects.filter(organisation=source).order_by("pk"):
        measure.organisation = into
        measure.save(update_fields=["organisation"])
    if changed:
        record_many("order.succeed", ((order, {"from": str(source), "to": str(into)}) for order in changed), by=by, district_id=source.district_id)


def _succeed(order: Order, into) -> Order:
    """The order that goes on record: the successor's, or the one that ends because the successor has answered its own of the step, as of a lift."""
    own = _own(order, into)
    if own is None:
        order.organisation = into
        order.save(update_fields=["organisation"])
        return order
    order.state = OrderState.SUPERSEDED
    order.save(update_fields=["state"])
    if own.is_lift or not own.is_running:
        return order
    _take_measures(own, order)
    return own


def _own(order: Order, into) -> Order | None:
    """What the successor has of the same step, in whatever state: a unit has one order of a step. ``hold_of`` has locked it while it runs."""
    if order.party != Party.UNIT:
        return None
    return Order.objects.select_related("decision").filter(decision=order.decision_id, party=Party.UNIT, organisation=into).first()


def _take_measures(own: Order, order: Order) -> None:
    added = [line for line in order.measures if line not in own.measures]
    own.measures = [*own.measures, *added]
    own.save(update_fields=["measures"])
    if added and own.state == OrderState.IN_FORCE:
        _ask_again(own)


def _ask_again(order: Order) -> None:
    """What it was in force of was less: received and put in force anew, within limits of its own."""
    now, rule = clock.now(), rule_of(order.district_id)
    order.state, order.acknowledged_at, order.in_force_at = OrderState.ISSUED, None, None
    order.urged_at, order.proposed_at, order.declined_note = None, None, ""
    order.ack_due_at = now + dt.timedelta(minutes=rule.ack_minutes)
    order.force_due_at = max(now, order.decision.begins_at) + dt.timedelta(minutes=rule.force_minutes)
    order.save()
    Receipt.objects.filter(order=order).delete()
    telling.asked_again(order, at=now)


def _running():
    return Order.objects.running().select_related("enterprise").select_for_update(of=("self",)).order_by("pk")
