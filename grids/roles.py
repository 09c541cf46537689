"""The words of people and places: kinds of organisation, roles, posts (domain 1.1, 1.4, 2.2)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    LEADING_GROUP = "leading_group", _("领导小组")
    OFFICE = "office", _("攻坚办")
    HEADQUARTERS = "headquarters", _("专项指挥部")
    SUPERVISION = "supervision", _("督查局")
    DEPARTMENT = "department", _("区直部门")
    TOWNSHIP = "township", _("乡办")
    SQUAD = "squad", _("专班、分队")
    ENTERPRISE = "enterprise", _("企业")


class Role(TextChoices):
    """What a membership lets a person do. Domain 1.4."""

    DISTRICT_LEADER = "district_leader", _("区领导")
    COMMANDER = "commander", _("指挥长")
    DEPUTY_COMMANDER = "deputy_commander", _("副指挥长")
    HQ_STAFF = "hq_staff", _("指挥部工作人员")
    OFFICE_DIRECTOR = "office_director", _("攻坚办主任")
    OFFICE_STAFF = "office_staff", _("攻坚办工作人员")
    SUPERVISION = "supervision", _("督查员")
    DEPT_MANAGER = "dept_manager", _("部门负责人")
    DEPT_HANDLER = "dept_handler", _("部门经办人")
    TOWN_MANAGER = "town_manager", _("乡办负责人")
    TOWN_HANDLER = "town_handler", _("乡办经办人")
    AUDITOR = "auditor", _("安全审计员")
    SYSADMIN = "sysadmin", _("系统管理员")


class PostRole(TextChoices):
    """一长三员 and the chief's deputy (domain 2.2)."""

    CHIEF = "chief", _("网格长")
    DEPUTY_CHIEF = "deputy_chief", _("副网格长")
    MEMBER = "member", _("网格员")
    PATROLLER = "patroller", _("巡查员")
    OVERSEER = "overseer", _("监督员")


REQUIRED_POSTS = (PostRole.CHIEF, PostRole.MEMBER, PostRole.PATROLLER, PostRole.OVERSEER)
"""A grid without one of these shows a vacancy."""

WHOLE_DISTRICT = frozenset({Role.DISTRICT_LEADER, Role.OFFICE_DIRECTOR, Role.OFFICE_STAFF, Role.SUPERVISION})
OFFICE = frozenset({Role.OFFICE_DIRECTOR, Role.OFFICE_STAFF})
COMMANDERS = frozenset({Role.COMMANDER, Role.DEPUTY_COMMANDER})
HEADQUARTERS = frozenset({*COMMANDERS, Role.HQ_STAFF})
MANAGERS = frozenset({Role.DEPT_MANAGER, Role.TOWN_MANAGER})
PARTIES = frozenset({*MANAGERS, Role.DEPT_HANDLER, Role.TOWN_HANDLER})
TOWN = frozenset({Role.TOWN_MANAGER, Role.TOWN_HANDLER})
CHIEFS = frozenset({PostRole.CHIEF, PostRole.DEPUTY_CHIEF})
SETTINGS_KEEPERS = frozenset({Role.OFFICE_DIRECTOR, Role.SYSADMIN})
SERVING = frozenset({Role.AUDITOR, Role.SYSADMIN})
"""They serve the system, not the campaign: they neither report nor work on the ledger."""

ROLES_OF_KIND = {
    OrganisationKind.LEADING_GROUP: (Role.DISTRICT_LEADER,),
    OrganisationKind.OFFICE: (Role.OFFICE_DIRECTOR, Role.OFFICE_STAFF, Role.SYSADMIN, Role.AUDITOR),
    OrganisationKind.HEADQUARTERS: (Role.COMMANDER, Role.DEPUTY_COMMANDER, Role.HQ_STAFF),
    OrganisationKind.SUPERVISION: (Role.SUPERVISION,),
    OrganisationKind.DEPARTMENT: (Role.DEPT_MANAGER, Role.DEPT_HANDLER, Role.AUDITOR),
    OrganisationKind.TOWNSHIP: (Role.TOWN_MANAGER, Role.TOWN_HANDLER),
    OrganisationKind.SQUAD: (Role.DEPT_HANDLER,),
    OrganisationKind.ENTERPRISE: (),
}
"""Which roles an organisation of a kind gives: a township cannot make a commander."""
