"""Targets item by item: wanted, reached so far, what the rest of the year may bring, and whether one is on the way (domain 7.8)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from airquality import figures, standing
from airquality.aqi import composite, targets
from airquality.aqi.rounding import mean, rounded
from airquality.boards.periods import bounds, month_label
from airquality.figures import AreaDay, Period
from airquality.models import AirTarget, CompositeIndexRule
from airquality.services.rules import TARGET_ITEMS
from airquality.standing import Standing
from airquality.words import SYMBOLS
from common import clock
from grids.models import Grid

UNIT = "μg/m³"
PARTICLES = ("pm25", "pm10")
ON_WAY, BEHIND, LOST, OPEN = "on_way", "behind", "lost", "open"


@dataclass(frozen=True)
class Item:
    """``left``: in words what the rest of the year or month may bring."""

    label: str
    unit: str
    wanted: Decimal
    done: Decimal | int | None
    left: str
    state: str

    @property
    def state_label(self) -> str:
        return {ON_WAY: _("按进度"), BEHIND: _("落后"), LOST: _("已无法完成"), OPEN: _("暂无数据")}[self.state]


@dataclass(frozen=True)
class Aim:
    """One area's target."""

    target: AirTarget
    standing: Standing
    items: list[Item]
    months: list[Item]
    """Of yesterday's month, where the target is split: on the 1st that of the month that has just ended."""

    @property
    def state(self) -> str:
        states = [item.state for item in self.items]
        return next((state for state in (LOST, BEHIND, OPEN) if state in states), ON_WAY)

    @property
    def month_label(self) -> str:
        return month_label(f"{self.standing.through:%Y-%m}")

    @property
    def has_data(self) -> bool:
        return bool(self.standing.period.days)


def aims(rows: Sequence[AirTarget], *, today: dt.date) -> list[Aim]:
    """Of one district and year, up to yesterday."""
    through = today - dt.timedelta(days=1)
    rule = figures.rule_for(rows[0].district, through.replace(day=1)) if rows else None
    return [Aim(found.target, found, _of_year(found), _of_month(found, through, rule)) for found in standing.stand(rows, through=through)]


def _of_year(found: Standing) -> list[Item]:
    wanted = {name: Decimal(value) for name in TARGET_ITEMS if (value := getattr(found.target, name)) is not None}
    return _items(wanted, found.period, found.days_left)


def _of_month(found: Standing, through: dt.date, rule: CompositeIndexRule | None) -> list[Item]:
    """From the days already read."""
    wanted = found.target.months.get(f"{through.month:02}", {}) if found.target.year == through.year else {}
    first, last = bounds(f"{through:%Y-%m}")
    days = [each for each in found.period.days if each.day >= first]
    period = figures.period(days, first, through, rule=rule)
    return _items({name: Decimal(value) for name, value in wanted.items()}, period, (last - through).days)


def _items(wanted: Mapping[str, Decimal], period: Period, left: int) -> list[Item]:
    """Of a year or a month of which ``left`` days are to come, what has a target."""
    kinds = {"good_days": _good_days, "good_ratio": _good_ratio, "heavy_days": _heavy, "composite": _composite, "two_factor": _two_factor}
    particles = [_mean(name, wanted[name], period.days, left) for name in PARTICLES if name in wanted]
    return [*particles, *(kind(wanted[name], period, left) for name, kind in kinds.items() if name in wanted)]


def _mean(name: str, wanted: Decimal, days: Sequence[AreaDay], left: int) -> Item:
    """Rounded before it is compared: what is told is what decides."""
    done = [value for each in days if not each.excluded_reason and (value := each.values[name]) is not None]
    told, now = rounded(wanted, _places(wanted)), mean(done)
    if now is None:
        return Item(SYMBOLS[name], UNIT, told, None, "", OPEN)
    reached = rounded(now, _places(wanted))
    return Item(SYMBOLS[name], UNIT, told, reached, *_rest(wanted, done, left, is_within=reached <= wanted))


def _places(wanted: Decimal) -> int:
    """The mean of a year or a month is assessed in whole micrograms (GB/T 8170); by a target that was set in tenths, in tenths."""
    return 0 if wanted == wanted.to_integral_value() else 1


def _rest(wanted: Decimal, done: Sequence[Decimal], left: int, *, is_within: bool) -> tuple[str, str]:
    """Words and state."""
    rest = targets.remaining_mean(wanted, done, days_left=left)
    if rest.allowed is None:
        return _("时段已结束"), ON_WAY if is_within else LOST
    if rest.is_reachable:
        words = _("剩余%(days)d天均值不超过%(mean)s") % {"days": left, "mean": rounded(rest.allowed, 1)}
    elif rounded(sum(done, Decimal(0)) / (len(done) + left), _places(wanted)) <= wanted:
        words = _("修约后仍可达到目标")
    else:
        return _("剩余%(days)d天即使为零也超出目标") % {"days": left}, LOST
    return words, ON_WAY if is_within else BEHIND


def _needed(needed, *, on_way: bool) -> tuple[str, str]:
    if not needed.needed:
        return _("已达到"), ON_WAY
    if not needed.is_reachable:
        return _("还需%(needed)d天，只剩%(days)d天") % {"needed": needed.needed, "days": needed.days_left}, LOST
    return _("还需%(needed)d天，剩余%(days)d天") % {"needed": needed.needed, "days": needed.days_left}, ON_WAY if on_way else BEHIND


def _good_days(wanted: Decimal, period: Period, left: int) -> Item:
    label, unit = _("优良天数"), _("天")
    if not period.assessed:
        return Item(label, unit, wanted, None, "", OPEN)
    needed = targets.good_days_needed(int(wanted), good=period.good, days_left=left)
    share = Decimal(period.good) / period.assessed
    return Item(label, unit, wanted, period.good, *_needed(needed, on_way=share * left >= needed.needed))


def _good_ratio(wanted: Decimal, period: Period, left: int) -> Item:
    label = _("优良天数比例")
    if period.good_ratio is None:
        return Item(label, "%", wanted, None, "", OPEN)
    needed = targets.good_days_for_ratio(wanted, good=period.good, assessed=period.assessed, days_left=left)
    return Item(label, "%", wanted, period.good_ratio, *_needed(needed, on_way=period.good_ratio >= wanted))


def _heavy(wanted: Decimal, period: Period, _left: int) -> Item:
    label, unit = _("重污染天数上限"), _("天")
    if not period.assessed:
        return Item(label, unit, wanted, None, "", OPEN)
    more = targets.heavy_days_left(int(wanted), heavy=period.heavy)
    if more < 0:
        return Item(label, unit, wanted, period.heavy, _("已超出%(days)d天") % {"days": -more}, LOST)
    return Item(label, unit, wanted, period.heavy, _("最多还可有%(days)d天") % {"days": more}, ON_WAY)


def _composite(wanted: Decimal, period: Period, _left: int) -> Item:
    return _index(_("综合指数"), wanted, period.composite.index)


def _two_factor(wanted: Decimal, period: Period, _left: int) -> Item:
    done = composite.two_factor(period.concentrations)
    return _index(_("两项加和"), wanted, None if done is None else rounded(Decimal(done.numerator) / done.denominator, 2))


def _index(label: str, wanted: Decimal, done: Decimal | None) -> Item:
    """What the rest of the time may bring cannot be told of percentiles: only above or below."""
    if done is None:
        return Item(label, "", wanted, None, "", OPEN)
    over = done - wanted
    left = _("高出目标%(over)s") % {"over": f"{over.normalize():f}"} if over > 0 else _("低于或等于目标")
    return Item(label, "", wanted, done, left, ON_WAY if over <= 0 else BEHIND)


def without_target(district: Grid, found: list[Aim]) -> list[Grid]:
    """Townships that have none this year, so that nobody is forgotten."""
    told = {aim.target.grid_id for aim in found}
    towns = Grid.objects.filter(parent=district).active(clock.today()).order_by("code")
    return [town for town in towns if town.pk not in told]
