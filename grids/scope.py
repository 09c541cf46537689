"""Who sees what and who is what, worked out in one place from the posts, memberships and handovers of today.

A row is visible to a person when its grid lies under a grid of theirs, or its field is theirs in their district, or their organisation has a
task on it, or they reported it (design 4). Each model says so in its ``visible_to``; the ingredients come from here.
"""

from dataclasses import dataclass, field
from functools import wraps

from django.apps import apps
from django.db.models import Q, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from common import clock, language
from common.errors import NotYourRole
from grids.roles import CHIEFS, HEADQUARTERS, OFFICE, PARTIES, SERVING, SETTINGS_KEEPERS, TOWN, WHOLE_DISTRICT, PostRole, Role


@dataclass(frozen=True)
class Seat:
    """One current membership or handover of one."""

    role: Role
    organisation_id: int
    district_id: int


@dataclass(frozen=True)
class Rights:
    """What a person is today. All collections are small."""

    seats: tuple[Seat, ...] = ()
    post_roles: frozenset = frozenset()
    paths: tuple[str, ...] = ()
    """Prefixes of the grids that are theirs: by post, by township, or the district's root."""
    led_paths: tuple[str, ...] = ()
    """Of these the grids they answer for: as chief or deputy, or by their township."""
    field_ids: frozenset = frozenset()
    """Fields whose headquarters they serve or whose lead unit is theirs."""
    post_district_ids: frozenset = frozenset()
    roles: frozenset = field(default_factory=frozenset)

    def has(self, *roles) -> bool:
        return bool(self.roles.intersection(roles))

    def in_district(self, district_id, roles) -> bool:
        """Whether they hold one of ``roles`` in this district."""
        return any(seat.district_id == district_id and seat.role in roles for seat in self.seats)

    def in_organisation(self, organisation_id, roles) -> bool:
        return any(seat.organisation_id == organisation_id and seat.role in roles for seat in self.seats)

    def districts_with(self, roles) -> frozenset:
        return frozenset(seat.district_id for seat in self.seats if seat.role in roles)

    @property
    def member_district_ids(self) -> frozenset:
        """Districts in whose organisations they sit, auditors apart: those see the audit log only."""
        return frozenset(seat.district_id for seat in self.seats if seat.role != Role.AUDITOR)

    @property
    def district_ids(self) -> frozenset:
        return self.member_district_ids | self.post_district_ids

    @property
    def whole_district_ids(self) -> frozenset:
        return self.districts_with(WHOLE_DISTRICT)

    @property
    def organisation_ids(self) -> frozenset:
        """Organisations for which they may act as a party."""
        return frozenset(seat.organisation_id for seat in self.seats if seat.role in PARTIES)

    @property
    def only_serves(self) -> bool:
        """Whether they look after the system and have no part in the campaign: no finding could ever be theirs."""
        return bool(self.roles) and self.roles <= SERVING and not self.post_roles

    @property
    def is_field(self) -> bool:
        """Whether they work in the street only: posts and no seat."""
        return bool(self.post_roles) and not self.seats


NOTHING = Rights()


def rights(user) -> Rights:
    """The person's rights now. Kept on the user object, which lives for one request."""
    if not user.is_authenticated or not user.is_active:
        return NOTHING
    day = clock.today()
    kept = getattr(user, "_rights", None)
    if kept is None or kept[0] != day:
        user._rights = kept = (day, _work_out(user, day))
        with language.official():
            user.role_label = role_label(kept[1])
    return kept[1]


def forget(user) -> None:
    """Work the rights out anew on the next question, after they were changed within one request."""
    user.__dict__.pop("_rights", None)


def role_label(found: Rights) -> str:
    labels = [str(Role(role).label) for role in sorted(found.roles)] + [str(PostRole(role).label) for role in sorted(found.post_roles)]
    return _("、").join(labels)


def _work_out(user, day) -> Rights:
    names = ("Membership", "Post", "Field", "Handover")
    Membership, Post, Field, Handover = (apps.get_model("grids", name) for name in names)
    standing_in = Q(handovers__in=Handover.objects.current(day).filter(substitute=user))
    columns = ("role", "organisation_id", "organisation__district_id", "organisation__district__path", "organisation__grids__path")
    held = list(Membership.objects.current(day).filter(Q(user=user) | standing_in).values_list(*columns).distinct())
    seats = tuple(dict.fromkeys(Seat(Role(role), organisation, district) for role, organisation, district, *_paths in held))
    posts = list(Post.objects.current(day).filter(Q(user=user) | standing_in).values_list("role", "grid__path", "grid__district_id").distinct())
    towns, led = _towns_of_seats(held), {path for role, path, _district in posts if role in CHIEFS}
    return Rights(
        seats=seats,
        post_roles=frozenset(role for role, _path, _district in posts),
        paths=_outermost({path for _role, path, _district in posts} | towns | _roots_of_seats(held)),
        led_paths=_outermost(towns | led),
        field_ids=_fields_of_seats(seats, Field),
        post_district_ids=frozenset(district for _role, _path, district in posts),
        roles=frozenset(seat.role for seat in seats),
    )


def _roots_of_seats(held) -> set[str]:
    """The district's root for those who see all of it."""
    return {root for role, _organisation, _district, root, _grid in held if role in WHOLE_DISTRICT}


def _towns_of_seats(held) -> set[str]:
    """The grids of a township for its people."""
    return {grid for role, _organisation, _district, _root, grid in held if role in TOWN and grid}


def _fields_of_seats(seats, Field) -> frozenset:
    served = {seat.organisation_id for seat in seats if seat.role in HEADQUARTERS}
    led = {seat.organisation_id for seat in seats if seat.role in (Role.DEPT_MANAGER, Role.DEPT_HANDLER)}
    if not served and not led:
        return frozenset()
    mine = Q(headquarters__organisation_id__in=served) | Q(headquarters__lead_unit_id__in=led)
    return frozenset(Field.objects.filter(mine).values_list("pk", flat=True))


def _outermost(paths) -> tuple[str, ...]:
    """Drop paths that lie under another one."""
    kept: list[str] = []
    for path in sorted(paths):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)


def under(paths, name: str) -> Q:
    """Rows whose path column ``name`` lies at or under one of ``paths``; nothing when there is none."""
    condition = Q(pk__in=())
    for path in paths:
        condition |= Q(**{f"{name}__startswith": path})
    return condition


def moved(column: str, old: str, new: str) -> Concat:
    """Expression: the path in ``column``, which begins with ``old``, as it is when that subtree stands at ``new``."""
    return Concat(Value(new), Substr(column, len(old) + 1))


def own_districts(user):
    """QuerySet of the districts (roots) in which the person is somebody."""
    return apps.get_model("grids", "Grid").objects.districts().filter(pk__in=rights(user).district_ids).order_by("pk")


def looked_after(user, district) -> list[str]:
    """Prefixes of the grids of the district that are theirs to look after: those of a chief, a township's, or all of them."""
    found = rights(user)
    if found.in_district(district.pk, WHOLE_DISTRICT):
        return [district.path]
    return [path for path in found.led_paths if path.startswith(district.path)]


def for_the_campaign(view):
    """Dress of the ledger's and the tasks' lists: whoever only serves the system is told so, instead of being shown an empty list."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if rights(request.user).only_serves:
            raise NotYourRole(_("系统管理员和安全审计员不参与问题办理，不能查看台账和任务。"))
        return view(request, *args, **kwargs)

    return guarded


# --- asked by lower floors through settings -----------------------------------------------------------------------------------------
def audited_districts(user) -> frozenset:
    """Districts whose audit log the person may read (``AUDIT_SCOPE``); the system's own (0) too, where it serves a single district."""
    own = rights(user).districts_with({Role.AUDITOR})
    alone = own and apps.get_model("grids", "Grid").objects.districts().count() == 1
    return own | {0} if alone else own


def home_district(user) -> int:
    """In whose chain the acts around a person's account are kept (``AUDIT_HOME``): their first district, 0 for somebody without one."""
    found = rights(user)
    return min(found.district_ids | found.districts_with({Role.AUDITOR}), default=0)


def office_districts(user) -> frozenset:
    """Districts whose whole outbox the person may read (``NOTICE_SCOPE``)."""
    return rights(user).districts_with(OFFICE | {Role.SUPERVISION})


def districts_served(user) -> frozenset:
    """Districts in whose organisations the person serves (``ROBOT_SCOPE``)."""
    return rights(user).member_district_ids


def second_factor_needed(user) -> bool:
    """Officials, supervisors and administrators need a second factor; people with grid posts only do not (``SECOND_FACTOR_NEEDED``)."""
    return bool(rights(user).seats)


def is_field(user) -> bool:
    return rights(user).is_field


def may_change_settings(user, district_id=None) -> bool:
    found = rights(user)
    return found.in_district(district_id, SETTINGS_KEEPERS) if district_id else found.has(*SETTINGS_KEEPERS)
