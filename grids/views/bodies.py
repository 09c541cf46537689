"""Organisations, headquarters and fields as data that people keep."""

from functools import partial

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common import clock
from grids import forms, services
from grids.models import Field, Headquarters, Membership, Organisation, StructureChange
from grids.roles import OrganisationKind
from grids.services.history import check_keeper
from grids.services.terms import may_hand_over
from grids.views.frame import address, change_page, check_member, district_of, edit_page, form_page, given, page_or_form, show_page


@require_GET
def organisations(request):
    district, today = district_of(request), clock.today()
    check_member(request, district)
    serving = Q(memberships__in=Membership.objects.current(today))
    units = (
        Organisation.objects.visible_to(request.user)
        .filter(district=district)
        .select_related("parent", "merged_into")
        .annotate(people=Count("memberships__user", filter=serving, distinct=True))
        .order_by("kind", "position", "pk")
    )
    kind = request.GET.get("kind", "")
    rows = [unit for unit in units if not kind or unit.kind == kind]
    counts = {value: sum(unit.kind == value for unit in units) for value in OrganisationKind.values}
    tabs = [{"label": _("全部"), "url": "?", "active": not kind, "count": len(units)}]
    tabs += [{"label": OrganisationKind(v).label, "url": f"?kind={v}", "active": kind == v, "count": n} for v, n in counts.items() if n]
    context = {"units": rows, "tabs": tabs, "today": today}
    return show_page(request, "grids/organisations.html", district, **context)


def the_unit(request, pk) -> Organisation:
    rows = Organisation.objects.visible_to(request.user).select_related("district", "parent", "merged_into", "headquarters__lead_unit")
    return get_object_or_404(rows, pk=pk)


def unit_to_edit(request, pk) -> Organisation:
    unit = the_unit(request, pk)
    check_keeper(request.user, unit.district_id)
    return unit


@require_GET
def organisation(request, pk):
    unit, today = the_unit(request, pk), clock.today()
    terms = Membership.objects.visible_to(request.user).filter(organisation=unit).select_related("user", "organisation").order_by("-starts_on", "-pk")
    current = list(terms.current(today).filter(user__is_active=True).order_by("pk"))
    context = {
        "unit": unit,
        "is_active": unit.is_active(today),
        "current": [{"term": term, "may_hand_over": may_hand_over(request.user, term)} for term in current],
        "past": [term for term in terms if term not in current][:50],
        "grids": unit.grids.visible_to(request.user).active(today).order_by("path"),
        "children": Organisation.objects.visible_to(request.user).filter(parent=unit).active(today),
        "headquarters": getattr(unit, "headquarters", None),
        "leads": Headquarters.objects.filter(lead_unit=unit).select_related("organisation"),
        "member_of": unit.member_of.select_related("organisation"),
        "changes": StructureChange.objects.filter(organisation=unit).select_related("by")[:50],
    }
    return show_page(request, "grids/organisation.html", unit.district, **context)


@page_or_form
def organisation_new(request):
    district = district_of(request)
    check_keeper(request.user, district.pk)
    form = given(request, forms.NewOrganisationForm, district=district)
    save = partial(services.create_organisation, district=district, by=request.user)
    return form_page(request, form, save=lambda **v: redirect(address(save(**v))), title=_("新增单位"), back=reverse("grids:organisations"))


@page_or_form
def organisation_edit(request, pk):
    unit = unit_to_edit(request, pk)
    names = ("name", "short_name", "has_enforcement_power", "code", "position")
    initial = {name: getattr(unit, name) for name in names} | {"parent": unit.parent_id}
    form = given(request, forms.OrganisationForm, district=unit.district, initial=initial)
    return edit_page(request, unit, form, rename=services.rename_organisation, edit=services.edit_organisation)


@page_or_form
def organisation_merge(request, pk):
    unit = unit_to_edit(request, pk)
    form = given(request, forms.MergeForm, source=unit, initial={"on": clock.today()})
    lead = _("“%(name)s”停用并留在历史中；人员、网格和未办结的任务转到并入的单位。此操作不能撤销。")
    return change_page(request, unit, form, services.merge_organisations, title=_("合并单位“%(name)s”"), lead=lead, button=_("合并"), tone="late")


@page_or_form
def organisation_close(request, pk):
    unit = unit_to_edit(request, pk)
    form = given(request, forms.CloseForm, initial={"on": clock.today()})
    lead = _("没有承接单位时才撤销；有承接单位请用“合并”。")
    return change_page(request, unit, form, services.close_organisation, title=_("撤销单位“%(name)s”"), lead=lead, button=_("撤销"), tone="late")


@page_or_form
def grant(request, pk):
    unit = unit_to_edit(request, pk)
    form = given(request, forms.GrantForm, organisation=unit, initial={"starts_on": clock.today()})
    save = partial(services.grant, organisation=unit, by=request.user)
    links = [{"label": _("名单里没有此人：新建人员"), "url": reverse("grids:organisation-person", args=[unit.pk])}]
    return form_page(request, form, save=save, title=_("授予“%(name)s”的角色") % {"name": unit}, back=address(unit), links=links)


# --- headquarters and fields --------------------------------------------------------------------------------------------------------
@page_or_form
def headquarters_new(request):
    district = district_of(request)
    check_keeper(request.user, district.pk)
    form = given(request, forms.NewHeadquartersForm, district=district)
    save = partial(services.create_headquarters, district=district, by=request.user)
    return form_page(request, form, save=save, title=_("新增专项指挥部"), back=reverse("grids:headquarters"))


@page_or_form
def headquarters_edit(request, pk):
    unit = unit_to_edit(request, pk)
    one = get_object_or_404(Headquarters, organisation=unit)
    initial = {"lead_unit": one.lead_unit_id, "member_units": one.member_units.all(), "plan": one.plan}
    form = given(request, forms.HeadquartersForm, district=unit.district, initial=initial)
    save = partial(services.set_headquarters, one, by=request.user)
    return form_page(request, form, save=save, title=_("“%(name)s”的牵头和成员单位") % {"name": unit}, back=reverse("grids:headquarters"))


@require_GET
def fields(request):
    district = district_of(request)
    check_member(request, district)
    rows = Field.objects.visible_to(request.user).filter(district=district).select_related("headquarters__organisation", "headquarters__lead_unit")
    context = {"fields": rows}
    return show_page(request, "grids/fields.html", district, **context)


@page_or_form
def field_new(request):
    district = district_of(request)
    check_keeper(request.user, district.pk)
    form = given(request, forms.NewFieldForm, district=district)
    save = partial(services.create_field, district=district, by=request.user)
    return form_page(request, form, save=save, title=_("新增专项领域"), back=reverse("grids:fields"))


@page_or_form
def field_edit(request, pk):
    field = get_object_or_404(Field.objects.visible_to(request.user).select_related("district"), pk=pk)
    check_keeper(request.user, field.district_id)
    initial = {"name": field.name, "headquarters": field.headquarters_id, "position": field.position}
    form = given(request, forms.FieldForm, district=field.district, initial=initial)
    save = partial(services.edit_field, field, by=request.user)
    return form_page(request, form, save=save, title=_("修改专项领域“%(name)s”") % {"name": field}, back=reverse("grids:fields"))
