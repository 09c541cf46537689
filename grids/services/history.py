"""What every change of the structure has in common: who may, the dated history, the audit event."""

from django.utils.translation import gettext as _

from audit.services import record
from common import clock, language
from common.errors import NotYourRole
from grids import scope
from grids.models import Grid, StructureChange

Kind = StructureChange.Kind


def check_keeper(by, district_id) -> None:
    """Structure and posts are kept by the office's director and the administrator of the district; ``by=None`` is the system."""
    if by is not None and not scope.may_change_settings(by, district_id):
        raise NotYourRole(_("只有攻坚办主任和系统管理员可以修改机构、网格和人员。"))


def lock_district(district_id) -> Grid:
    """One structural change of a district at a time: paths are rewritten by prefix."""
    return Grid.objects.select_for_update().get(pk=district_id)


def told(row, names) -> str:
    """What stands in these columns, as the history keeps it: in the product's language, whoever changes them."""
    with language.official():
        return "；".join(f"{row._meta.get_field(name).verbose_name}：{_shown(getattr(row, name))}" for name in names)


def _shown(value) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return "—" if value in (None, "") else str(value)


def log_grid(grid: Grid, kind, *, by, on=None, before="", after="", note="") -> None:
    _log(grid.district_id, kind, by=by, on=on, grid=grid, before=before, after=after, note=note)
    payload = {"before": str(before), "after": str(after), "note": note}
    record(f"grid.{kind}", grid, by=by, district_id=grid.district_id, payload=payload)


def log_organisation(organisation, kind, *, by, on=None, before="", after="", note="", carried: dict | None = None) -> None:
    about = {"organisation": organisation, "carried": carried or {}}
    _log(organisation.district_id, kind, by=by, on=on, before=before, after=after, note=note, **about)
    payload = {"before": str(before), "after": str(after), "note": note}
    record(f"organisation.{kind}", organisation, by=by, district_id=organisation.district_id, payload=payload)


def _log(district_id, kind, *, by, on, before, after, note, **subject) -> None:
    StructureChange.objects.create(
        district_id=district_id,
        kind=kind,
        on=on or clock.today(),
        before=str(before)[:200],
        after=str(after)[:200],
        note=note[:300],
        by=by,
        at=clock.now(),
        **subject,
    )
