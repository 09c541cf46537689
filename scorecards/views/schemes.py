"""What every indicator means, and the schemes."""

from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from common import clock
from scorecards import access
from scorecards.forms import DROPPED, ReadyMadeForm, SchemeForm, addable
from scorecards.indicators import ALL
from scorecards.models import Scheme
from scorecards.services import defaults
from scorecards.services import schemes as scheme_services
from scorecards.services.ready_made import ALL as ALL_READY_MADE
from scorecards.words import Kind

AIR_FULL = sum(figures["full"] for _part, _code, figures in defaults.AIR)
CENT = Decimal("0.01")


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


@require_http_methods(["GET", "HEAD", "POST"])
def schemes(request):
    """All versions; a POST loads a ready-made one, or for a district without any the defaults."""
    district = access.district_of(request)
    access.check_may_edit_schemes(request.user, district)
    form = ReadyMadeForm(request.POST or None, ready_made=ALL_READY_MADE)
    if request.method == "POST":
        return _load(request, district, form)
    versions = Scheme.objects.visible_to(request.user).filter(district=district).order_by("kind", "-version")
    context = {"schemes": versions, "current": {each.pk for each in in_force(request, district)}, "ready_made": _by_kind(), "form": form}
    return render(request, "scorecards/schemes.html", context)


def _by_kind() -> list[tuple]:
    return [(kind.label, [each for each in ALL_READY_MADE if each.kind == kind]) for kind in Kind]


def _load(request, district, form):
    if "code" not in request.POST:
        defaults.load(district, by=request.user)
        return redirect("scorecards:schemes")
    if not form.is_valid():
        messages.error(request, _("没有这个现成方案，请从列表中选择。"))
        return redirect("scorecards:schemes")
    scheme = scheme_services.load_ready_made(form.cleaned_data["code"], district=district, by=request.user)
    messages.success(request, _("已载入《%(scheme)s》，尚未启用。核对后保存为新版本，即从所填月份起启用。") % {"scheme": scheme})
    return redirect("scorecards:edit_scheme", scheme.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_scheme(request, pk):
    """Every change is a new version from a month that has not been marked yet.

    The address may name figures to begin with, as the what-if page does, and in ``add`` indicators of the catalogue that come in.
    """
    district = access.district_of(request)
    access.check_may_edit_schemes(request.user, district)
    scheme = Scheme.objects.visible_to(request.user).filter(district=district, pk=pk).prefetch_related("lines").first()
    if scheme is None:
        raise Http404
    if "add_line" in request.POST:
        return _form_with_another_line(request, scheme)
    form = scheme_form(scheme, _added(request.POST or request.GET, scheme), request.POST or None, initial=request.GET.dict())
    if form.is_valid():
        try:
            fresh = scheme_services.revise(scheme, by=request.user, **form.revision())
        except ValidationError as error:
            form.add_error(None, error)
            if getattr(error, "code", "") == "newer_version":
                form.look_at(scheme_services.last_version(district, scheme.kind))
        else:
            saved = {"version": fresh.version, "month": fresh.in_force_label}
            messages.success(request, _("已保存第 %(version)s 版，自 %(month)s 起适用。") % saved)
            return redirect("scorecards:schemes")
    return _editor(request, scheme, form)


def _form_with_another_line(request, scheme):
    """Everything typed stays; the chosen indicator stands at the end."""
    added = _added(request.POST, scheme)
    if (chosen := request.POST.get("add_line_code")) in _addable(scheme, added):
        added.append(chosen)
    form = scheme_form(scheme, added, initial=request.POST.dict())
    return _editor(request, scheme, form)


def scheme_form(scheme, added: list[str], data=None, *, initial: dict | None = None) -> SchemeForm:
    start = {
        "first_month": scheme_services.first_open_month(scheme.district),
        "last_version": scheme_services.last_version(scheme.district, scheme.kind),
    }
    return SchemeForm(data, scheme=scheme, added=added, typed=initial or {}, **start)


def _added(named, scheme) -> list[str]:
    """Indicators of the catalogue that the address or form names beside those of the scheme."""
    return [code for code in dict.fromkeys(named.getlist("add")) if code in _addable(scheme, [])]


def _addable(scheme, added: list[str]) -> dict:
    return addable(scheme, {line.indicator for line in scheme.lines.all()} | set(added))


def _editor(request, scheme, form):
    context = {"scheme": scheme, "form": form, "addable": _addable(scheme, form.added).values(), "to_air": _with_air(scheme, form.added)}
    return render(request, "scorecards/edit_scheme.html", context, status=400 if form.errors else 200)


def _with_air(scheme, added: list[str]) -> str:
    """Of a scheme that still has the line from before there were air data: the form with today's lines of air in its place."""
    known = {line.indicator: line for line in scheme.lines.all()}
    old = known.get("air_quality")
    if old is None or any(code in known or code in added for _part, code, _figures in defaults.AIR):
        return ""
    query = [("air_quality.part", DROPPED), ("note", _("空气质量改为按本单位目标计分"))]
    for part, code, figures in defaults.AIR:
        scaled = {name: (Decimal(value * old.full) / AIR_FULL / 100).quantize(CENT) for name, value in figures.items()}
        query += [("add", code), (f"{code}.part", part), *((f"{code}.{name}", f"{value.normalize():f}") for name, value in scaled.items())]
    return "?" + urlencode(query)
