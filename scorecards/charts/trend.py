"""The on-time rate through the months: one unit stands out, the others lie pale behind it."""

from django.utils.translation import gettext as _

from scorecards.charts.colours import DEEP, GREY, PALE
from scorecards.charts.years import Row, Year

DOT = 7


def trend(year: Year, *, unit: int | None = None) -> dict:
    """Lines of all units; ``unit`` (or, without one, all together) in front."""
    chosen = year.row_of(unit)
    behind = [_line(str(row.unit), _points(row), PALE, width=1.5) for row in year.rows if row is not chosen]
    whole = [_point(rate) for _on_time, _judged, rate in year.together]
    together = _line(_("合计"), whole, GREY if chosen else DEEP, width=2 if chosen else 3, dashed=bool(chosen))
    front = [_line(str(chosen.unit), _points(chosen), DEEP, width=3)] if chosen else []
    return {
        "grid": {"left": 8, "right": 24, "top": 40, "bottom": 8, "containLabel": True},
        "legend": {"data": [each["name"] for each in [*front, together]], "top": 0, "left": 0, "icon": "roundRect"},
        "xAxis": {"type": "category", "data": year.labels, "axisTick": {"show": False}},
        "yAxis": {"type": "value", "min": 0, "max": 100, "interval": 20, "axisLabel": {"formatter": "{value}%"}},
        "tooltip": {"trigger": "item", "formatter": "{b}\n{a} {c}%"},
        "series": [*behind, together, *front],
    }


def _points(row: Row) -> list[dict]:
    return [_point(cell.rate, url=cell.rate_url) for cell in row.cells]


def _point(rate: int | None, *, url: str = "") -> dict:
    """A gap where nothing is judged: ECharts writes it as a dash."""
    return {"value": "-" if rate is None else rate / 100, **({"url": url} if url else {})}


def _line(name: str, points: list[dict], colour: str, *, width: float, dashed: bool = False) -> dict:
    style = {"width": width, "color": colour, "type": "dashed" if dashed else "solid"}
    return {"type": "line", "name": name, "data": points, "lineStyle": style, "itemStyle": {"color": colour}, "symbol": "circle", "symbolSize": DOT}
