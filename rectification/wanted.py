"""What is wanted of a person now, as querysets: the same rules as ``services.parts``, asked of the database for many rows at once.

A test compares both for every person and row.
"""

from django.db.models import Exists, OuterRef, Q

from common import clock
from grids import scope
from grids.roles import COMMANDERS, HEADQUARTERS, OFFICE, Role
from inspections.models import Finding
from inspections.words import FROM_ABOVE, FindingState, Risk
from rectification.models import LookBack, Task, TaskRequest
from rectification.words import LEFT, Lot, RequestState, TaskState


def organisations_with(user, roles) -> set[int]:
    return {seat.organisation_id for seat in scope.rights(user).seats if seat.role in roles}


# --- findings ---------------------------------------------------------------------------------------------------------------------------
def _of_office(user) -> Q:
    """The office's rows, and sealed covert visits, which are 督查局's own until assigned."""
    rights = scope.rights(user)
    return Q(district_id__in=rights.districts_with(OFFICE), is_sealed=False) | Q(
        district_id__in=rights.districts_with({Role.SUPERVISION}), is_sealed=True
    )


def to_register(user):
    return Finding.objects.filter(_of_office(user), state=FindingState.REPORTED)


def to_assign(user):
    return Finding.objects.filter(_of_office(user), state=FindingState.REGISTERED)


def to_strike_off(user):
    directed = scope.rights(user).districts_with({Role.OFFICE_DIRECTOR})
    return Finding.objects.visible_to(user).filter(state=FindingState.RECTIFIED, district_id__in=directed)


def to_recheck(user):
    keepers = scope.rights(user).districts_with(OFFICE | {Role.SUPERVISION})
    mine = Q(district_id__in=keepers) | Q(field__headquarters__organisation_id__in=organisations_with(user, HEADQUARTERS))
    return Finding.objects.filter(mine, state=FindingState.STOPPED_PENDING, recheck_on__lte=clock.today())


def look_backs(user):
    """Look-backs whose hidden day has come."""
    keepers = scope.rights(user).districts_with(OFFICE | {Role.SUPERVISION})
    mine = Q(district_id__in=keepers) | Q(finding__field__headquarters__organisation_id__in=organisations_with(user, HEADQUARTERS))
    return LookBack.objects.due(clock.today()).filter(mine, finding__state=FindingState.STRUCK_OFF)


# --- tasks ------------------------------------------------------------------------------------------------------------------------------
def mine(user) -> Q:
    """Tasks of the person's organisations, and those given to them as handler."""
    return Q(organisation_id__in=scope.rights(user).organisation_ids) | Q(handler_id=user.pk)


def to_accept(user):
    return Task.objects.visible_to(user).filter(mine(user), state=TaskState.ASSIGNED)


def to_feed_back(user):
    return Task.objects.visible_to(user).filter(mine(user), state__in=(TaskState.ACCEPTED, TaskState.RETURNED))


FIRST_LOOK_WANTED = Q(state=TaskState.FED_BACK) | Q(state=TaskState.SECOND_LOOK, lot=Lot.SECOND_LOOKED)
SECOND_LOOK_WANTED = (Q(state=TaskState.FED_BACK) & ~Q(lot="")) | (Q(state=TaskState.SECOND_LOOK) & ~Q(lot=Lot.SECOND_LOOKED))


def to_verify(user):
    """By risk: the other party, office or headquarters, 督查局; the second look by office or 督查局, never both by the same person."""
    rights = scope.rights(user)
    offices, supervised = rights.districts_with(OFFICE), rights.districts_with({Role.SUPERVISION})
    others = Task.objects.filter(finding=OuterRef("finding")).exclude(state__in=LEFT).exclude(organisation=OuterRef("organisation"))
    high = Q(finding__risk=Risk.HIGH) | Q(finding__source__in=FROM_ABOVE)
    shared = ~high & Q(finding__risk=Risk.LOW) & Exists(others)
    my_side = Exists(others.filter(organisation_id__in=rights.organisation_ids))
    headquarters = Q(finding__field__headquarters__organisation_id__in=organisations_with(user, HEADQUARTERS))
    first = FIRST_LOOK_WANTED & (
        (high & Q(district_id__in=supervised)) | (shared & my_side) | (~high & ~shared & (Q(district_id__in=offices) | headquarters))
    )
    second = SECOND_LOOK_WANTED & Q(district_id__in=offices | supervised)
    return Task.objects.visible_to(user).filter(first | second).exclude(mine(user)).exclude(assigned_by=user).exclude(first_verifier=user)


def to_decide(user):
    """Requests that wait for the person as commander of the field, or as the office's director."""
    commanded = Q(task__finding__field__headquarters__organisation_id__in=organisations_with(user, COMMANDERS))
    directed = Q(task__district_id__in=scope.rights(user).districts_with({Role.OFFICE_DIRECTOR}))
    return TaskRequest.objects.filter(commanded | directed, state=RequestState.PENDING).exclude(asked_by=user)
