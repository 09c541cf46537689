"""Splitting a grid: it stays in history, its parts stand beside it and share what it had."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from common import clock
from grids import geometry
from grids.models import Grid, Post
from grids.services.history import Kind, check_keeper, lock_district, log_grid
from grids.services.places import create_grid, replant
from grids.services.terms import appoint, end_posts_of


@transaction.atomic
def split_grid(source: Grid, *, parts: list[dict], on, by, note: str = "", carry_posts: bool = False) -> list[Grid]:
    """Let ``source`` go up in new grids of the same parent from the day ``on``, which may not lie ahead.

    ``parts``: ``{"code", "name", "polygon"}`` of each, at least two; all get the organisation of ``source``. Its sub-grids and open findings
    (``GRID_SPLIT``) go to the part whose polygon holds them, to the first where none does. ``source`` itself stays, closed, below the first
    part, so that its closed findings are seen from there. Its posts end, or go on in the first part when ``carry_posts``.
    """
    check_keeper(by, source.district_id)
    lock_district(source.district_id)
    source.refresh_from_db()
    _check_splittable(source, parts, on)
    for hook in settings.GRID_HELD:
        import_string(hook)(source)
    made = [create_grid(parent=source.parent, organisation=source.organisation, by=by, on=on, **part) for part in parts]
    for child in source.children.order_by("pk"):
        replant(child, geometry.part_holding(geometry.point_inside(child), made))
    _close(source, made[0], on=on, by=by, carry_posts=carry_posts)
    for hook in settings.GRID_SPLIT:
        import_string(hook)(source, made, by=by)
    names = "、".join(grid.name for grid in made)
    for grid in (source, *made):
        log_grid(grid, Kind.SPLIT, by=by, on=on, before=source.name, after=names, note=note)
    return made


def _check_splittable(source: Grid, parts: list[dict], on) -> None:
    if source.is_district:
        raise ValidationError(_("区县不能拆分。"), code="district")
    if len(parts) < 2:
        raise ValidationError({"parts": _("请至少填两个新网格。")}, code="too_few")
    if on > clock.today():
        raise ValidationError({"on": _("生效日期不能晚于今天，拆分自保存时起执行。")}, code="ahead")
    if not source.is_active(clock.today()) or not source.is_active(on):
        raise ValidationError(_("网格在这一天未启用或已停用，不能拆分。"), code="closed")


def _close(source: Grid, first: Grid, *, on, by, carry_posts: bool) -> None:
    holders = list(Post.objects.current(clock.today()).filter(grid=source).select_related("user"))
    source.valid_to = on
    source.save(update_fields=["valid_to"])
    replant(source, first)
    end_posts_of(source, on=on, by=by)
    for post in holders if carry_posts else ():
        appoint(user=post.user, grid=first, role=post.role, title=post.title, starts_on=on, by=None)
