"""Versions of the reduction list and their enterprises."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

import evidence.services
from common import clock
from common.forms import add_refusal
from common.seen import look_again
from emergency import access
from emergency.forms import ContactForm, EnterpriseForm, NewListForm, PlanForm
from emergency.list_sheet import COLUMNS, ListImport, columns_written, rows_written
from emergency.models import ListedEnterprise, ReductionList
from emergency.services import lists
from emergency.views.steps import READ, attempt, page, step
from emergency.words import ListState
from grids.scope import for_the_campaign
from sheets.import_page import ImportPage, respond
from sheets.services import export_response
from sheets.writing import Workbook


def list_of(request, pk) -> ReductionList:
    """404 for who may not see its enterprises at all."""
    return get_object_or_404(ReductionList.objects.visible_to(request.user).select_related("district", "made_by", "activated_by"), pk=pk)


@require_GET
@for_the_campaign
def versions(request):
    district = access.district_of(request)
    found = ReductionList.objects.visible_to(request.user).filter(district=district).select_related("made_by", "activated_by")
    counted = found.annotate(count=Count("enterprises", filter=Q(enterprises__is_active=True))).order_by("-version_no")
    return render(request, "emergency/lists.html", {"lists": counted, "may_keep": access.may_keep_lists(request.user, district.pk)})


@page
def new(request):
    district = access.district_of(request)
    access.insist_keep_lists(request.user, district.pk)
    year = clock.today().year
    initial = {"year": year, "name": _("%(year)s年应急减排清单") % {"year": year}}
    form = NewListForm(request.POST if request.method == "POST" else None, district=district, initial=initial)
    if form.is_valid():
        try:
            made = lists.make(district, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            return redirect(made)
    context = {"form": form, "title": _("新建清单"), "back": "emergency:lists", "back_label": _("减排清单"), "button": _("新建")}
    return render(request, "emergency/form.html", context, status=400 if form.errors else 200)


@require_GET
@for_the_campaign
def version(request, pk):
    found = list_of(request, pk)
    enterprises = ListedEnterprise.objects.visible_to(request.user).filter(reduction_list=found).select_related("grid", "site")
    context = {
        "list": found,
        "enterprises": enterprises,
        "may_keep": access.may_keep_lists(request.user, found.district_id),
        "without_phone": lists.without_phone(found) if access.may_keep_lists(request.user, found.district_id) else [],
        "may_edit": access.may_keep_lists(request.user, found.district_id) and found.state == ListState.DRAFT,
        "may_activate": access.may_activate_lists(request.user, found.district_id) and found.state == ListState.DRAFT,
        "reads_whole": access.reads_whole(request.user, found.district_id),
    }
    return render(request, "emergency/list.html", context)


@step
def activate(request, pk):
    found = list_of(request, pk)
    attempt(request, lambda: lists.activate(found, by=request.user), done=_("清单已启用，今后启动的响应按这一版。"))
    return redirect(found)


@require_http_methods(READ)
@for_the_campaign
def import_list(request, pk):
    found = list_of(request, pk)
    access.insist_keep_lists(request.user, found.district_id)
    if found.state != ListState.DRAFT:
        messages.error(request, _("清单已启用，不再修改；请由它生成新的版本。"))
        return redirect(found)
    work = ListImport(found, by=request.user)
    title = _("导入%(list)s") % {"list": found.name}
    return respond(request, ImportPage(title, "reduction_list", COLUMNS, work.apply, found.get_absolute_url(), found.district_id, finish=work.record))


@step
def export(request, pk):
    found = list_of(request, pk)
    access.insist_read_whole(request.user, found.district_id)
    rows = rows_written(found, phones=access.may_keep_lists(request.user, found.district_id))
    book = Workbook(found.name).sheet(found.name, columns=columns_written(), rows=rows, as_of=_("第%(version)s版") % {"version": found.version_no})
    name = _("%(name)s-第%(version)s版.xlsx") % {"name": found.name, "version": found.version_no}
    return export_response(book, name, by=request.user, kind="reduction_list", filters=str(found), row_count=len(rows), district_id=found.district_id)


# --- one enterprise ---------------------------------------------------------------------------------------------------------------------
def enterprise_of(request, pk) -> ListedEnterprise:
    found = ListedEnterprise.objects.visible_to(request.user).select_related("reduction_list__district", "grid", "site", "plan")
    return get_object_or_404(found, pk=pk)


@require_GET
@for_the_campaign
def enterprise(request, pk):
    found = enterprise_of(request, pk)
    may_keep = access.may_keep_lists(request.user, found.reduction_list.district_id)
    context = {
        "enterprise": found,
        "list": found.reduction_list,
        "may_keep": may_keep,
        "may_edit": may_keep and found.reduction_list.state == ListState.DRAFT,
        "orders": found.orders.select_related("decision", "episode", "receipt").order_by("-pk")[:10],
        "plan_form": PlanForm(),
    }
    return render(request, "emergency/enterprise.html", context)


@page
def new_enterprise(request, pk):
    found = list_of(request, pk)
    access.insist_keep_lists(request.user, found.district_id)
    return _enterprise_form(request, ListedEnterprise(reduction_list=found), _("增加企业"))


@page
@look_again
def edit_enterprise(request, pk):
    found = enterprise_of(request, pk)
    access.insist_keep_lists(request.user, found.reduction_list.district_id)
    return _enterprise_form(request, found, _("修改企业"))


def _enterprise_form(request, found: ListedEnterprise, title: str):
    form = EnterpriseForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_valid():
        try:
            lists.save_enterprise(form.instance, by=request.user, stood=form.stood)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("已保存。"))
            return redirect(found.reduction_list)
    context = {
        "form": form,
        "title": title,
        "back_url": found.reduction_list.get_absolute_url(),
        "back_label": found.reduction_list.name,
        "button": _("保存"),
    }
    return render(request, "emergency/form.html", context | {"back": ""}, status=400 if form.errors else 200)


@page
@look_again
def contact(request, pk):
    """Whom to call, at any time."""
    found = enterprise_of(request, pk)
    access.insist_keep_lists(request.user, found.reduction_list.district_id)
    form = ContactForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_valid():
        others = lists.correct_contact(found, by=request.user, stood=form.stood, **form.cleaned_data)
        _say_corrected(request, others)
        return redirect(found)
    context = {
        "form": form,
        "title": _("更正联系人"),
        "back_url": found.get_absolute_url(),
        "back_label": found.name,
        "back": "",
        "button": _("保存"),
    }
    return render(request, "emergency/form.html", context, status=400 if form.errors else 200)


def _say_corrected(request, others: list[ReductionList]) -> None:
    if others:
        names = _("、").join(str(each) for each in others)
        messages.warning(request, _("已更正。%(lists)s里写的是另外的联系人，没有改动，需要的请另行更正。") % {"lists": names})
    else:
        messages.success(request, _("已更正，今后的指令发给新的联系人。"))


@step
def add_plan(request, pk):
    found = enterprise_of(request, pk)
    access.insist_keep_lists(request.user, found.reduction_list.district_id)
    form = PlanForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("请选择文件。"))
        return redirect(found)
    upload = form.cleaned_data["plan"]
    attempt(
        request,
        lambda: lists.add_plan(found, evidence.services.store_file(upload, name=upload.name, by=request.user), by=request.user),
        done=_("已上传。"),
    )
    return redirect(found)


@require_GET
@for_the_campaign
def plan(request, pk):
    found = enterprise_of(request, pk)
    if found.plan is None:
        raise Http404
    return evidence.services.serve_file(lists.hand_out(found, by=request.user))
