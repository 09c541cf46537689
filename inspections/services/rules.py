"""Rules of rounds, checklists and the field's settings are data: the office's director and the administrator keep them."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import Conflict, NotYourRole
from common.seen import held_as_seen
from grids import scope
from grids.models import Grid
from inspections import defaults
from inspections.models import Checklist, ChecklistItem, FieldSettings, PatrolRule

ITEM_FIELDS = (
    "code", "text", "guide", "group", "answer_type", "unit", "lower", "upper", "limits_by", "choices", "passing", "severity", "photo_required",
    "problem_type_id", "legal_basis", "points", "position",
)  # fmt: skip


def insist_keeper(district_id: int, *, by) -> None:
    if not scope.may_change_settings(by, district_id):
        raise NotYourRole(_("巡查规则和检查清单由攻坚办主任或系统管理员维护。"))


@transaction.atomic
def save_rule(rule: PatrolRule, *, by, stood: dict | None = None) -> PatrolRule:
    """Make or change a rule; what is planned already stays. ``stood``: as in ``held_as_seen``."""
    insist_keeper(rule.district_id, by=by)
    _hold_district(rule.district_id)
    before = held_as_seen(PatrolRule.objects.filter(pk=rule.pk), stood) if rule.pk else None
    rule.full_clean()
    _insist_another(rule)
    rule.save()
    record("patrol_rule.edit" if before else "patrol_rule.new", rule, by=by, district_id=rule.district_id, payload=changes(before, rule))
    return rule


def _hold_district(district_id: int) -> None:
    """One after the other: of a row that is not there yet there is nothing else to lock."""
    Grid.objects.select_for_update(of=("self",), no_key=True).get(pk=district_id)


def _insist_another(rule: PatrolRule) -> None:
    names = [field.attname for field in PatrolRule._meta.concrete_fields if field.name not in ("id", "is_active")]
    if PatrolRule.objects.filter(**{name: getattr(rule, name) for name in names}).exclude(pk=rule.pk).exists():
        raise ValidationError(_("已有一条完全相同的规则。"), code="same")


@transaction.atomic
def save_field_settings(found: FieldSettings, *, by, stood: dict | None = None) -> FieldSettings:
    insist_keeper(found.district_id, by=by)
    _hold_district(found.district_id)
    before = held_as_seen(FieldSettings.objects.filter(district=found.district_id), stood)
    found.full_clean()
    found.save()
    record("field_settings.edit", found, by=by, district_id=found.district_id, payload=changes(before, found))
    return found


def changes(before: models.Model | None, after: models.Model) -> dict:
    names = [field.attname for field in after._meta.concrete_fields if field.name != "id"]
    pairs = {name: [getattr(before, name, None), getattr(after, name)] for name in names}
    return {name: [str(old), str(new)] for name, (old, new) in pairs.items() if before is None or str(old) != str(new)}


# --- checklists -------------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def revise(checklist: Checklist, *, name: str, items: list[dict], by, seen: int | None = None) -> Checklist:
    """The next version, in force from today. ``items``: columns of ``ITEM_FIELDS``, in order. Versions answered by stay as they are.

    ``seen``: the version the person had open; a newer one by now is a ``Conflict``.
    """
    insist_keeper(checklist.district_id, by=by)
    _hold_district(checklist.district_id)
    newest = Checklist.objects.filter(district=checklist.district_id, code=checklist.code).order_by("-version")[0]
    if (seen or checklist.version) != newest.version:
        raise Conflict(_("这份清单已有第 %(version)s 版。") % {"version": newest.version}, code="stale", version=newest.version)
    if not items:
        raise ValidationError(_("清单至少要有一项。"), code="empty")
    kinds = list(newest.kinds.all())
    made = Checklist.objects.get(pk=newest.pk)
    made.pk, made.version, made.name, made.effective_from = None, newest.version + 1, name, clock.today()
    made._state.adding = True
    made.full_clean()
    made.save()
    made.kinds.set(kinds)
    for position, item in enumerate(items, 1):
        row = ChecklistItem(checklist=made, **item | {"position": position})
        row.full_clean()
        row.save()
    record("checklist.revise", made, by=by, district_id=made.district_id, payload={"code": made.code, "version": made.version})
    return made


@transaction.atomic
def switch(checklist: Checklist, *, is_default: bool, by) -> Checklist:
    """Whether rounds use the list without being asked; an add-on that is off can still be chosen by the person."""
    insist_keeper(checklist.district_id, by=by)
    Checklist.objects.filter(district=checklist.district_id, code=checklist.code).update(is_default=is_default)
    checklist.is_default = is_default
    record("checklist.switch", checklist, by=by, district_id=checklist.district_id, payload={"code": checklist.code, "is_default": is_default})
    return checklist


@transaction.atomic
def load_defaults(district: Grid, *, by) -> None:
    """Lists and rules of the reference that the district does not have yet."""
    insist_keeper(district.pk, by=by)
    defaults.load(district)
    record("checklist.load", district, by=by, district_id=district.pk)


def item_values(item: ChecklistItem) -> dict:
    return {name: getattr(item, name) for name in ITEM_FIELDS}
