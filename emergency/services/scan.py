"""What the clock does by itself. Level-triggered: each look finds what is due and not done yet, so it may run twice, late, or by hand."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from audit.services import record
from common import clock
from common.errors import NotYourRole
from emergency import access, figures
from emergency.models import Episode, Order, UnitReport, rule_of
from emergency.services import problems, reporting, telling
from emergency.words import RUNNING_ORDERS, EpisodeState, OrderState
from grids.models import Organisation

REPORT_AHEAD = dt.timedelta(hours=1)
"""How long before the report of the day units are reminded."""


def scan(now: dt.datetime | None = None) -> dict[str, int]:
    """Everything that is due; how many of each."""
    now = now or clock.now()
    return {
        "unanswered": sum(_urge(pk, now) for pk in _unanswered(now)),
        "overdue": sum(_propose(pk, now) for pk in _overdue(now)),
        "problems": sum(_file(order, now) for order in _undecided(now)),
        "reports": sum(_remind_reports(episode, now) for episode in Episode.objects.running().select_related("district")),
        "reviews": sum(_remind_review(episode) for episode in Episode.objects.filter(state=EpisodeState.LIFTED).select_related("district")),
    }


def _unanswered(now: dt.datetime) -> list[int]:
    return list(Order.objects.late_to_answer(now).filter(urged_at=None).order_by("district", "pk").values_list("pk", flat=True)[:2_000])


@transaction.atomic
def _urge(pk: int, now: dt.datetime) -> bool:
    """Guarantor's township and office are told once; the office then logs its call."""
    if not Order.objects.filter(pk=pk, urged_at=None, state=OrderState.ISSUED).update(urged_at=now):
        return False
    order = Order.objects.select_related("enterprise__reduction_list", "organisation", "grid__organisation").get(pk=pk)
    telling.unanswered(order)
    record("order.urge", order, by=None, district_id=order.district_id)
    return True


def _overdue(now: dt.datetime) -> list[int]:
    waiting = Order.objects.not_in_force(now).filter(proposed_at=None, finding=None)
    return list(waiting.order_by("district", "pk").values_list("pk", flat=True)[:2_000])


@transaction.atomic
def _propose(pk: int, now: dt.datetime) -> bool:
    if not Order.objects.filter(pk=pk, proposed_at=None, state__in=RUNNING_ORDERS, in_force_at=None).update(proposed_at=now):
        return False
    order = Order.objects.select_related("enterprise", "organisation", "grid").get(pk=pk)
    telling.not_in_force(order)
    record("order.overdue", order, by=None, district_id=order.district_id)
    return True


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
