"""What a person is towards a row: office, commander of its field, party, verifier … (design 4)."""

from common import clock
from grids import scope
from grids.roles import COMMANDERS, HEADQUARTERS, OFFICE, PARTIES, Role
from inspections.models import Finding
from inspections.words import Kind, Risk
from rectification.models import Task
from rectification.words import LEFT, VERIFIER_TURN, Lot, RequestState, TaskState
from rectification.workflow import FINDING_STEPS, HIDDEN, TASK_STEPS, Part, allowed


def towards_finding(user, finding: Finding) -> set[Part]:
    rights = scope.rights(user)
    headquarters = finding.field.headquarters
    held = {
        Part.OFFICE: rights.in_district(finding.district_id, OFFICE),
        Part.DIRECTOR: rights.in_district(finding.district_id, {Role.OFFICE_DIRECTOR}),
        Part.SUPERVISION: rights.in_district(finding.district_id, {Role.SUPERVISION}),
        Part.LEADER: rights.in_district(finding.district_id, {Role.DISTRICT_LEADER}),
        Part.COMMANDER: headquarters is not None and rights.in_organisation(headquarters.organisation_id, COMMANDERS),
        Part.HEADQUARTERS: headquarters is not None and rights.in_organisation(headquarters.organisation_id, HEADQUARTERS),
    }
    if finding.is_sealed and held[Part.SUPERVISION]:
        held[Part.OFFICE] = True  # nobody else can see it: 督查局 registers and assigns its covert visits itself
    return {part for part, is_held in held.items() if is_held}


def towards_task(user, task: Task, *, at_any_time: bool = False) -> set[Part]:
    """``at_any_time``: with what the person could be in another state of the task, too."""
    held = towards_finding(user, task.finding)
    rights = scope.rights(user)
    if rights.in_organisation(task.organisation_id, PARTIES):
        held.add(Part.PARTY)
    elif task.handler_id == user.pk and rights.district_ids & {task.district_id}:
        held.add(Part.HANDLER)
    if at_any_time:
        held |= _verifying(user, task, held, wanted={Part.VERIFIER, Part.SECOND_LOOKER})
    elif task.state in VERIFIER_TURN and task.first_verifier_id != user.pk:
        looking = _verifying(user, task, held, wanted=looks_wanted(task))
        held |= {Part.VERIFIER} if Part.VERIFIER in looking else looking
    return held


def is_party(user, task: Task) -> bool:
    return bool(towards_task(user, task) & {Part.PARTY, Part.HANDLER})


def _verifying(user, task: Task, held: set[Part], *, wanted: set[Part]) -> set[Part]:
    """Never the party itself, never the person who assigned it."""
    if held & {Part.PARTY, Part.HANDLER} or task.assigned_by_id == user.pk:
        return set()
    found = set()
    if held & verifier_parts(task) or (_other_party_verifies(task) and _is_other_party(user, task)):
        found.add(Part.VERIFIER)
    if held & {Part.OFFICE, Part.SUPERVISION}:
        found.add(Part.SECOND_LOOKER)
    return found & wanted


def looks_wanted(task: Task) -> set[Part]:
    """A drawn task is looked at by two, in whichever order; nobody learns what the other has found before his own verdict (design 4)."""
    if task.state == TaskState.SECOND_LOOK:
        return {Part.VERIFIER if task.lot == Lot.SECOND_LOOKED else Part.SECOND_LOOKER}
    return {Part.VERIFIER, Part.SECOND_LOOKER} if task.lot else {Part.VERIFIER}


def verifier_parts(task: Task) -> set[Part]:
    """By risk (design 4): low, the other party (no other party: office or headquarters); medium, office or headquarters; high or from above, 督查局."""
    finding = task.finding
    if finding.risk == Risk.HIGH or finding.is_from_above:
        return {Part.SUPERVISION}
    if finding.risk == Risk.LOW and _other_parties(task):
        return set()
    return {Part.OFFICE, Part.HEADQUARTERS}


def _other_party_verifies(task: Task) -> bool:
    return task.finding.risk == Risk.LOW and not task.finding.is_from_above


def _other_parties(task: Task) -> list[int]:
    """Organisations that share the finding with this task."""
    return [other.organisation_id for other in task.finding.tasks.all() if other.organisation_id != task.organisation_id and other.state not in LEFT]


def _is_other_party(user, task: Task) -> bool:
    rights = scope.rights(user)
    return any(rights.in_organisation(organisation_id, PARTIES) for organisation_id in _other_parties(task))


def towards(user, subject, *, at_any_time: bool = False) -> set[Part]:
    if user is None:
        return {Part.SYSTEM}
    return towards_task(user, subject, at_any_time=at_any_time) if isinstance(subject, Task) else towards_finding(user, subject)


def steps_of(subject) -> dict:
    return TASK_STEPS if isinstance(subject, Task) else FINDING_STEPS


def actions_for(user, subject) -> list[str]:
    """Actions to offer this person now, in the table's order; nothing that would be refused."""
    return [
        action
        for action in allowed(steps_of(subject), subject.state, towards(user, subject))
        if action not in HIDDEN and (_task_ready(user, subject, action) if isinstance(subject, Task) else _finding_ready(user, subject, action))
    ]


def _task_ready(user, task: Task, action: str) -> bool:
    """Narrower than the table: a decision needs a pending request, an objection none and its time, arrival a limit."""
    pending = next((request for request in task.requests.all() if request.state == RequestState.PENDING), None)
    if action in ("approve", "decline"):
        return pending is not None and pending.asked_by_id != user.pk
    if action == "withdraw":
        return pending is not None
    if action in ("object_date", "refuse"):
        return pending is None and clock.now() <= task.accept_due_at
    if action == "extend":
        return pending is None and clock.now() < task.due_at and may_extend(task)
    if action in ("suspend", "transfer"):
        return pending is None
    if action == "milestones":
        return pending is None and task.kind == Kind.LONG_TERM
    if action == "arrive":
        return task.arrive_due_at is not None and task.arrived_at is None
    return True


def may_extend(task: Task) -> bool:
    """Domain 5.3: neither minute clocks nor what has to be put right on the spot."""
    problem_type = task.finding.problem_type
    return problem_type.may_extend and not problem_type.is_minute_clock and task.kind != Kind.IMMEDIATE


def _finding_ready(user, finding: Finding, action: str) -> bool:
    if action == "superior_accept":
        return finding.is_from_above and finding.number is not None and finding.superior_accepted_at is None
    if action == "look_back":
        today = clock.today()
        return any(each.done_at is None and each.planned_on <= today for each in finding.look_backs.all())
    if action == "resume":
        return not assigned_all(user, finding)
    return True


def assigned_all(user, finding: Finding) -> bool:
    """Whether the person alone has assigned it, and so must not alone declare it put right."""
    duties = [task for task in finding.tasks.all() if task.state not in LEFT]
    return bool(duties) and all(task.assigned_by_id == user.pk for task in duties)
