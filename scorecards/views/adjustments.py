"""Entries: the list, drawing one up, signing it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

import evidence.services
from audit.services import record
from common.errors import Conflict, NotYourRole
from common.forms import add_refusal
from scorecards import access
from scorecards.forms_settling import AboutForm, EntryForm, SignForm
from scorecards.models import Adjustment
from scorecards.services import adjusting, adjustments
from scorecards.services.settling import may_run, settled_months
from scorecards.views.kept import Kept, keep_files
from scorecards.views.steps import clean_of, taken_from, typed
from scorecards.words import AdjustmentKind, SignState, month_words

PAGE_SIZE = 20


def theirs(request):
    return Adjustment.objects.visible_to(request.user).filter(district=access.district_of(request))


@require_GET
def adjustment_list(request):
    seen = theirs(request)
    month, state = access.month_asked(request), request.GET.get("state", "")
    of_month = seen.filter(month=month) if month else seen
    found = of_month.filter(state=state) if state in SignState.values else of_month
    page = Paginator(found.select_related("organisation", "proposed_by", "signed_by").order_by("-month", "-id"), PAGE_SIZE)
    months = seen.order_by("-month").values_list("month", flat=True).distinct()
    context = {
        "page": page.get_page(request.GET.get("page")),
        "chips": _chips(of_month, state, month),
        "months": [{"value": each, "label": month_words(each)} for each in months],
        "month": month,
        "state": state,
        "may_draw_up": may_run(request.user, access.district_of(request).pk),
    }
    return render(request, "scorecards/adjustments.html", context)


def _chips(found, chosen: str, month: str) -> list[dict]:
    counts = found.order_by().aggregate(all=Count("pk"), **{value: Count("pk", filter=Q(state=value)) for value in SignState.values})
    base = f"month={month}&" if month else ""
    every = {"label": _("全部"), "count": counts["all"], "url": f"?{base.rstrip('&')}", "active": chosen not in SignState.values}
    return [
        every,
        *({"label": label, "count": counts[value], "url": f"?{base}state={value}", "active": chosen == value} for value, label in SignState.choices),
    ]


# --- drawing up ---------------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def new_adjustment(request):
    """First what it is about (in the address), then the entry."""
    district = access.district_of(request)
    if not may_run(request.user, district.pk):
        raise NotYourRole(_("分录由攻坚办制单。"))
    about = AboutForm(request.GET if "kind" in request.GET else None, district_id=district.pk, months=settled_months(district.pk))
    if not about.is_valid():
        return render(request, "scorecards/adjustment_about.html", {"form": about}, status=400 if about.errors or request.method == "POST" else 200)
    kind, unit, of_month = (about.cleaned_data[name] for name in ("kind", "unit", "of_month"))
    card = adjustments.settled_card(district.pk, unit.pk, of_month) if kind == AdjustmentKind.CORRECTION else None
    if kind == AdjustmentKind.CORRECTION and card is None:
        about.add_error("of_month", _("%(unit)s在这个月没有计分卡。") % {"unit": unit})
        return render(request, "scorecards/adjustment_about.html", {"form": about}, status=400)
    return entry_page(request, kind, unit, card)


def entry_page(request, kind: str, unit, card):
    options = {"kind": kind, "district_id": unit.district_id, "card": card}
    kept, form = Kept(), EntryForm(**options)
    if request.method == "POST":
        kept = keep_files(request, most=1)
        form = EntryForm(request.POST, request.FILES, **options)
        if (made := _drawn_up(request, form, kept, kind=kind, unit=unit)) is not None:
            return made
    context = {"form": form, "kept": kept, "kind": AdjustmentKind(kind), "unit": unit, "card": card}
    if card:
        context["counts_in"] = month_words(adjustments.first_open_month(unit.district_id))
    return render(request, "scorecards/adjustment_new.html", context, status=400 if form.errors else 200)


def _drawn_up(request, form, kept: Kept, *, kind: str, unit):
    kept.tell(form)
    if not form.is_valid():
        return None
    try:
        entry = adjusting.draw_up(unit=unit, kind=kind, by=request.user, evidence=next(iter(kept.files), None), **form.entry())
    except ValidationError as refused:
        add_refusal(form, refused)
        return None
    except Conflict as twice:
        messages.info(request, str(twice))
        return redirect("scorecards:adjustment", twice.extra["entry"])
    messages.success(request, _("分录已制单，待签批。"))
    return redirect(entry)


# --- one entry ----------------------------------------------------------------------------------------------------------------------
def the_entry(request, pk) -> Adjustment:
    return get_object_or_404(theirs(request).select_related("organisation", "district", "evidence", "proposed_by", "signed_by"), pk=pk)


@require_GET
def adjustment(request, pk):
    return shown(request, the_entry(request, pk))


def shown(request, entry: Adjustment, *, form=None, conflict: str = "", lost=(), status: int = 200):
    waits, is_lost = entry.state == SignState.PROPOSED, adjusting.may_be_revoked(entry)
    context = {
        "entry": entry,
        "row": adjustments.corrected_row(entry),
        "form": form or SignForm(),
        "may_sign": waits and not adjusting.why_not_sign(request.user, entry),
        "may_take_back": waits and entry.proposed_by_id == request.user.pk,
        "why_not": adjusting.why_not_sign(request.user, entry) if waits or is_lost else "",
        "is_lost": is_lost,
        "conflict": conflict,
        "lost": lost,
    }
    return render(request, "scorecards/adjustment.html", context, status=status)


@taken_from("scorecards:adjustment", "pk")
def answer(request, pk, action):
    """Sign, drop, or take back what counts nowhere."""
    steps = {"sign": adjusting.sign, "drop": adjusting.drop, "revoke": adjusting.revoke}
    if action not in steps:
        raise Http404
    entry, form = the_entry(request, pk), SignForm(request.POST)
    try:
        steps[action](entry, by=request.user, note=clean_of(form)["note"])
    except ValidationError as refused:
        add_refusal(form, refused)
        return shown(request, entry, form=form, status=400)
    except Conflict as lost:
        return shown(request, the_entry(request, pk), conflict=str(lost), lost=typed(form), status=409)
    messages.success(request, {"sign": _("分录已签批。"), "drop": _("分录未通过，已归档。"), "revoke": _("分录已撤销。")}[action])
    return redirect(entry)


@require_GET
def paper(request, pk):
    """Evidence as a download, on record."""
    entry = the_entry(request, pk)
    if entry.evidence is None:
        raise Http404
    record("adjustment.download", entry, by=request.user, district_id=entry.district_id, payload={"sha256": entry.evidence.sha256})
    return evidence.services.serve_file(entry.evidence)
