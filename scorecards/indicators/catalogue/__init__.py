"""Every indicator: its name, its formula in words, its shape, and the function that finds its rows. Adding one means adding it here."""

from scorecards.indicators.catalogue.air import AIR
from scorecards.indicators.catalogue.marked import MARKED
from scorecards.indicators.catalogue.rates import BASES, RATES
from scorecards.indicators.catalogue.wider import WIDER

ALL = [*MARKED, *AIR, *RATES, *WIDER, *BASES]
