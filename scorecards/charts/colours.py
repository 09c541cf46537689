"""One blue in steps of lightness; red is for late, and the six colours of the air quality index are for air only."""

BLUES = ("#dbe7f5", "#b5cdea", "#86acd9", "#5586c2", "#2f66a8")
"""From light to dark."""
DEEP = "#1d4f91"
PALE = "#c3d3e6"
GREY = "#9aa5b1"
LATE = "#c8102e"
EDGE = {"borderColor": "#ffffff", "borderWidth": 1}
"""Between stacked pieces that lie side by side."""
NAMES = {"width": 120, "overflow": "break", "lineHeight": 14}
"""Of an axis of units: long names break into lines."""


def piece(count: int, url: str) -> dict:
    """A stacked piece that leads to its rows; nothing is drawn for none."""
    return {"value": count or "-", "url": url}
