"""Indicators over the problems of a township's ground or a department's field."""

from django.db.models import Case, CharField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from grids.models import Post
from inspections.models import Finding
from inspections.words import FROM_CITY, FROM_STATE, FROM_SUPERVISION, SELF_FOUND, FindingState, Severity, Source
from scorecards.indicators.facts import findings, referrals
from scorecards.indicators.month import Month
from scorecards.indicators.rows import rows, text
from scorecards.indicators.tasks import key
from scorecards.words import Reason


def _row(month: Month, queryset: QuerySet, *, unit, **columns) -> QuerySet:
    facts = {"finding": F("pk"), "source": F("source_then"), "assigned_at": F("assigned_at"), "at": F("received_at")}
    return rows(queryset, unit=unit, **{**facts, **columns})


# --- found by somebody else ---------------------------------------------------------------------------------------------------------
def found_by(sources: frozenset):
    """Problems that one of ``sources`` found on the unit's ground or in its field. A covert visit is known, and counted, once it is assigned."""

    def collect(month: Month) -> list[QuerySet]:
        known = (~Q(source_then=Source.COVERT_VISIT) & month.within("received_at")) | (
            Q(source_then=Source.COVERT_VISIT) & month.within("assigned_at")
        )
        found = findings(month).filter(known, source_then__in=sources)
        event = Case(When(rebound_of__isnull=False, then=key("rebound", "rebound_of_id")), default=key("found", "pk"), output_field=CharField())
        units = (month.township_of_ground(), month.department_of_field())
        return [_not_referred(month, _row(month, found, unit=unit, reason=text(Reason.FOUND), event_key=event)) for unit in units]

    return collect


found_by_state, found_by_city, found_by_supervision = found_by(FROM_STATE), found_by(FROM_CITY), found_by(FROM_SUPERVISION)


def _not_referred(month: Month, queryset: QuerySet) -> QuerySet:
    """Design 4: not marked down for what it referred in time to a body with the power it lacks."""
    referred = referrals(month).filter(task__finding=OuterRef("pk"), task__organisation_id=OuterRef("row_unit"))
    return queryset.exclude(Exists(referred))


# --- found by the unit itself -------------------------------------------------------------------------------------------------------
def self_found_serious(month: Month) -> list[QuerySet]:
    serious = findings(month).filter(month.within("registered_at"), severity_then=Severity.SERIOUS)
    on_ground = serious.filter(source_then__in=SELF_FOUND)
    in_field = serious.filter(source_then=Source.DEPARTMENT)
    columns = {"reason": text(Reason.SELF_FOUND_SERIOUS), "at": F("registered_at"), "event_key": key("praise", "pk")}
    return [
        _row(month, on_ground, unit=month.township_of_ground(), **columns),
        _row(month, in_field, unit=month.department_of_field(), **columns),
    ]


# --- reports of grid people ---------------------------------------------------------------------------------------------------------
def valid_reports(month: Month) -> list[QuerySet]:
    """Registered ÷ (registered + refused) of what people with posts in the township's grids reported, by the month of the decision."""
    taken = month.within("registered_at") & (Q(ended_at=None) | Q(ended_at__gte=month.end))
    refused = Q(state=FindingState.REJECTED) & month.within("ended_at")
    decided = Finding.objects.filter(taken | refused, district_id=month.district_id).annotate(source_then=month.then("source"))
    hit, reason = Case(When(refused, then=False), default=True), Case(When(refused, then=text(Reason.INVALID)), default=text(Reason.VALID))
    return [_row(month, decided, unit=_township_of_reporter(month), is_hit=hit, reason=reason, at=Coalesce("registered_at", "ended_at"))]


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
