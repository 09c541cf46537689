"""Words of the air pages: indexes in their colours, concentrations as published."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

from airquality import figures
from airquality.aqi import levels, rounding, tables
from airquality.words import BASES, SYMBOLS, UNITS, Edition

register = template.Library()
NOTHING = "—"
LONG = {"o3_8h": "O₃-8h", "o3_1h": "O₃-1h"}


@register.filter
def concentration(value: Decimal | None, item: str) -> str:
    """Whole, CO with one decimal."""
    return NOTHING if value is None else f"{rounding.concentration(item, value):f}"


@register.filter
def symbol(item: str) -> str:
    return LONG.get(item) or SYMBOLS[item]


@register.filter
def unit(item: str) -> str:
    return UNITS[tables.pollutant_of(item)]


@register.filter
def pollutants(names) -> str:
    """Primary pollutants; a dash where none leads."""
    return _("、").join(SYMBOLS[name] for name in names) or NOTHING


@register.filter
def edition(code: str) -> str:
    return str(Edition(code).label)


@register.filter
def basis(statuses) -> str:
    """What figures rest on, for printing; nothing where there is none."""
    return based_on(figures.status_of(statuses))


@register.filter
def based_on(status: str) -> str:
    """As ``basis``, of what ``figures.status_of`` has said."""
    return str(BASES.get(status, ""))


@register.filter
def age(moment, now) -> str:
    """How old a value is.

    >>> import datetime as dt
    >>> at = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
    >>> age(at, at + dt.timedelta(minutes=40)), age(at, at + dt.timedelta(hours=3))
    ('40分钟前', '3小时前')
    """
    minutes = max(0, int((now - moment).total_seconds() // 60))
    return _("%(n)d小时前") % {"n": minutes // 60} if minutes >= 60 else _("%(n)d分钟前") % {"n": minutes}


@register.filter
def of_aqi(aqi: int | None):
    """The level of an index."""
    return levels.level(levels.of(aqi))


@register.filter
def get(mapping, key):
    return mapping.get(key)


@register.filter
def figure(period, item: str):
    """Of a period: a concentration, or the composite index."""
    return period.figure(item)


@register.filter
def signed(value: Decimal | None) -> str:
    """
    >>> signed(Decimal("1.5")), signed(Decimal("-2")), signed(Decimal(0))
    ('+1.5', '−2', '0')
    """
    if value is None:
        return NOTHING
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value):f}"


@register.simple_tag
def aqi(found, *, big: bool = False):
    """An index in its colour with the number printed; NA where it may not be published. ``found``: ``aqi.index.Index`` or None."""
    size = " aqi-big" if big else ""
    if found is None or (found.aqi is None and not found.is_withheld):
        return format_html('<span class="aqi aqi-0{}">{}</span>', size, NOTHING)
    if found.aqi is None:
        return format_html('<span class="aqi aqi-0{}" title="{}">NA</span>', size, _("有项目缺数，其余不超过100，AQI不公布"))
    return format_html('<span class="aqi aqi-{}{}">{}</span>', found.level, size, found.aqi)
