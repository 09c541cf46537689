"""倒查: for a problem that was found from above, who had its place then, when they were last there and what they recorded.

It is about posts on duty. The reporter of a problem is shown nowhere here, nor, to those who may not know reporters, which post made a visit.
"""

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from math import cos, radians
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from common.errors import NotYourRole
from common.templatetags.ui import moment
from grids import geometry, scope
from grids.models import Grid, Handover, Post, TrainingRecord
from grids.roles import OFFICE, PostRole, Role
from inspections.models import Finding, Patrol, Visit
from inspections.words import FROM_ABOVE, FROM_SUPERVISION, Flag, PatrolState, Source, VisitState
from rectification import blind
from rectification.timeline import Line
from registers.models import Site, SitePost

READERS = OFFICE | {Role.SUPERVISION, Role.DISTRICT_LEADER}
TRACED = FROM_ABOVE | FROM_SUPERVISION
DAYS, YEAR = dt.timedelta(days=90), dt.timedelta(days=365)
METRES = 200
DEGREE_METRES = 111_320
MOST_SITES, MOST_ROWS = 5, 100
TRAINING = {
    "never": gettext_lazy("没有培训记录"),
    "failed": gettext_lazy("测试未合格"),
    "expired": gettext_lazy("培训已过期"),
    "valid": gettext_lazy("培训有效"),
}


def is_traced(finding: Finding) -> bool:
    """Found by state, province, city or 督查局; a covert visit once it has been assigned."""
    open_now = finding.assigned_at is not None and not finding.is_sealed
    return finding.source in TRACED and (finding.source != Source.COVERT_VISIT or open_now)


def may_read(user, finding: Finding) -> bool:
    return scope.rights(user).in_district(finding.district_id, READERS)


def insist(user, finding: Finding) -> None:
    if not may_read(user, finding):
        raise NotYourRole(_("倒查只对攻坚办、督查局和区领导开放。"))


@dataclass
class Holder:
    """Somebody who held a post on the day, with how their training stood then."""

    name: str
    training: str
    substitutes: list[str] = field(default_factory=list)

    @property
    def training_label(self):
        return TRAINING[self.training]


@dataclass
class Keeper:
    """A grid of the chain with its organisation and each post; an empty post is a vacancy."""

    grid: Grid
    posts: list[tuple[str, list[Holder]]]


class Backtrace:
    def __init__(self, finding: Finding, user):
        self.finding, self.user = finding, user
        self.until = min(finding.captured_at, finding.received_at)
        self.since = self.until - DAYS
        self.day, self.first_day = clock.beijing(self.until).date(), clock.beijing(self.since).date()
        self.names_posts = scope.rights(user).in_district(finding.district_id, blind.KEEPS_ORDER)
        """Whether the post that made a visit may be told: as with the reporter, to office and 督查局."""

    # --- who ---
    @cached_property
    def grids(self) -> list[Grid]:
        """The grid and those above it, without the district itself."""
        if self.finding.grid is None:
            return []
        keys = [int(key) for key in self.finding.grid.path.strip("/").split("/")[1:]]
        return list(Grid.objects.filter(pk__in=keys).select_related("organisation").order_by("-level"))

    @cached_property
    def held(self) -> list[Post]:
        posts = Post.objects.current(self.day).filter(grid__in=self.grids).select_related("user")
        return list(posts.order_by("starts_on", "pk"))

    @cached_property
    def keepers(self) -> list[Keeper]:
        training, standing_in = self._training(), self._substitutes()
        found = []
        for grid in self.grids:
            mine = [post for post in self.held if post.grid_id == grid.pk]
            posts = [(str(role.label), [post for post in mine if post.role == role]) for role in PostRole]
            shown = [
                (label, [Holder(str(post.user), training[post.user_id], standing_in.get(post.pk, [])) for post in holders])
                for label, holders in posts
                if holders or label != str(PostRole.DEPUTY_CHIEF.label)
            ]
            found.append(Keeper(grid, shown))
        return found

    def _substitutes(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for each in Handover.objects.current(self.day).filter(post__in=self.held).select_related("substitute"):
            found.setdefault(each.post_id, []).append(str(each.substitute))
        return found

    def _training(self) -> dict[int, str]:
        """How each holder's training stood on the day, by what had been recorded for a day before it."""
        holders = {post.user_id for post in self.held}
        records = TrainingRecord.objects.visible_to(self.user).filter(user__in=holders, on__lte=self.day)
        found: dict[int, list[TrainingRecord]] = {}
        for record in records:
            found.setdefault(record.user_id, []).append(record)
        return {key: self._training_word(found.get(key, [])) for key in holders}

    def _training_word(self, records: list[TrainingRecord]) -> str:
        passed = [each for each in records if each.passed]
        if any(each.certificate_until is None or each.certificate_until >= self.day for each in passed):
            return "valid"
        return "expired" if passed else "failed" if records else "never"

    # --- what ---
    @cached_property
    def sites(self) -> list[Site]:
        """The object the problem names, else those within 200 metres, nearest first; each with ``distance`` and ``trio_then``."""
        related = ("kind", "organisation", "grid")
        rows = Site.objects.visible_to(self.user).select_related(*related)
        found = (
            list(rows.filter(pk=self.finding.site_id)) if self.finding.site_id else self._near(rows.filter(created_at__lte=self.until))[:MOST_SITES]
        )
        posts: dict[int, list[SitePost]] = {}
        for post in SitePost.objects.current(self.day).filter(site__in=found):
            posts.setdefault(post.site_id, []).append(post)
        for site in found:
            site.trio_then = posts.get(site.pk, [])
        return found

    def _near(self, rows) -> list:
        if self.finding.lon is None:
            return []
        found = [each for each in rows.filter(self._box()).order_by("pk")[:1000] if self._measure(each) <= METRES]
        return sorted(found, key=lambda each: each.distance)

    def _box(self) -> Q:
        lon, lat, reach = float(self.finding.lon), float(self.finding.lat), METRES / DEGREE_METRES
        wide = reach / max(0.1, cos(radians(lat)))
        return Q(lat__range=(lat - reach, lat + reach), lon__range=(lon - wide, lon + wide))

    def _measure(self, each) -> float:
        each.distance = geometry.distance_m(self.finding.lon, self.finding.lat, each.lon, each.lat)
        return each.distance

    # --- when they were there ---
    @cached_property
    def visits(self) -> list[Any]:
        """Of the 90 days before: those made, and planned ones whose time ran out; newest first. Each with ``moment`` and ``photo_count``."""
        made = Q(state=VisitState.DONE, received_at__gte=self.since, received_at__lt=self.until + DAYS)
        due = Q(state__in=(VisitState.PLANNED, VisitState.DROPPED), due_to__gte=self.since, due_to__lt=self.until)
        rows = Visit.objects.visible_to(self.user).filter(made | due, site__in=[site.pk for site in self.sites])
        rows = rows.select_related("site__kind", "checklist", "patrol").annotate(photo_count=Count("photos", filter=Q(photos__photo__isnull=False)))
        for visit in (found := list(rows.order_by("-pk")[: 4 * MOST_ROWS])):
            visit.moment = (visit.arrived_at or visit.received_at) if visit.state == VisitState.DONE else visit.due_to
            visit.post_label = str(PostRole(visit.patrol.post_role).label) if self.names_posts and visit.patrol and visit.patrol.post_role else ""
            visit.doubts = self._doubts(visit)
        found = [visit for visit in found if self.since <= visit.moment < self.until]
        return sorted(found, key=lambda visit: visit.moment, reverse=True)[:MOST_ROWS]

    def _doubts(self, visit: Visit) -> list[str]:
        """Its flags, and that it was only handed in after the problem had been found."""
        flags = [str(Flag(each["code"]).label) for each in visit.flags if each["code"] in Flag.values]
        late = visit.received_at is not None and visit.received_at >= self.until
        return [_("问题被发现后才报送（%(at)s）") % {"at": moment(visit.received_at)}, *flags] if late else flags

    @property
    def visits_made(self) -> list[Any]:
        return [visit for visit in self.visits if visit.state == VisitState.DONE]

    @property
    def visits_owed(self) -> list[Any]:
        """Planned and not made; what was no longer needed is not owed."""
        return [visit for visit in self.visits if visit.state == VisitState.PLANNED]

    @cached_property
    def rounds(self) -> list[Patrol]:
        """Turns of the grid itself that were to be walked in the 90 days."""
        if self.finding.grid_id is None:
            return []
        rows = Patrol.objects.visible_to(self.user).filter(
            grid=self.finding.grid_id, is_planned=True, ends_at__gte=self.since, ends_at__lt=self.until
        )
        return list(rows.exclude(state=PatrolState.HANDED_OVER).order_by("-ends_at", "-pk"))

    @property
    def rounds_made(self) -> int:
        return sum(each.state == PatrolState.FINISHED for each in self.rounds)

    @property
    def rounds_missed(self) -> list[Patrol]:
        """The time of the turn is over and nobody finished it."""
        return [each for each in self.rounds if each.state != PatrolState.FINISHED]

    # --- what was known ---
    @cached_property
    def earlier(self) -> list[Any]:
        """Problems at the same object or within 200 metres in the year before, newest first; each with ``distance`` where both have a place."""
        rows = Finding.objects.visible_to(self.user).filter(
            district=self.finding.district_id, received_at__lt=self.until, received_at__gte=self.until - YEAR
        )
        here = Q(site__in=[site.pk for site in self.sites])
        if self.finding.lon is not None:
            here |= self._box()
        keys = {site.pk for site in self.sites}
        found = rows.filter(here).exclude(pk=self.finding.pk).select_related("problem_type").order_by("-received_at")[:1000]
        return [each for each in found if self._is_here(each, keys)][:MOST_ROWS]

    def _is_here(self, each: Any, sites: set[int]) -> bool:
        each.distance = None
        near = self.finding.lon is not None and each.lon is not None and self._measure(each) <= METRES
        return near or each.site_id in sites

    @cached_property
    def changes(self) -> list[Post]:
        """Terms in the chain of grids that began or ended in the 90 days."""
        span = (self.first_day, self.day)
        rows = Post.objects.filter(grid__in=self.grids).filter(Q(starts_on__range=span) | Q(ends_on__range=span))
        return list(rows.select_related("user", "grid").order_by("pk"))

    # --- one timeline ---
    @cached_property
    def story(self) -> list[Line]:
        """Newest first."""
        lines = [
            Line(_("本问题被发现：%(source)s") % {"source": self.finding.get_source_display()}, self.until, tone="soon", key=(9, self.finding.pk))
        ]
        lines += [self._of_visit(visit) for visit in self.visits if visit.state != VisitState.DROPPED]
        lines += [
            Line(_("%(kind)s没有完成") % {"kind": each.get_kind_display()}, each.ends_at, tone="soon", key=(2, each.pk))
            for each in self.rounds_missed
        ]
        lines += [_of_finding(each) for each in self.earlier if each.received_at >= self.since]
        lines += [line for post in self.changes for line in self._of_change(post)]
        return sorted(lines, key=lambda line: (line.at, line.key), reverse=True)

    def _of_visit(self, visit: Any) -> Line:
        said = {"site": str(visit.site), "conclusion": visit.get_conclusion_display()}
        if visit.state == VisitState.PLANNED:
            return Line(_("计划到访%(site)s，没有完成") % said, visit.moment, tone="soon", key=(3, visit.pk))
        more = [result(visit), _("照片 %(n)s 张") % {"n": visit.photo_count} if visit.photo_count else "", *visit.doubts]
        return Line(
            _("到访%(site)s：%(conclusion)s") % said,
            visit.moment,
            visit.post_label,
            visit.text,
            "done",
            [text for text in more if text],
            key=(4, visit.pk),
        )

    def _of_change(self, post: Post) -> list[Line]:
        said = {"grid": post.grid.name, "post": post.get_role_display(), "name": str(post.user)}
        lines = []
        if self.first_day <= post.starts_on <= self.day:
            lines.append(Line(_("%(grid)s%(post)s%(name)s到岗") % said, clock.at(post.starts_on), key=(5, post.pk)))
        if post.ends_on and self.first_day <= post.ends_on <= self.day:
            lines.append(Line(_("%(grid)s%(post)s%(name)s离岗") % said, clock.at(post.ends_on), key=(6, post.pk)))
        return lines


def _of_finding(finding: Finding) -> Line:
    said = {"number": finding.number or "", "type": finding.problem_type, "source": finding.get_source_display()}
    return Line(_("发现问题 %(number)s：%(type)s（%(source)s）") % said, finding.received_at, key=(1, finding.pk))


def result(visit: Visit) -> str:
    """What the checklist came to."""
    if visit.checklist is None or (visit.score is None and not visit.grade):
        return ""
    said = {"name": visit.checklist.name, "grade": visit.get_grade_display(), "score": f"{(visit.score or 0) / 100:.2f}"}
    text = _("%(name)s：%(grade)s，%(score)s 分") % said
    return _("%(text)s，总体不合格") % {"text": text} if visit.is_failed else text
