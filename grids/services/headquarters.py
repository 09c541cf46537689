"""The campaign's fields and the headquarters they belong to."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from grids.models import Field, Grid, Headquarters, Organisation
from grids.roles import OrganisationKind
from grids.services.history import check_keeper
from grids.services.organisations import create_organisation


@transaction.atomic
def create_headquarters(
    *, district: Grid, name: str, by, short_name: str = "", parent=None, lead_unit=None, member_units=(), plan: str = "", position: int = 0
):
    """An organisation of kind headquarters with its lead and member units. Commanders are memberships of it."""
    body = create_organisation(
        district=district, kind=OrganisationKind.HEADQUARTERS, name=name, short_name=short_name, parent=parent, position=position, by=by
    )
    headquarters = Headquarters.objects.create(organisation=body, lead_unit=lead_unit, plan=plan)
    headquarters.member_units.set(member_units)
    return headquarters


@transaction.atomic
def set_headquarters(headquarters: Headquarters, *, by, lead_unit: Organisation | None, member_units, plan: str = "") -> Headquarters:
    district_id = headquarters.organisation.district_id
    check_keeper(by, district_id)
    units = [unit for unit in (lead_unit, *member_units) if unit is not None]
    if any(unit.district_id != district_id for unit in units):
        raise ValidationError(_("牵头单位和成员单位应属于本区县。"), code="other_district")
    headquarters.lead_unit, headquarters.plan = lead_unit, plan
    headquarters.save(update_fields=["lead_unit", "plan"])
    headquarters.member_units.set(unit for unit in member_units if unit != lead_unit)
    payload = {"lead_unit": str(lead_unit or ""), "member_units": [str(unit) for unit in member_units]}
    record("headquarters.edited", headquarters, by=by, district_id=district_id, payload=payload)
    return headquarters


@transaction.atomic
def create_field(*, district: Grid, code: str, name: str, by, headquarters: Headquarters | None = None, position: int = 0) -> Field:
    check_keeper(by, district.pk)
    field = Field(district=district, code=code, name=name, headquarters=headquarters, position=position)
    field.full_clean()
    field.save()
    record("field.created", field, by=by, district_id=district.pk, payload={"code": code, "name": name})
    return field


@transaction.atomic
def edit_field(field: Field, *, by, name: str, headquarters: Headquarters | None, position: int) -> Field:
    """The code stays: problem types and papers refer to it."""
    check_keeper(by, field.district_id)
    field.name, field.headquarters, field.position = name.strip(), headquarters, position
    field.full_clean()
    field.save(update_fields=["name", "headquarters", "position"])
    payload = {"name": field.name, "headquarters": str(headquarters or "")}
    record("field.edited", field, by=by, district_id=field.district_id, payload=payload)
    return field


def attach_field(field: Field, *, headquarters: Headquarters | None, by) -> Field:
    return edit_field(field, by=by, name=field.name, headquarters=headquarters, position=field.position)
