"""What every indicator means, and the schemes."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from common import clock
from scorecards import access
from scorecards.forms import SchemeForm
from scorecards.indicators import ALL
from scorecards.models import Scheme
from scorecards.services import defaults
from scorecards.services import schemes as scheme_services


@require_GET
def indicators(request):
    district = access.district_of(request)
    current = {scheme.pk: scheme for scheme in in_force(request, district)}
    context = {"schemes": current.values(), "indicators": ALL, "may_edit": access.may_edit_schemes(request.user, district)}
    return render(request, "scorecards/indicators.html", context)


def in_force(request, district) -> list[Scheme]:
    """The version of each kind that will mark the running month."""
    found = Scheme.objects.visible_to(request.user).filter(district=district).in_force(clock.month_of(clock.today())).prefetch_related("lines")
    return list({scheme.kind: scheme for scheme in reversed(found)}.values())[::-1]


@require_http_methods(["GET", "POST"])
def schemes(request):
    district = access.district_of(request)
    access.check_may_edit_schemes(request.user, district)
    if request.method == "POST":
        defaults.load(district)
        return redirect("scorecards:schemes")
    versions = Scheme.objects.visible_to(request.user).filter(district=district).order_by("kind", "-version")
    return render(request, "scorecards/schemes.html", {"schemes": versions, "current": {each.pk for each in in_force(request, district)}})


@require_http_methods(["GET", "POST"])
def edit_scheme(request, pk):
    """Every change is a new version from a month that has not been marked yet."""
    district = access.district_of(request)
    access.check_may_edit_schemes(request.user, district)
    scheme = Scheme.objects.visible_to(request.user).filter(district=district, pk=pk).prefetch_related("lines").first()
    if scheme is None:
        raise Http404
    form = SchemeForm(request.POST or None, initial=request.GET.dict(), scheme=scheme, first_month=scheme_services.first_open_month(district))
    if form.is_valid():
        try:
            fresh = scheme_services.revise(scheme, by=request.user, **form.revision())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            saved = {"version": fresh.version, "month": fresh.in_force_label}
            messages.success(request, _("已保存第 %(version)s 版，自 %(month)s 起适用。") % saved)
            return redirect("scorecards:schemes")
    return render(request, "scorecards/edit_scheme.html", {"scheme": scheme, "form": form})
