"""First words of an approval form, to be changed by whoever fills it in. Written in Chinese whatever the reader's language: they go out of the house."""

import datetime as dt
import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock, language
from emergency.models import Forecast
from emergency.words import COLOUR_NAMES, RESPONSES, Colour, DecisionKind
from grids.models import Grid

HEALTH = {
    Colour.YELLOW: gettext_lazy("儿童、老年人和呼吸道、心脑血管疾病患者减少户外活动，一般人群适量减少户外运动。"),
    Colour.ORANGE: gettext_lazy("儿童、老年人和呼吸道、心脑血管疾病患者留在室内，一般人群减少户外活动，中小学、幼儿园停止户外课程。"),
    Colour.RED: gettext_lazy("儿童、老年人和患病人群留在室内，一般人群避免户外活动，中小学、幼儿园可停课，停止大型户外活动。"),
}
REASONS = {
    DecisionKind.START: gettext_lazy("按照市级通知和区重污染天气应急预案，启动%(level)s预警和%(response)s。"),
    DecisionKind.UPGRADE: gettext_lazy("预报达到更高级别的条件，按照市级通知升级为%(level)s预警，执行%(response)s措施。"),
    DecisionKind.DOWNGRADE: gettext_lazy("污染程度减轻，按照市级通知降级为%(level)s预警，执行%(response)s措施。"),
    DecisionKind.LIFT: gettext_lazy("预报低于预警条件并将持续36小时以上，按照市级通知解除%(level)s预警，终止%(response)s。"),
}
PUBLIC = {
    DecisionKind.START: gettext_lazy(
        "%(district)s重污染天气应急指挥部决定，自%(time)s起启动重污染天气%(level)s预警，执行%(response)s措施，解除时间另行通知。"
    ),
    DecisionKind.UPGRADE: gettext_lazy(
        "%(district)s重污染天气应急指挥部决定，自%(time)s起将预警升级为%(level)s，执行%(response)s措施，解除时间另行通知。"
    ),
    DecisionKind.DOWNGRADE: gettext_lazy(
        "%(district)s重污染天气应急指挥部决定，自%(time)s起将预警降级为%(level)s，执行%(response)s措施，解除时间另行通知。"
    ),
    DecisionKind.LIFT: gettext_lazy("%(district)s重污染天气应急指挥部决定，自%(time)s起解除重污染天气%(level)s预警，终止%(response)s。"),
}


NAMED = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*日\s*(\d{1,2})\s*[时点:：]")


def other_time(text: str, starts_at: dt.datetime) -> str:
    """The time that a public text names where it names none that is ``starts_at``; empty where it agrees or names none."""
    at = clock.beijing(starts_at)
    eve = at - dt.timedelta(days=1)
    right = [(at.month, at.day, at.hour), *([(eve.month, eve.day, 24)] if at.hour == 0 else [])]
    named = [tuple(map(int, each)) for each in NAMED.findall(text)]
    return "" if not named or set(named) & set(right) else _words(*named[0])


def first_words(district: Grid, kind: str, level: str, *, forecast: Forecast | None = None) -> dict:
    """Initial values of the form of a step."""
    now = clock.beijing(clock.now()).replace(second=0, microsecond=0)
    with language.official():
        facts = {
            "district": district.name,
            "level": str(COLOUR_NAMES[Colour(level)]),
            "response": str(RESPONSES[Colour(level)]),
            "time": _moment(now),
        }
        return {
            "level": level,
            "notified_at": now,
            "starts_at": now,
            "forecast_words": _forecast(forecast, kind),
            "reason": str(REASONS[DecisionKind(kind)]) % facts,
            "public_text": str(PUBLIC[DecisionKind(kind)]) % facts,
            "health_advice": str(HEALTH[Colour(level)]) if kind != DecisionKind.LIFT else "",
        }


def _forecast(forecast: Forecast | None, kind: str) -> str:
    if forecast is not None:
        return _("%(source)s：%(reasons)s。") % {"source": forecast.source, "reasons": _("；").join(forecast.proposal["reasons"])}
    if kind == DecisionKind.LIFT:
        return _("受冷空气影响，扩散条件转好，预计未来36小时以上空气质量低于预警条件。")
    return _("受不利气象条件影响，预计空气质量将达到预警条件。")


def _moment(moment: dt.datetime) -> str:
    return _words(moment.month, moment.day, moment.hour)


def _words(month: int, day: int, hour: int) -> str:
    return _("%(month)d月%(day)d日%(hour)d时") % {"month": month, "day": day, "hour": hour}
