"""Who is what, where, from when to when. A person's rights follow the posts and memberships of today."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grids import scope
from grids.models.structure import Grid, Organisation
from grids.roles import PostRole, Role


class TermQuerySet(models.QuerySet):
    def current(self, day):
        """Terms that run on a Beijing day; ``ends_on`` is the last day. What was revoked ends within its last day."""
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day) | Q(ends_on=day, revoked_at=None))


class Term(models.Model):
    """A span of days; ``ends_on`` empty means until further notice."""

    starts_on = models.DateField(_("起始日期"))
    ends_on = models.DateField(_("截止日期"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("即时终止时间"), null=True, editable=False)

    class Meta:
        abstract = True


class MembershipQuerySet(TermQuerySet):
    def visible_to(self, user):
        return self.filter(organisation__district_id__in=scope.rights(user).member_district_ids)


class Membership(Term):
    """A person's role in an organisation."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("人员"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships", verbose_name=_("单位"))
    role = models.CharField(_("角色"), max_length=20, choices=Role)
    title = models.CharField(_("职务"), max_length=40, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="membership_ends_after_start"),
            models.UniqueConstraint(fields=["user", "organisation", "role"], condition=Q(ends_on=None), name="membership_once_at_a_time"),
        ]

    def __str__(self):
        return f"{self.user} · {self.organisation} · {self.get_role_display()}"


class PostQuerySet(TermQuerySet):
    def visible_to(self, user):
        rights = scope.rights(user)
        return self.filter(Q(grid__district_id__in=rights.member_district_ids) | scope.under(rights.paths, "grid__path"))


class Post(Term):
    """A person's place in the 一长三员 of a grid. Several persons may share a post; none is a vacancy."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", verbose_name=_("人员"))
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="posts", verbose_name=_("网格"))
    role = models.CharField(_("岗位"), max_length=20, choices=PostRole)
    title = models.CharField(_("职务"), max_length=40, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("网格岗位")
        verbose_name_plural = _("网格岗位")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=PostRole.values), name="post_role_known"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="post_ends_after_start"),
            models.UniqueConstraint(fields=["user", "grid", "role"], condition=Q(ends_on=None), name="post_once_at_a_time"),
        ]

    def __str__(self):
        return f"{self.user} · {self.grid} · {self.get_role_display()}"


class HandoverQuerySet(TermQuerySet):
    def visible_to(self, user):
        duties = Q(membership__in=Membership.objects.visible_to(user)) | Q(post__in=Post.objects.visible_to(user))
        return self.filter(duties | Q(membership__user=user) | Q(post__user=user) | Q(substitute=user))


class Handover(Term):
    """A stand-in for an absence: has the rights of the membership or post for these days, under their own name."""

    membership = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="handovers")
    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="handovers")
    substitute = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="standing_in", verbose_name=_("代理人"))
    reason = models.CharField(_("事由"), max_length=200)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("代理")
        verbose_name_plural = _("代理")
        constraints = [
            models.CheckConstraint(
                condition=Q(membership=None, post__isnull=False) | Q(membership__isnull=False, post=None), name="handover_of_one_duty"
            ),
            models.CheckConstraint(condition=Q(ends_on__isnull=False, ends_on__gte=F("starts_on")), name="handover_has_an_end"),
        ]

    @property
    def duty(self):
        return self.membership or self.post

    @property
    def place(self):
        return self.membership.organisation if self.membership else self.post.grid
