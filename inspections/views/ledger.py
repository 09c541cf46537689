"""The ledger: one list, its counts, and people's own views of it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from common import clock
from grids import scope
from inspections import access, exports, keyset
from inspections.filters import FindingFilter, boxes_for, filtered, in_box
from inspections.models import SavedView
from inspections.rows import ledger_rows

PAGE_SIZE = 20
COUNT_LIMIT = 10_000
MAIN = ("field", "township", "source", "problem_type", "received_from", "received_to")
LISTS = {"ledger": "inspections:ledger", "sites": "registers:sites"}
"""Pages of which people keep views of their own."""
TICKS = ("above", "overdue", "mine")


@require_GET
@scope.for_the_campaign
def ledger(request):
    found = filtered(request)
    ordering = keyset.known(request.GET.get("ordering", ""))
    page = keyset.cut(found.qs.for_list(), ordering=ordering, cursor=request.GET.get("cursor", ""), size=PAGE_SIZE)
    now = clock.now()
    context = {
        "rows": ledger_rows(page.rows, now=now),
        "now": now,
        "ordering": ordering,
        "previous": address(request, cursor=page.previous) if page.previous else "",
        "next": address(request, cursor=page.next) if page.next else "",
        "chips": chips(request, counts=None),
        "saved": list(SavedView.objects.filter(user=request.user, page="ledger")),
        "query": address(request, cursor=None, csrfmiddlewaretoken=None)[1:],
        "may_report": access.may_report(request.user),
        "may_assign": access.is_office(request.user),
        "may_urge": access.may_urge(request.user),
        "keeps_order": access.keeps_order(request.user),
        **filter_form(found, request),
    }
    return render(request, "inspections/ledger.html", context)


def filter_form(found: FindingFilter, request) -> dict:
    form = found.form
    hidden = [(name, value) for name in ("box", "q", "grid", "ordering") if (value := request.GET.get(name))]
    rest = [name for name in form.fields if name not in (*MAIN, *TICKS) and not form[name].is_hidden]
    return {
        "form": form,
        "main_fields": [form[name] for name in MAIN],
        "more_fields": [form[name] for name in rest],
        "tick_fields": [form[name] for name in TICKS],
        "more_open": any(request.GET.get(name) for name in (*rest, *TICKS)),
        "keep": hidden,
        "words": request.GET.get("q", ""),
    }


def address(request, **changes) -> str:
    """The list's address with some words changed; ``None`` takes a word away."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"


def chips(request, *, counts) -> list[dict]:
    chosen = request.GET.get("box") or ("" if request.GET.get("state") or request.GET.get("q") else "open")
    return [
        {
            "code": code,
            "label": label,
            "count": counts[code] if counts else None,
            "url": address(request, box=code, cursor=None),
            "active": code == chosen,
            "late": code == "overdue" and bool(counts) and counts[code] != 0,
        }
        for code, label in boxes_for(request.user)
    ]


@require_GET
@scope.for_the_campaign
def counts(request):
    """The figures above the list, fetched after it: capped, because nobody needs to know whether it is 10,001 or 200,000."""
    rest = request.GET.copy()
    rest["box"] = "all"
    others = filtered(request, data=rest).qs
    figures = {code: capped(in_box(others, code, user=request.user)) for code, _label in boxes_for(request.user)}
    total = capped(filtered(request).qs)
    return render(request, "inspections/_counts.html", {"chips": chips(request, counts=figures), "total": total, "now": clock.now()})


def capped(queryset):
    """How many rows; "10,000+" beyond that."""
    count = queryset.order_by().values("pk")[: COUNT_LIMIT + 1].count()
    return f"{COUNT_LIMIT:,}+" if count > COUNT_LIMIT else count


# --- saved views --------------------------------------------------------------------------------------------------------------------
@require_POST
def save_view(request):
    name, query = request.POST.get("name", "").strip()[:30], request.POST.get("query", "")
    page = request.POST.get("page", "") if request.POST.get("page") in LISTS else "ledger"
    try:
        if not name:
            raise ValidationError(_("请给视图起个名称。"))
        if len(query) > 500 or SavedView.objects.filter(user=request.user).count() >= 20:
            raise ValidationError(_("视图最多 20 个，筛选条件也不能过长。请先删除不用的视图。"))
        _keep_view(request.user, page=page, name=name, query=query)
    except ValidationError as refused:
        messages.error(request, _("；").join(refused.messages))
    return redirect(f"{reverse(LISTS[page])}?{query}")


def _keep_view(user, *, page: str, name: str, query: str) -> None:
    """A name used again means the newer filter."""
    SavedView.objects.update_or_create(user=user, page=page, name=name, defaults={"query": query})


@require_POST
def change_view(request, pk):
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    if request.POST.get("action") == "delete":
        view.delete()
    elif name := request.POST.get("name", "").strip()[:30]:
        _rename(request, view, name)
    return redirect(f"{reverse(LISTS.get(view.page, LISTS['ledger']))}?{view.query}")


def _rename(request, view: SavedView, name: str) -> None:
    try:
        with transaction.atomic():
            SavedView.objects.filter(pk=view.pk).update(name=name)
    except IntegrityError:
        messages.error(request, _("已有同名的视图。"))


# --- export -------------------------------------------------------------------------------------------------------------------------
@require_POST
@scope.for_the_campaign
def export(request) -> HttpResponse:
    """The filtered list as a file at once, or as a background job when it is long."""
    found = filtered(request)
    form = "csv" if request.POST.get("format") == "csv" else "xlsx"
    if exports.is_long(found.qs):
        return redirect("sheets:job", exports.start(request.GET, by=request.user, form=form).pk)
    return exports.answer(found, by=request.user, form=form)
