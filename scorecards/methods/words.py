"""The words of ranking methods (domain 6.3)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Method(TextChoices):
    FIGURE = "figure", _("按一列数字排名")
    CHANGE = "change", _("按变化率排名")
    MEAN = "mean", _("多项名次平均")
    WEIGHTED = "weighted", _("多项名次加权平均")
    TWO_FACTOR = "two_factor", _("两项加和指数")
    SIX_FACTOR = "six_factor", _("六项综合指数")
    SUM = "sum", _("多列数字加权平均")


OF_ONE = (Method.FIGURE, Method.CHANGE)
OF_RANKS = (Method.MEAN, Method.WEIGHTED)
WITH_WEIGHTS = (Method.WEIGHTED, Method.SUM)


class Sign(TextChoices):
    RAW = "raw", _("原值：下降为负")
    IMPROVED = "improved", _("改善为正")


class TieBreak(TextChoices):
    SHARE = "share", _("并列，其后名次顺延")
    GOOD_DAYS = "good_days", _("先比优良天数比例，再比PM2.5")


class Rounding(TextChoices):
    BEFORE = "before", _("先修约再排名")
    AFTER = "after", _("先排名再修约")


class What(TextChoices):
    """What a column is, as far as a rule must know it."""

    SO2 = "so2", "SO2"
    NO2 = "no2", "NO2"
    PM10 = "pm10", "PM10"
    PM25 = "pm25", "PM2.5"
    CO = "co", "CO"
    O3 = "o3", "O3"
    INDEX = "index", _("综合指数")
    GOOD_DAYS = "good_days", _("优良天数比例")
