"""What the clock does by itself. Level-triggered: each look finds what is due and not done yet, so it may run twice, late, or by hand."""

import datetime as dt
import logging

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from audit.services import record, record_many
from common import clock
from common.apart import Apart
from emergency import figures
from emergency.models import Decision, Episode, Order, UnitReport, rule_of
from emergency.services import ordering, problems, reporting, rounds, telling
from emergency.services.record import hold
from emergency.words import DecisionKind, DecisionState, EpisodeState
from grids.models import Organisation

logger = logging.getLogger(__name__)
MOST = 500
"""Of one district, made problems of by one look."""
REPORT_AHEAD = dt.timedelta(hours=1)
"""How long before the report of the day units are reminded."""


def scan(now: dt.datetime | None = None) -> dict[str, int]:
    """Everything that is due; how many of each."""
    now = now or clock.now()
    episodes = Episode.objects.select_related("district")
    with Apart("emergency.scan") as each:
        return {
            "replaced": sum(each(_begun(now), _replace)),
            "rounds": sum(each(episodes.running(), lambda episode: rounds.follow(episode, by=None))),
            "unanswered": sum(each(_steps_of(_unanswered(now)), lambda decision: _urge(decision, now))),
            "overdue": sum(each(_steps_of(_overdue(now)), lambda decision: _propose(decision, now))),
            "problems": sum(each(_due_for_filing(now), _file)),
            "reports": sum(each(_reported_on(now), lambda episode: _remind_reports(episode, now))),
            "unsent": sum(each(_reported_on(now), lambda episode: _remind_office(episode, now))),
            "steps": sum(each(_late_steps(now), telling.step_late)),
            "reviews": sum(each(episodes.filter(state=EpisodeState.LIFTED), lambda episode: _remind_review(episode, now))),
        }


def _begun(now: dt.datetime) -> list[Decision]:
    """Steps published ahead whose moment has come, as long as orders of earlier steps still run."""
    earlier = Order.objects.running().filter(episode=OuterRef("episode"), decision_id__lt=OuterRef("pk"))
    begun = Decision.objects.filter(Exists(earlier), state=DecisionState.PUBLISHED, starts_at__lte=now, published_at__lte=now)
    return list(begun.exclude(kind=DecisionKind.LIFT).select_related("episode").order_by("episode__district", "pk"))


@transaction.atomic
def _replace(decision: Decision) -> int:
    hold(decision.episode.district_id)
    count = ordering.supersede(decision)
    if count:
        record("episode.begin", decision, by=None, district_id=decision.episode.district_id, payload={"replaced": count})
    return count


def _steps_of(orders) -> list[Decision]:
    """Published steps with such orders, in the order of their districts."""
    keys = orders.order_by().values("decision")
    return list(Decision.objects.filter(pk__in=keys).select_related("episode").order_by("episode__district", "pk"))


def _held(orders, decision: Decision) -> list[Order]:
    """Of one step, locked until commit."""
    found = orders.filter(decision=decision).select_for_update(of=("self",)).order_by("pk")
    return list(found.select_related("enterprise__reduction_list", "organisation", "grid__organisation"))


@transaction.atomic
def _urge(decision: Decision, now: dt.datetime) -> int:
    """Township, guarantor and office are told once; the office then logs its calls."""
    orders = _held(_unanswered(now), decision)
    if orders:
        Order.objects.filter(pk__in=[order.pk for order in orders]).update(urged_at=now)
        telling.unanswered(orders, decision)
        record_many("order.urge", ((order, {}) for order in orders), by=None, district_id=decision.episode.district_id)
    return len(orders)


def _unanswered(now: dt.datetime):
    return Order.objects.late_to_answer(now).filter(urged_at=None)


@transaction.atomic
def _propose(decision: Decision, now: dt.datetime) -> int:
    orders = _held(_overdue(now), decision)
    if orders:
        Order.objects.filter(pk__in=[order.pk for order in orders]).update(proposed_at=now)
        telling.not_in_force(orders, decision, at=now)
        record_many("order.overdue", ((order, {}) for order in orders), by=None, district_id=decision.episode.district_id)
    return len(orders)


def _overdue(now: dt.datetime):
    return Order.objects.not_in_force(now).filter(proposed_at=None, finding=None, in_force_at=None)


def _undecided():
    """Proposed, and still neither in force nor decided on."""
    return Order.objects.running().filter(proposed_at__isnull=False, finding=None, declined_note="", in_force_at=None)


def _due_for_filing(now: dt.datetime) -> list[Order]:
    """Those whose grace the office has let go by."""
    found = []
    for district_id in _undecided().order_by("district").values_list("district", flat=True).distinct():
        if grace := rule_of(district_id).grace_minutes:
            ripe = _undecided().filter(district=district_id, proposed_at__lte=now - dt.timedelta(minutes=grace))
            found += ripe.order_by("pk")[:MOST]
    return found


@transaction.atomic
def _file(order: Order) -> bool:
    """Looked at again under the lock: what was meanwhile put in force, declined, replaced or lifted is left alone."""
    held = _undecided().filter(pk=order.pk).select_for_update(of=("self",)).select_related("decision__published_by").first()
    if held is None:
        return False
    try:
        problems.file_by_itself(held)
    except ValidationError as refused:
        logger.warning("emergency.scan: order %s was not made a problem: %s", held.number, "; ".join(refused.messages))
        return False
    return True


def _reported_on(now: dt.datetime):
    """Those that run, and those lifted today: their last day is reported too."""
    today = clock.at(clock.beijing(now).date())
    return Episode.objects.filter(Q(state=EpisodeState.RUNNING) | Q(lifted_at__gte=today)).select_related("district")


def _remind_reports(episode: Episode, now: dt.datetime) -> int:
    """Units without numbers, an hour before the report goes to the city."""
    rule, day = rule_of(episode.district_id), clock.beijing(now).date()
    if day not in figures.days_of(episode) or now < clock.at(day, dt.time(rule.report_hour)) - REPORT_AHEAD:
        return 0
    reported = UnitReport.objects.filter(episode=episode, day=day).values("organisation")
    told = Q(pk__in=[unit.pk for unit in figures.units_of(episode, day)])
    waiting = list(Organisation.objects.filter(told).exclude(pk__in=reported).order_by("pk"))
    for unit in waiting:
        telling.report_due(episode, day, unit, hour=rule.report_hour)
    return len(waiting)


def _remind_office(episode: Episode, now: dt.datetime) -> int:
    """Once, when the hour of the district's own report has come and it has not gone to the city."""
    day, hour = clock.beijing(now).date(), rule_of(episode.district_id).report_hour
    if now < clock.at(day, dt.time(hour)) or day not in figures.days_of(episode) or episode.daily_reports.filter(day=day).exists():
        return 0
    return telling.daily_report_due(episode, day, hour=hour)


def _late_steps(now: dt.datetime) -> list[Decision]:
    """Waiting for approval or publishing beyond the limit."""
    waiting = Q(state=DecisionState.SUBMITTED, approve_due_at__lt=now) | Q(state=DecisionState.APPROVED, publish_due_at__lt=now)
    return list(Decision.objects.filter(waiting).select_related("episode").order_by("episode__district", "pk"))


def _remind_review(episode: Episode, now: dt.datetime) -> int:
    """After the lift, and again when it is due."""
    due_at = reporting.review_due_at(episode)
    return telling.review_due(episode, due_at, is_over=now > due_at)
