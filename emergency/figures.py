"""The figures of one day of an episode, worked out from rows; what only units know is added from their reports (domain 8.3, step 8)."""

import datetime as dt
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from emergency import coverage
from emergency.models import Episode, Inspection, Order, UnitReport
from emergency.words import DecisionState, OrderState, Party
from grids.heirs import heir_on
from grids.models import Organisation
from inspections.hollow import NOT_COUNTED
from inspections.models import Finding, Visit
from inspections.words import Source

POLLUTANTS = {"pm_daily": "颗粒物", "so2_daily": "SO2", "nox_daily": "NOx", "voc_daily": "VOCs"}
LABELS = {
    "orders": gettext_lazy("下达指令（份）"),
    "acknowledged": gettext_lazy("已签收（份）"),
    "in_force": gettext_lazy("已落实（份）"),
    "enterprises": gettext_lazy("清单企业（家）"),
    "enterprises_in_force": gettext_lazy("企业停限产到位（家）"),
    "listed_seen": gettext_lazy("检查清单企业（家）"),
    "visits": gettext_lazy("网格巡查（次）"),
    "inspections": gettext_lazy("检查登记（次）"),
    "problems": gettext_lazy("发现问题（个）"),
    "sites_stopped": gettext_lazy("停工工地（个）"),
    "vehicles_stopped": gettext_lazy("停驶车辆、停用机械（辆、台）"),
    "vehicles_checked": gettext_lazy("检查车辆（辆）"),
    "roads_cleaned": gettext_lazy("增加洒水保洁（车次）"),
    "people_out": gettext_lazy("出动人员（人次）"),
}


def of_day(episode: Episode, day: dt.date) -> dict:
    """Every figure of the district's report of a day, and the estimated cut by pollutant in kg. The orders are those of the step that was in
    force when the day ended, whatever has replaced them since."""
    begin, end = clock.at(day), clock.at(day + dt.timedelta(days=1))
    given = Order.objects.filter(decision=episode.step_on(day), is_lift=False)
    current = list(given.exclude(_taken_over(day)).select_related("enterprise"))
    typed = UnitReport.objects.filter(episode=episode, day=day).aggregate(**{name: Sum(name) for name in UnitReport.NUMBERS})
    in_force = [order for order in current if order.in_force_at and order.in_force_at < end]
    return {
        "orders": len(current),
        "acknowledged": sum(order.acknowledged_at is not None and order.acknowledged_at < end for order in current),
        "in_force": len(in_force),
        "enterprises": sum(order.party == Party.ENTERPRISE for order in current),
        "enterprises_in_force": sum(order.party == Party.ENTERPRISE for order in in_force),
        "listed_seen": len(coverage.seen_on(episode, day)),
        "visits": _visits(episode.district_id, begin, end),
        "inspections": Inspection.objects.filter(order__episode=episode, day=day).count(),
        "problems": problems_of(episode, begin, end).count(),
        **{name: typed[name] or 0 for name in UnitReport.NUMBERS},
        "cuts": cuts_of(in_force),
    }


def _taken_over(day: dt.date) -> Q:
    """Orders of units that had gone up in another one by then, which has their measures in its own order."""
    return Q(party=Party.UNIT, state=OrderState.SUPERSEDED, organisation__merged_into__isnull=False, organisation__valid_to__lte=day)


def _visits(district_id: int, begin: dt.datetime, end: dt.datetime) -> int:
    return Visit.objects.done().filter(coverage.UNDER_WARNING, district_id=district_id, arrived_at__gte=begin, arrived_at__lt=end).count()


def problems_of(episode: Episode, begin: dt.datetime, end: dt.datetime):
    """Problems whose source is the emergency, or whose type says that measures were not in force."""
    about = Q(source=Source.EMERGENCY) | Q(problem_type__code="emergency")
    found = Finding.objects.filter(about, district_id=episode.district_id, received_at__gte=begin, received_at__lt=end)
    return found.exclude(state__in=NOT_COUNTED)


def cuts_of(in_force: list[Order]) -> dict[str, str]:
    """Estimated kg a day: what the list says is emitted, times the share it cuts at this colour. Enterprises with a stated share only."""
    found = dict.fromkeys(POLLUTANTS.values(), Decimal(0))
    for order in in_force:
        percent = order.enterprise.cut_percent(order.level) if order.enterprise else None
        for name, label in POLLUTANTS.items():
            emitted = getattr(order.enterprise, name) if order.enterprise else None
            if percent is not None and emitted is not None:
                found[label] += emitted * Decimal(str(percent)) / 100
    return {label: f"{kg.quantize(Decimal('0.1'))}" for label, kg in found.items() if kg}


# --- units ------------------------------------------------------------------------------------------------------------------------------
def units_of(episode: Episode, day: dt.date) -> list[Organisation]:
    """Units of that day that had an order; for one that had gone up in another by then, the other."""
    told = Order.objects.filter(episode=episode, party=Party.UNIT, is_lift=False).values("organisation")
    heirs = {heir_on(unit, day).pk for unit in Organisation.objects.filter(pk__in=told)}
    return list(Organisation.objects.filter(pk__in=heirs).active(day).order_by("position", "pk"))


def by_unit(episode: Episode, day: dt.date) -> list[dict]:
    """Each unit with its report of the day, or without; one that has gone up in another since, with what it reported itself."""
    reports = {each.organisation_id: each for each in UnitReport.objects.filter(episode=episode, day=day).select_related("organisation")}
    units = {unit.pk: unit for unit in units_of(episode, day)}
    gone = [report.organisation for key, report in reports.items() if key not in units]
    return [{"unit": unit, "report": reports.get(unit.pk)} for unit in (*units.values(), *gone)]


def days_of(episode: Episode) -> list[dt.date]:
    """Days of the response, newest first; none before it has begun."""
    if episode.starts_at is None:
        return []
    first = clock.beijing(episode.starts_at).date()
    last = clock.beijing(episode.lifted_at or clock.now()).date()
    return [last - dt.timedelta(days=n) for n in range((last - first).days + 1)]


def of_episode(episode: Episode) -> dict:
    """For the review: how long, how many, how fast, what was found."""
    end = episode.lifted_at or clock.now()
    ends = _ends_of_steps(episode)
    given = Order.objects.filter(episode=episode, is_lift=False).select_related("organisation")
    orders = [order for order in given if not _went_elsewhere(order, ends)]
    answered = [order for order in orders if order.acknowledged_at]
    forced = [order for order in orders if _was_owed(order, ends)]
    typed = UnitReport.objects.filter(episode=episode).aggregate(**{name: Sum(name) for name in UnitReport.NUMBERS})
    return {
        "hours": max(0.0, round((end - episode.starts_at).total_seconds() / 3600, 1)) if episode.starts_at else 0,
        "orders": len(orders),
        "acknowledged": len(answered),
        "acknowledged_in_time": sum(order.acknowledged_at <= order.ack_due_at for order in answered),
        "must_be_in_force": len(forced),
        "in_force_in_time": sum(order.in_force_at is not None and order.in_force_at <= order.force_due_at for order in forced),
        "inspections": Inspection.objects.filter(order__episode=episode).count(),
        "visits": _visits(episode.district_id, episode.starts_at, end) if episode.starts_at else 0,
        "problems": problems_of(episode, episode.starts_at, end).count() if episode.starts_at else 0,
        **{name: typed[name] or 0 for name in UnitReport.NUMBERS},
    }


def _ends_of_steps(episode: Episode) -> dict[int, dt.datetime]:
    """Of each step that another one, or the lift, has replaced: when. What was not due by then was not owed."""
    published = list(episode.decisions.filter(state=DecisionState.PUBLISHED))
    found = {step.pk: min(later.begins_at for later in published[n:]) for n, step in enumerate(published[:-1], 1)}
    return {key: at for key, at in found.items() if at <= clock.now()}


def _was_owed(order: Order, ends: dict) -> bool:
    """To be put in force, and it was, or its limit was over before another step replaced it."""
    due = order.force_due_at
    return due is not None and (order.in_force_at is not None or due <= ends.get(order.decision_id, due))


def _went_elsewhere(order: Order, ends: dict) -> bool:
    """A grid's that had not been received when the grid was moved: its successor has one of its own. An upgrade replaces it as every other."""
    if order.state != OrderState.SUPERSEDED:
        return False
    if order.party == Party.UNIT:
        return _went_up(order, ends.get(order.decision_id, clock.now()))
    return order.party == Party.GRID and order.acknowledged_at is None and order.decision_id not in ends


def _went_up(order: Order, until: dt.datetime) -> bool:
    """A unit's whose limit was still to come when the unit went up in another one: that one's order has its measures."""
    unit = order.organisation
    if order.in_force_at or unit is None or unit.merged_into_id is None or unit.valid_to is None:
        return False
    gone = clock.at(unit.valid_to)
    return gone <= until and (order.force_due_at is None or order.force_due_at >= gone)


def words_of(figures: dict) -> str:
    """The day in one paragraph, as it goes to the city."""
    cuts = _("、").join(f"{label} {kg} kg" for label, kg in figures["cuts"].items())
    text = _(
        "下达指令%(orders)s份，签收%(acknowledged)s份，落实%(in_force)s份；清单企业%(enterprises)s家，停限产到位%(enterprises_in_force)s家；"
        "检查清单企业%(listed_seen)s家，网格巡查%(visits)s次，发现问题%(problems)s个；停工工地%(sites_stopped)s个，停驶车辆和停用机械"
        "%(vehicles_stopped)s辆（台），增加洒水保洁%(roads_cleaned)s车次，出动%(people_out)s人次。"
    )
    return text % figures + (_("估算日减排%(cuts)s。") % {"cuts": cuts} if cuts else "")
