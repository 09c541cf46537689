"""Who sees the ranking: every unit of the district. People with grid posts only do not, and are told why."""

import re

from django.http import Http404
from django.utils.translation import gettext as _

from common.errors import NotYourRole
from grids.models import Grid
from grids.roles import OFFICE, Role
from grids.scope import rights
from scorecards.models import Scorecard
from scorecards.models.schemes import WELL_FORMED_MONTH
from scorecards.models.settling import READERS


def district_of(request) -> Grid:
    """The person's district, or the one of theirs that ``?district=`` names. 403 for people without a seat, 404 for another's district."""
    mine = rights(request.user).member_district_ids
    if not mine:
        raise NotYourRole(_("考核排名面向区直部门、乡办和攻坚办公布；网格岗位和审计人员不查看。"))
    asked = request.GET.get("district") or min(mine)
    found = Grid.objects.visible_to(request.user).districts().filter(pk__in=mine, pk=asked if re.fullmatch(r"[0-9]{1,9}", str(asked)) else 0).first()
    if found is None:
        raise Http404
    return found


def month_asked(request) -> str:
    """What ``?month=`` names; empty without it, 404 for what is no month."""
    asked = request.GET.get("month", "")
    if asked and not re.fullmatch(WELL_FORMED_MONTH, asked):
        raise Http404
    return asked


def cards_of(request, month: str):
    """Cards of units."""
    return _published(request, month).filter(organisation__isnull=False)


def grid_cards_of(request, month: str):
    return _published(request, month).filter(grid__isnull=False)


def _published(request, month: str):
    if not re.fullmatch(WELL_FORMED_MONTH, month):
        raise Http404
    return Scorecard.objects.visible_to(request.user).filter(district=district_of(request), month=month)


def card_of(request, month: str, organisation: int) -> Scorecard:
    return _the_one(cards_of(request, month).filter(organisation_id=organisation))


def grid_card_of(request, month: str, grid: int) -> Scorecard:
    return _the_one(grid_cards_of(request, month).filter(grid_id=grid))


def _the_one(cards) -> Scorecard:
    found = cards.select_related("organisation", "grid__organisation", "scheme", "district").first()
    if found is None:
        raise Http404
    return found


def reads_all(user, district_id: int) -> bool:
    """What stands around the month, of every unit; units read what is theirs."""
    return rights(user).in_district(district_id, READERS)


def may_try(user, district: Grid) -> bool:
    """Other figures for a month's scheme, without storing anything (试算)."""
    return reads_all(user, district.pk)


def may_edit_schemes(user, district: Grid) -> bool:
    return rights(user).in_district(district.pk, {Role.OFFICE_DIRECTOR})


def check_may_edit_schemes(user, district: Grid) -> None:
    if not may_edit_schemes(user, district):
        raise NotYourRole(_("考核方案由攻坚办主任修订。"))


def check_may_recount(user, district: Grid) -> None:
    """The papers name reporters by number, whom only the office and 督查局 may know."""
    if not rights(user).in_district(district.pk, OFFICE | {Role.SUPERVISION}):
        raise NotYourRole(_("考核底稿由攻坚办和督查局调取。"))
