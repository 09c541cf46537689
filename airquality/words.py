"""The words of stations, readings and daily values (domain 7)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class StationLevel(TextChoices):
    NATIONAL = "national", _("国控")
    PROVINCIAL = "provincial", _("省控")
    CITY = "city", _("市控")
    MICRO = "micro", _("微型站")


class Status(TextChoices):
    """Real-time values are provisional; reviewed ones are confirmed early in the following month. Both are kept, side by side."""

    REAL_TIME = "real_time", _("实时值")
    REVIEWED = "reviewed", _("审核值")


BASES = {"reviewed": _("审核值"), "real_time": _("实时值"), "mixed": _("实时值与审核值")}
"""What a figure rests on, as ``figures.status_of`` says it."""


class Source(TextChoices):
    """How a reading came in."""

    INTERFACE = "interface", _("接口推送")
    FILE = "file", _("文件导入")
    POLL = "poll", _("定时获取")


class Pollutant(TextChoices):
    """In the order of the reports of the 2026 edition."""

    SO2 = "so2", _("二氧化硫")
    NO2 = "no2", _("二氧化氮")
    CO = "co", _("一氧化碳")
    O3 = "o3", _("臭氧")
    PM10 = "pm10", _("颗粒物（PM10）")
    PM25 = "pm25", _("细颗粒物（PM2.5）")


POLLUTANTS = tuple(Pollutant.values)
SYMBOLS = {"so2": "SO₂", "no2": "NO₂", "co": "CO", "o3": "O₃", "pm10": "PM₁₀", "pm25": "PM₂.₅"}
UNITS = {name: "mg/m³" if name == "co" else "μg/m³" for name in POLLUTANTS}


class Edition(TextChoices):
    """Of the AQI standard; the observation's date decides."""

    HJ2012 = "2012", _("HJ 633—2012")
    HJ2026 = "2026", _("HJ 633—2026")


class ExcludedReason(TextChoices):
    """Why a day does not count in assessments. Its values stay, and both versions can be shown."""

    SAND_DUST = "sand_dust", _("沙尘天气")
    EXCEPTIONAL = "exceptional", _("其他例外事件")


class Rounding(TextChoices):
    HALF_EVEN = "half_even", _("四舍六入五成双")
    HALF_UP = "half_up", _("四舍五入")
