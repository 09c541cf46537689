"""Figures of the charts, and the charts drawn from them. Figures are what page and chart share, so that they cannot differ."""

from scorecards.charts.totals import totals

__all__ = ["totals"]
