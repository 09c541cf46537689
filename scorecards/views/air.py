"""The month's air before settling: how far it is reviewed, and the confirmation of what is not."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.forms import add_refusal
from scorecards.forms_settling import AirForm
from scorecards.services.air import checking
from scorecards.views.settling import chosen
from scorecards.words import month_words


@require_http_methods(["GET", "HEAD", "POST"])
def settling_air(request, month):
    district, month, _months = chosen(request, month)
    form = AirForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _confirmed(request, district, month, form):
        messages.success(request, _("已确认，本月以实时值计入。"))
        return redirect("scorecards:settling_of", month)
    found = checking.state(district, month)
    context = {
        "month": month,
        "month_label": month_words(month),
        "found": found,
        "words": checking.words(found),
        "form": form,
        "seen": checking.digest(found.waiting),
        "may_confirm": checking.may_confirm(request.user, district.pk),
    }
    return render(request, "scorecards/settling_air.html", context, status=400 if form.errors else 200)


def _confirmed(request, district, month: str, form: AirForm) -> bool:
    """A wrong role is refused before the form is looked at."""
    checking.insist_confirm(request.user, district.pk)
    if not form.is_valid():
        return False
    try:
        checking.confirm(district, month, by=request.user, **form.cleaned_data)
    except ValidationError as refused:
        add_refusal(form, refused)
        return False
    return True
