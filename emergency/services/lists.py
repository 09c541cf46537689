"""The reduction list: a draft is filled in and imported, then it is in force and does not change; only who is to be called may be corrected."""

import copy
import re

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.services import record, record_many
from common import clock
from common.errors import Conflict, insist
from common.seen import held_as_seen
from emergency import access
from emergency.models import Episode, ListedEnterprise, ReductionList
from emergency.services.record import hold
from emergency.words import ListState
from evidence.models import File
from grids import geometry
from grids.models import Grid
from inspections.services.rules import changes
from registers.models import Site

CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
PERSONS = (("contact", "contact_phone"), ("guarantor", "guarantor_phone"))


@transaction.atomic
def make(district: Grid, *, year: int, name: str, by, source: ReductionList | None = None) -> ReductionList:
    """A new draft, empty or with the enterprises of an earlier version."""
    access.insist_keep_lists(by, district.pk)
    hold(district.pk)
    if ReductionList.objects.filter(district=district, state=ListState.DRAFT).exists():
        raise ValidationError(_("已有一份编制中的清单，请先启用它，或在它上面继续编制。"), code="draft")
    last = ReductionList.objects.filter(district=district).order_by("-version_no").values_list("version_no", flat=True).first() or 0
    made = ReductionList.objects.create(district=district, year=year, name=name.strip(), version_no=last + 1, made_by=by, made_at=clock.now())
    if source is not None:
        _copy(source, made)
    record("reduction_list.new", made, by=by, district_id=district.pk, payload={"source": source.version_no if source else None})
    return made


def _copy(source: ReductionList, made: ReductionList) -> None:
    rows = []
    for enterprise in source.enterprises.filter(is_active=True).select_related("grid"):
        row = copy.copy(enterprise)
        row.grid_path = enterprise.grid.path if enterprise.grid else ""
        row.pk, row.reduction_list = None, made
        row._state.adding = True
        rows.append(row)
    ListedEnterprise.objects.bulk_create(rows)


@transaction.atomic
def activate(found: ReductionList, *, by) -> ReductionList:
    """From now on responses go by it; the one before is retired, and responses that run keep theirs."""
    insist(access.may_activate_lists(by, found.district_id), _("清单由攻坚办主任启用。"))
    hold(found.district_id)
    found.refresh_from_db()
    if found.state != ListState.DRAFT:
        raise Conflict(_("您打开页面后状态已变：%(state)s。") % {"state": found.get_state_display()}, code="state")
    if not found.enterprises.filter(is_active=True).exists():
        raise ValidationError(_("清单里还没有企业，不能启用。"), code="empty")
    today = clock.today()
    for earlier in ReductionList.objects.filter(district=found.district_id, state=ListState.IN_FORCE):
        earlier.state, earlier.retired_on = ListState.RETIRED, today
        earlier.save(update_fields=["state", "retired_on"])
    found.state, found.in_force_from, found.activated_by = ListState.IN_FORCE, today, by
    found.save(update_fields=["state", "in_force_from", "activated_by"])
    record("reduction_list.activate", found, by=by, district_id=found.district_id, payload={"enterprises": found.enterprises.count()})
    return found


def without_phone(found: ReductionList | None) -> list[str]:
    """Enterprises whom no text message reaches: their orders have to be handed over otherwise."""
    return list(found.enterprises.filter(is_active=True, contact_phone="").values_list("name", flat=True)) if found else []


@transaction.atomic
def save_enterprise(enterprise: ListedEnterprise, *, by, stood: dict | None = None) -> ListedEnterprise:
    """A row of a draft, new or changed."""
    found = ReductionList.objects.select_for_update(of=("self",)).get(pk=enterprise.reduction_list_id)
    access.insist_keep_lists(by, found.district_id)
    if found.state != ListState.DRAFT:
        raise ValidationError(_("清单已启用，不再修改；请由它生成新的版本。联系人和包保干部可以随时更正。"), code="in_force")
    before = held_as_seen(ListedEnterprise.objects.filter(pk=enterprise.pk), stood) if enterprise.pk else None
    settle(enterprise, found)
    enterprise.full_clean(exclude=["reduction_list", "grid", "site"])
    _check_code(enterprise)
    enterprise.save()
    record(
        "reduction_list.enterprise_edit" if before else "reduction_list.enterprise_new", enterprise, by=by, district_id=found.district_id,
        payload={"changes": changes(before, enterprise)} if before else {},
    )  # fmt: skip
    return enterprise


def _check_code(enterprise: ListedEnterprise) -> None:
    if not CREDIT_CODE.fullmatch(enterprise.credit_code):
        raise ValidationError({"credit_code": _("应为18位统一社会信用代码，由数字和大写字母组成（不含 I、O、S、V、Z）")})
    others = ListedEnterprise.objects.filter(reduction_list=enterprise.reduction_list_id, credit_code=enterprise.credit_code).exclude(
        pk=enterprise.pk
    )
    if other := others.first():
        raise ValidationError({"credit_code": _("“%(name)s”已是这个代码，请核对。") % {"name": other.name}})


def settle(enterprise: ListedEnterprise, found: ReductionList) -> None:
    """Number, grid by the point where none is named, and the same enterprise in the register."""
    enterprise.credit_code = enterprise.credit_code.strip().upper()
    if not enterprise.position:
        last = found.enterprises.order_by("-position").values_list("position", flat=True).first() or 0
        enterprise.position = last + 1
    if enterprise.grid_id is None and enterprise.lon is not None and enterprise.lat is not None:
        enterprise.grid = next(iter(geometry.locate(found.district_id, enterprise.lon, enterprise.lat)), None)
    enterprise.site = site_of(enterprise, found.district_id)
    if enterprise.grid_id is None and enterprise.site:
        enterprise.grid = enterprise.site.grid
    enterprise.grid_path = enterprise.grid.path if enterprise.grid else ""


def site_of(enterprise: ListedEnterprise, district_id: int) -> Site | None:
    """By its code, else by its name, when only one is called so."""
    sites = Site.objects.active().filter(district_id=district_id, kind__code="enterprise")
    if found := sites.filter(attributes__credit_code=enterprise.credit_code).first():
        return found
    named = list(sites.filter(name=enterprise.name)[:2])
    return named[0] if len(named) == 1 else None


# --- whom to call -----------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def correct_contact(enterprise: ListedEnterprise, *, by, stood: dict | None = None, **values) -> list[ReductionList]:
    """Whom to call changes while a list is in force; everything else waits for the next version. The same enterprise is corrected in every version
    that is or will be gone by and still says what was wrong; the versions that say something else, and keep it.

    The district is held, so that no version is made or put in force between the copies.
    """
    district_id = enterprise.reduction_list.district_id
    access.insist_keep_lists(by, district_id)
    hold(district_id)
    rows = list(_gone_by(enterprise, district_id).select_for_update(of=("self",)).order_by("pk"))
    before = held_as_seen(ListedEnterprise.objects.filter(pk=enterprise.pk), stood)
    wanted = {name: value.strip() for name, value in values.items() if value.strip() != getattr(before, name)}
    acts = [(row, {"changed": changed}) for row in rows if (changed := _corrected(row, before, wanted))]
    for row, facts in acts:
        row.save(update_fields=facts["changed"])
    if acts:
        record_many("reduction_list.contact", acts, by=by, district_id=district_id)
    return [row.reduction_list for row in rows if any(getattr(row, name) != value for name, value in wanted.items())]


def _gone_by(enterprise: ListedEnterprise, district_id: int):
    """This row and those of its enterprise in the draft, in the list in force and in lists that running responses go by."""
    running = Episode.objects.running().filter(district=district_id, reduction_list__isnull=False).values("reduction_list")
    current = Q(reduction_list__state__in=(ListState.DRAFT, ListState.IN_FORCE)) | Q(reduction_list__in=running)
    same = Q(reduction_list__district=district_id, credit_code=enterprise.credit_code)
    return ListedEnterprise.objects.filter(Q(pk=enterprise.pk) | (current & same)).select_related("reduction_list")


def _corrected(row: ListedEnterprise, before: ListedEnterprise, wanted: dict) -> list[str]:
    """What is changed of the row: of a person whatever was wrong, where all of it stands there, too: nobody gets somebody else's number."""
    changed = []
    for person in PERSONS:
        names = [name for name in person if name in wanted]
        if all(getattr(row, name) == getattr(before, name) for name in names):
            changed += names
    for name in changed:
        setattr(row, name, wanted[name])
    return changed


# --- plans ------------------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_plan(enterprise: ListedEnterprise, file: File, *, by) -> ListedEnterprise:
    """The enterprise's own plan (一厂一策); the newest is shown."""
    district_id = enterprise.reduction_list.district_id
    access.insist_keep_lists(by, district_id)
    found = held_as_seen(ListedEnterprise.objects.filter(pk=enterprise.pk), None)
    found.plan, found.plan_name = file, file.name
    found.save(update_fields=["plan", "plan_name"])
    record("reduction_list.plan", found, by=by, district_id=district_id, payload={"file": file.sha256})
    return found


@transaction.atomic
def hand_out(enterprise: ListedEnterprise, *, by) -> File:
    """A plan that is downloaded is on record."""
    found = ListedEnterprise.objects.select_related("plan", "reduction_list").select_for_update(of=("self",)).get(pk=enterprise.pk)
    district_id = found.reduction_list.district_id
    record("reduction_list.download", found, by=by, district_id=district_id, payload={"title": found.plan_name, "sha256": found.plan.sha256})
    return found.plan
