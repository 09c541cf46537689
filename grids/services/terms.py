"""Who serves where, from when to when: posts of 一长三员, memberships, stand-ins."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common import clock
from common.errors import NotYourRole
from grids import scope
from grids.models import Grid, Handover, Membership, Organisation, Post
from grids.roles import MANAGERS, OFFICE, ROLES_OF_KIND, SETTINGS_KEEPERS, OrganisationKind, PostRole, Role
from grids.services.history import check_keeper, lock_district

DAY = dt.timedelta(days=1)


@transaction.atomic
def appoint(*, user: User, grid: Grid, role: PostRole, by, starts_on=None, ends_on=None, title: str = "") -> Post:
    """Give a person a post in a grid. Who holds it already keeps it; a fresh title is taken over."""
    check_keeper(by, grid.district_id)
    starts_on = starts_on or clock.today()
    if not grid.is_active(starts_on):
        raise ValidationError(_("网格“%(name)s”在 %(day)s 未启用或已停用。") % {"name": grid, "day": starts_on}, code="closed")
    _hold_person(user)
    post = Post.objects.filter(user=user, grid=grid, role=role, ends_on=None).first()
    if post:
        return _same_duty(post, title, by=by, district_id=grid.district_id)
    post = Post(user=user, grid=grid, role=role, title=title, starts_on=starts_on, ends_on=ends_on)
    return _begin(post, "post.appoint", by=by, district_id=grid.district_id)


@transaction.atomic
def grant(*, user: User, organisation: Organisation, role: Role, by, starts_on=None, ends_on=None, title: str = "") -> Membership:
    """Give a person a role in an organisation; the role must fit its kind, and nobody gives one to himself."""
    check_keeper(by, organisation.district_id)
    if by is not None and by.pk == user.pk:
        raise NotYourRole(_("不能给自己授予角色，请由另一位管理人员办理。"))
    kind = OrganisationKind(organisation.kind)
    if role not in ROLES_OF_KIND[kind]:
        message = _("“%(kind)s”类单位不能授予角色“%(role)s”。") % {"kind": kind.label, "role": Role(role).label}
        raise ValidationError({"role": message}, code="role_of_kind")
    starts_on = starts_on or clock.today()
    if not organisation.is_active(starts_on):
        raise ValidationError(_("单位“%(name)s”已停用。") % {"name": organisation}, code="closed")
    _hold_person(user)
    membership = Membership.objects.filter(user=user, organisation=organisation, role=role, ends_on=None).first()
    if membership:
        return _same_duty(membership, title, by=by, district_id=organisation.district_id)
    membership = Membership(user=user, organisation=organisation, role=role, title=title, starts_on=starts_on, ends_on=ends_on)
    return _begin(membership, "membership.grant", by=by, district_id=organisation.district_id)


def _hold_person(user: User) -> None:
    """One after the other: what is pressed twice is one duty."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)


def _begin(term, action: str, *, by, district_id):
    term.full_clean()
    term.save()
    record(action, term, by=by, district_id=district_id, payload=_told(term))
    scope.forget(term.user)
    return term


def _same_duty(term, title: str, *, by, district_id):
    if title and title != term.title:
        term.title = title
        term.save(update_fields=["title"])
        record(f"{term._meta.model_name}.edited", term, by=by, district_id=district_id, payload={"title": title})
    return term


@transaction.atomic
def end_post(post: Post, *, by, ends_on=None, reason: str = "") -> Post:
    """``ends_on`` is the last day; without it the post ends at once, within the day."""
    check_keeper(by, post.grid.district_id)
    _hold(post)
    return _end(post, "post.end", ends_on=ends_on, reason=reason, by=by, district_id=post.grid.district_id)


@transaction.atomic
def end_membership(membership: Membership, *, by, ends_on=None, reason: str = "") -> Membership:
    """``ends_on`` is the last day; without it the rights end at once. The last one who may change settings stays."""
    organisation = membership.organisation
    check_keeper(by, organisation.district_id)
    if membership.role in SETTINGS_KEEPERS:  # one after the other, else the last two end each other
        lock_district(organisation.district_id)
    _hold(membership)
    if membership.role in SETTINGS_KEEPERS:
        check_keeper_stays(organisation.district_id, without=Q(pk=membership.pk))
    return _end(membership, "membership.end", ends_on=ends_on, reason=reason, by=by, district_id=organisation.district_id)


def _hold(term) -> None:
    """Lock the term and read it anew: what somebody else has just ended is not ended once more, with another day."""
    term.refresh_from_db(fields=["starts_on", "ends_on", "revoked_at"], from_queryset=type(term).objects.select_for_update())
    if term.revoked_at or (term.ends_on and term.ends_on < clock.today()):
        raise ValidationError(_("这项任职已经结束。"), code="ended")


def check_keeper_stays(district_id: int, *, without: Q) -> None:
    """The caller has locked the district."""
    keepers = Membership.objects.current(clock.today()).filter(
        organisation__district_id=district_id, role__in=SETTINGS_KEEPERS, user__is_active=True, ends_on=None
    )
    if not keepers.exclude(without).exists():
        raise ValidationError(_("这是本区县最后一位可以维护设置的人员，请先授予另一人。"), code="last_keeper")


def _end(term, action: str, *, ends_on, reason, by, district_id):
    if ends_on is not None and ends_on < term.starts_on:
        raise ValidationError({"ends_on": _("截止日期不能早于起始日期 %(day)s。") % {"day": term.starts_on}}, code="ends_before_start")
    today = clock.today()
    if ends_on is None:
        term.revoked_at = clock.now()
    term.ends_on = ends_on or max(today, term.starts_on)
    term.save(update_fields=["ends_on", "revoked_at"])
    record(action, term, by=by, district_id=district_id, payload=_told(term) | {"reason": reason})
    scope.forget(term.user)
    return term


def end_posts_of(grid: Grid, *, on, by) -> None:
    """End the open posts of a grid that is in force no longer from ``on``."""
    open_posts = Post.objects.filter(grid=grid).filter(Q(ends_on=None) | Q(ends_on__gte=on)).select_related("user", "grid")
    end_posts_of_people(open_posts, last=on - DAY, by=by)


def end_posts_of_people(posts, *, last, by) -> int:
    """End posts with ``last`` as their last day; those that began later end at once. How many."""
    posts = list(posts)
    for post in posts:
        _end(post, "post.end", ends_on=last if last >= post.starts_on else None, reason="", by=by, district_id=post.grid.district_id)
    return len(posts)


@transaction.atomic
def hand_over(duty: Membership | Post, *, substitute: User, starts_on, ends_on, reason: str, by) -> Handover:
    """A stand-in for some days: by the holder, a manager of the same unit, or those who keep the settings."""
    district_id = _district_of(duty)
    check_may_hand_over(duty, by=by)
    type(duty).objects.select_for_update(of=("self",)).get(pk=duty.pk)
    _check_handover(duty, substitute, starts_on=starts_on, ends_on=ends_on, reason=reason)
    mine = {"membership": duty} if isinstance(duty, Membership) else {"post": duty}
    handover = Handover.objects.create(substitute=substitute, starts_on=starts_on, ends_on=ends_on, reason=reason.strip(), **mine)
    payload = _told(duty) | {"substitute": str(substitute), "from": starts_on, "to": ends_on, "reason": reason}
    record("handover.start", handover, by=by, district_id=district_id, payload=payload)
    scope.forget(substitute)
    return handover


def may_hand_over(user, duty: Membership | Post) -> bool:
    if duty.user_id == user.pk or scope.may_change_settings(user, _district_of(duty)):
        return True
    organisation_id = duty.grid.organisation_id if isinstance(duty, Post) else duty.organisation_id
    return scope.rights(user).in_organisation(organisation_id, MANAGERS | OFFICE)


def check_may_hand_over(duty: Membership | Post, *, by) -> None:
    if by is not None and not may_hand_over(by, duty):
        raise NotYourRole(_("只有本人、本单位负责人、攻坚办主任和系统管理员可以办理代理。"))


def _check_handover(duty, substitute: User, *, starts_on, ends_on, reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("请写明事由。")}, code="reason")
    if ends_on < starts_on:
        raise ValidationError({"ends_on": _("截止日期不能早于起始日期。")}, code="ends_before_start")
    if substitute.pk == duty.user_id or not substitute.is_active:
        raise ValidationError({"substitute": _("代理人应是另一位在用账号的人员。")}, code="substitute")
    if _district_of(duty) not in scope.rights(substitute).district_ids:
        raise ValidationError({"substitute": _("代理人应是本区县在任人员。")}, code="substitute")
    if duty.handovers.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise ValidationError(_("这段时间内已有代理人。"), code="overlap")


@transaction.atomic
def end_handover(handover: Handover, *, by) -> Handover:
    """The holder is back: the stand-in's rights end at once. What has ended stays as it ended."""
    duty = handover.duty
    check_may_hand_over(duty, by=by)
    handover.refresh_from_db(fields=["starts_on", "ends_on", "revoked_at"], from_queryset=Handover.objects.select_for_update())
    if handover.revoked_at or handover.ends_on < clock.today():
        return handover
    handover.ends_on = max(clock.today(), handover.starts_on)
    handover.revoked_at = clock.now()
    handover.save(update_fields=["ends_on", "revoked_at"])
    record("handover.end", handover, by=by, district_id=_district_of(duty), payload=_told(duty) | {"substitute": str(handover.substitute)})
    scope.forget(handover.substitute)
    return handover


def _district_of(duty: Membership | Post):
    return duty.organisation.district_id if isinstance(duty, Membership) else duty.grid.district_id


def _told(term) -> dict:
    where = term.grid if isinstance(term, Post) else term.organisation
    return {"user": str(term.user), "where": str(where), "role": term.role, "starts_on": term.starts_on, "ends_on": term.ends_on}
