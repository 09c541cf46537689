"""The ranking as bars, as ECharts options; the table beside them holds the same figures."""

from django.utils.translation import gettext as _

from scorecards.board import Group
from scorecards.charts.colours import NAMES


def totals(group: Group) -> dict:
    """Bars of the share of each unit, best on top."""
    top = max([100, *(each.card.share / 100 for each in group.standings if each.is_ranked)])
    ranked = [each.card for each in group.standings if each.is_ranked][::-1]
    return {
        "grid": {"left": 8, "right": 56, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "min": 0, "max": top, "interval": 25, "axisLabel": {"formatter": "{value}%", "showMaxLabel": top == 100}},
        "yAxis": {"type": "category", "data": [str(card.organisation) for card in ranked], "axisTick": {"show": False}, "axisLabel": NAMES},
        "series": [
            {
                "type": "bar",
                "name": _("得分率"),
                "data": [card.share / 100 for card in ranked],
                "barMaxWidth": 18,
                "label": {"show": True, "position": "right", "formatter": "{c}%"},
            }
        ],
    }
