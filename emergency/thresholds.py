"""Which level a forecast leads to, and why (domain 8.1, 8.2). Pure: no database.

The index is the AQI of a day; a day is any consecutive 24 hours. From hours its value is the mean of 24; from a table of days it is what is written.
Windows that follow each other within the allowed gap are one episode; the gap itself does not count as pollution.
"""

import datetime as dt
import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common import clock
from emergency.words import COLOUR_NAMES, ORDER, Colour

DAY = dt.timedelta(hours=24)
HOURS = 24
MOST_ROWS = 400
MOST_AQI = 500
YEARS = range(2000, 2100)
CONDITION = re.compile(r"(?:AQI)?\s*[>＞]?\s*(\d{1,3})\s*(?:持续|[>＞,，\s])\s*(\d{1,3})\s*(?:小时|h)?", re.I)
LINE = re.compile(r"^\s*(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2})日?(?:[ T,，\t]+(\d{1,2})(?:[:：]\d{2}|[时点])?)?[\s,，;；\t]+(\d{1,3})\D*$")


@dataclass(frozen=True)
class Window:
    """24 hours and their AQI."""

    start: dt.datetime
    value: float

    @property
    def end(self) -> dt.datetime:
        return self.start + DAY


@dataclass(frozen=True)
class Proposal:
    """``level`` is empty when nothing is reached. ``clear_hours``: how long at the end nothing above yellow is forecast."""

    level: str
    reasons: list[str]
    windows: list[Window]
    clear_hours: int


# --- reading ----------------------------------------------------------------------------------------------------------------------------
def read(text: str) -> tuple[list[tuple[dt.datetime, int]], bool]:
    """Rows of a typed or pasted table, ``day AQI`` or ``day hour AQI`` on each line; whether they are hours. Every wrong line is named."""
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_ROWS:
        raise ValidationError({"table": _("最多读%(most)s行，现在有%(rows)s行，请删去多余的行。") % {"most": MOST_ROWS, "rows": len(lines)}})
    found, wrong = [], []
    for n, line in lines:
        row = _row(line)
        if row is None:
            wrong.append(_("第 %(n)s 行“%(line)s”读不懂，应写成“2026-12-01 212”或“2026-12-01 08 212”") % {"n": n, "line": line.strip()[:40]})
        else:
            found.append(row)
    if wrong or not found:
        raise ValidationError({"table": wrong[:10] or [_("请粘贴或填写预报，每行一天或一小时。")]})
    by_hour = any(hour is not None for _day, hour, _value in found)
    rows = sorted((clock.at(day, dt.time(hour or 0)), value) for day, hour, value in found)
    _check(rows, found, by_hour)
    return rows, by_hour


def _row(line: str) -> tuple[dt.date, int | None, int] | None:
    match = LINE.match(line)
    if match is None:
        return None
    year, month, day = (int(part) for part in re.split(r"[-/.年月]", match[1]))
    hour, value = match[2], int(match[3])
    try:
        found = dt.date(year, month, day)
    except ValueError:
        return None
    if found.year not in YEARS or value > MOST_AQI or int(hour or 0) >= HOURS:
        return None
    return found, int(hour) if hour is not None else None, value


def _check(rows, found, by_hour: bool) -> None:
    if by_hour and any(hour is None for _day, hour, _value in found):
        raise ValidationError({"table": _("有的行写了小时，有的没有；请统一按天或按小时填写。")})
    moments = [moment for moment, _value in rows]
    twice = next((moment for n, moment in enumerate(moments) if moment in moments[:n]), None)
    if twice:
        raise ValidationError({"table": _("%(moment)s写了两次，请只留一行。") % {"moment": f"{twice:%Y-%m-%d %H:%M}"}})


# --- windows ----------------------------------------------------------------------------------------------------------------------------
def windows_of(rows: list[tuple[dt.datetime, int]], *, by_hour: bool) -> list[Window]:
    """Every 24 hours of the table; of hours only those without a hole."""
    if not by_hour:
        return [Window(moment, float(value)) for moment, value in rows]
    values = dict(rows)
    found = []
    for moment, _value in rows:
        hours = [values.get(moment + dt.timedelta(hours=n)) for n in range(HOURS)]
        if None not in hours:
            found.append(Window(moment, sum(hours) / HOURS))
    return found


def longest(windows: list[Window], *, above: float, gap: dt.timedelta, within: tuple[dt.datetime, dt.datetime] | None = None) -> list[Window]:
    """The longest chain of windows above a value, each beginning when the one before ends, or within the gap after it."""
    over = [each for each in windows if each.value > above and (within is None or (each.start >= within[0] and each.end <= within[1]))]
    best: list[list[Window]] = []
    for n, window in enumerate(over):
        before = [best[m] for m in range(n) if over[m].end <= window.start <= over[m].end + gap]
        best.append([*max(before, key=len, default=[]), window])
    return max(best, key=len, default=[])


def spells(windows: list[Window], *, above: float, gap: dt.timedelta) -> list[list[Window]]:
    """Windows above a value that overlap, or follow each other within the gap. Of hours a chain may leave out an end of its spell."""
    found: list[list[Window]] = []
    for window in (each for each in windows if each.value > above):
        if found and window.start <= found[-1][-1].end + gap:
            found[-1].append(window)
        else:
            found.append([window])
    return found


# --- judging ----------------------------------------------------------------------------------------------------------------------------
def judge(rows, *, by_hour: bool, levels: dict, gap_hours: int) -> Proposal:
    """The highest level reached; where the forecast swings about a limit, the higher one counts."""
    windows, gap = windows_of(rows, by_hour=by_hour), dt.timedelta(hours=gap_hours)
    for colour in reversed(ORDER):
        for alternative in levels.get(colour, ()):
            met = _met(alternative, windows, gap)
            if met is not None:
                reasons = [_reason(condition, chain, by_hour) for condition, chain in zip(alternative, met, strict=True)]
                return Proposal(colour, reasons, met[0], clear_at_end(windows, levels, gap))
    return Proposal("", [_nothing(windows)], [], clear_at_end(windows, levels, gap))


def _met(alternative: list[dict], windows: list[Window], gap: dt.timedelta) -> list[list[Window]] | None:
    """The chain of each condition in the first spell above the first limit in which all of them hold. None without one."""
    for spell in spells(windows, above=alternative[0]["above"], gap=gap):
        span = (spell[0].start, spell[-1].end)
        chains = [longest(windows, above=condition["above"], gap=gap, within=span) for condition in alternative]
        if all(len(chain) * HOURS >= condition["hours"] for condition, chain in zip(alternative, chains, strict=True)):
            return chains
    return None


def clear_at_end(windows: list[Window], levels: dict, gap: dt.timedelta) -> int:
    """Hours at the end of the table in which no 24 hours reach the lowest limit of yellow."""
    lowest = min((condition["above"] for alternative in levels.get(Colour.YELLOW, ()) for condition in alternative), default=0)
    if not windows:
        return 0
    last = max((window.end for window in windows if window.value > lowest), default=windows[0].start)
    return max(0, round((windows[-1].end - last).total_seconds() / 3600))


def _reason(condition: dict, chain: list[Window], by_hour: bool) -> str:
    facts = {
        "from": f"{clock.beijing(chain[0].start):%m-%d %H:%M}", "to": f"{clock.beijing(chain[-1].end):%m-%d %H:%M}", "hours": len(chain) * HOURS,
        "above": condition["above"], "asked": condition["hours"], "values": _("、").join(f"{window.value:.0f}" for window in chain),
    }  # fmt: skip
    if by_hour:
        return _("%(from)s至%(to)s共%(hours)s小时，逐24小时平均AQI为%(values)s，均大于%(above)s，达到持续%(asked)s小时的条件") % facts
    return _("%(from)s至%(to)s共%(hours)s小时，日AQI为%(values)s，均大于%(above)s，达到持续%(asked)s小时的条件") % facts


def _nothing(windows: list[Window]) -> str:
    if not windows:
        return _("逐小时预报不足连续24小时，不能判断。")
    return _("最高的24小时AQI为%(value)s，未达到任何一级的条件") % {"value": f"{max(window.value for window in windows):.0f}"}


def advice(proposal: Proposal, *, running: str, lift_hours: int) -> str:
    """What follows for the district as it stands."""
    if not running:
        return _("建议启动%(level)s预警") % {"level": COLOUR_NAMES[Colour(proposal.level)]} if proposal.level else _("不必启动预警")
    if not proposal.level:
        clear = proposal.clear_hours >= lift_hours
        words = _("低于黄色条件并将持续%(hours)s小时，可以解除") if clear else _("低于黄色条件，但只持续%(hours)s小时，暂不解除")
        return words % {"hours": proposal.clear_hours}
    step = ORDER.index(proposal.level) - ORDER.index(running)
    words = _("维持%(level)s预警") if not step else _("建议升级为%(level)s预警") if step > 0 else _("建议降级为%(level)s预警")
    return words % {"level": COLOUR_NAMES[Colour(proposal.level)]}


# --- conditions as they are typed ------------------------------------------------------------------------------------------------------
def typed(alternatives: list) -> str:
    return "\n".join(" 且 ".join(f"AQI>{each['above']} 持续{each['hours']}小时" for each in conditions) for conditions in alternatives)


def untyped(text: str) -> list:
    """Raises ``ValueError`` with the line that cannot be read."""
    found = []
    for line in (each.strip() for each in text.splitlines() if each.strip()):
        parts = [CONDITION.fullmatch(part.strip()) for part in re.split(r"且|并且|&", line)]
        if not all(parts):
            raise ValueError(line)
        found.append([{"above": int(part[1]), "hours": int(part[2])} for part in parts])
    return found
