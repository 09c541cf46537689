"""Indicators over the problems of a township's ground or a department's field."""

from django.db.models import Case, CharField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from grids.models import Post
from inspections.models import Finding, ProblemType
from inspections.words import (
    FOUND_BY_OTHERS,
    FROM_ABOVE,
    FROM_CITY,
    FROM_STATE,
    FROM_SUPERVISION,
    NOT_SELF_FOUND,
    SELF_FOUND,
    FindingState,
    Severity,
    Source,
)
from scorecards.indicators.facts import findings, referrals
from scorecards.indicators.flags import Flag, summed
from scorecards.indicators.month import Month
from scorecards.indicators.rows import rows, text
from scorecards.indicators.tasks import key
from scorecards.words import Reason

COVERT = Q(source_then=Source.COVERT_VISIT, rebound_of=None)
"""Known once it is assigned. A problem that a look-back found back keeps the source of the first, and is known like any other."""


def _row(month: Month, queryset: QuerySet, *, unit, **columns) -> QuerySet:
    facts = {"finding": F("pk"), "source": F("source_then"), "assigned_at": F("assigned_at"), "at": F("received_at")}
    return rows(queryset, unit=unit, **{**facts, **columns})


# --- found by somebody else ---------------------------------------------------------------------------------------------------------
def known(month: Month, sources: frozenset, *, moment: str) -> list[QuerySet]:
    """Findings of ``sources`` by their ``moment`` in the month; a covert visit is known, and counted, once it is assigned.

    Covert visits apart, so that all others are found by the index on ``moment``.
    """
    found = [findings(month).filter(~COVERT, month.within(moment), source_then__in=sources)]
    return [*found, findings(month).filter(COVERT, month.within("assigned_at"))] if Source.COVERT_VISIT in sources else found


def found_by(sources: frozenset):
    """Problems that one of ``sources`` found on the unit's ground or in its field."""

    def collect(month: Month) -> list[QuerySet]:
        units = (month.township_of_ground(), month.department_of_field())
        return [_found(month, found, unit=unit, reason=Reason.FOUND) for unit in units for found in known(month, sources, moment="received_at")]

    return collect


def found_on_ground(sources: frozenset, *, field: str = ""):
    """Problems that one of ``sources`` found on a township's ground; with ``field`` those whose type belongs to the field of this code.

    One event carries the same key here and in ``found_by``: it is marked once, by the heaviest rule.
    """

    def collect(month: Month) -> list[QuerySet]:
        found = known(month, sources, moment="received_at")
        if field:
            found = [_of_field(month, each, field) for each in found]
        return [_found(month, each, unit=month.township_of_ground(), reason=Reason.FOUND_BY_OTHERS) for each in found]

    return collect


def _of_field(month: Month, found: QuerySet, code: str) -> QuerySet:
    types = ProblemType.objects.filter(district_id=month.district_id, field__code=code)
    return found.annotate(type_then=month.then("problem_type")).filter(type_then__in=types.order_by().values("pk"))


def _found(month: Month, found: QuerySet, *, unit, reason: Reason) -> QuerySet:
    event = Case(When(rebound_of__isnull=False, then=key("rebound", "rebound_of_id")), default=key("found", "pk"), output_field=CharField())
    return _not_referred(month, _row(month, found, unit=unit, reason=text(reason), event_key=event))


found_by_state, found_by_city, found_by_supervision = found_by(FROM_STATE), found_by(FROM_CITY), found_by(FROM_SUPERVISION)
missed = found_on_ground(FOUND_BY_OTHERS)
scattered_found, fire_found = found_on_ground(NOT_SELF_FOUND, field="scattered"), found_on_ground(NOT_SELF_FOUND, field="straw")


def _not_referred(month: Month, queryset: QuerySet) -> QuerySet:
    """Design 4: not marked down for what it referred in time to a body with the power it lacks."""
    referred = referrals(month).filter(task__finding=OuterRef("pk"), unit_then=OuterRef("row_unit"))
    return queryset.exclude(Exists(referred))


# --- found by the unit itself -------------------------------------------------------------------------------------------------------
def self_found_serious(month: Month) -> list[QuerySet]:
    serious = findings(month).filter(month.within("registered_at"), severity_then=Severity.SERIOUS, rebound_of=None)
    on_ground = serious.filter(source_then__in=SELF_FOUND)
    in_field = serious.filter(source_then=Source.DEPARTMENT)
    columns = {"reason": text(Reason.SELF_FOUND_SERIOUS), "at": F("registered_at"), "event_key": key("praise", "pk")}
    return [
        _row(month, on_ground, unit=month.township_of_ground(), **columns),
        _row(month, in_field, unit=month.department_of_field(), **columns),
    ]


# --- every finding of the month's ground, once ----------------------------------------------------------------------------------------
def of_month(month: Month) -> list[QuerySet]:
    """What was registered or refused in the month, by its ground, and what people of the township's grids reported.

    A covert visit is on the ground's list once it is assigned. Who reported on another township's ground has a row there and one at home.
    """
    decided = _decided(month).annotate(ground=month.township_of_ground(), home=_township_of_reporter(month))
    own_ground = decided.filter(ground__isnull=False)
    abroad = decided.filter(home__isnull=False).exclude(ground__isnull=False, ground=F("home"))
    covert = findings(month).filter(COVERT, month.within("assigned_at"))
    return [
        _base(month, own_ground, F("ground"), {**_of_ground(month), **_of_reporter(month, at_home=Q(home=F("ground")))}),
        _base(month, abroad, F("home"), _of_reporter(month, at_home=Q())),
        _base(month, covert, month.township_of_ground(), dict.fromkeys((Flag.FILED, Flag.FOUND_ABOVE), Q(pk__isnull=False))),
    ]


def _taken(month: Month) -> Q:
    return month.within("registered_at") & (Q(ended_at=None) | Q(ended_at__gte=month.end))


def _refused(month: Month) -> Q:
    return Q(state=FindingState.REJECTED) & month.within("ended_at")


def _decided(month: Month) -> QuerySet:
    found = Finding.objects.filter(_taken(month) | _refused(month), district_id=month.district_id)
    return found.annotate(source_then=month.then("source"))


def _of_ground(month: Month) -> dict[Flag, Q]:
    known = ~COVERT
    filed = known & _taken(month)
    return {
        Flag.FILED: filed,
        Flag.REFUSED: known & _refused(month),
        Flag.SELF_FOUND: filed & Q(source_then__in=SELF_FOUND, rebound_of=None),
        Flag.FOUND_ABOVE: filed & Q(source_then__in=FROM_ABOVE | FROM_SUPERVISION),
        Flag.FOUND_BY_OTHERS: filed & Q(source_then__in=FOUND_BY_OTHERS),
    }


def _of_reporter(month: Month, *, at_home: Q) -> dict[Flag, Q]:
    return {Flag.REPORT_TAKEN: at_home & _taken(month), Flag.REPORT_REFUSED: at_home & _refused(month)}


def _base(month: Month, found: QuerySet, unit, conditions: dict[Flag, Q]) -> QuerySet:
    facts = {"grid": month.then("grid"), "reason": _finder(month), "at": Coalesce("registered_at", "ended_at"), "flags": summed(conditions)}
    return _row(month, found, unit=unit, **facts).filter(row_flags__gt=0)


def _finder(month: Month):
    return Case(
        When(_refused(month), then=text(Reason.INVALID)),
        When(rebound_of__isnull=False, then=text(Reason.REBOUND)),
        When(source_then__in=SELF_FOUND, then=text(Reason.SELF_FOUND)),
        When(source_then__in=FROM_ABOVE | FROM_SUPERVISION, then=text(Reason.FOUND)),
        When(source_then__in=FOUND_BY_OTHERS, then=text(Reason.FOUND_BY_OTHERS)),
        default=text(Reason.OTHER_SOURCE),
        output_field=CharField(),
    )


def _township_of_reporter(month: Month):
    """The township in whose grids the reporter held a post during the month; of several, the first in the tree."""
    township = {grid: unit for unit, grids in month.grids_of_township.items() for grid in grids if unit in month.units}
    held = Post.objects.filter(grid__district_id=month.district_id, starts_on__lt=month.end.date()).filter(
        Q(ends_on=None) | Q(ends_on__gte=month.start.date())
    )
    people: dict[int, set[int]] = {}
    seen: set[int] = set()
    for user, grid in held.order_by("grid__path", "id").values_list("user_id", "grid_id"):
        if grid in township and user not in seen:
            seen.add(user)
            people.setdefault(township[grid], set()).add(user)
    whens = [When(reporter_id__in=sorted(users), then=Value(unit)) for unit, users in sorted(people.items())]
    return Case(*whens, default=Value(None), output_field=IntegerField())
