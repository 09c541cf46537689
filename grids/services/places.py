"""The grid tree: making, renaming, moving and closing grids. Merging is in ``merging``."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from common import clock
from grids import geometry, scope
from grids.models import Grid, Organisation
from grids.services.history import Kind, check_keeper, lock_district, log_grid, told


@transaction.atomic
def create_district(*, code: str, name: str, by=None, polygon=None, extent: str = "") -> Grid:
    """The root of a tree, which is its own district."""
    if Grid.objects.districts().filter(code=code).exists():
        raise ValidationError({"code": _("已有编码为“%(code)s”的区县。") % {"code": code}}, code="code_taken")
    district = _save_new(Grid(level=1, code=code, name=name, extent=extent), polygon=polygon, on=None)
    log_grid(district, Kind.CREATED, by=by, after=name)
    return district


@transaction.atomic
def create_grid(*, parent: Grid, code: str, name: str, by, organisation: Organisation | None = None, polygon=None, extent: str = "", on=None) -> Grid:
    """A grid below ``parent``; its level is one deeper. ``on`` is the first day it is in force, empty: always was."""
    check_keeper(by, parent.district_id)
    lock_district(parent.district_id)
    parent.refresh_from_db(fields=["path", "level", "valid_to"])
    _check_open(parent)
    _check_code(parent.district_id, code)
    _check_same_district(organisation, parent.district_id)
    grid = Grid(parent=parent, district_id=parent.district_id, level=parent.level + 1, code=code, name=name, extent=extent, organisation=organisation)
    grid = _save_new(grid, polygon=polygon, on=on)
    log_grid(grid, Kind.CREATED, by=by, on=on, after=name)
    return grid


def _save_new(grid: Grid, *, polygon, on) -> Grid:
    grid.polygon = geometry.checked(polygon) if polygon else None
    for column, value in geometry.bounds(grid.polygon).items():
        setattr(grid, column, value)
    grid.valid_from = on
    grid.full_clean(exclude=["path", "district", "polygon"])
    grid.save()
    grid.path = f"{grid.parent.path if grid.parent else '/'}{grid.pk}/"
    grid.district_id = grid.district_id or grid.pk
    grid.save(update_fields=["path", "district"])
    return grid


@transaction.atomic
def rename_grid(grid: Grid, *, name: str, by, on=None, note: str = "") -> Grid:
    check_keeper(by, grid.district_id)
    before, grid.name = grid.name, name.strip()
    grid.clean_fields(exclude=["path", "polygon"])
    grid.save(update_fields=["name"])
    log_grid(grid, Kind.RENAMED, by=by, on=on, before=before, after=grid.name, note=note)
    return grid


@transaction.atomic
def edit_grid(grid: Grid, *, by, **changes) -> bool:
    """Change ``code``, ``extent`` or ``organisation``; says whether anything changed."""
    check_keeper(by, grid.district_id)
    changes = {name: value for name, value in changes.items() if value != getattr(grid, name)}
    if not changes:
        return False
    if "code" in changes:
        _check_code(grid.district_id, changes["code"])
    _check_same_district(changes.get("organisation"), grid.district_id)
    before = told(grid, changes)
    for name, value in changes.items():
        setattr(grid, name, value)
    grid.clean_fields(exclude=["path", "polygon"])
    grid.save(update_fields=list(changes))
    log_grid(grid, Kind.EDITED, by=by, before=before, after=told(grid, changes))
    return True


@transaction.atomic
def set_polygon(grid: Grid, *, polygon, by, note: str = "") -> Grid:
    """Draw the grid's border: GeoJSON in WGS-84, or None to take it away. Findings registered before stay where they are."""
    check_keeper(by, grid.district_id)
    grid.polygon = geometry.checked(polygon) if polygon else None
    columns = geometry.bounds(grid.polygon)
    for column, value in columns.items():
        setattr(grid, column, value)
    grid.save(update_fields=["polygon", *columns])
    log_grid(grid, Kind.EDITED, by=by, after=_("边界"), note=note)
    return grid


@transaction.atomic
def move_grid(grid: Grid, *, parent: Grid, by, on=None, note: str = "") -> Grid:
    """Put a grid with everything below it under another parent."""
    check_keeper(by, grid.district_id)
    lock_district(grid.district_id)
    grid.refresh_from_db()
    parent.refresh_from_db()
    _check_same_district(parent, grid.district_id)
    _check_open(parent)
    if grid.is_district or parent.path.startswith(grid.path):
        raise ValidationError({"parent": _("不能把网格移到它自己的下级。")}, code="parent_below")
    before = grid.parent
    replant(grid, parent)
    log_grid(grid, Kind.MOVED, by=by, on=on, before=before, after=parent, note=note)
    return grid


def replant(grid: Grid, parent: Grid) -> None:
    """Rewrite the parent and the paths of the whole subtree, and tell those who keep copies of paths (``GRID_MOVED``)."""
    old, new, deeper = grid.path, f"{parent.path}{grid.pk}/", parent.level + 1 - grid.level
    Grid.objects.filter(pk=grid.pk).update(parent=parent)
    Grid.objects.filter(path__startswith=old).update(path=scope.moved("path", old, new), level=F("level") + deeper)
    grid.refresh_from_db()
    for hook in settings.GRID_MOVED:
        import_string(hook)(old, new, grid)


@transaction.atomic
def close_grid(grid: Grid, *, on, by, note: str = "") -> Grid:
    """Close a grid without a successor. ``on`` is the first day it is no longer in force. Its posts end the day before."""
    from grids.services.terms import end_posts_of  # noqa: PLC0415 - both belong to this package

    check_keeper(by, grid.district_id)
    lock_district(grid.district_id)
    grid.refresh_from_db()
    _check_open(grid)
    if Grid.objects.active(on).under(grid).exclude(pk=grid.pk).exists():
        raise ValidationError(_("下级网格还在使用，请先调整或撤销下级网格。"), code="has_children")
    grid.valid_to = on
    grid.save(update_fields=["valid_to"])
    end_posts_of(grid, on=on, by=by)
    log_grid(grid, Kind.CLOSED, by=by, on=on, before=grid.name, note=note)
    return grid


def _check_open(grid: Grid) -> None:
    if grid.valid_to and grid.valid_to <= clock.today():
        raise ValidationError(_("网格“%(name)s”已停用。") % {"name": grid.name}, code="closed")


def _check_code(district_id, code: str) -> None:
    if Grid.objects.filter(district_id=district_id, code=code).exists():
        raise ValidationError({"code": _("网格编码“%(code)s”已被使用。") % {"code": code}}, code="code_taken")


def _check_same_district(row, district_id) -> None:
    if row is not None and row.district_id != district_id:
        raise ValidationError(_("“%(name)s”不属于本区县。") % {"name": row}, code="other_district")
