"""The roster, the rules, the statistics."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alarms import access, statistics
from alarms.forms_settings import LimitForm, MonitorForm, RuleForm, ShiftForm
from alarms.models import Alarm, AlarmRule, DustLimit, DutyShift, MonitorRule
from alarms.services import defaults, rosters, rules
from alarms.views.frame import insist_keeper
from common import clock
from common.errors import insist
from common.forms import add_refusal
from common.seen import look_again
from grids import scope
from grids.models import Grid, Organisation
from grids.roles import SETTINGS_KEEPERS, TOWN, OrganisationKind

WRITES = ["GET", "HEAD", "POST"]


# --- the roster -------------------------------------------------------------------------------------------------------------------------
def units_of(request):
    """Units whose roster this person may read: the office all, a township its own."""
    kinds = (OrganisationKind.TOWNSHIP, OrganisationKind.SQUAD, OrganisationKind.OFFICE)
    found = Organisation.objects.visible_to(request.user).active(clock.today()).filter(kind__in=kinds, merged_into=None)
    rights = scope.rights(request.user)
    if not rights.whole_district_ids and not rights.has(*SETTINGS_KEEPERS):
        found = found.filter(pk__in={seat.organisation_id for seat in rights.seats if seat.role in TOWN})
    return found.order_by("kind", "position", "pk")


@require_http_methods(WRITES)
@scope.for_the_campaign
def roster(request):
    units = units_of(request)
    data = request.POST if request.method == "POST" else request.GET
    key = data.get("organisation", "")
    unit = (units.filter(pk=key).first() if key.isdecimal() and len(key) < 19 else None) or units.first()
    may_edit = unit is not None and access.keeps_roster(request.user, unit)
    form = None
    if request.method == "POST":
        insist(may_edit, _("值班表由本单位和攻坚办排定。"))
    if may_edit:
        typed = request.POST if request.method == "POST" else None
        form = ShiftForm(typed, units=units.filter(pk=unit.pk), unit=unit, initial={"first": clock.today(), "last": clock.today()})
        if typed is not None and form.is_valid() and _planned(request, form):
            return redirect(f"{request.path}?organisation={unit.pk}")
    today = clock.at(clock.today())
    shifts = (
        DutyShift.objects.visible_to(request.user)
        .filter(organisation__in=units, ends_at__gt=today)
        .select_related("person", "deputy", "organisation")
    )
    context = {
        "units": units,
        "unit": unit,
        "form": form,
        "may_edit": may_edit,
        "running": list(shifts.on(clock.now())),
        "shifts": shifts.filter(organisation=unit)[:60] if unit else (),
        "now": clock.now(),
    }
    return render(request, "alarms/roster.html", context, status=422 if form and form.errors else 200)


def _planned(request, form) -> bool:
    try:
        made = rosters.plan(**form.cleaned_data, by=request.user)
    except ValidationError as refused:
        add_refusal(form, refused)
        return False
    planned = ngettext("已排 %(n)s 个班。", "已排 %(n)s 个班。", made) % {"n": made}
    messages.success(request, planned if made else _("这些班早已排好，没有变化。"))
    return True


@require_POST
def remove_shift(request, pk):
    found = get_object_or_404(DutyShift.objects.visible_to(request.user).select_related("organisation", "person"), pk=pk)
    insist(access.keeps_roster(request.user, found.organisation), _("值班表由本单位和攻坚办排定。"))
    unit = found.organisation_id
    try:
        rosters.remove(found, by=request.user)
        messages.success(request, _("已删除。"))
    except ValidationError as refused:
        messages.error(request, _("；").join(refused.messages))
    return redirect(f"{reverse('alarms:duty')}?organisation={unit}")


# --- rules ------------------------------------------------------------------------------------------------------------------------------
@require_http_methods(WRITES)
@look_again
def alarm_rules(request):
    """Clocks and merging by kind, limits of monitors, when silence is a problem: one page, saved together."""
    insist_keeper(request)
    district = Grid.objects.filter(pk__in=scope.rights(request.user).districts_with(SETTINGS_KEEPERS)).order_by("pk").first()
    if not AlarmRule.objects.filter(district=district).exists():
        defaults.load(district)
    typed = request.POST if request.method == "POST" else None
    groups = [
        (RuleForm, AlarmRule.objects.filter(district=district), "rule"),
        (LimitForm, DustLimit.objects.filter(district=district), "limit"),
        (MonitorForm, MonitorRule.objects.filter(district=district), "monitor"),
    ]
    forms = {name: [kind(typed, instance=row, prefix=f"{name}{row.pk}") for row in rows] for kind, rows, name in groups}
    every = [form for group in forms.values() for form in group]
    if typed is not None and all([form.is_valid() for form in every]):  # noqa: C419 - every form shows its errors at once
        limits = sum(form.cleaned_data["is_default"] for form in forms["limit"])
        if limits == 1:
            edits = [(form.instance, form.cleaned_data, form.stood) for form in sorted(every, key=_defaults_last)]
            changed = rules.edit_together(edits, by=request.user)
            messages.success(request, _("已保存，%(n)s项有改动；已下达的时限不变。") % {"n": changed})
            return redirect("alarms:rules")
        forms["limit"][0].add_error(None, _("请选定一个本区县采用的限值。"))
    return render(request, "alarms/rules.html", {"forms": forms, "every": every}, status=422 if typed is not None else 200)


def _defaults_last(form) -> bool:
    return bool(form.cleaned_data.get("is_default"))


# --- statistics -------------------------------------------------------------------------------------------------------------------------
SPANS = ((7, gettext_lazy("近7天")), (30, gettext_lazy("近30天")), (90, gettext_lazy("近90天")), (365, gettext_lazy("近一年")))


@require_GET
@scope.for_the_campaign
def figures(request):
    days = int(request.GET["days"]) if request.GET.get("days") in {str(days) for days, _label in SPANS} else 30
    since = clock.at(clock.today() - dt.timedelta(days=days - 1))
    alarms = Alarm.objects.visible_to(request.user).filter(first_signal_at__gte=since)
    context = {
        "kinds": statistics.by_kind(alarms),
        "sources": statistics.by_source(alarms),
        "clocks": statistics.clocks(alarms),
        "spans": [(each, label, each == days) for each, label in SPANS],
        "since": since,
        "query": f"day_from={clock.beijing(since):%Y-%m-%d}",
        "reads_sources": access.reads_sources(request.user),
    }
    return render(request, "alarms/statistics.html", context)
