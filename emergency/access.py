"""Who may do what in an emergency. The office runs it, the leading group approves, everybody answers for what is theirs."""

import re
from functools import reduce
from operator import or_

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from common import clock
from common.errors import NotYourRole, insist
from emergency.models import districts_read_whole
from emergency.words import Colour, Party
from grids.models import Grid, Handover, Membership
from grids.roles import OFFICE, Role
from grids.scope import may_change_settings, rights

LEADERS = frozenset({Role.DISTRICT_LEADER})
DEPUTIES = ("副组长", "副区长", "副县长", "副市长", "副主任")
"""A title in the leading group in which one of them stands is a deputy's: 常务副组长, 区委常委、副区长. 区委副书记、区长 is the head."""
INSPECTORS = frozenset(
    {*OFFICE, Role.SUPERVISION, Role.DEPT_MANAGER, Role.DEPT_HANDLER, Role.TOWN_MANAGER, Role.TOWN_HANDLER, Role.HQ_STAFF, Role.COMMANDER}
    | {Role.DEPUTY_COMMANDER}
)


def district_of(request) -> Grid:
    """The person's district, or the one of theirs that ``?district=`` names."""
    found = rights(request.user)
    if found.only_serves:
        raise NotYourRole(_("系统管理员和安全审计员不参与应急响应，不能查看。"))
    return _the_one(request, found.district_ids)


def settings_district_of(request) -> Grid:
    return _the_one(request, rights(request.user).member_district_ids)


def _the_one(request, mine) -> Grid:
    asked = str(request.GET.get("district") or min(mine, default=0))
    found = Grid.objects.districts().filter(pk__in=mine, pk=asked if re.fullmatch(r"[0-9]{1,9}", asked) else 0).first()
    if found is None:
        raise Http404
    return found


def parts_of(user) -> list[str]:
    """Parts of the emergency pages that the person may open (in ``_tabs.html``)."""
    found = rights(user)
    home = min(found.member_district_ids, default=0)
    forecasts = bool(home) and (may_set_rules(user, home) or reads_whole(user, home))
    offered = {
        "overview": not found.only_serves and found.district_ids,
        "history": not found.only_serves and found.district_ids,
        "lists": not found.only_serves and home,
        "forecasts": forecasts,
        "measures": home,
    }
    return [name for name, may in offered.items() if may]


def reads_whole(user, district_id: int) -> bool:
    return district_id in districts_read_whole(user)


def may_run(user, district_id: int) -> bool:
    return rights(user).in_district(district_id, OFFICE)


def insist_run(user, district_id: int) -> None:
    insist(may_run(user, district_id), _("预警的录入、提请、发布和调度由攻坚办办理。"))


def insist_read_whole(user, district_id: int) -> None:
    insist(reads_whole(user, district_id), _("全区应急情况由攻坚办、督查局、区领导和污染天气管控指挥部查看；本单位的指令在“应急响应”首页。"))


def may_approve(user, district_id: int, colour: str) -> bool:
    """Yellow and orange: anybody of the leading group; red: its head (domain 8.2)."""
    if not rights(user).in_district(district_id, LEADERS):
        return False
    return colour != Colour.RED or user.pk in heads(district_id)


def heads(district_id: int) -> set[int]:
    """The heads of the leading group today, and who stands in for one."""
    day = clock.today()
    deputy = reduce(or_, (Q(title__contains=word) for word in DEPUTIES))
    seats = Membership.objects.current(day).filter(organisation__district_id=district_id, role__in=LEADERS).exclude(deputy)
    standing_in = Handover.objects.current(day).filter(membership__in=seats).values_list("substitute_id", flat=True)
    return {*seats.values_list("user_id", flat=True), *standing_in}


def may_set_rules(user, district_id: int) -> bool:
    return may_change_settings(user, district_id)


def insist_set_rules(user, district_id: int) -> None:
    insist(may_set_rules(user, district_id), _("应急规则、措施模板和分级条件由攻坚办主任或系统管理员维护。"))


def insist_read_forecasts(user, district_id: int) -> None:
    if not may_set_rules(user, district_id):
        insist_read_whole(user, district_id)


def may_keep_lists(user, district_id: int) -> bool:
    return rights(user).in_district(district_id, OFFICE)


def insist_keep_lists(user, district_id: int) -> None:
    insist(may_keep_lists(user, district_id), _("应急减排清单由攻坚办编制和维护。"))


def may_activate_lists(user, district_id: int) -> bool:
    return rights(user).in_district(district_id, {Role.OFFICE_DIRECTOR})


# --- one order ------------------------------------------------------------------------------------------------------------------------
def answers_for(user, order) -> bool:
    """Whether this person may receive the order and show that it is in force: of the unit; of the grid (by post or as its township)."""
    found = rights(user)
    if order.party == Party.UNIT:
        return order.organisation_id in found.organisation_ids
    if order.party == Party.GRID:
        return _is_under(order.grid_path, found.paths) and not found.in_district(order.district_id, OFFICE | LEADERS | {Role.SUPERVISION})
    return False


def on_behalf(user, order) -> bool:
    """A township answers for its grids."""
    return order.party == Party.GRID and order.organisation_id in rights(user).organisation_ids


def may_inspect(user, order) -> bool:
    return order.party == Party.ENTERPRISE and (rights(user).in_district(order.district_id, INSPECTORS) or rights(user).is_field)


def _is_under(path: str, paths) -> bool:
    return any(path.startswith(each) for each in paths)
