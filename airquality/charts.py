"""Charts of the air pages. Figures come from the boards that the tables beside them show."""

import datetime as dt

from django.utils.translation import gettext as _

from airquality.aqi.levels import LEVELS
from airquality.aqi.rounding import concentration
from airquality.boards.course import Point
from airquality.boards.yearly import Years
from airquality.words import POLLUTANTS, SYMBOLS, UNITS
from common import clock

SYMBOL_OF = dict(zip(POLLUTANTS, ("circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect"), strict=True))
"""Lines are told apart by their marks too."""
DEEP, PALE = "#1d4f91", "#9fb2c8"


def course(points: list[Point]) -> dict:
    """Every pollutant; CO has the axis at the right."""
    labels = [label(point.at) for point in points]
    marks = len(points) <= 24
    return {
        "grid": {"left": 8, "right": 8, "top": 64, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0, "itemGap": 8},
        "xAxis": {"type": "category", "data": labels, "axisTick": {"show": False}, "axisLabel": {"hideOverlap": True}},
        "yAxis": [_axis("μg/m³"), _axis("mg/m³", right=True)],
        "series": [_line(name, points, marks=marks) for name in POLLUTANTS],
    }


def label(at: dt.datetime | dt.date) -> str:
    """An hour's label, or a day."""
    return f"{clock.beijing(at):%m-%d %H:00}" if isinstance(at, dt.datetime) else f"{at:%m-%d}"


def _axis(unit: str, *, right: bool = False) -> dict:
    side = {"position": "right", "splitLine": {"show": False}} if right else {}
    return {"type": "value", "name": f"CO {unit}" if right else unit, "nameTextStyle": {"align": "right" if right else "left"}, **side}


def _line(name: str, points: list[Point], *, marks: bool) -> dict:
    return {
        "type": "line",
        "name": SYMBOLS[name],
        "data": [_figure(point.values.get(name), name) for point in points],
        "yAxisIndex": 1 if name == "co" else 0,
        "symbol": SYMBOL_OF[name],
        "symbolSize": 6,
        "showSymbol": marks,
    }


def _figure(value, name: str):
    """A gap where nothing is there."""
    return "-" if value is None else float(concentration(name, value))


def indexes(points: list[Point]) -> dict:
    """The index as bars in its colours."""
    labels = [label(point.at) for point in points]
    return {
        "grid": {"left": 8, "right": 8, "top": 24, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": labels, "axisTick": {"show": False}, "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "name": "AQI", "nameTextStyle": {"align": "left"}},
        "series": [{"type": "bar", "name": "AQI", "data": [_bar(point) for point in points]}],
    }


def _bar(point: Point) -> dict | str:
    if point.index is None or point.index.aqi is None:
        return "-"
    colour = LEVELS[point.index.level - 1].colour
    return {"value": point.index.aqi, "itemStyle": {"color": colour, "borderColor": "#00000026", "borderWidth": 0.5}}


def months(found: Years, item: str) -> dict:
    """One figure of both years, month by month."""
    name = _("综合指数") if item == "composite" else f"{SYMBOLS[item]}（{UNITS[item]}）"
    return {
        "grid": {"left": 8, "right": 16, "top": 56, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0},
        "xAxis": {"type": "category", "data": [_("%(month)d月") % {"month": month} for month, _pair in found.months], "axisTick": {"show": False}},
        "yAxis": {"type": "value", "name": name, "nameTextStyle": {"align": "left"}},
        "series": [
            _bars(found.against, [pair.before.figure(item) for _month, pair in found.months], PALE),
            _bars(found.year, [pair.this.figure(item) for _month, pair in found.months], DEEP),
        ],
    }


def _bars(year: int, values: list, colour: str) -> dict:
    data = ["-" if value is None else float(value) for value in values]
    return {"type": "bar", "name": _("%(year)d年") % {"year": year}, "data": data, "itemStyle": {"color": colour}, "barMaxWidth": 28}
