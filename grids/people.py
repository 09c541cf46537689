"""Who is to be told or asked: people of today, stand-ins included. Users are active and come once each."""

from django.db.models import Q, QuerySet

from accounts.models import User
from common import clock
from grids import scope
from grids.models import Grid, Handover, Membership, Organisation, Post
from grids.roles import OFFICE, REQUIRED_POSTS, SETTINGS_KEEPERS, PostRole


def members_of(organisation: Organisation, roles=None) -> QuerySet[User]:
    """People who hold one of ``roles`` (any, without) in the organisation today, and those who stand in for them."""
    return _of_memberships(Q(organisation=organisation), roles)


def posted_in(organisation: Organisation) -> QuerySet[User]:
    """People with a post in any grid of the organisation today, stand-ins included."""
    day = clock.today()
    posts = Post.objects.current(day).filter(grid__organisation=organisation)
    return _users(posts, Handover.objects.current(day).filter(post__in=posts))


def with_role(district: Grid | int, roles) -> QuerySet[User]:
    """People who hold one of ``roles`` anywhere in the district today."""
    return _of_memberships(Q(organisation__district_id=getattr(district, "pk", district)), roles)


def holders_of(grid: Grid, roles=None) -> QuerySet[User]:
    """People with a post of ``roles`` in exactly this grid today, stand-ins included."""
    day = clock.today()
    posts = Post.objects.current(day).filter(grid=grid)
    posts = posts.filter(role__in=roles) if roles is not None else posts
    return _users(posts, Handover.objects.current(day).filter(post__in=posts))


def _of_memberships(where: Q, roles) -> QuerySet[User]:
    day = clock.today()
    memberships = Membership.objects.current(day).filter(where)
    memberships = memberships.filter(role__in=roles) if roles is not None else memberships
    return _users(memberships, Handover.objects.current(day).filter(membership__in=memberships))


def _users(terms: QuerySet, handovers: QuerySet) -> QuerySet[User]:
    mine = Q(pk__in=terms.values("user_id")) | Q(pk__in=handovers.values("substitute_id"))
    return User.objects.filter(mine, is_active=True).order_by("pk")


def vacancies(district: Grid | int, day) -> list[tuple[Grid, list[PostRole]]]:
    """Active grids below the district's root that lack a required post that day, in tree order, each with what it lacks."""
    grids = Grid.objects.active(day).below_root().filter(district_id=getattr(district, "pk", district)).lacking_posts(day)
    return [(grid, [role for role in REQUIRED_POSTS if not getattr(grid, f"has_{role}")]) for grid in grids]


# --- pages about people -------------------------------------------------------------------------------------------------------------
def of_district(district: Grid | int) -> QuerySet[User]:
    """Everybody who serves or ever served in the district."""
    key = getattr(district, "pk", district)
    return User.objects.filter(_served(Q(organisation__district_id=key), Q(grid__district_id=key)))


def visible_to(user) -> QuerySet[User]:
    """Those who serve or served where the person may look, and the person."""
    found = scope.rights(user)
    districts = found.member_district_ids
    posts = Q(grid__district_id__in=districts) | scope.under(found.paths, "grid__path")
    return User.objects.filter(Q(pk=user.pk) | _served(Q(organisation__district_id__in=districts), posts))


def may_see_phones(user, district_id) -> bool:
    return scope.rights(user).in_district(district_id, OFFICE | SETTINGS_KEEPERS)


def _served(membership: Q, post: Q) -> Q:
    memberships, posts = Membership.objects.filter(membership), Post.objects.filter(post)
    return Q(pk__in=memberships.values("user_id")) | Q(pk__in=posts.values("user_id"))
