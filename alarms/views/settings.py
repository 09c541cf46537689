"""Sources with their keys, the roster, the rules, the statistics."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alarms import access, statistics
from alarms.forms_settings import LimitForm, MonitorForm, RuleForm, ShiftForm, SourceForm
from alarms.models import Alarm, AlarmRule, AlarmSource, DustLimit, DutyShift, MonitorRule
from alarms.services import defaults, rosters, rules, sources
from alarms.views.frame import insist_keeper, insist_reader
from alarms.words import AlarmState, SourceKind
from common import clock
from common.errors import insist
from common.forms import add_refusal
from common.seen import look_again
from grids import scope
from grids.models import Grid, Organisation
from grids.roles import SETTINGS_KEEPERS, TOWN, OrganisationKind

WRITES = ["GET", "HEAD", "POST"]
LATELY = dt.timedelta(days=30)
QUIET = dt.timedelta(hours=2)
PAGE_SIZE = 30


# --- sources ----------------------------------------------------------------------------------------------------------------------------
def with_counts(queryset):
    """Alarms of the last thirty days, and how many of them were false."""
    lately = Q(alarms__first_signal_at__gte=clock.now() - LATELY)
    return queryset.select_related("grid", "device", "site").annotate(
        raised=Count("alarms", filter=lately), mistaken=Count("alarms", filter=lately & Q(alarms__state=AlarmState.FALSE))
    )


@require_GET
def source_list(request):
    insist_reader(request)
    found = AlarmSource.objects.visible_to(request.user)
    if request.GET.get("kind") in SourceKind.values:
        found = found.filter(kind=request.GET["kind"])
    counts = dict(AlarmSource.objects.visible_to(request.user).order_by().values_list("kind").annotate(Count("pk")))
    context = {
        "page": Paginator(with_counts(found).order_by("kind", "name", "pk"), PAGE_SIZE).get_page(request.GET.get("page")),
        "chips": [("", _("全部"), sum(counts.values())), *((kind.value, kind.label, counts.get(kind, 0)) for kind in SourceKind)],
        "kind": request.GET.get("kind", ""),
        "quiet_since": clock.now() - QUIET,
        "may_edit": access.keeps_sources(request.user),
        "now": clock.now(),
    }
    return render(request, "alarms/sources.html", context)


@require_GET
def source(request, pk):
    insist_reader(request)
    return _source_page(request, get_object_or_404(with_counts(AlarmSource.objects.visible_to(request.user)), pk=pk))


def _source_page(request, found: AlarmSource, *, key: str = ""):
    context = {
        "source": found,
        "key": key,
        "address": request.build_absolute_uri(f"/api/v1/alarms/{found.slug}/"),
        "signals": found.signals.select_related("alarm").prefetch_related("pictures")[:20],
        "readings": found.readings.all()[:12] if found.kind == SourceKind.DUST_MONITOR else (),
        "quiet_since": clock.now() - QUIET,
        "is_testing": bool(found.test_until and found.test_until > clock.now()),
        "may_edit": access.keeps_sources(request.user),
        "now": clock.now(),
    }
    return render(request, "alarms/source.html", context)


@require_http_methods(WRITES)
@look_again
def new_source(request):
    insist_keeper(request)
    district = Grid.objects.filter(pk__in=scope.rights(request.user).districts_with(SETTINGS_KEEPERS)).order_by("pk").first()
    return _edit(request, AlarmSource(district=district, kind=SourceKind.SMOKE_CAMERA))


@require_http_methods(WRITES)
@look_again
def edit_source(request, pk):
    insist_keeper(request)
    found = get_object_or_404(AlarmSource.objects.visible_to(request.user).select_related("district", "site", "device"), pk=pk)
    return _edit(request, found)


def _edit(request, found: AlarmSource):
    is_new = found.pk is None
    form = SourceForm(request.POST if request.method == "POST" else None, instance=found, user=request.user)
    if form.is_valid():
        if is_new:
            key = sources.create(form.instance, by=request.user)
            return _source_page(request, with_counts(AlarmSource.objects).get(pk=form.instance.pk), key=key)
        sources.edit(form.instance, by=request.user, stood=form.stood)
        messages.success(request, _("已保存。"))
        return redirect("alarms:source", found.pk)
    return render(request, "alarms/source_form.html", {"form": form, "source": found, "is_new": is_new}, status=422 if form.errors else 200)


@require_POST
def source_key(request, pk):
    """Another key, shown once; or the end of the one in force."""
    insist_keeper(request)
    found = get_object_or_404(with_counts(AlarmSource.objects.visible_to(request.user)), pk=pk)
    if found.kind in (SourceKind.STATION, SourceKind.CITIZEN):
        messages.error(request, _("这类来源不用密钥。"))
        return redirect("alarms:source", pk)
    if request.POST.get("action") == "revoke":
        messages.success(request, _("密钥已停用。") if sources.revoke(found, by=request.user) else _("密钥早已停用。"))
        return redirect("alarms:source", pk)
    key = sources.renew(found, by=request.user)
    return _source_page(request, with_counts(AlarmSource.objects).get(pk=pk), key=key)


@require_POST
def source_test(request, pk):
    insist_keeper(request)
    found = get_object_or_404(AlarmSource.objects.visible_to(request.user), pk=pk)
    sources.begin_trying(found, by=request.user)
    messages.success(request, _("调试开始，15分钟内收到的信号只显示、不报警。") if found.test_until else _("调试结束，恢复报警。"))
    return redirect("alarms:source", pk)


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
    unit = (units.filter(pk=key).first() if key.isdigit() and len(key) < 19 else None) or units.first()
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
    messages.success(request, _("已排 %(n)s 个班。") % {"n": made} if made else _("这些班早已排好，没有变化。"))
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
            changed = sum(rules.edit(form.instance, form.cleaned_data, by=request.user) for form in sorted(every, key=_defaults_last))
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
