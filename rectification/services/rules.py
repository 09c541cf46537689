"""Editing the rules of a district: who is proposed, who is told when, how long each step may take. Audited with old and new values."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from common.errors import NotYourRole
from grids import scope
from rectification.models import RoutingRule


def check_keeper(by, district_id: int) -> None:
    if not scope.may_change_settings(by, district_id):
        raise NotYourRole(_("办理规则由攻坚办主任和系统管理员维护。"))


@transaction.atomic
def edit(row, changes: dict, *, by) -> bool:
    """Set what differs on a ``ReminderRule``, ``Clock`` or ``Policy``; whether anything did."""
    check_keeper(by, row.district_id)
    row = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    found = {name: [_plain(getattr(row, name)), _plain(value)] for name, value in changes.items() if getattr(row, name) != value}
    if not found:
        return False
    for name in found:
        setattr(row, name, changes[name])
    row.full_clean()
    row.save(update_fields=list(found))
    record(f"{row._meta.model_name}.edit", row, by=by, district_id=row.district_id, payload={"changes": found})
    return True


@transaction.atomic
def add_route(*, field, problem_type, organisation, role: str, by) -> RoutingRule:
    check_keeper(by, field.district_id)
    if problem_type and problem_type.field_id != field.pk:
        raise ValidationError({"problem_type": _("这个问题类型不属于所选专项。")})
    if RoutingRule.objects.filter(field=field, problem_type=problem_type, organisation=organisation).exists():
        raise ValidationError({"organisation": _("已有同样的规则。")})
    position = RoutingRule.objects.filter(field=field).count()
    rule = RoutingRule.objects.create(
        district_id=field.district_id, field=field, problem_type=problem_type, organisation=organisation, role=role, position=position
    )
    record("routingrule.add", rule, by=by, district_id=rule.district_id, payload=_route(rule))
    return rule


@transaction.atomic
def remove_route(rule: RoutingRule, *, by) -> None:
    check_keeper(by, rule.district_id)
    record("routingrule.remove", rule, by=by, district_id=rule.district_id, payload=_route(rule))
    rule.delete()


def _route(rule: RoutingRule) -> dict:
    return {"field": rule.field_id, "problem_type": rule.problem_type_id, "organisation": rule.organisation_id, "role": str(rule.role)}


def _plain(value):
    return str(value) if hasattr(value, "choices") else value
