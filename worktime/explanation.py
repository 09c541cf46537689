"""Turns the stored steps of a deadline into lines that people read, in the language of the reader."""

import datetime as dt

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from common import clock
from worktime.models import Unit

HOLIDAY_NAMES = [
    gettext_noop("元旦"),
    gettext_noop("春节"),
    gettext_noop("清明节"),
    gettext_noop("劳动节"),
    gettext_noop("端午节"),
    gettext_noop("中秋节"),
    gettext_noop("国庆节"),
]
"""Names of the calendar that have a translation; other names are shown as they were typed in."""

DAYS = (Unit.NATURAL_DAYS, Unit.WORKING_DAYS)


def explain(steps: list[dict]) -> list[str]:
    """One line per step, the due moment last. An empty list for a deadline that was given, not counted."""
    if not steps:
        return []
    unit = steps[0].get("unit", Unit.WORKING_DAYS)
    lines = [_line(step, unit) for step in steps]
    due_at = steps[-1].get("due_at")
    return [*lines, *([_("截止：%(moment)s") % {"moment": _moment(due_at)}] if due_at else [])]


def _line(step: dict, unit: str) -> str:
    if step["reason"] == "start":
        return _start(step, unit)
    if step["reason"] == "collapsed":
        text = ngettext("%(first)s 至 %(last)s：其中 %(days)d 天计入", "%(first)s 至 %(last)s：其中 %(days)d 天计入", step["days"])
        return text % {"first": _date(step["date"]), "last": _date(step["until"]), "days": step["days"]}
    line = _("%(date)s：%(what)s") % {"date": _date(step["date"]), "what": _what(step, unit)}
    return _("%(line)s（放假安排尚未公布，暂按周一至周五推算）") % {"line": line} if step.get("provisional") else line


def _start(step: dict, unit: str) -> str:
    texts = dict.fromkeys((Unit.MINUTES, Unit.HOURS), _("自 %(moment)s 起连续计时 %(limit)s，夜间和节假日不停")) | {
        Unit.DUTY_HOURS: _("自 %(moment)s 起计 %(limit)s，只计工作日的值守时段"),
        Unit.NATURAL_DAYS: _("%(moment)s 起算，时限 %(limit)s，当日不计，次日为第 1 天"),
        Unit.WORKING_DAYS: _("%(moment)s 起算，时限 %(limit)s，当日不计，自次日起数"),
    }
    if not step["figure"]:
        texts = dict.fromkeys(Unit, _("%(moment)s 起算，要求立即办理")) | dict.fromkeys(DAYS, _("%(moment)s 起算，要求当日办结"))
    return texts[Unit(unit)] % {"moment": _moment(step["at"]), "limit": limit(step["figure"], unit)}


def limit(figure: int, unit: str) -> str:
    """A figure and what it is counted in: 3 个工作日."""
    texts = {
        Unit.MINUTES: ngettext("%(n)d 分钟", "%(n)d 分钟", figure),
        Unit.HOURS: ngettext("%(n)d 小时", "%(n)d 小时", figure),
        Unit.DUTY_HOURS: ngettext("%(n)d 个工作时", "%(n)d 个工作时", figure),
        Unit.NATURAL_DAYS: ngettext("%(n)d 个自然日", "%(n)d 个自然日", figure),
        Unit.WORKING_DAYS: ngettext("%(n)d 个工作日", "%(n)d 个工作日", figure),
    }
    return texts[Unit(unit)] % {"n": figure}


def _what(step: dict, unit: str) -> str:
    if not step["counts"]:
        return _not_counted(step)
    kind = _("%(name)s调休上班") % {"name": _(step["name"])} if step["reason"] == "makeup" and step["name"] else ""
    counted = _counted(step["n"], unit)
    return _("%(kind)s，%(counted)s") % {"kind": kind, "counted": counted} if kind else counted


def _not_counted(step: dict) -> str:
    if step["reason"] == "holiday":
        return _("%(name)s放假，不计") % {"name": _(step["name"])} if step["name"] else _("放假，不计")
    if step["reason"] == "weekend":
        return _("周末，不计")
    return _("当日值守时段已过，不计")


def _counted(n: int, unit: str) -> str:
    if unit == Unit.DUTY_HOURS:
        return _("累计 %(hours)d 小时 %(minutes)d 分") % {"hours": n // 60, "minutes": n % 60}
    if unit == Unit.WORKING_DAYS:
        return _("第 %(n)d 个工作日") % {"n": n}
    return _("第 %(n)d 天") % {"n": n}


def _date(text: str) -> str:
    day = dt.date.fromisoformat(text)
    return _("%(year)d年%(month)d月%(day)d日（%(weekday)s）") % {
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "weekday": WEEKDAYS[day.weekday()],
    }


def _moment(text: str) -> str:
    """To the second where there are any: a clock that counts minutes begins at one."""
    moment = clock.beijing(dt.datetime.fromisoformat(text))
    time = clock.hour(moment) if clock.ends_its_day(moment) or not moment.second else f"{moment:%H:%M:%S}"
    return _("%(date)s %(time)s") % {"date": _date(moment.date().isoformat()), "time": time}
