"""The ranking as a picture for a chat group: what is written on it. The browser draws it (``static/scorecards/picture.js``)."""

import datetime as dt

from django.utils.translation import gettext as _

from common import clock
from common.templatetags.ui import hundredths
from grids.models import Grid
from scorecards.board import Cell, Group, Standing
from scorecards.words import NOT_RANKED

WIDTH = 1080
"""What chat programs show without shrinking it."""
UNIT = 1
"""The column that takes what room the others leave, and breaks into lines."""
STAMPED = 12
"""Digits of the digest that are printed: enough to compare by eye."""


def picture(group: Group, *, title: str, district: Grid, stamp: str, at: dt.datetime) -> dict:
    """``stamp`` is the digest of a settled month, empty while the month is open."""
    settled = _("校验码 %(digest)s") % {"digest": stamp[:STAMPED]} if stamp else _("名次和得分仍可能变动")
    return {
        "width": WIDTH,
        "file": f"{title}.png",
        "title": title,
        "under": _("考核截至 %(cut_off)s") % {"cut_off": _moment(group.first.cut_off)},
        "stamp": _("已结账") if stamp else _("未结账"),
        "isSettled": bool(stamp),
        "stampUnder": settled,
        "columns": columns(group),
        "rows": [row(each) for each in group.standings],
        "feet": [
            _("按得分率（得分 ÷ 计分满分）排名，同分并列；加分可使得分率超过100%。“/”后为该部分已计分的满分。"),
            _("%(district)s · 制图时间 %(at)s") % {"district": district.name, "at": _moment(at)},
        ],
    }


def columns(group: Group) -> list[dict]:
    parts = [{"label": name, "under": hundredths(full), "align": "right"} for _part, name, full in group.heads]
    return [
        {"label": _("名次"), "under": "", "align": "center"},
        {"label": str(group.label), "under": "", "align": "left"},
        {"label": _("得分率"), "under": "%", "align": "right"},
        *parts,
        {"label": _("加分"), "under": "", "align": "right"},
        {"label": _("等次"), "under": "", "align": "center"},
        {"label": _("较上月"), "under": "", "align": "center"},
    ]


def row(each: Standing) -> dict:
    """``cells`` as they are printed; ``note`` instead of all after the unit for one that is not ranked."""
    name = str(each.card.subject)
    if not each.is_ranked:
        return {"cells": ["—", name], "note": each.note or str(NOT_RANKED)}
    cells = [str(each.card.rank), name, hundredths(each.card.share), *(points(cell) for cell in each.cells), hundredths(each.bonus)]
    return {"cells": [*cells, str(each.card.get_grade_display() or "—"), moved(each)], "note": ""}


def points(cell: Cell) -> str:
    if cell.points is not None:
        return f"{hundredths(cell.points)}/{hundredths(cell.counted)}" if cell.is_partial else hundredths(cell.points)
    return str(_("无数据") if cell.has_source else _("暂未计分"))


def moved(each: Standing) -> str:
    return f"↑{each.rose}" if each.rose else f"↓{each.fell}" if each.fell else "—"


def _moment(moment: dt.datetime) -> str:
    return f"{clock.beijing(moment):%Y-%m-%d %H:%M}"
