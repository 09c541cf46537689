"""Devices and other sources: the list, one with what it has sent, setting up, keys, trying out."""

import datetime as dt
from contextlib import suppress

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alarms import access
from alarms.forms_settings import SourceForm
from alarms.models import AlarmSource
from alarms.services import sources
from alarms.views.frame import insist_keeper, insist_reader
from alarms.words import WITH_KEY, AlarmState, SourceKind
from common import clock
from common.seen import look_again
from grids import scope
from grids.models import Grid
from grids.roles import SETTINGS_KEEPERS

WRITES = ["GET", "HEAD", "POST"]
LATELY = dt.timedelta(days=30)
QUIET = dt.timedelta(hours=2)
PAGE_SIZE = 30


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
        "may_edit": access.keeps_sources(request.user, found.district_id),
        "now": clock.now(),
    }
    return render(request, "alarms/source.html", context)


def kept_by(request, pk) -> AlarmSource:
    """A source this person may see, in a district whose settings they keep."""
    insist_keeper(request)
    found = get_object_or_404(with_counts(AlarmSource.objects.visible_to(request.user)).select_related("district", "grid", "device", "site"), pk=pk)
    insist_keeper(request, found.district_id)
    return found


@require_http_methods(WRITES)
@look_again
def new_source(request):
    insist_keeper(request)
    if made := _made_before(request):
        messages.info(request, _("这台设备已经登记。密钥只显示一次，没有看到的，请换发密钥。"))
        return redirect("alarms:source", made.pk)
    district = Grid.objects.filter(pk__in=scope.rights(request.user).districts_with(SETTINGS_KEEPERS)).order_by("pk").first()
    return _edit(request, AlarmSource(district=district, kind=SourceKind.SMOKE_CAMERA))


def _made_before(request) -> AlarmSource | None:
    """The button was pressed twice."""
    key = forms.UUIDField(required=False)
    with suppress(ValidationError):
        found = sources.made_by(key.clean(request.POST.get("form_key", "")))
        return AlarmSource.objects.visible_to(request.user).filter(pk=found.pk).first() if found else None
    return None


@require_http_methods(WRITES)
@look_again
def edit_source(request, pk):
    return _edit(request, kept_by(request, pk))


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


def _keyless(request, found: AlarmSource, words: str):
    """Back to the page of a source of a kind that sends nothing with a key."""
    if found.kind in WITH_KEY:
        return None
    messages.error(request, words)
    return redirect("alarms:source", found.pk)


@require_POST
def source_key(request, pk):
    """Another key, shown once; or the end of the one in force."""
    found = kept_by(request, pk)
    if refusal := _keyless(request, found, _("这类来源不用密钥。")):
        return refusal
    if request.POST.get("action") == "revoke":
        messages.success(request, _("密钥已停用。") if sources.revoke(found, by=request.user) else _("密钥早已停用。"))
        return redirect("alarms:source", pk)
    key = sources.renew(found, by=request.user)
    return _source_page(request, with_counts(AlarmSource.objects).get(pk=pk), key=key)


@require_POST
def source_test(request, pk):
    found = kept_by(request, pk)
    if refusal := _keyless(request, found, _("这类来源不用调试。")):
        return refusal
    sources.begin_trying(found, by=request.user)
    messages.success(request, _("调试开始，15分钟内收到的信号只显示、不报警。") if found.test_until else _("调试结束，恢复报警。"))
    return redirect("alarms:source", pk)
