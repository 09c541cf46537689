"""The register of clues handed over to the discipline body: for the leading group, the office's director and the head of 督查局."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

import evidence.services
from audit.services import record
from common.errors import Conflict
from common.forms import add_refusal
from inspections.models import Finding
from scorecards import access
from scorecards import consequence_pages as pages
from scorecards.forms_consequences import CLUE_FORMS, ClueForm
from scorecards.models import Clue
from scorecards.services import clues as services
from scorecards.views.kept import Kept, keep_files
from scorecards.views.steps import taken_from, typed
from scorecards.words import ClueState

BUTTONS = {"accept": lambda: _("登记受理"), "conclude": lambda: _("登记结果")}
MOST_PAPERS = 20
NEXT = {ClueState.HANDED: "accept", ClueState.ACCEPTED: "conclude"}


def the_district(request):
    district = access.district_of(request)
    services.insist(request.user, district.pk)
    return district


@never_cache
@require_GET
def clues(request):
    district = the_district(request)
    rows = Clue.objects.visible_to(request.user).filter(district=district).select_related("organisation").prefetch_related("findings")
    state = request.GET.get("state", "")
    page = Paginator(rows.filter(state=state) if state in ClueState.values else rows, 50).get_page(request.GET.get("page"))
    context = {"tabs": pages.tabs(request.user, district, "clues"), "page": page, "chips": chips(rows, state)}
    return render(request, "scorecards/clues.html", context)


def chips(rows, chosen: str) -> list[dict]:
    states = list(rows.values_list("state", flat=True))
    counts = [("", _("全部"), len(states))] + [(value, label, states.count(value)) for value, label in ClueState.choices]
    return [{"label": label, "count": count, "url": f"?state={value}", "active": value == chosen} for value, label, count in counts]


@never_cache
@require_http_methods(["GET", "POST"])
def new_clue(request):
    district = the_district(request)
    options, kept = {"district": district, "user": request.user}, Kept()
    form = ClueForm(**options)
    if request.method == "POST":
        kept = keep_files(request, most=MOST_PAPERS)
        form = ClueForm(request.POST, request.FILES, **options)
        if (made := _handed_over(request, district, form, kept)) is not None:
            return made
    context = {"tabs": pages.tabs(request.user, district, "clues"), "form": form, "kept": kept}
    return render(request, "scorecards/new_clue.html", context, status=422 if form.errors else 200)


def _handed_over(request, district, form, kept: Kept):
    """The way on, or None with the reasons in the form."""
    kept.tell(form)
    if not form.is_valid():
        return None
    try:
        clue = services.hand_over(district, by=request.user, **form.cleaned_data | {"evidence": kept.files})
    except Conflict as already:
        form.add_error(None, str(already))
        return None
    messages.success(request, _("已登记线索移送 %(number)s。") % {"number": clue})
    return redirect(clue)


@never_cache
@require_GET
def clue(request, pk):
    return shown(request, the_clue(request, pk))


def the_clue(request, pk) -> Clue:
    access.district_of(request)
    rows = Clue.objects.visible_to(request.user).select_related("organisation", "handed_by", "district").prefetch_related("files")
    return get_object_or_404(rows, pk=pk)


def shown(request, found: Clue, *, form=None, conflict: str = "", lost=(), status: int = 200):
    step = NEXT.get(ClueState(found.state))
    if step and not isinstance(form, CLUE_FORMS[step]):
        form = CLUE_FORMS[step](initial={"version": found.version})
    context = {
        "clue": found,
        "findings": Finding.objects.visible_to(request.user).filter(clues=found).select_related("problem_type"),
        "tabs": pages.tabs(request.user, found.district, "clues"),
        "step": step,
        "button": BUTTONS[step]() if step else "",
        "form": form if step else None,
        "conflict": conflict,
        "lost": lost,
    }
    return render(request, "scorecards/clue.html", context, status=status)


@never_cache
@taken_from("scorecards:clue", "pk")
def clue_step(request, pk, step):
    found = the_clue(request, pk)
    if step not in CLUE_FORMS:
        raise Http404
    form = CLUE_FORMS[step](request.POST)
    if form.is_valid():
        try:
            services.advance(found, step, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            add_refusal(form, refused)
        except Conflict as lost:
            return shown(request, the_clue(request, pk), conflict=str(lost), lost=typed(form), status=409)
        else:
            messages.success(request, _("已登记。"))
            return redirect(found)
    return shown(request, found, form=form, status=422)


@never_cache
@require_GET
def paper(request, pk, file):
    """A paper of a clue as a download, on record by the number of the clue only."""
    found = the_clue(request, pk)
    stored = get_object_or_404(found.files.all(), pk=file)
    record("clue.download", "scorecards.Clue", by=request.user, district_id=found.district_id, payload={"number": found.number})
    return evidence.services.serve_file(stored)
