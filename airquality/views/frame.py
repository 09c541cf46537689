"""What the office's forms have in common: refusals at their fields, the row read anew after somebody was faster."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from airquality.services import stations
from common.forms import add_refusal
from grids.models import Grid

page_or_form = require_http_methods(["GET", "HEAD", "POST"])


def given(request) -> tuple:
    return (request.POST,) if request.method == "POST" else ()


def show(request, template: str, district: Grid, **context):
    """A page of the tabs."""
    context |= {"district": district, "may_edit": stations.may_edit(request.user, district.pk)}
    return render(request, template, context)


def form_page(request, form, *, save, back: str, template: str = "airquality/form.html", **context):
    """Show a form; on POST hand its row to ``save`` and go ``back``. What is refused comes back filled, status 422."""
    if request.method == "POST" and form.is_valid():
        try:
            save(form)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("已保存。"))
            return redirect(back)
    return render(request, template, context | {"form": form, "back": back}, status=422 if form.errors else 200)
