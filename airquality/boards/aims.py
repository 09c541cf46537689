"""Targets item by item: wanted, reached so far, what the rest of the year may bring, and whether one is on the way (domain 7.8)."""

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from airquality import standing
from airquality.aqi import levels, targets
from airquality.aqi.rounding import mean, rounded
from airquality.boards.periods import month_label
from airquality.figures import AreaDay
from airquality.models import AirTarget
from airquality.standing import Standing
from airquality.words import SYMBOLS
from common import clock
from grids.models import Grid

UNIT = "μg/m³"
PARTICLES = ("pm25", "pm10")
ON_WAY, BEHIND, LOST, OPEN = "on_way", "behind", "lost", "open"


@dataclass(frozen=True)
class Item:
    """``left``: in words what the rest of the year may bring."""

    label: str
    unit: str
    wanted: Decimal | int
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


def aims(rows: Iterable[AirTarget], *, today: dt.date) -> list[Aim]:
    """Of one year, up to yesterday."""
    return [_aim(found, today) for found in standing.stand(list(rows), through=today - dt.timedelta(days=1))]


def _aim(found: Standing, today: dt.date) -> Aim:
    return Aim(found.target, found, _items(found.target, found), _month(found.target, found, today))


def _items(target: AirTarget, found: Standing) -> list[Item]:
    days, left = found.period.days, (dt.date(target.year, 12, 31) - found.through).days
    particles = [_mean(name, wanted, days, left) for name in PARTICLES if (wanted := getattr(target, name)) is not None]
    rest = [_good_days(target, found), _good_ratio(target, found), _heavy(target, found), _composite(target, found)]
    return [*particles, *(item for item in rest if item)]


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


def _share(found: Standing) -> Decimal:
    """Of the days with an index so far, those that were good."""
    return Decimal(found.period.good) / found.period.assessed if found.period.assessed else Decimal(0)


def _good_days(target: AirTarget, found: Standing) -> Item | None:
    if target.good_days is None or found.good_days is None:
        return None
    if not found.period.assessed:
        return Item(_("优良天数"), _("天"), target.good_days, None, "", OPEN)
    on_way = _share(found) * found.good_days.days_left >= found.good_days.needed
    left, state = _needed(found.good_days, on_way=on_way)
    return Item(_("优良天数"), _("天"), target.good_days, found.period.good, left, state)


def _good_ratio(target: AirTarget, found: Standing) -> Item | None:
    if target.good_ratio is None or found.good_ratio is None:
        return None
    if found.period.good_ratio is None:
        return Item(_("优良天数比例"), "%", target.good_ratio, None, "", OPEN)
    left, state = _needed(found.good_ratio, on_way=found.period.good_ratio >= target.good_ratio)
    return Item(_("优良天数比例"), "%", target.good_ratio, found.period.good_ratio, left, state)


def _heavy(target: AirTarget, found: Standing) -> Item | None:
    if target.heavy_days is None or found.heavy_left is None:
        return None
    if not found.period.assessed:
        return Item(_("重污染天数上限"), _("天"), target.heavy_days, None, "", OPEN)
    if found.heavy_left < 0:
        left, state = _("已超出%(days)d天") % {"days": -found.heavy_left}, LOST
    else:
        left, state = _("最多还可有%(days)d天") % {"days": found.heavy_left}, ON_WAY
    return Item(_("重污染天数上限"), _("天"), target.heavy_days, found.period.heavy, left, state)


def _composite(target: AirTarget, found: Standing) -> Item | None:
    if target.composite is None:
        return None
    done = found.period.composite.index
    if done is None:
        return Item(_("综合指数"), "", target.composite, None, "", OPEN)
    over = done - target.composite
    left = _("高出目标%(over)s") % {"over": over.normalize()} if over > 0 else _("低于或等于目标")
    return Item(_("综合指数"), "", target.composite, done, left, ON_WAY if over <= 0 else BEHIND)


# --- the month that runs --------------------------------------------------------------------------------------------------------------
def _month(target: AirTarget, found: Standing, today: dt.date) -> list[Item]:
    """From the days already read."""
    through = today - dt.timedelta(days=1)
    wanted = target.months.get(f"{through.month:02}", {}) if target.year == through.year else {}
    if not wanted:
        return []
    days = [each for each in found.period.days if each.day.month == through.month and not each.excluded_reason]
    left = calendar.monthrange(through.year, through.month)[1] - through.day
    particles = [_mean(name, Decimal(wanted[name]), days, left) for name in PARTICLES if name in wanted]
    return [*particles, *([_month_good(int(wanted["good_days"]), days, left)] if "good_days" in wanted else [])]


def _month_good(wanted: int, days: list[AreaDay], left: int) -> Item:
    said = [each.index.aqi for each in days if each.index.aqi is not None]
    if not said:
        return Item(_("优良天数"), _("天"), wanted, None, "", OPEN)
    good = sum(map(levels.is_good, said))
    needed = targets.good_days_needed(wanted, good=good, days_left=left)
    words, state = _needed(needed, on_way=Decimal(good) / len(said) * left >= needed.needed)
    return Item(_("优良天数"), _("天"), wanted, good, words, state)


def without_target(district: Grid, found: list[Aim]) -> list[Grid]:
    """Townships that have none this year, so that nobody is forgotten."""
    told = {aim.target.grid_id for aim in found}
    towns = Grid.objects.filter(parent=district).active(clock.today()).order_by("code")
    return [town for town in towns if town.pk not in told]
