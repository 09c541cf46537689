"""What an appeal is about: which mark, who took it, who may decide, what decisions take back (domain 6.2)."""

from django.db.models import Q
from django.utils.translation import gettext as _

from common import clock
from common.errors import NotYourRole
from grids import people, scope
from grids.heirs import people_of, with_merged
from grids.models import Handover, Membership
from grids.roles import MANAGERS, PARTIES, OrganisationKind, Role
from inspections.models import Finding
from inspections.words import FROM_SUPERVISION
from rectification.models import LookBack, TaskEvent
from rectification.words import LookBackResult
from rectification.workflow import Part
from scorecards.models import Adjustment, Appeal, ScoreRow
from scorecards.words import AppealState

ROLE_OF = {OrganisationKind.SUPERVISION: Role.SUPERVISION, OrganisationKind.LEADING_GROUP: Role.DISTRICT_LEADER}
SENT_BACK, REBOUND, FOUND, ENTRY = "sent_back", "rebound", "found", "entry"


def granted(district_id: int, month: str) -> dict[tuple[int, str], int]:
    """(organisation, event key) → hundredths of a point that a decision takes back from the mark."""
    decided = Appeal.objects.filter(district_id=district_id, scorecard__month=month, granted__gt=0)
    return {(unit, key): amount for unit, key, amount in decided.values_list("scorecard__organisation_id", "event_key", "granted")}


# --- whose mark it was --------------------------------------------------------------------------------------------------------------
def event_of(event_key: str) -> tuple[str, int]:
    """What took the mark and the key of its row: ``sent_back:7``, with a word before it where rules stack.

    >>> event_of("rework:sent_back:7")
    ('sent_back', 7)
    """
    kind, key = event_key.split(":")[-2:]
    return kind, int(key) if key.isdigit() else 0


def decider_of(row: ScoreRow) -> OrganisationKind:
    """督查局, or the leading group where the mark stems from 督查局 itself."""
    return OrganisationKind.LEADING_GROUP if _from_supervision(row) else OrganisationKind.SUPERVISION


def _from_supervision(row: ScoreRow) -> bool:
    if row.source in FROM_SUPERVISION:
        return True
    kind, key = event_of(row.event_key)
    if kind == SENT_BACK:
        event = TaskEvent.objects.select_related("task").filter(pk=key).first()
        return event is not None and (
            event.part in (Part.SUPERVISION, Part.SECOND_LOOKER) or _of_supervision(event.by_id, event.task.district_id, event.at)
        )
    if kind == REBOUND:
        return any(_of_supervision(each.done_by_id, each.district_id, each.done_at) for each in _rebounds(key))
    return False


def _of_supervision(person_id: int | None, district_id: int, at) -> bool:
    """Whether the person sat in 督查局 then, or stood in for somebody who did."""
    day = clock.beijing(at).date()
    seats = Membership.objects.current(day).filter(organisation__district_id=district_id, role=Role.SUPERVISION)
    standing_in = Handover.objects.current(day).filter(substitute_id=person_id).values("membership")
    return person_id is not None and seats.filter(Q(user_id=person_id) | Q(pk__in=standing_in)).exists()


def _rebounds(finding_id: int):
    return LookBack.objects.filter(finding_id=finding_id, result=LookBackResult.REBOUND)


def takers(appeal: Appeal) -> set[int]:
    """Persons by whose act the mark was taken; a clock that ran out is nobody's act."""
    kind, key = event_of(appeal.event_key)
    if kind == SENT_BACK:
        found = set(TaskEvent.objects.filter(pk=key).values_list("by_id", flat=True))
    elif kind in (REBOUND, FOUND):
        found = set(_rebounds(key).values_list("done_by_id", flat=True)) if kind == REBOUND else set()
        found |= set(Finding.objects.filter(pk=appeal.finding_id).values_list("reporter_id", flat=True))
    elif kind == ENTRY:
        found = {person for pair in Adjustment.objects.filter(pk=key).values_list("proposed_by_id", "signed_by_id") for person in pair}
    else:
        found = set()
    return found - {None}


# --- who may ------------------------------------------------------------------------------------------------------------------------
def is_unit(user, organisation_id: int) -> bool:
    """Manager or handler of the unit, or of the one it was merged into."""
    return organisation_id in with_merged(scope.rights(user).organisation_ids)


def insist_unit(user, organisation_id: int) -> None:
    if not is_unit(user, organisation_id):
        raise NotYourRole(_("申诉由被扣分单位的负责人或经办人提出。"))


def barred(user, appeal: Appeal) -> str:
    """Why the person never decides this appeal; empty when he may."""
    rights = scope.rights(user)
    if not rights.in_district(appeal.district_id, {ROLE_OF[OrganisationKind(appeal.decider)]}):
        return _("这件申诉由%(body)s裁定。") % {"body": appeal.decider_label}
    if appeal.scorecard.organisation_id in with_merged(seat.organisation_id for seat in rights.seats):
        return _("您在申诉单位任职，不能参加裁定。")
    return _("这项扣分由您经手，不能参加裁定。") if user.pk in takers(appeal) else ""


def why_not_decide(user, appeal: Appeal) -> str:
    """Why the person may not decide now; empty when he may."""
    if appeal.state == AppealState.SECOND and appeal.first_by_id == user.pk:
        return _("您已提出意见，须由另一位区领导合议。")
    return barred(user, appeal)


def deciders(appeal: Appeal) -> list:
    """People who may decide now."""
    found = people.with_role(appeal.district_id, {ROLE_OF[OrganisationKind(appeal.decider)]})
    own = set(people_of(appeal.scorecard.organisation).values_list("pk", flat=True))
    barred = own | takers(appeal) | ({appeal.first_by_id} if appeal.state == AppealState.SECOND else set())
    return [person for person in found if person.pk not in barred]


def unit_people(appeal: Appeal) -> list:
    """Who is told of a decision: managers of the unit and whoever appealed."""
    unit = appeal.scorecard.organisation
    managers = set(people_of(unit, MANAGERS).values_list("pk", flat=True))
    return [person for person in people_of(unit, PARTIES) if person.pk == appeal.filed_by_id or person.pk in managers]
