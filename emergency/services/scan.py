"""What the clock does by itself. Level-triggered: each look finds what is due and not done yet, so it may run twice, late, or by hand."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from audit.services import record_many
from common import clock
from common.apart import Apart
from common.errors import NotYourRole
from emergency import access, figures
from emergency.models import Decision, Episode, Order, UnitReport, rule_of
from emergency.services import problems, reporting, telling
from emergency.words import EpisodeState
from grids.models import Organisation

REPORT_AHEAD = dt.timedelta(hours=1)
"""How long before the report of the day units are reminded."""


def scan(now: dt.datetime | None = None) -> dict[str, int]:
    """Everything that is due; how many of each."""
    now = now or clock.now()
    episodes = Episode.objects.select_related("district")
    with Apart("emergency.scan") as each:
        return {
            "unanswered": sum(each(_steps_of(_unanswered(now)), lambda decision: _urge(decision, now))),
            "overdue": sum(each(_steps_of(_overdue(now)), lambda decision: _propose(decision, now))),
            "problems": sum(each(_undecided(now), lambda order: _file(order, now))),
            "reports": sum(each(episodes.running(), lambda episode: _remind_reports(episode, now))),
            "reviews": sum(each(episodes.filter(state=EpisodeState.LIFTED), _remind_review)),
        }


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
        telling.not_in_force(orders, decision)
        record_many("order.overdue", ((order, {}) for order in orders), by=None, district_id=decision.episode.district_id)
    return len(orders)


def _overdue(now: dt.datetime):
    return Order.objects.not_in_force(now).filter(proposed_at=None, finding=None, in_force_at=None)


def _undecided(now: dt.datetime) -> list[Order]:
    """Proposed, and still neither in force nor decided on."""
    open_ones = Order.objects.running().filter(proposed_at__isnull=False, finding=None, declined_note="", in_force_at=None)
    return list(open_ones.select_related("decision__published_by", "enterprise__site", "organisation", "grid").order_by("district", "pk")[:500])


def _file(order: Order, now: dt.datetime) -> bool:
    """In the name of who published, when the office has let the grace go by."""
    grace = rule_of(order.district_id).grace_minutes
    by: User | None = order.decision.published_by
    if not grace or now < order.proposed_at + dt.timedelta(minutes=grace) or by is None or not access.may_run(by, order.district_id):
        return False
    try:
        problems.file_problem(order, by=by)
    except (ValidationError, NotYourRole):
        return False
    return True


def _remind_reports(episode: Episode, now: dt.datetime) -> int:
    """Units without numbers, an hour before the report goes to the city."""
    rule, day = rule_of(episode.district_id), clock.beijing(now).date()
    if now < clock.at(day, dt.time(rule.report_hour)) - REPORT_AHEAD:
        return 0
    reported = UnitReport.objects.filter(episode=episode, day=day).values("organisation")
    told = Q(pk__in=[unit.pk for unit in figures.units_of(episode)])
    waiting = list(Organisation.objects.filter(told).exclude(pk__in=reported).order_by("pk"))
    for unit in waiting:
        telling.report_due(episode, day, unit, hour=rule.report_hour)
    return len(waiting)


def _remind_review(episode: Episode) -> int:
    paper = reporting.review_of(episode)
    telling.review_due(episode, paper.due_at)
    return 1
