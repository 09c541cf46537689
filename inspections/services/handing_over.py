"""A round goes to another person of the grid: with a reason, on record, nothing lost (domain 2.5)."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import notices.services
from audit.services import record
from common import clock
from common.errors import Conflict, NotYourRole
from grids import people, scope
from grids.roles import OFFICE
from inspections.models import Patrol, Visit
from inspections.services import rounds
from inspections.words import PatrolState, VisitState

OPEN = (PatrolState.PLANNED, PatrolState.STARTED)


def may_hand_over(patrol: Patrol, user) -> bool:
    """The person, the chief of the grid, township or office above it."""
    rights = scope.rights(user)
    leads = any(patrol.grid_path.startswith(path) for path in rights.led_paths) or rights.in_district(patrol.district_id, OFFICE)
    return patrol.state in OPEN and (patrol.person_id == user.pk or leads)


def candidates(patrol: Patrol):
    """Others with a post in the grid today."""
    return people.holders_of(patrol.grid).exclude(pk=patrol.person_id)


@transaction.atomic
def hand_over(patrol: Patrol, *, to, reason: str, by) -> Patrol:
    """What is not visited yet becomes the other person's round of the day; visits already made stay where they are. Gives that round.

    A round whose window is over stays as it was, though nobody has closed it yet: the month it fell into may have been worked out.
    """
    patrol = Patrol.objects.select_for_update(of=("self",)).select_related("grid").get(pk=patrol.pk)
    if patrol.state not in OPEN or patrol.ends_at <= clock.now():
        raise Conflict(_("这次巡查已经结束或已移交。"), code="stale")
    if not may_hand_over(patrol, by):
        raise NotYourRole(_("由巡查人、网格长、乡办或攻坚办移交。"))
    if not reason.strip():
        raise ValidationError({"reason": _("请写明移交原因。")}, code="reason")
    if not candidates(patrol).filter(pk=to.pk).exists():
        raise ValidationError({"to": _("请选择这个网格在岗的人员。")}, code="to")
    target = _target(patrol, to)
    _move(patrol, target)
    patrol.state, patrol.handed_to, patrol.handover_reason = PatrolState.HANDED_OVER, to, reason.strip()[:200]
    patrol.save(update_fields=["state", "handed_to", "handover_reason"])
    _tell(patrol, target, by=by)
    record("patrol.hand_over", patrol, by=by, district_id=patrol.district_id, payload={"to": to.pk, "reason": patrol.handover_reason})
    record("patrol.plan", target, by=by, district_id=patrol.district_id, payload={"from": str(patrol.uuid)})
    return target


def _tell(patrol: Patrol, target: Patrol, *, by) -> None:
    """Who goes on, and who was to go when somebody above them has decided it."""
    grid, reason, left = str(patrol.grid), patrol.handover_reason, target.visits.filter(state=VisitState.PLANNED).count()
    titles = {target.person: lambda: _("“%(grid)s”的一次巡查移交给您") % {"grid": grid}}
    if patrol.person_id != by.pk:
        titles[patrol.person] = lambda: _("您在“%(grid)s”的巡查已移交给%(person)s") % {"grid": grid, "person": target.person}
    for person, title in titles.items():
        notices.services.queue(
            to=[person],
            title=title,
            body=lambda: (
                ngettext("还有 %(n)s 处要到访。移交原因：%(reason)s", "还有 %(n)s 处要到访。移交原因：%(reason)s", left)
                % {"n": left, "reason": reason}
            ),
            url=reverse("mobile:round", args=[target.uuid]) if person == target.person else reverse("mobile:rounds"),
            dedup_key=f"patrol:hand_over:{patrol.pk}",
            kind="patrol.hand_over",
            subject=target,
            district_id=patrol.district_id,
        )


def _target(patrol: Patrol, to) -> Patrol:
    """The other person's own round of the same kind, if it is still open; else a new one."""
    own = Patrol.objects.select_for_update(of=("self",)).filter(person=to, grid=patrol.grid, planned_on=patrol.planned_on, kind=patrol.kind)
    if found := own.filter(state__in=OPEN).first():
        return found
    key = Visit._meta.get_field("uuid").get_default()
    return Patrol.objects.create(
        uuid=key,
        number=rounds.number_of(key, patrol.planned_on),
        district_id=patrol.district_id,
        grid=patrol.grid,
        grid_path=patrol.grid_path,
        person=to,
        post_role=rounds.post_role(to, patrol.grid, patrol.planned_on),
        kind=patrol.kind,
        weather=patrol.weather,
        planned_on=patrol.planned_on,
        is_planned=not own.filter(is_planned=True).exists(),
        starts_at=patrol.starts_at,
        ends_at=patrol.ends_at,
        created_at=clock.now(),
    )


def _move(patrol: Patrol, target: Patrol) -> None:
    """The old rows stay, dropped: what the first person has seen after all and not sent yet still finds its place."""
    left = list(patrol.visits.select_for_update(of=("self",)).filter(state=VisitState.PLANNED).order_by("position", "pk"))
    begin = target.visits.count()
    Visit.objects.bulk_create(
        Visit(
            district_id=each.district_id, patrol=target, site_id=each.site_id, grid_id=each.grid_id, grid_path=each.grid_path, person=target.person,
            position=begin + n, due_from=each.due_from, due_to=each.due_to,
        )
        for n, each in enumerate(left)
    )  # fmt: skip
    Visit.objects.filter(pk__in=[each.pk for each in left]).update(state=VisitState.DROPPED)
