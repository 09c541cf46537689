"""What the pages of consequences, money and clues share: the tabs, the switch between months, figures as people read them."""

import re

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from scorecards.models import WELL_FORMED_MONTH, Proposal, Settlement
from scorecards.models.clues import keepers_of_clues
from scorecards.rule_words import number
from scorecards.words import Metric, SettlementState, month_words

WELL_FORMED = re.compile(WELL_FORMED_MONTH)


def tabs(user, district, here: str) -> list[dict]:
    pages = [("consequences", _("奖惩建议")), ("money", _("奖惩资金")), ("consequence_rules", _("奖惩规则")), ("money_rules", _("资金规则"))]
    if district.pk in keepers_of_clues(user):
        pages.append(("clues", _("线索移送")))
    return [{"label": label, "url": reverse(f"scorecards:{name}"), "active": name == here} for name, label in pages]


def months_of(request, district) -> list[str]:
    """Settled months, and those with proposals the person may see; newest first."""
    settled = Settlement.objects.visible_to(request.user).filter(district=district, state=SettlementState.SETTLED).values_list("month", flat=True)
    proposed = Proposal.objects.visible_to(request.user).filter(district=district).values_list("month", flat=True)
    return sorted({*settled, *proposed}, reverse=True)


def chosen_month(request, months: list[str]) -> str:
    """The month asked for or the newest; empty when none is settled."""
    asked = request.GET.get("month", "")
    if asked and not WELL_FORMED.fullmatch(asked):
        raise Http404
    return asked if asked in months else months[0] if months else ""


def switch(month: str, months: list[str]) -> dict:
    earlier, later = [each for each in months if each < month], [each for each in months if each > month]
    return {
        "month": month,
        "month_label": month_words(month) if month else "",
        "months": [(each, month_words(each)) for each in months],
        "earlier": (earlier[0], month_words(earlier[0])) if earlier else None,
        "later": (later[-1], month_words(later[-1])) if later else None,
    }


# --- figures ------------------------------------------------------------------------------------------------------------------------
MISSING = {"settled": lambda: _("未结账，不计入"), "ranked": lambda: _("没有参与排名，不计入")}


def figure(entry: dict, metric: str, organisation_id: int) -> dict:
    """One month of ``figures`` with its words and the address of the card it stands on."""
    said = {"month": month_words(entry["month"])}
    if "missing" in entry:
        return said | {"why": MISSING[entry["missing"]](), "hit": False}
    facts = {"rank": entry["rank"], "of": entry["of"], "value": value_words(entry, metric)}
    return entry | said | {
        "url": reverse("scorecards:card", args=[entry["month"], organisation_id]),
        "place": _("第 %(rank)s 名，共 %(of)s 个") % facts,
        "value_words": facts["value"],
        "share_words": number(Metric.SHARE, entry["share"]),
        "hit": entry.get("hit", True),
    }  # fmt: skip


def value_words(entry: dict, metric: str) -> str:
    """The figure by which the rule compares; empty where that is the place itself or there is none."""
    return "" if metric == Metric.RANK or entry["value"] is None else number(metric, entry["value"])
