"""Settings: kinds of objects, their statuses and the columns of their ledgers."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.forms import add_refusal
from common.seen import look_again
from grids import scope
from grids.roles import SETTINGS_KEEPERS
from registers import access, schema
from registers.forms_kinds import VALUE_KINDS, ColumnForm, KindForm, StatusFormSet, statuses_of
from registers.models import SiteKind
from registers.services import kinds as service
from registers.views.objects import given

REASON = gettext_lazy("对象类型由攻坚办主任或系统管理员维护。")
page_or_form = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def kinds(request):
    """Everybody at work may read what a ledger holds; the keepers see the buttons."""
    rows = list(SiteKind.objects.visible_to(request.user).select_related("field").order_by("district", "position", "id"))
    for row in rows:
        row.columns = [line.title for line in schema.lines(row.schema)]
    return render(request, "registers/kinds.html", {"kinds": rows, "may_edit": access.keeps_kinds(request.user)})


def the_kind(request, pk) -> SiteKind:
    kind = get_object_or_404(SiteKind.objects.visible_to(request.user).select_related("field"), pk=pk)
    access.insist(scope.may_change_settings(request.user, kind.district_id), REASON)
    return kind


@page_or_form
def new(request):
    access.insist(access.keeps_kinds(request.user), REASON)
    district = min(scope.rights(request.user).districts_with(SETTINGS_KEEPERS), default=None)
    if district is None:
        raise Http404
    return edit_page(request, SiteKind(district_id=district))


@page_or_form
@look_again
def edit(request, pk):
    return edit_page(request, the_kind(request, pk))


def edit_page(request, kind: SiteKind):
    form = KindForm(*given(request), instance=kind)
    initial = kind.statuses or [{"code": "", "label": _("在管"), "is_over": False}]
    statuses = StatusFormSet(request.POST, prefix="status") if request.method == "POST" else StatusFormSet(initial=initial, prefix="status")
    if request.method == "POST" and form.is_valid() and statuses.is_valid():
        try:
            service.save_kind(form.instance, statuses=statuses_of(statuses), by=request.user, stood=form.stood)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("已保存“%(name)s”。") % {"name": kind})
            return redirect("registers:kind", kind.pk)
    words = dict(VALUE_KINDS)
    lines = [(line, words.get(line.kind, "")) for line in schema.lines(kind.schema, retired=True)] if kind.pk else []
    status = 400 if form.errors or (statuses.is_bound and not statuses.is_valid()) else 200
    return render(request, "registers/kind.html", {"form": form, "statuses": statuses, "kind": kind, "lines": lines}, status=status)


# --- columns ------------------------------------------------------------------------------------------------------------------------
@page_or_form
@look_again
def new_column(request, pk):
    kind = the_kind(request, pk)
    form = ColumnForm(*given(request), is_new=True)
    return column_page(request, kind, "", form, title=_("新增栏目"))


@page_or_form
@look_again
def edit_column(request, pk, key):
    kind = the_kind(request, pk)
    line = next((line for line in schema.lines(kind.schema, retired=True) if line.key == key), None)
    if line is None:
        raise Http404
    initial = {name: getattr(line, name) for name in ("title", "required", "unit", "mask", "retired")}
    initial |= {"choices": list(line.choices), "synonyms": list(line.synonyms)}
    form = ColumnForm(*given(request), initial=initial, is_new=False, is_common=line.is_common)
    return column_page(request, kind, key, form, title=_("栏目“%(title)s”") % {"title": line.title})


def column_page(request, kind: SiteKind, key: str, form: ColumnForm, *, title: str):
    if request.method == "POST" and form.is_valid():
        try:
            service.save_column(kind, key, by=request.user, stood=model_to_dict(kind), **form.cleaned_data)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("已保存。"))
            return redirect("registers:kind", kind.pk)
    return render(request, "registers/column.html", {"form": form, "kind": kind, "title": title}, status=400 if form.errors else 200)


@require_POST
def move_column(request, pk, key):
    kind = the_kind(request, pk)
    try:
        service.move_column(kind, key, up=request.POST.get("way") == "up", by=request.user)
    except ValidationError as refused:
        messages.error(request, _("；").join(refused.messages))
    return redirect("registers:kind", kind.pk)
