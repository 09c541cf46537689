"""Indicators: what is counted, and how the rows behind it are found."""

from scorecards.indicators.catalogue import ALL
from scorecards.indicators.catalogue.rates import FINDINGS, TASKS
from scorecards.indicators.month import Month
from scorecards.indicators.shapes import RATES, Indicator, Shape
from scorecards.words import Kind

__all__ = ["ALL", "BASES_OF_KIND", "FINDINGS", "INDICATORS", "JUDGED", "RATES", "TASKS", "Indicator", "Month", "Shape"]

INDICATORS = {each.code: each for each in ALL}
JUDGED = ("on_time_rate", "own_field_on_time", "other_field_on_time", "field_on_time")
"""Lines that judge tasks on time: a township has the first, a department the next two, headquarters the last."""
BASES_OF_KIND = {Kind.TOWNSHIP: (TASKS, FINDINGS), Kind.DEPARTMENT: (TASKS,)}
"""Lines that come with every card of a kind: the rows others look at."""
