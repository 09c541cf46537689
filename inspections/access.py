"""Small questions about people that the pages of the ledger ask; what rows they see is ``Finding.objects.visible_to``."""

from django.utils.translation import gettext as _

from common.errors import insist
from grids import scope
from grids.roles import HEADQUARTERS, OFFICE, PARTIES, SERVING, SETTINGS_KEEPERS, Role

KEEPS_ORDER = OFFICE | {Role.SUPERVISION}
URGES = OFFICE | HEADQUARTERS | {Role.SUPERVISION}


def may_report(user) -> bool:
    rights = scope.rights(user)
    return bool(rights.post_roles or rights.roles - SERVING)


def is_office(user) -> bool:
    return scope.rights(user).has(*OFFICE)


def keeps_order(user) -> bool:
    """Office or 督查局: they alone learn who reported something."""
    return scope.rights(user).has(*KEEPS_ORDER)


def may_urge(user) -> bool:
    return scope.rights(user).has(*URGES)


def sees_reporter(user, finding) -> bool:
    return scope.rights(user).in_district(finding.district_id, KEEPS_ORDER) or finding.reporter_id == user.pk


def may_answer_flags(user, finding) -> bool:
    """Whoever may know the reporter, and the parties of the finding."""
    if sees_reporter(user, finding):
        return True
    parties = finding.tasks.values_list("organisation_id", flat=True)
    return any(scope.rights(user).in_organisation(organisation, PARTIES) for organisation in parties)


def sees_finder(user, visit) -> bool:
    """Whether a person may read what this visit found beside the name of who made it: as with the reporter of a problem."""
    return scope.rights(user).in_district(visit.district_id, KEEPS_ORDER) or visit.person_id == user.pk


def keeps_types(user) -> bool:
    return scope.rights(user).has(*SETTINGS_KEEPERS)


def insist_reporter(user) -> None:
    insist(may_report(user), _("您没有网格岗位或单位任职，不能上报问题。"))
