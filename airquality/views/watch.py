"""Anomalies: the list, its export, one of them with all it rests on."""

from types import SimpleNamespace

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from airquality import access
from airquality.models import Anomaly, RegionalEvent
from airquality.services import stations
from airquality.watch import exports, inventory, keeping, show, wording
from airquality.watch.filters import BOXES, filtered
from airquality.watch.forms import DustForm, WindForm
from airquality.watch.words import Level
from common import clock
from common.forms import add_refusal

PAGE_SIZE = 20
EVENTS = 5


@require_GET
def anomalies(request):
    return _list(request, DustForm())


def _list(request, dust_form, *, status: int = 200):
    district, found = access.district_of(request), filtered(request)
    page = Paginator(found.qs.select_related("station").order_by("-hour", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "district": district,
        "page": page,
        "rows": show.rows(list(page), request.user),
        "form": found.form,
        "fields": [field for field in found.form if not field.is_hidden],
        "keep": [(name, value) for name in ("box", "level", "event") if (value := request.GET.get(name))],
        "chips": _chips(request),
        "boxes": _boxes(request),
        "query": _address(request)[1:],
        "kept": keeping.settings_of(district),
        "spell": keeping.spell_of(district.pk),
        "dust_form": dust_form,
        "is_office": keeping.is_office(request.user, district.pk),
        "may_edit": stations.may_edit(request.user, district.pk),
        "events": _events(request, district),
        "now": clock.now(),
    }
    return render(request, "airquality/watch/list.html", context, status=status)


def _events(request, district) -> list[dict]:
    rows = RegionalEvent.objects.visible_to(request.user).of(district).annotate(count=Count("anomalies")).order_by("-hour", "pollutant")[:EVENTS]
    return [
        {"pk": row.pk, "count": row.count, "words": wording.regional_words(pollutant=row.pollutant, hour=row.hour, numbers=row.numbers)}
        for row in rows
    ]


def _address(request, **changes) -> str:
    """The list's address with some words changed; ``None`` takes a word away."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"


def _chips(request) -> list[dict]:
    """How many of each level, by the other filters."""
    rest = request.GET.copy()
    rest.pop("level", None)
    counts = dict(filtered(SimpleNamespace(user=request.user, GET=rest)).qs.order_by().values_list("level").annotate(Count("pk")))
    chosen = request.GET.get("level", "")
    rows = [{"label": _("全部级别"), "count": sum(counts.values()), "url": _address(request, level=None), "active": not chosen}]
    return rows + [
        {"label": level.label, "count": counts.get(level, 0), "url": _address(request, level=level.value), "active": chosen == level}
        for level in Level
        if counts.get(level) or chosen == level
    ]


def _boxes(request) -> list[dict]:
    chosen = request.GET.get("box") or ("all" if request.GET.get("event") else "raised")
    return [{"label": label, "url": _address(request, box=code), "active": code == chosen} for code, label in BOXES]


@require_POST
def export(request):
    access.district_of(request)
    found = filtered(request)
    form = "csv" if request.POST.get("format") == "csv" else "xlsx"
    if exports.is_long(found.qs):
        return redirect("sheets:job", exports.start(request.GET, by=request.user, form=form).pk)
    return exports.answer(found, by=request.user, form=form)


@require_POST
def dust(request):
    """Sand or dust begins, or is over."""
    district = access.district_of(request)
    keeping.insist_office(request.user, district.pk)
    if request.POST.get("action") == "end":
        keeping.end_spell(district, by=request.user)
        messages.success(request, _("沙尘天气已结束，颗粒物异常恢复报警。"))
        return redirect("airquality:anomalies")
    form = DustForm(request.POST)
    if form.is_valid():
        try:
            keeping.begin_spell(district, **form.cleaned_data, by=request.user)
        except ValidationError as refused:
            add_refusal(form, refused)
    if form.errors:
        return _list(request, form, status=422)
    messages.success(request, _("已标记沙尘天气，期间颗粒物异常只记录，不报警。"))
    return redirect("airquality:anomalies")


# --- one anomaly ------------------------------------------------------------------------------------------------------------------------
def _anomaly(request, pk) -> Anomaly:
    related = ("station__district", "district", "suppressed_by__station", "regional_event")
    return get_object_or_404(Anomaly.objects.visible_to(request.user).select_related(*related), pk=pk)


@require_GET
def anomaly(request, pk):
    found = _anomaly(request, pk)
    wind = keeping.wind_at(found.district_id, found.hour)
    form = WindForm(initial={"direction": wind.wind_direction, "speed": wind.wind_speed} if wind else None)
    return _page(request, found, form)


def _page(request, found: Anomaly, form: WindForm, *, status: int = 200):
    points, sector = show.course(found), show.sector_of(found)
    sources = inventory.around(found.station, user=request.user, sector=sector)
    context = {
        "anomaly": found,
        "row": show.rows([found], request.user)[0],
        "numbers": show.numbers(found),
        "points": points,
        "chart": show.chart(points, found.pollutant),
        "effects": show.effects(found, points),
        "sources": sources,
        "counts": inventory.counts(sources),
        "whole": request.GET.get("sources") == "all",
        "wind": keeping.wind_at(found.district_id, found.hour),
        "sector": sector,
        "wind_form": form,
        "may_work": keeping.may_work_at(request.user, found.station),
        "repeats": show.rows(list(found.repeats.select_related("station").order_by("hour")[:20]), request.user),
        "same_hour": show.rows(_beside(request, found), request.user),
        "may_edit": stations.may_edit(request.user, found.district_id),
    }
    return render(request, "airquality/watch/anomaly.html", context, status=status)


def _beside(request, found: Anomaly) -> list[Anomaly]:
    """What else was found at this station in this hour."""
    rows = Anomaly.objects.visible_to(request.user).filter(station=found.station, hour=found.hour).exclude(pk=found.pk)
    return list(rows.select_related("station").order_by("rule", "pollutant")[:20])


@require_GET
def anomaly_map(request, pk):
    found = _anomaly(request, pk)
    sector = show.sector_of(found)
    return JsonResponse(inventory.shapes(found.station, inventory.around(found.station, user=request.user, sector=sector), sector))


@require_POST
def wind(request, pk):
    found = _anomaly(request, pk)
    keeping.insist_at(request.user, found.station)
    form = WindForm(request.POST)
    if form.is_valid():
        try:
            keeping.set_wind(found.station, found.hour, **form.cleaned_data, by=request.user)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("已保存风况，上风向的污染源排在前面。"))
            return redirect(found)
    return _page(request, found, form, status=422)
