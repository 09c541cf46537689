"""How many figures a mean needs (domain 7.3): GB 3095 table 4, and HJ 663 for ozone."""

from decimal import Decimal

from airquality.aqi.rounding import concentration

HOURS_OF_DAY = 20
HOURS_OF_EIGHT = 6
WINDOWS_OF_DAY = 14
O3_STILL_VALID_ABOVE = Decimal(160)
O3_HOUR_STILL_VALID_ABOVE = Decimal(200)
DAYS_OF_MONTH = 27
DAYS_OF_FEBRUARY = 25


def is_day_valid(hours: int) -> bool:
    return hours >= HOURS_OF_DAY


def is_o3_valid(windows: int, highest: Decimal | None) -> bool:
    """Fewer than 14 running means will do when what they say is above the limit already."""
    return highest is not None and (windows >= WINDOWS_OF_DAY or concentration("o3", highest) > O3_STILL_VALID_ABOVE)


def is_o3_hour_valid(hours: int, highest: Decimal) -> bool:
    """Of the day's highest hour the standards say nothing: it is held to the hours of a daily mean and to its own limit in the same way."""
    return hours >= HOURS_OF_DAY or concentration("o3", highest) > O3_HOUR_STILL_VALID_ABOVE


def days_needed(month: int) -> int:
    return DAYS_OF_FEBRUARY if month == 2 else DAYS_OF_MONTH


def is_month_valid(month: int, days: int) -> bool:
    return days >= days_needed(month)
