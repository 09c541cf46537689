"""Indicators over the problems of a township's ground or a department's field."""

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce

from inspections.words import FOUND_BY_OTHERS, FROM_ABOVE, FROM_CITY, FROM_STATE, FROM_SUPERVISION, NOT_SELF_FOUND, SELF_FOUND, Severity, Source
from scorecards.indicators.facts import referrals
from scorecards.indicators.flags import Flag, summed
from scorecards.indicators.ground import COVERT, FindingThen
from scorecards.indicators.month import Month
from scorecards.indicators.rows import rows, text
from scorecards.indicators.tasks import key
from scorecards.words import Reason

GROUND, LEADER = F("ground_id"), F("leader_id")


def _row(queryset: QuerySet, *, unit, **columns) -> QuerySet:
    facts = {"finding": F("pk"), "source": F("source"), "assigned_at": F("assigned_at"), "at": F("received_at")}
    return rows(queryset, unit=unit, **{**facts, **columns})


# --- found by somebody else ---------------------------------------------------------------------------------------------------------
def _known(month: Month, sources: frozenset) -> QuerySet:
    """Findings of ``sources`` received in the month; a covert visit is known, and counted, once it is assigned."""
    known = ~COVERT & month.within("received_at") | COVERT & month.within("assigned_at")
    return FindingThen.objects.filter(known, is_live=True, source__in=sources)


def found_by(sources: frozenset):
    """Problems that one of ``sources`` found on the unit's ground or in its field."""

    def collect(month: Month) -> list[QuerySet]:
        return [_found(month, _known(month, sources), unit=unit, reason=Reason.FOUND) for unit in (GROUND, LEADER)]

    return collect


def found_on_ground(sources: frozenset, *, field: str = ""):
    """Problems that one of ``sources`` found on a township's ground; with ``field`` those whose type belongs to the field of this code.

    One event carries the same key here and in ``found_by``: it is marked once, by the heaviest rule.
    """

    def collect(month: Month) -> list[QuerySet]:
        found = _known(month, sources)
        if field:
            found = found.filter(problem_type_id__in=month.types_of_field(field))
        return [_found(month, found, unit=GROUND, reason=Reason.FOUND_BY_OTHERS)]

    return collect


def _found(month: Month, found: QuerySet, *, unit, reason: Reason) -> QuerySet:
    event = Case(When(rebound_of_id__isnull=False, then=key("rebound", "rebound_of_id")), default=key("found", "pk"), output_field=CharField())
    return _not_referred(month, _row(found, unit=unit, reason=text(reason), event_key=event))


found_by_state, found_by_city, found_by_supervision = found_by(FROM_STATE), found_by(FROM_CITY), found_by(FROM_SUPERVISION)
missed = found_on_ground(FOUND_BY_OTHERS)
scattered_found, fire_found = found_on_ground(NOT_SELF_FOUND, field="scattered"), found_on_ground(NOT_SELF_FOUND, field="straw")


def _not_referred(month: Month, queryset: QuerySet) -> QuerySet:
    """Design 4: not marked down for what it referred in time to a body with the power it lacks."""
    referred = referrals(month).filter(task__finding=OuterRef("pk"), unit_then=OuterRef("row_unit"))
    return queryset.exclude(Exists(referred))


# --- found by the unit itself -------------------------------------------------------------------------------------------------------
def self_found_serious(month: Month) -> list[QuerySet]:
    serious = FindingThen.objects.filter(is_taken=True, severity=Severity.SERIOUS, rebound_of_id=None)
    columns = {"reason": text(Reason.SELF_FOUND_SERIOUS), "at": F("registered_at"), "event_key": key("praise", "pk")}
    return [
        _row(serious.filter(source__in=SELF_FOUND), unit=GROUND, **columns),
        _row(serious.filter(source=Source.DEPARTMENT), unit=LEADER, **columns),
    ]


# --- every finding of the month's ground, once ----------------------------------------------------------------------------------------
def of_month(month: Month) -> list[QuerySet]:
    """What was registered or refused in the month, by its ground, and what people of the township's grids reported.

    A covert visit is on the ground's list once it is assigned. Who reported on another township's ground has a row there and one at home.
    """
    decided = FindingThen.objects.filter(Q(is_taken=True) | Q(is_refused=True))
    abroad = decided.exclude(ground_id__isnull=False, ground_id=F("home_id"))
    covert = FindingThen.objects.filter(COVERT, month.within("assigned_at"), is_live=True)
    return [
        _base(decided, GROUND, OF_GROUND | _of_reporter(at_home=Q(home_id=F("ground_id")))),
        _base(abroad, F("home_id"), _of_reporter(at_home=Q())),
        _base(covert, GROUND, dict.fromkeys((Flag.FILED, Flag.FOUND_ABOVE), Q(pk__isnull=False))),
    ]


FILED = ~COVERT & Q(is_taken=True)
OF_GROUND = {
    Flag.FILED: FILED,
    Flag.REFUSED: ~COVERT & Q(is_refused=True),
    Flag.SELF_FOUND: FILED & Q(source__in=SELF_FOUND, rebound_of_id=None),
    Flag.FOUND_ABOVE: FILED & Q(source__in=FROM_ABOVE | FROM_SUPERVISION),
    Flag.FOUND_BY_OTHERS: FILED & Q(source__in=FOUND_BY_OTHERS),
}


def _of_reporter(*, at_home: Q) -> dict[Flag, Q]:
    return {Flag.REPORT_TAKEN: at_home & Q(is_taken=True), Flag.REPORT_REFUSED: at_home & Q(is_refused=True)}


def _base(found: QuerySet, unit, conditions: dict[Flag, Q]) -> QuerySet:
    facts = {"grid": F("grid_id"), "reason": _finder(), "at": Coalesce("registered_at", "ended_at"), "flags": summed(conditions)}
    return _row(found, unit=unit, **facts).filter(row_flags__gt=0)


def _finder():
    return Case(
        When(is_refused=True, then=text(Reason.INVALID)),
        When(rebound_of_id__isnull=False, then=text(Reason.REBOUND)),
        When(source__in=SELF_FOUND, then=text(Reason.SELF_FOUND)),
        When(source__in=FROM_ABOVE | FROM_SUPERVISION, then=text(Reason.FOUND)),
        When(source__in=FOUND_BY_OTHERS, then=text(Reason.FOUND_BY_OTHERS)),
        default=text(Reason.OTHER_SOURCE),
        output_field=CharField(),
    )
