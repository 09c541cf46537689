"""Small questions about people that the registers ask; what rows they see is ``Site.objects.visible_to``."""

from django.utils.translation import gettext as _

from common.errors import insist
from grids import scope
from grids.roles import CHIEFS, OFFICE, SETTINGS_KEEPERS, TOWN, Role

DEPARTMENT = frozenset({Role.DEPT_MANAGER, Role.DEPT_HANDLER})


def keeps_kinds(user) -> bool:
    return scope.rights(user).has(*SETTINGS_KEEPERS)


def may_add(user) -> bool:
    """Whether there are objects they could enter at all."""
    rights = scope.rights(user)
    return rights.has(*OFFICE, *TOWN, *DEPARTMENT) or bool(rights.post_roles & CHIEFS)


def may_edit(user, site) -> bool:
    """Office: all; township and grid chief: in their area; department: in its field, or where it is in charge. ``site.kind`` is read."""
    rights = scope.rights(user)
    if rights.in_district(site.district_id, OFFICE):
        return True
    if any(site.grid_path.startswith(path) for path in rights.led_paths):
        return True
    if not rights.has(*DEPARTMENT):
        return False
    return site.kind.field_id in rights.field_ids or site.organisation_id in rights.organisation_ids


def may_see_personal(user, site) -> bool:
    """Whole names and numbers: the office, the township, the organisation in charge."""
    rights = scope.rights(user)
    towns = rights.has(*TOWN) and any(site.grid_path.startswith(path) for path in rights.led_paths)
    return rights.in_district(site.district_id, OFFICE) or towns or site.organisation_id in rights.organisation_ids


def insist_edit(user, site) -> None:
    insist(user is None or may_edit(user, site), _("监管对象由所在乡办、行业部门、网格长或攻坚办维护。"))
