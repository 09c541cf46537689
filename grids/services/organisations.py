"""Bodies that carry duties."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from common import clock
from grids.models import Grid, Membership, Organisation
from grids.roles import OrganisationKind
from grids.services.history import Kind, check_keeper, lock_district, log_organisation, told

EDITABLE = ("short_name", "parent", "has_enforcement_power", "code", "position")


@transaction.atomic
def create_organisation(
    *,
    district: Grid,
    kind: OrganisationKind,
    name: str,
    by,
    short_name: str = "",
    parent: Organisation | None = None,
    has_enforcement_power: bool = False,
    code: str = "",
    position: int = 0,
    on=None,
) -> Organisation:
    check_keeper(by, district.pk)
    organisation = Organisation(
        district=district,
        kind=kind,
        name=name.strip(),
        short_name=(short_name or name).strip()[:30],
        parent=parent,
        has_enforcement_power=has_enforcement_power,
        code=code,
        position=position,
        valid_from=on,
    )
    organisation.full_clean()
    organisation.save()
    log_organisation(organisation, Kind.CREATED, by=by, on=on, after=organisation.name)
    return organisation


@transaction.atomic
def rename_organisation(organisation: Organisation, *, name: str, by, short_name: str = "", on=None, note: str = "") -> Organisation:
    check_keeper(by, organisation.district_id)
    before, organisation.name = organisation.name, name.strip()
    organisation.short_name = (short_name or organisation.short_name).strip()
    organisation.full_clean()
    organisation.save(update_fields=["name", "short_name"])
    log_organisation(organisation, Kind.RENAMED, by=by, on=on, before=before, after=organisation.name, note=note)
    return organisation


@transaction.atomic
def edit_organisation(organisation: Organisation, *, by, **changes) -> bool:
    """Change ``short_name``, ``parent``, ``has_enforcement_power``, ``code`` or ``position``; says whether anything changed."""
    check_keeper(by, organisation.district_id)
    changes = {name: value for name, value in changes.items() if name in EDITABLE and value != getattr(organisation, name)}
    if not changes:
        return False
    before = told(organisation, changes)
    for name, value in changes.items():
        setattr(organisation, name, value)
    organisation.full_clean()
    organisation.save(update_fields=list(changes))
    log_organisation(organisation, Kind.EDITED, by=by, before=before, after=told(organisation, changes))
    return True


@transaction.atomic
def close_organisation(organisation: Organisation, *, on, by, note: str = "") -> Organisation:
    """Close a body without a successor. Refused while people serve in it: their duties would end unseen."""
    check_keeper(by, organisation.district_id)
    lock_district(organisation.district_id)
    organisation.refresh_from_db()
    if organisation.valid_to and organisation.valid_to <= clock.today():
        raise ValidationError(_("单位“%(name)s”已停用。") % {"name": organisation}, code="closed")
    if Membership.objects.current(on).filter(organisation=organisation).exists():
        raise ValidationError(_("该单位还有在任人员，请先结束其任职，或改用“合并”。"), code="has_members")
    organisation.valid_to = on
    organisation.save(update_fields=["valid_to"])
    log_organisation(organisation, Kind.CLOSED, by=by, on=on, before=organisation.name, note=note)
    return organisation
