"""Small questions about people that the registers ask; what rows they see is ``Site.objects.visible_to``."""

from django.db.models import Q
from django.utils.translation import gettext as _

from common import clock
from common.errors import NotYourRole
from grids import scope
from grids.models import Grid, Handover, Post
from grids.roles import OFFICE, SETTINGS_KEEPERS, PostRole, Role

TOWN = frozenset({Role.TOWN_MANAGER, Role.TOWN_HANDLER})
DEPARTMENT = frozenset({Role.DEPT_MANAGER, Role.DEPT_HANDLER})
CHIEFS = frozenset({PostRole.CHIEF, PostRole.DEPUTY_CHIEF})


def is_office(user) -> bool:
    return scope.rights(user).has(*OFFICE)


def keeps_kinds(user) -> bool:
    return scope.rights(user).has(*SETTINGS_KEEPERS)


def edit_paths(user) -> tuple[str, ...]:
    """Grids whose objects they may edit by post or township. Kept on the user object, which lives for one request."""
    kept = getattr(user, "_edit_paths", None)
    if kept is None:
        user._edit_paths = kept = tuple(_edit_paths(user))
    return kept


def _edit_paths(user) -> set[str]:
    rights, day, paths = scope.rights(user), clock.today(), set()
    towns = {seat.organisation_id for seat in rights.seats if seat.role in TOWN}
    if towns:
        paths |= set(Grid.objects.filter(organisation_id__in=towns).values_list("path", flat=True))
    if rights.post_roles & CHIEFS:
        mine = Q(user=user) | Q(handovers__in=Handover.objects.current(day).filter(substitute=user))
        paths |= set(Post.objects.current(day).filter(mine, role__in=CHIEFS).values_list("grid__path", flat=True))
    return paths


def may_add(user) -> bool:
    """Whether there are objects they could enter at all."""
    rights = scope.rights(user)
    return rights.has(*OFFICE, *TOWN, *DEPARTMENT) or bool(rights.post_roles & CHIEFS)


def may_edit(user, site) -> bool:
    """Office: all; township and grid chief: in their area; department: in its field, or where it is in charge. ``site.kind`` is read."""
    rights = scope.rights(user)
    if rights.in_district(site.district_id, OFFICE):
        return True
    if any(site.grid_path.startswith(path) for path in edit_paths(user)):
        return True
    if not rights.has(*DEPARTMENT):
        return False
    return site.kind.field_id in rights.field_ids or site.organisation_id in rights.organisation_ids


def may_see_personal(user, site) -> bool:
    """Whole names and numbers: the office, the township, the organisation in charge."""
    rights = scope.rights(user)
    towns = rights.has(*TOWN) and any(site.grid_path.startswith(path) for path in edit_paths(user))
    return rights.in_district(site.district_id, OFFICE) or towns or site.organisation_id in rights.organisation_ids


def insist(allowed: bool, reason) -> None:
    """Raise ``NotYourRole`` with the reason unless allowed."""
    if not allowed:
        raise NotYourRole(reason)


def insist_edit(user, site) -> None:
    insist(user is None or may_edit(user, site), _("监管对象由所在乡办、行业部门、网格长或攻坚办维护。"))
