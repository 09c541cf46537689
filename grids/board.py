"""The 一长三员 of many grids at once, in a constant number of queries: for the tree page, the export and a grid's own page."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from grids.models import Grid, Post
from grids.roles import REQUIRED_POSTS, PostRole


@dataclass
class Line:
    """One grid with its people of a day: ``posts`` by role in the order of PostRole."""

    grid: Grid
    posts: dict[str, list[Post]] = field(default_factory=dict)
    open_findings: int = 0

    @property
    def columns(self) -> list[dict]:
        """The four required posts with those who hold them, a deputy chief beside the chief; an empty one is a vacancy."""
        if self.grid.is_district:
            return [{"role": role, "posts": self.posts.get(role, []), "vacant": False} for role in REQUIRED_POSTS]
        return [
            {
                "role": role,
                "posts": self.posts.get(role, []) + (self.posts.get(PostRole.DEPUTY_CHIEF, []) if role == PostRole.CHIEF else []),
                "vacant": not self.posts.get(role),
            }
            for role in REQUIRED_POSTS
        ]

    @property
    def depth(self) -> int:
        return min(self.grid.level, 6)


def in_tree_order(grids) -> list[Grid]:
    """Parents before children, siblings by code. Ancestors outside the selection count by their key."""
    found = list(grids)
    codes = {str(grid.pk): grid.code for grid in found}
    return sorted(found, key=lambda grid: [codes.get(key, "") or key for key in grid.path.split("/") if key])


def lines(grids: Iterable[Grid], *, day, open_findings=None) -> list[Line]:
    grids = list(grids)
    by_key = {grid.pk: grid for grid in grids}
    held: dict = defaultdict(lambda: defaultdict(list))
    for post in Post.objects.current(day).filter(grid__in=grids, user__is_active=True).select_related("user").order_by("pk"):
        post.grid = by_key[post.grid_id]
        held[post.grid_id][post.role].append(post)
    counts = open_findings or {}
    return [Line(grid, held[grid.pk], below(counts, grid.path)) for grid in grids]


def open_findings(user, district: Grid) -> dict[str, int]:
    """Open findings the person may see, by grid path. Findings live on a higher floor: reached through the reverse relation."""
    finding: Any = Grid._meta.get_field("grid_findings").related_model
    findings = finding.objects.visible_to(user).open()
    rows = findings.filter(district=district, grid__isnull=False).order_by().values_list("grid__path").annotate(n=Count("pk"))
    return dict(rows)


def below(counts: dict[str, int], path: str) -> int:
    """Sum over the grid and everything under it."""
    return sum(n for other, n in counts.items() if other.startswith(path))
