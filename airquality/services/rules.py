"""The composite index's dated rules and the year's targets: data that the office keeps."""

from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from airquality.aqi import composite
from airquality.models import AirTarget, CompositeIndexRule
from airquality.services.stations import insist
from airquality.words import POLLUTANTS
from audit.services import record, record_removal
from common.errors import Conflict
from grids.models import Grid

DEFAULT_FROM = "2013-01-01"
TARGET_ITEMS = ("pm25", "pm10", "good_days", "good_ratio", "heavy_days", "composite")
MONTH_ITEMS = (*TARGET_ITEMS, "two_factor")
"""Of a month also what only a scheme marks by."""


def load(district: Grid) -> None:
    """The rule every district begins with (``DISTRICT_DEFAULTS``): the limits of 2012, so that years compare across the change of standard."""
    rule, is_new = CompositeIndexRule.objects.get_or_create(
        district=district,
        effective_from=DEFAULT_FROM,
        defaults={
            "name": "综合指数（2012年二级限值）",
            "limits": composite.LIMITS,
            "weights": composite.EVEN,
            "note": "按 GB 3095—2012 二级浓度限值计算，用于年度间比较",
        },
    )
    if is_new:
        rule.refresh_from_db()
        record("composite_rule.new", rule, by=None, district_id=district.pk)


def as_rule(row: CompositeIndexRule | None) -> composite.Rule:
    """The rule of a row; without one the default."""
    if row is None:
        return composite.rule()
    return composite.rule(
        limits=row.limits, weights=row.weights, decimals=row.decimals, rounding=row.rounding, rounds_singles=row.rounds_singles,
        percentile_co=row.percentile_co, percentile_o3=row.percentile_o3,
    )  # fmt: skip


@transaction.atomic
def save_rule(rule: CompositeIndexRule, *, by, seen: int | None = None) -> CompositeIndexRule:
    """``seen``: the version the person had open; another one by now is a ``Conflict``."""
    insist(by, rule.district_id)
    before = _hold(rule, seen)
    rule.limits, rule.weights = _figures("limits", rule.limits, above=0), _figures("weights", rule.weights, above=0)
    changes = _save(rule, before)
    record("composite_rule.edit" if before else "composite_rule.new", rule, by=by, district_id=rule.district_id, payload=changes)
    return rule


def _figures(field: str, given: dict, *, above: int) -> dict[str, str]:
    try:
        found = {name: Decimal(str(given[name])) for name in POLLUTANTS}
    except (KeyError, TypeError, InvalidOperation):
        raise ValidationError({field: _("六项污染物都要填写数字。")}, code="figures") from None
    if any(not value.is_finite() or value <= above for value in found.values()):
        raise ValidationError({field: _("数值应大于 %(least)d。") % {"least": above}}, code="figures")
    return {name: f"{value.normalize():f}" for name, value in found.items()}


@transaction.atomic
def save_target(target: AirTarget, *, by, seen: int | None = None) -> AirTarget:
    insist(by, target.district_id)
    before = _hold(target, seen)
    if target.grid.district_id != target.district_id or target.grid.level > 2:
        raise ValidationError({"grid": _("目标只下达给区县和乡办。")}, code="grid")
    if all(getattr(target, name) is None for name in TARGET_ITEMS):
        raise ValidationError(_("至少填写一项目标。"), code="empty")
    target.months = _months(target.months)
    changes = _save(target, before)
    record("air_target.edit" if before else "air_target.new", target, by=by, district_id=target.district_id, payload=changes)
    return target


def _months(given: dict) -> dict[str, dict[str, str]]:
    """``{"01": {"pm25": "66"}}``; empty figures are left out."""
    found: dict[str, dict[str, str]] = {}
    for month, items in (given or {}).items():
        if month not in [f"{n:02d}" for n in range(1, 13)] or not set(items) <= set(MONTH_ITEMS):
            raise ValidationError({"months": _("分月目标的月份或项目不正确。")}, code="months")
        try:
            kept = {name: f"{Decimal(str(value)):f}" for name, value in items.items() if value not in (None, "")}
        except InvalidOperation:
            raise ValidationError({"months": _("分月目标应填写数字。")}, code="months") from None
        if kept:
            found[month] = kept
    return found


@transaction.atomic
def remove_target(target: AirTarget, *, by) -> bool:
    """False when it is gone already."""
    insist(by, target.district_id)
    told = {"grid": target.grid.name, "year": target.year}
    if not AirTarget.objects.filter(pk=target.pk).delete()[0]:
        return False
    record_removal("air_target.remove", target, by=by, district_id=target.district_id, payload=told)
    return True


# --- both -------------------------------------------------------------------------------------------------------------------------------
def _hold(row, seen: int | None):
    if row.pk is None:
        return None
    before = type(row).objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if before is None or before.version != (row.version if seen is None else seen):
        raise Conflict(_("内容刚被别人修改，请核对后再保存。"), code="stale")
    return before


def _save(row, before) -> dict:
    """What was changed."""
    row.version = before.version + 1 if before else 1
    row.full_clean()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict(_("同时有人保存了相同的内容，请刷新后再改。"), code="same") from None
    row.refresh_from_db()
    columns = [field.attname for field in row._meta.concrete_fields if field.name not in ("id", "version", "district")]
    return {name: [_shown(before, name), _shown(row, name)] for name in columns if before is None or _shown(before, name) != _shown(row, name)}


def _shown(row, name: str):
    value = getattr(row, name, None)
    return value if value is None or isinstance(value, bool | int | dict) else str(value)
