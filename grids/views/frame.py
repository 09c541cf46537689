"""What the pages of this app have in common."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import NotYourRole
from common.forms import add_refusal
from grids import scope
from grids.models import Grid

page_or_form = require_http_methods(["GET", "POST"])


def district_of(request) -> Grid:
    """The district this page is about: ``?district=`` or the person's first one."""
    own = scope.own_districts(request.user)
    wanted = request.GET.get("district", "")
    if not own:
        raise NotYourRole(_("您在任何区县都没有岗位或任职。"))
    if not wanted:
        return own[0]
    found = next((district for district in own if str(district.pk) == wanted), None)
    if found is None:
        raise Http404
    return found


def check_member(request, district: Grid) -> None:
    """Pages of the administration are read by those who serve in an organisation of the district."""
    if district.pk not in scope.rights(request.user).member_district_ids:
        raise NotYourRole(_("此页面供在单位任职的人员使用。"))


def show_page(request, template: str, district: Grid, **context):
    """Render a page with what every page of this app needs to know about its reader."""
    looks_after = bool(scope.looked_after(request.user, district))
    context |= {
        "district": district,
        "may_edit": scope.may_change_settings(request.user, district.pk),
        "is_member": district.pk in scope.rights(request.user).member_district_ids,
        "sees": {"training": looks_after, "hollow": looks_after},
    }
    return render(request, template, context)


def form_page(request, form, *, save, title, back, button=None, lead="", links=(), tone=""):
    """Show a form; on POST hand its clean values to ``save`` and go ``back``. A refusal comes back in the filled form, status 400.

    ``save`` may return a response of its own (a password shown once).
    """
    if request.method == "POST" and form.is_valid():
        try:
            answer = save(**form.cleaned_data)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            if hasattr(answer, "status_code"):
                return answer
            messages.success(request, _("已保存。"))
            return redirect(back)
    context = {"form": form, "title": title, "back": back, "button": button or _("保存"), "lead": lead, "links": links, "tone": tone}
    return render(request, "grids/form.html", context, status=400 if form.errors else 200)


def address(row) -> str:
    """The page of a grid or a unit."""
    return reverse(f"grids:{row._meta.model_name}", args=[row.pk])


def change_page(request, row, form, verb, *, title, lead="", **look):
    """The form of one verb on a grid or a unit, which ``title`` and ``lead`` may name as ``%(name)s``."""
    names = {"name": row}
    save = partial(verb, row, by=request.user)
    return form_page(request, form, save=save, title=title % names, back=address(row), lead=lead % names, **look)


def edit_page(request, row, form, *, rename, edit):
    """Name and the rest in one form, taken together or not at all; a new name is an entry of its own in the history."""

    @transaction.atomic
    def save(row, *, name, by, **changes):
        if name != row.name:
            rename(row, name=name, by=by)
        edit(row, by=by, **changes)

    return change_page(request, row, form, save, title=_("修改“%(name)s”"))


def given(request, form_class, **options):
    """The form, bound when something was sent."""
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return form_class(*data, **options)
