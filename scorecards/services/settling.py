"""What everybody asks about the closing of a month, and its dates."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import NotYourRole
from grids import scope
from grids.models import Grid
from grids.roles import OFFICE, Role
from scorecards.models import Adjustment, Scorecard, Settlement, SettlingRule
from scorecards.words import SettlementState, SignState, month_words
from worktime import services as worktime
from worktime.models import Unit

LEADERS = frozenset({Role.DISTRICT_LEADER})
SIGNERS = LEADERS | {Role.OFFICE_DIRECTOR}
"""Who signs entries that another person has drawn up."""


def is_settled(district_id: int, month: str) -> bool:
    return Settlement.objects.filter(district_id=district_id, month=month, state=SettlementState.SETTLED).exists()


def stamp(district_id: int, month: str) -> str:
    """The digest of a settled month for print; empty while it is open."""
    settled = Settlement.objects.filter(district_id=district_id, month=month, state=SettlementState.SETTLED)
    return settled.values_list("digest", flat=True).first() or ""


def settled_months(district_id: int) -> list[str]:
    """Newest first."""
    settled = Settlement.objects.filter(district_id=district_id, state=SettlementState.SETTLED)
    return list(settled.order_by("-month").values_list("month", flat=True))


def hold(district_id: int) -> None:
    """Until the transaction ends nobody else builds, books, decides, signs or settles in the district."""
    Grid.objects.select_for_update(no_key=True).get(pk=district_id)


def check_open(district_id: int, month: str) -> None:
    """``ValidationError`` when the month is settled, or put forward to be: what is before the leader does not change under his eyes."""
    found = Settlement.objects.filter(district_id=district_id, month=month).first()
    if found is None or found.state == SettlementState.OPEN:
        return
    if found.state == SettlementState.SETTLED:
        raise ValidationError(
            _("%(month)s已结账，不再改动；确有错误的，请在之后的月份用更正分录处理。") % {"month": month_words(month)}, code="settled"
        )
    raise ValidationError(_("%(month)s已提请结账，正在等待批准；需要改动的，请先由区领导退回。") % {"month": month_words(month)}, code="proposed")


def following(month: str) -> str:
    return clock.month_of(clock.beijing(clock.month_bounds(month)[1]).date())


def preceding(month: str) -> str:
    return clock.previous_month(clock.beijing(clock.month_bounds(month)[0]).date())


# --- dates --------------------------------------------------------------------------------------------------------------------------
def rule_of(district_id: int) -> SettlingRule:
    return SettlingRule.objects.filter(district_id=district_id).first() or SettlingRule(district_id=district_id)


def settling_on(district_id: int, month: str) -> dt.date:
    """The day on which a month is settled: that day of the following month, or the first working day after it."""
    return _settling_day(rule_of(district_id), month)


def _settling_day(rule: SettlingRule, month: str) -> dt.date:
    day = clock.beijing(clock.month_bounds(month)[1]).date().replace(day=rule.settling_day)
    return day if worktime.is_workday(day) else worktime.next_working_day(day)


def appeals_until(district_id: int, month: str, *, signed_at: dt.datetime | None = None) -> dt.datetime:
    """The last moment at which a unit may appeal: so many working days before settling, and never less than as many after the cards were first built.

    Of the mark of an entry never less than as many after it was signed (``signed_at``).
    """
    rule = rule_of(district_id)
    settling = _settling_day(rule, month)
    day = settling
    while worktime.working_days_between(day, settling) < rule.appeal_days:
        day -= dt.timedelta(days=1)
    known = [_first_built(district_id, month), signed_at] if signed_at else [_first_built(district_id, month)]
    return max(clock.end_of(day), *(worktime.deadline(start, rule.appeal_days, Unit.WORKING_DAYS).due_at for start in known))


def _first_built(district_id: int, month: str) -> dt.datetime:
    first = Scorecard.objects.filter(district_id=district_id, month=month).aggregate(at=Min("first_built_at"))["at"]
    return first or clock.month_bounds(month)[1]


def last_appeals_until(district_id: int, month: str) -> dt.datetime:
    """When nothing of the month can be appealed against any more: deductions may have been signed late."""
    entries = Adjustment.objects.filter(district_id=district_id, month=month, state=SignState.SIGNED, amount__lt=0)
    return appeals_until(district_id, month, signed_at=entries.aggregate(at=Max("signed_at"))["at"])


# --- rules --------------------------------------------------------------------------------------------------------------------------
def may_run(user, district_id: int) -> bool:
    return scope.rights(user).in_district(district_id, OFFICE)


def may_set_rules(user, district_id: int) -> bool:
    return scope.rights(user).in_district(district_id, {Role.OFFICE_DIRECTOR})


def insist_set_rules(user, district_id: int) -> None:
    if not may_set_rules(user, district_id):
        raise NotYourRole(_("结账日和申诉期由攻坚办主任设定。"))


@transaction.atomic
def save_rule(rule: SettlingRule, *, by) -> bool:
    """Whether anything differed."""
    insist_set_rules(by, rule.district_id)
    hold(rule.district_id)
    old, names = rule_of(rule.district_id), ("settling_day", "appeal_days", "air_values")
    changes = {name: [getattr(old, name), getattr(rule, name)] for name in names if getattr(old, name) != getattr(rule, name)}
    if not changes:
        return False
    rule.pk = old.pk
    rule.full_clean(validate_unique=False)
    rule.save()
    record("settlingrule.edit", rule, by=by, district_id=rule.district_id, payload={"changes": changes})
    return True
