"""Money of a settled month: lines worked out exactly, rounded half to even to whole yuan, checked by one person and signed by another."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from audit.services import record, record_many
from common import clock
from common.apart import Apart
from common.errors import Conflict, NotYourRole
from grids import scope
from grids.models import Grid
from grids.roles import OFFICE, Role
from scorecards.models import MoneyLine, MoneyRule, MoneyTable
from scorecards.rule_words import natural
from scorecards.services import measures
from scorecards.services import telling_consequences as telling
from scorecards.services.consequences import recent_months, snapshot
from scorecards.services.measures import Measure
from scorecards.services.settling import hold, is_settled
from scorecards.words import Metric, MoneyKind, MoneySide, MoneyState, Side, Ties

LEADER = frozenset({Role.DISTRICT_LEADER})
SIDES = {MoneySide.TOP: (Side.TOP,), MoneySide.BOTTOM: (Side.BOTTOM,), MoneySide.BOTH: (Side.TOP, Side.BOTTOM)}
SIGN = {Side.TOP: 1, Side.BOTTOM: -1}
WHOLE = Decimal(1)


# --- working out --------------------------------------------------------------------------------------------------------------------
def amounts(rule: MoneyRule, found: list[Measure]) -> dict[int, Decimal]:
    """Unit → exact yuan, with its sign, kept within the cap; who gets nothing is left out. Who stands at both ends of a short list gets both."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for unit, yuan in WAYS[MoneyKind(rule.kind)](rule, found):
        sums[unit] += yuan
    exact = {unit: _within(rule, yuan) for unit, yuan in sums.items()}
    return {unit: yuan for unit, yuan in exact.items() if whole(yuan)}


def whole(yuan: Decimal) -> int:
    """Whole yuan, half to even.

    >>> whole(Decimal("0.5")), whole(Decimal("1.5")), whole(Decimal("-2.5"))
    (0, 2, -2)
    """
    return int(yuan.quantize(WHOLE, ROUND_HALF_EVEN))


def _within(rule: MoneyRule, yuan: Decimal) -> Decimal:
    return yuan if rule.cap is None else max(-Decimal(rule.cap), min(Decimal(rule.cap), yuan))


def _rank_fixed(rule: MoneyRule, found: list[Measure]) -> Iterator[tuple[int, Decimal]]:
    for side in SIDES[MoneySide(rule.side)]:
        within = measures.at_the_end(found, metric=rule.metric, side=side, n=rule.n or 0)
        for place, tied in measures.by_place(found, metric=rule.metric, side=side):
            for unit in tied if within.issuperset(tied) else ():
                yield unit, SIGN[side] * _of_place(rule, place, len(tied))


def _of_place(rule: MoneyRule, place: int, tied: int) -> Decimal:
    """Split: the amounts of the places within ``n`` that the tied units fill, shared by all of them."""
    if rule.ties == Ties.SHARE_FULL:
        return Decimal(rule.amount)
    return Decimal(rule.amount) * min(tied, (rule.n or 0) - place + 1) / tied


def _tier(rule: MoneyRule, found: list[Measure]) -> Iterator[tuple[int, Decimal]]:
    for side in SIDES[MoneySide(rule.side)]:
        for unit, yuan in (_by_places if rule.metric == Metric.RANK else _by_bounds)(rule, found, side):
            yield unit, SIGN[side] * Decimal(yuan)


def _by_places(rule: MoneyRule, found: list[Measure], side: str) -> Iterator[tuple[int, int]]:
    """A bound is the last place that still gets the amount. Who is tied with the other end gets none."""
    places = measures.by_place(found, metric=rule.metric, side=side)
    for place, tied in places[:-1]:
        reached = [yuan for bound, yuan in sorted(rule.tiers) if place <= bound]
        for unit in tied if reached else ():
            yield unit, reached[0]


def _by_bounds(rule: MoneyRule, found: list[Measure], side: str) -> Iterator[tuple[int, int]]:
    """The furthest bound that is reached."""
    turn = 1 if side == Side.TOP else -1
    bounds = sorted(((turn * measures.better(rule.metric, Decimal(str(bound))), yuan) for bound, yuan in rule.tiers), reverse=True)
    for each in found:
        if each.value is not None:
            reach = turn * measures.better(rule.metric, natural(rule.metric, each.value))
            reached = [yuan for bound, yuan in bounds if reach >= bound]
            if reached:
                yield each.unit, reached[0]


def _per_unit(rule: MoneyRule, found: list[Measure]) -> Iterator[tuple[int, Decimal]]:
    for each in found:
        if each.value is not None:
            yield from _one_sided(rule, each.unit, measures.better(rule.metric, natural(rule.metric, each.value)))


def _mean_difference(rule: MoneyRule, found: list[Measure]) -> Iterator[tuple[int, Decimal]]:
    values = {each.unit: natural(rule.metric, each.value) for each in found if each.value is not None}
    mean = sum(values.values(), Decimal()) / len(values) if values else Decimal()
    for unit, value in values.items():
        yield from _one_sided(rule, unit, measures.better(rule.metric, value - mean))


def _one_sided(rule: MoneyRule, unit: int, gain: Decimal) -> Iterator[tuple[int, Decimal]]:
    """``gain`` in the metric's unit, more is better; of a rule for one side only what lies on that side."""
    if (Side.TOP if gain > 0 else Side.BOTTOM) in SIDES[MoneySide(rule.side)]:
        yield unit, Decimal(rule.amount) * gain / Decimal(rule.unit)


def _event(rule: MoneyRule, found: list[Measure]) -> Iterator[tuple[int, Decimal]]:
    first = rule.amount if rule.first_amount is None else rule.first_amount
    for each in found:
        if each.value:
            yield each.unit, -Decimal(first + rule.amount * (each.value - 1))


WAYS = {
    MoneyKind.RANK_FIXED: _rank_fixed,
    MoneyKind.TIER: _tier,
    MoneyKind.PER_UNIT: _per_unit,
    MoneyKind.MEAN_DIFFERENCE: _mean_difference,
    MoneyKind.EVENT: _event,
}


# --- the table ----------------------------------------------------------------------------------------------------------------------
def scan() -> list[MoneyTable]:
    ruled = MoneyRule.objects.order_by().values("district_id")
    with Apart("scorecards.propose_money") as each:
        made = each(Grid.objects.districts().filter(pk__in=ruled).order_by("pk"), _draw_up_recent)
    return [table for tables in made for table in tables]


def _draw_up_recent(district: Grid) -> list[MoneyTable]:
    return [table for month in recent_months(district) if (table := draw_up(district, month))]


def draw_up(district: Grid, month: str) -> MoneyTable | None:
    """The month's table with all lines that the rules in force give; once. None when it is there, not settled, or there is no money."""
    if not is_settled(district.pk, month) or MoneyTable.objects.filter(district=district, month=month).exists():
        return None
    rules = list(MoneyRule.objects.filter(district=district).in_force(month))
    lines = [line for rule in rules for line in _lines(rule, month)]
    if not lines:
        return None
    with transaction.atomic():
        hold(district.pk)
        table, is_new = MoneyTable.objects.get_or_create(
            district=district, month=month, defaults={"made_at": clock.now(), "total": sum(line.amount for line in lines)}
        )
        if not is_new:
            return None
        for line in lines:
            line.table = table
        MoneyLine.objects.bulk_create(lines)
        record_many("money.line", [(line, {"month": month}) for line in lines], by=None, district_id=district.pk)
        record("money.draw_up", table, by=None, district_id=district.pk, payload={"month": month, "lines": len(lines), "total": table.total})
    return table


def _lines(rule: MoneyRule, month: str) -> list[MoneyLine]:
    found = measures.measured(rule.district_id, unit_kind=rule.unit_kind, metric=rule.metric, months=[month]).get(month, {})
    given = amounts(rule, list(found.values()))
    return [
        MoneyLine(
            rule=rule, rule_snapshot=_plain(snapshot(rule)), organisation_id=unit, amount=whole(yuan),
            figures=found[unit].figures | {"exact": f"{yuan.normalize():f}"},
        )
        for unit, yuan in sorted(given.items())
    ]  # fmt: skip


def _plain(facts: dict) -> dict:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in facts.items()}


# --- deciding -----------------------------------------------------------------------------------------------------------------------
STEPS = {
    "check": (MoneyState.DRAFT, MoneyState.CHECKED, OFFICE),
    "send_back": (MoneyState.CHECKED, MoneyState.DRAFT, LEADER),
    "sign": (MoneyState.CHECKED, MoneyState.SIGNED, LEADER),
}
REFUSALS = {
    "check": lambda: _("奖惩资金表由攻坚办核对。"),
    "send_back": lambda: _("奖惩资金表由区领导退回。"),
    "sign": lambda: _("奖惩资金表由区领导签批。"),
    "drop": lambda: _("奖惩资金由攻坚办在核对前调整。"),
}


def may(user, table: MoneyTable, step: str) -> bool:
    source, _target, roles = STEPS[step]
    allowed = scope.rights(user).in_district(table.district_id, roles) and not (step == "sign" and table.checked_by_id == user.pk)
    return table.state == source and allowed


def insist(user, table: MoneyTable, step: str) -> None:
    roles = OFFICE if step == "drop" else STEPS[step][2]
    if not scope.rights(user).in_district(table.district_id, roles):
        raise NotYourRole(REFUSALS[step]())
    if step == "sign" and table.checked_by_id == user.pk:
        raise NotYourRole(_("核对和签批须由两人分别进行，您已核对过这张表。"))


def decide(table: MoneyTable, step: str, *, by, version: int, note: str = "", paper_number: str = "") -> MoneyTable:
    """Check, send back (with a reason) or sign the table; who checked it never signs it. The same step by the same person twice is one."""
    insist(by, table, step)
    if step == "send_back" and not note.strip():
        raise ValidationError({"note": _("退回时请写明理由。")})
    with transaction.atomic():
        if not MoneyTable.objects.filter(pk=table.pk, state=STEPS[step][0], version=version).update(**_values(step, by, note, paper_number, version)):
            return _again(table, step, by=by, version=version)
        table.refresh_from_db()
        if step != "send_back":
            (telling.money_checked if step == "check" else telling.money_signed)(table)
        record(f"money.{step}", table, by=by, district_id=table.district_id, payload={"month": table.month, "total": table.total, "note": note})
    return table


def _values(step: str, by, note: str, paper_number: str, version: int) -> dict:
    values = {"state": STEPS[step][1], "version": version + 1, "note": note.strip()}
    if step == "check":
        return values | {"checked_by": by, "checked_at": clock.now()}
    return values | ({"signed_by": by, "signed_at": clock.now(), "paper_number": paper_number.strip()} if step == "sign" else {})


def _again(table: MoneyTable, step: str, *, by, version: int) -> MoneyTable:
    stored = MoneyTable.objects.get(pk=table.pk)
    doer = {"check": stored.checked_by_id, "sign": stored.signed_by_id}.get(step)
    if stored.state == STEPS[step][1] and stored.version == version + 1 and doer in (None, by.pk):
        return stored
    raise Conflict(_("这张表刚刚已由他人处理，现为“%(state)s”，请刷新后再看。") % {"state": stored.get_state_display()}, code="money_moved")


@transaction.atomic
def drop_line(line: MoneyLine, *, by, reason: str) -> MoneyLine:
    """Leave a line out of a table that is not checked yet, with a reason; it stays to be read."""
    insist(by, line.table, "drop")
    if not reason.strip():
        raise ValidationError({"reason": _("请写明不采纳的理由。")})
    table = MoneyTable.objects.select_for_update().get(pk=line.table_id)
    line.refresh_from_db()
    if line.is_dropped and line.dropped_by_id == by.pk:
        return line
    if line.is_dropped or table.state != MoneyState.DRAFT:
        raise Conflict(_("这一行刚刚已由他人处理，或资金表已核对，请刷新后再看。"), code="money_moved")
    line.is_dropped, line.dropped_by, line.dropped_at, line.reason = True, by, clock.now(), reason.strip()
    line.save(update_fields=["is_dropped", "dropped_by", "dropped_at", "reason"])
    table.total = table.lines.filter(is_dropped=False).aggregate(total=Sum("amount"))["total"] or 0
    table.version += 1
    table.save(update_fields=["total", "version"])
    record("money.drop", line, by=by, district_id=table.district_id, payload={"month": table.month, "reason": line.reason})
    record("money.total", table, by=by, district_id=table.district_id, payload={"month": table.month, "total": table.total})
    return line
