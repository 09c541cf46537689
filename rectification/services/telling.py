"""Who is told of a step, as rows of the outbox in the same transaction."""

from django.utils.translation import gettext as _

from common import clock
from grids import people
from grids.roles import COMMANDERS, HEADQUARTERS, OFFICE, PARTIES, Role
from notices.services import Text, queue
from rectification.models import Task
from rectification.services import parts
from rectification.workflow import Part

BY_HAND = ("inbox", "email")


def task_people(task: Task, *, managers: bool = True) -> list:
    """The handler, or everybody of the organisation when there is none; managers too."""
    members = list(people.members_of(task.organisation, PARTIES))
    if task.handler_id:
        keep = {task.handler_id} | (
            {each.pk for each in people.members_of(task.organisation, {Role.TOWN_MANAGER, Role.DEPT_MANAGER})} if managers else set()
        )
        members = [each for each in members if each.pk in keep]
    return members


def office_people(district_id: int) -> list:
    return list(people.with_role(district_id, OFFICE))


def supervision_people(district_id: int) -> list:
    return list(people.with_role(district_id, {Role.SUPERVISION}))


def commanders(finding) -> list:
    """Commander and deputies of the field's headquarters; the office's director where there is none."""
    headquarters = finding.field.headquarters
    found = list(people.members_of(headquarters.organisation, COMMANDERS)) if headquarters else []
    return found or list(people.with_role(finding.district_id, {Role.OFFICE_DIRECTOR}))


def verifiers(task: Task) -> list:
    """People who may verify this task now as the rules of risk say: the groups ``parts`` names."""
    return _may_look(task, _verifying_groups(task)) if Part.VERIFIER in parts.looks_wanted(task) else []


def second_lookers(task: Task) -> list:
    """People who may take the blind second look of a drawn task now, but for those who verify it anyway."""
    if Part.SECOND_LOOKER not in parts.looks_wanted(task):
        return []
    asked = {person.pk for person in verifiers(task)}
    both = [*office_people(task.district_id), *supervision_people(task.district_id)]
    return [person for person in _may_look(task, both) if person.pk not in asked]


def _may_look(task: Task, found) -> list:
    """Without the party's own people, whoever assigned it and whoever has looked already; nobody twice."""
    own = {person.pk for person in people.members_of(task.organisation, PARTIES)} | {task.assigned_by_id, task.first_verifier_id}
    once = {person.pk: person for person in found if person.pk not in own}
    return [once[key] for key in sorted(once)]


def _verifying_groups(task: Task) -> list:
    groups = parts.verifier_parts(task)
    if Part.SUPERVISION in groups:
        return supervision_people(task.district_id)
    if Part.OFFICE not in groups:
        return _other_parties(task)
    headquarters = task.finding.field.headquarters
    staff = people.members_of(headquarters.organisation, HEADQUARTERS) if headquarters else []
    return [*office_people(task.district_id), *staff]


def _other_parties(task: Task) -> list:
    others = [other.organisation for other in task.finding.tasks.select_related("organisation") if other.organisation_id != task.organisation_id]
    return [person for organisation in others for person in people.members_of(organisation, PARTIES)]


def tell(who, *, task=None, finding=None, event, title: Text, body: Text = "", channels=("inbox",), urgent: bool = False, step: str = "") -> int:
    """Queue one notice about a step; its key is the event's, so a repeated step never tells twice. ``step``: told under another name."""
    subject = task or finding
    action = step or event.action
    kind = "task" if task else "finding"
    row = task.finding if task else finding
    return queue(
        to=who,
        title=title,
        body=body or (lambda: about(row)),
        url=row.get_absolute_url(),
        dedup_key=f"{kind}-{action}:{subject.pk}:e{event.pk}",
        kind=f"{kind}.{action}",
        subject=subject,
        channels=channels,
        district_id=row.district_id,
        urgent=urgent,
    )


def about(finding) -> str:
    """One line that says which problem is meant."""
    return _("%(number)s %(type)s：%(text)s") % {
        "number": finding.number or _("（未编号）"),
        "type": finding.problem_type.name,
        "text": finding.short_text,
    }


def announce(task: Task, *, event) -> None:
    """Tell the people of a new duty, by mail too; at any hour when its clock counts minutes."""
    queue(
        to=task_people(task),
        title=lambda: _("交办（%(role)s）：%(about)s") % {"role": task.get_role_display(), "about": about(task.finding)},
        body=lambda: _("签收期限 %(accept)s，整改期限 %(due)s。") % {"accept": moment(task.accept_due_at), "due": moment(task.due_at)},
        url=task.get_absolute_url(),
        dedup_key=f"task-assigned:{task.pk}",
        kind="task.assigned",
        subject=task,
        channels=BY_HAND,
        district_id=task.district_id,
        urgent=task.finding.problem_type.is_minute_clock,
    )


def moment(value) -> str:
    """With its year, since what was told is read again long afterwards."""
    return f"{clock.beijing(value):%Y-%m-%d} {clock.hour(value)}"
