"""One station, one policy, one squad: the plan's page and what is kept on it."""

from django.contrib import messages
from django.db.models import Count
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

import evidence.services
from airquality import access
from airquality.models import Anomaly, NearVisit, OwnSource, PlanPaper, StandingMeasure, Station, StationPlan
from airquality.services import stations
from airquality.views.frame import form_page, page_or_form
from airquality.watch import buffer, duty, inventory, keeping, show
from airquality.watch import plans as services
from airquality.watch.forms import MeasureForm, PaperForm, PlanForm, SourceForm, VisitForm
from airquality.watch.words import Shift, Zone
from audit.services import record
from common import clock
from common.seen import look_again
from grids import people as known

SHOWN, ANOMALIES = 20, 8


@require_GET
def plans(request):
    """Every station with its squad and who is on duty."""
    district = access.district_of(request)
    rows = access.stations_of(request, district)
    context = {"rows": _rows(rows), "may_edit": stations.may_edit(request.user, district.pk), "shift": Shift(duty.shift_at(clock.now())[1]).label}
    return render(request, "airquality/watch/plans.html", context)


def _rows(found: list[Station]) -> list[dict]:
    kept = {plan.station_id: plan.squad for plan in StationPlan.objects.filter(station__in=found).select_related("squad")}
    measures = dict(StandingMeasure.objects.filter(station__in=found, dropped_at=None).values_list("station_id").annotate(Count("pk")).order_by())
    on_duty = duty.on_duty_at(found)
    return [{"station": each, "squad": kept.get(each.pk), "on_duty": on_duty[each.pk], "measures": measures.get(each.pk, 0)} for each in found]


def _station(request, pk) -> Station:
    return get_object_or_404(Station.objects.visible_to(request.user).select_related("district", "grid"), pk=pk)


@require_GET
def plan(request, pk):
    station = _station(request, pk)
    sources = inventory.around(station, user=request.user)
    monday = duty.monday_of(clock.today())
    latest = Anomaly.objects.visible_to(request.user).filter(station=station).alarmed().select_related("station")[:ANOMALIES]
    context = {
        "station": station,
        "plan": services.plan_of(station),
        "latest": show.latest_of(station),
        "on_duty": duty.on_duty(station),
        "shift": Shift(duty.shift_at(clock.now())[1]).label,
        "squad": [{"person": person, "phone": person.phone} for person in duty.squad_of(station)],
        "sees_phones": keeping.may_work_at(request.user, station) or known.may_see_phones(request.user, station.district_id),
        "week": _week(station, monday),
        "rows": show.rows(list(latest), request.user),
        "sources": sources,
        "counts": inventory.counts(sources),
        "whole": request.GET.get("sources") == "all",
        "papers": station.plan_papers.select_related("file", "by"),
        "measures": _measures(station),
        "visits": station.near_visits.select_related("by")[:SHOWN],
        "changes": station.duty_changes.exclude(reason="").select_related("by")[:ANOMALIES],
        "warning": buffer.WARNING,
        "is_office": keeping.is_office(request.user, station.district_id),
        "may_work": keeping.may_work_at(request.user, station),
        "may_edit": stations.may_edit(request.user, station.district_id),
    }
    return render(request, "airquality/watch/plan.html", context)


def _week(station: Station, monday) -> list[dict]:
    standing = duty.week_of(station, monday)
    here = duty.shift_at(clock.now())
    days: dict = {}
    for day, shift in duty.slots(monday):
        cell = {"shift": Shift(shift).label, "turn": standing.get((day, shift)), "is_now": (day, shift) == here}
        days.setdefault(day, []).append(cell)
    return [{"day": day, "cells": cells, "is_today": day == clock.today()} for day, cells in days.items()]


def _measures(station: Station) -> list[dict]:
    """By zone, outwards; the buffer's line stands there always, since only watching is offered in it."""
    rows = list(station.measures.filter(dropped_at=None).select_related("organisation"))
    return [{"zone": zone, "label": zone.label, "rows": [row for row in rows if row.zone == zone]} for zone in Zone]


@require_GET
def plan_map(request, pk):
    station = _station(request, pk)
    return JsonResponse(inventory.shapes(station, inventory.around(station, user=request.user), None))


# --- forms ------------------------------------------------------------------------------------------------------------------------------
def _form(request, station: Station, form, save, title: str, *, template: str = "form", **context):
    """A small form about a station; done, back to its plan."""
    context |= {"title": title, "station": station, "crumb": station.name}
    return form_page(
        request, form, save=save, back=reverse("airquality:plan", args=[station.pk]), template=f"airquality/watch/{template}.html", **context
    )


def _given(request) -> tuple:
    return (request.POST, request.FILES) if request.method == "POST" else ()


@page_or_form
@look_again
def edit(request, pk):
    station = _station(request, pk)
    keeping.insist_office(request.user, station.district_id)
    kept = services.plan_of(station)
    seen = kept.version
    form = PlanForm(*_given(request), instance=kept)
    return _form(request, station, form, lambda form: services.save_plan(form.instance, by=request.user, seen=seen), _("修改一点一策"))


@page_or_form
def new_paper(request, pk):
    station = _station(request, pk)
    keeping.insist_office(request.user, station.district_id)

    def save(form):
        services.add_paper(station, form.cleaned_data["file"], title=form.cleaned_data["title"], by=request.user)

    return _form(request, station, PaperForm(*_given(request)), save, _("上传方案文件"), has_file=True)


@require_GET
def paper(request, pk):
    """A download, on record."""
    found = get_object_or_404(PlanPaper.objects.filter(station__in=Station.objects.visible_to(request.user)).select_related("file", "station"), pk=pk)
    payload = {"number": found.number, "title": found.title, "sha256": found.file.sha256}
    record("station_plan.download", found.station, by=request.user, district_id=found.station.district_id, payload=payload)
    return evidence.services.serve_file(found.file)


def _kept(request, model, pk):
    rows = model.objects.filter(station__in=Station.objects.visible_to(request.user), dropped_at=None).select_related("station__district")
    found = get_object_or_404(rows, pk=pk)
    keeping.insist_office(request.user, found.station.district_id)
    return found


def _measure(request, row: StandingMeasure, title: str):
    seen, form = row.version, MeasureForm(*_given(request), instance=row, zone=row.zone)
    save = lambda form: services.save_measure(form.instance, by=request.user, seen=seen)  # noqa: E731
    return _form(request, row.station, form, save, title, warning=buffer.WARNING)


@page_or_form
def new_measure(request, pk):
    station = _station(request, pk)
    keeping.insist_office(request.user, station.district_id)
    zone = request.GET.get("zone")
    return _measure(request, StandingMeasure(station=station, zone=zone if zone in Zone.values else ""), _("新增常态措施"))


@page_or_form
@look_again
def edit_measure(request, pk):
    return _measure(request, _kept(request, StandingMeasure, pk), _("修改常态措施"))


@require_POST
def drop_measure(request, pk):
    return _drop(request, _kept(request, StandingMeasure, pk))


def _drop(request, row):
    services.drop(row, by=request.user)
    messages.success(request, _("已删除。"))
    return redirect("airquality:plan", row.station_id)


def _source(request, row: OwnSource, title: str):
    seen, form = row.version, SourceForm(*_given(request), instance=row)
    save = lambda form: services.save_source(form.instance, by=request.user, seen=seen)  # noqa: E731
    return _form(request, row.station, form, save, title, template="source_form")


@page_or_form
def new_source(request, pk):
    station = _station(request, pk)
    keeping.insist_office(request.user, station.district_id)
    return _source(request, OwnSource(station=station), _("新增周边污染源"))


@page_or_form
@look_again
def edit_source(request, pk):
    return _source(request, _kept(request, OwnSource, pk), _("修改周边污染源"))


@require_POST
def drop_source(request, pk):
    return _drop(request, _kept(request, OwnSource, pk))


@page_or_form
def new_visit(request, pk):
    station = _station(request, pk)
    keeping.insist_at(request.user, station)
    squad = services.plan_of(station).squad
    visit = NearVisit(station=station, person=str(request.user), unit=str(squad or ""), arrived_at=clock.now())
    form = VisitForm(*_given(request), instance=visit)
    return _form(request, station, form, lambda form: services.log_visit(form.instance, by=request.user), _("记录到访"), warning=buffer.WARNING)
