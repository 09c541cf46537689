"""Rules as sentences people can check against the paper they come from."""

from decimal import Decimal

from django.utils.translation import gettext as _

from scorecards.words import Metric, Mode, MoneyKind, MoneySide, Side, Ties

CONCENTRATIONS = frozenset({Metric.PM25, Metric.PM10, Metric.PM25_DIFFERENCE, Metric.PM10_DIFFERENCE})
"""In hundredths of μg/m³."""
PERCENT_OF_AIR = frozenset({Metric.GOOD_DAYS, Metric.GOOD_DIFFERENCE, Metric.PM25_CHANGE, Metric.PM10_CHANGE, Metric.INDEX_CHANGE})
AIR = CONCENTRATIONS | PERCENT_OF_AIR | {Metric.AIR_INDEX}
MORE_IS_BETTER = frozenset({Metric.SHARE, Metric.CHANGE, Metric.GOOD_DAYS, Metric.GOOD_DIFFERENCE})
PERCENT = frozenset({Metric.SHARE, Metric.CHANGE}) | PERCENT_OF_AIR
RATES = PERCENT | AIR
"""Metrics kept in hundredths, of a percent or of their unit; the others are counts."""
MONTHS_OF_QUARTER = 3


def number(metric: str, value: int) -> str:
    """A figure in its own unit: 93.5% or 3 件."""
    if metric in RATES:
        return f"{(Decimal(value) / 100).normalize():f}{_unit(metric)}"
    if metric == Metric.LATENESS:
        return _("%(n)s 次（每3天计一次）") % {"n": value}
    return (_("%(n)s 张") if metric == Metric.YELLOW else _("%(n)s 件")) % {"n": value}


def _unit(metric: str) -> str:
    return "%" if metric in PERCENT else " μg/m³" if metric in CONCENTRATIONS else ""


def natural(metric: str, value: int) -> Decimal:
    """Percentage points, μg/m³, or items."""
    return Decimal(value) / 100 if metric in RATES else Decimal(value)


# --- ladders ------------------------------------------------------------------------------------------------------------------------
def consequence(rule) -> str:
    said = {"units": rule.unit_kind_label, "place": place(rule), "often": often(rule), "action": rule.get_action_display(), "post": rule.target_post}
    if rule.count == 1:
        return (_("%(units)s%(place)s，建议%(action)s（%(post)s）。") if rule.target_post else _("%(units)s%(place)s，建议%(action)s。")) % said
    return (
        _("%(units)s%(place)s，%(often)s，建议%(action)s（%(post)s）。") if rule.target_post else _("%(units)s%(place)s，%(often)s，建议%(action)s。")
    ) % said


def place(rule) -> str:
    said = {"metric": rule.get_metric_display(), "n": rule.n, "value": number(rule.metric, rule.threshold or 0)}
    top = rule.side == Side.TOP
    if rule.n:
        return (_("%(metric)s前 %(n)s 名") if top else _("%(metric)s后 %(n)s 名")) % said
    at_least = top == (rule.metric in MORE_IS_BETTER)
    return (_("%(metric)s达到 %(value)s及以上") if at_least else _("%(metric)s在 %(value)s及以下")) % said


def often(rule) -> str:
    said = {"count": rule.count, "window": rule.window}
    if rule.mode == Mode.CONSECUTIVE:
        return (_("同一季度内连续 %(count)s 个月") if rule.in_quarter else _("连续 %(count)s 个月")) % said
    if rule.in_quarter and rule.window >= MONTHS_OF_QUARTER:
        return _("同一季度内累计 %(count)s 次") % said
    if rule.in_quarter:
        return _("同一季度的最近 %(window)s 个月内累计 %(count)s 次") % said
    return _("%(window)s 个月内累计 %(count)s 次") % said


# --- money --------------------------------------------------------------------------------------------------------------------------
def money(rule) -> str:
    said = {
        "units": rule.unit_kind_label,
        "metric": rule.get_metric_display(),
        "n": rule.n,
        "amount": f"{rule.amount:,}",
        "unit": _steps(rule.metric) % {"n": f"{Decimal(rule.unit).normalize():f}"},
        "first": f"{rule.first_amount or 0:,}",
    }
    parts = [SENTENCES[rule.kind](rule) % said]
    if rule.kind == MoneyKind.RANK_FIXED and rule.ties == Ties.SPLIT:
        parts.append(_("并列的平分") % said)
    if rule.cap:
        parts.append(_("每单位不超过 %(cap)s 元") % {"cap": f"{rule.cap:,}"})
    return _("，").join(parts) + _("。")


def _steps(metric: str) -> str:
    if metric in CONCENTRATIONS:
        return "%(n)s μg/m³"
    if metric == Metric.AIR_INDEX:
        return "%(n)s"
    return _("%(n)s 个百分点") if metric in PERCENT else _("%(n)s 件")


def _rank_fixed(rule) -> str:
    return {
        MoneySide.TOP: _("%(units)s%(metric)s前 %(n)s 名，每个奖 %(amount)s 元"),
        MoneySide.BOTTOM: _("%(units)s%(metric)s后 %(n)s 名，每个扣 %(amount)s 元"),
        MoneySide.BOTH: _("%(units)s%(metric)s前 %(n)s 名每个奖、后 %(n)s 名每个扣 %(amount)s 元"),
    }[rule.side]


def _per_unit(rule) -> str:
    return {
        MoneySide.TOP: _("%(units)s%(metric)s每变好 %(unit)s，奖 %(amount)s 元"),
        MoneySide.BOTTOM: _("%(units)s%(metric)s每变差 %(unit)s，扣 %(amount)s 元"),
        MoneySide.BOTH: _("%(units)s%(metric)s每变好 %(unit)s 奖、每变差 %(unit)s 扣 %(amount)s 元"),
    }[rule.side]


def _mean_difference(rule) -> str:
    return {
        MoneySide.TOP: _("%(units)s%(metric)s每好于平均值 %(unit)s，奖 %(amount)s 元"),
        MoneySide.BOTTOM: _("%(units)s%(metric)s每差于平均值 %(unit)s，扣 %(amount)s 元"),
        MoneySide.BOTH: _("%(units)s%(metric)s每好于平均值 %(unit)s 奖、每差于平均值 %(unit)s 扣 %(amount)s 元"),
    }[rule.side]


def _event(rule) -> str:
    if rule.first_amount is not None:
        return _("%(units)s%(metric)s，首件扣 %(first)s 元，其余每件扣 %(amount)s 元")
    return _("%(units)s%(metric)s，每件扣 %(amount)s 元")


def _tier(rule) -> str:
    steps = _("、").join(f"{bound}→{int(yuan):,}" for bound, yuan in rule.tiers)
    text = _("%(units)s%(metric)s分档扣（%(steps)s 元）") if rule.side == MoneySide.BOTTOM else _("%(units)s%(metric)s分档奖（%(steps)s 元）")
    return text.replace("%(steps)s", steps.replace("%", "%%"))


SENTENCES = {
    MoneyKind.RANK_FIXED: _rank_fixed,
    MoneyKind.PER_UNIT: _per_unit,
    MoneyKind.MEAN_DIFFERENCE: _mean_difference,
    MoneyKind.EVENT: _event,
    MoneyKind.TIER: _tier,
}
