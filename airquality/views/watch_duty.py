"""Who is on duty for a station: a week to fill in, last week copied, a turn swapped."""

import datetime as dt

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from airquality.models import DutyTurn, Station
from airquality.views.frame import form_page, given, page_or_form
from airquality.watch import duty, keeping
from airquality.watch.forms import SwapForm, WeekForm
from airquality.watch.words import Shift
from common import clock
from common.seen import look_again

FARTHEST = dt.timedelta(days=400)


def _station(request, pk) -> Station:
    found = get_object_or_404(Station.objects.visible_to(request.user).select_related("district"), pk=pk)
    keeping.insist_at(request.user, found)
    return found


def _monday(request) -> dt.date:
    """Of the week that ``?week=`` names by any of its days; this one without."""
    text = request.GET.get("week", "")
    try:
        day = dt.date.fromisoformat(text) if text else clock.today()
    except ValueError:
        raise Http404 from None
    if abs(day - clock.today()) > FARTHEST:
        raise Http404
    return duty.monday_of(day)


def _address(station: Station, monday: dt.date) -> str:
    return f"{reverse('airquality:roster', args=[station.pk])}?week={monday}"


@page_or_form
@look_again
def roster(request, pk):
    station, monday = _station(request, pk), _monday(request)
    standing, squad = duty.week_of(station, monday), list(duty.squad_of(station))
    form = WeekForm(*given(request), slots=duty.slots(monday), standing=standing, people=squad)

    def save(form):
        duty.save_week(station, form.turns, by=request.user, stood=form.stood_turns)

    context = {
        "station": station,
        "monday": monday,
        "sunday": monday + dt.timedelta(days=6),
        "before": _address(station, monday - duty.WEEK),
        "after": _address(station, monday + duty.WEEK),
        "squad": squad,
        "turns": standing.values(),
        "changes": station.duty_changes.filter(day__gte=monday, day__lt=monday + duty.WEEK).exclude(before="").select_related("by")[:30],
    }
    return form_page(request, form, save=save, back=_address(station, monday), template="airquality/watch/roster.html", **context)


@require_POST
def copy(request, pk):
    station, monday = _station(request, pk), _monday(request)
    count = duty.copy_last_week(station, monday, by=request.user)
    if count:
        messages.success(request, ngettext("已复制 %(n)s 班。", "已复制 %(n)s 班。", count) % {"n": count})
    else:
        messages.info(request, _("没有可复制的班次：上周没有排班，或本周已排满。"))
    return redirect(_address(station, monday))


@page_or_form
@look_again
def swap(request, pk):
    row = get_object_or_404(
        DutyTurn.objects.filter(station__in=Station.objects.visible_to(request.user)).select_related("station__district", "person"), pk=pk
    )
    station = row.station
    keeping.insist_at(request.user, station)
    form = SwapForm(*given(request), people=duty.squad_of(station).exclude(pk=row.person_id))

    def save(form):
        duty.swap(station, row.day, row.shift, **form.cleaned_data, by=request.user, seen=row.person_id)

    title = _("换班：%(day)s %(shift)s") % {"day": row.day, "shift": Shift(row.shift).label}
    context = {"title": title, "station": station, "crumb": station.name, "explained": _("现在的值班人：%(person)s") % {"person": row.person}}
    back = _address(station, duty.monday_of(row.day))
    return form_page(request, form, save=save, back=back, template="airquality/watch/form.html", **context)
