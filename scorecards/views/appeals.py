"""Appeals: the list, one appeal, and the form a unit opens from a mark of its card."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

import evidence.services
from audit.services import record
from common import clock
from common.errors import Conflict
from common.forms import add_refusal
from grids.roles import OrganisationKind
from inspections.models import Finding
from scorecards import access
from scorecards.forms_settling import MOST_FILES, AppealForm, DecisionForm, VersionForm
from scorecards.models import Appeal, Scorecard, ScoreRow
from scorecards.services import appealing, appeals
from scorecards.services.settling import appeals_until, check_open
from scorecards.views.kept import Kept, keep_files
from scorecards.views.steps import taken_from, typed
from scorecards.words import AppealAct, AppealState, month_words

PAGE_SIZE = 20
OPEN = (AppealState.FILED, AppealState.SECOND)
STATES = (("", gettext_lazy("全部")), ("open", gettext_lazy("未裁定")), ("done", gettext_lazy("已裁定")), ("withdrawn", gettext_lazy("已撤回")))


def theirs(request):
    return Appeal.objects.visible_to(request.user).filter(district=access.district_of(request))


# --- list ---------------------------------------------------------------------------------------------------------------------------
@require_GET
def appeal_list(request):
    seen = theirs(request)
    month, state = access.month_asked(request), request.GET.get("state", "")
    of_month = seen.filter(scorecard__month=month) if month else seen
    found = of_month.filter(_of_state(state)).select_related("scorecard__organisation", "finding__problem_type").order_by("-filed_at", "-id")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    months = seen.order_by("-scorecard__month").values_list("scorecard__month", flat=True).distinct()
    context = {"page": page, "chips": _chips(of_month, state, month), "months": [{"value": each, "label": month_words(each)} for each in months]}
    return render(request, "scorecards/appeals.html", context | {"month": month, "state": state})


def _of_state(state: str) -> Q:
    return {"open": Q(state__in=OPEN), "done": Q(state__in=appealing.DECISIONS), "withdrawn": Q(state=AppealState.WITHDRAWN)}.get(state, Q())


def _chips(found, chosen: str, month: str) -> list[dict]:
    counts = found.order_by().aggregate(**{value or "all": Count("pk", filter=_of_state(value)) for value, _label in STATES})
    base = f"month={month}&" if month else ""
    return [
        {
            "label": label,
            "count": counts[value or "all"],
            "url": f"?{base}state={value}" if value else f"?{base.rstrip('&')}",
            "active": value == chosen,
        }
        for value, label in STATES
    ]


# --- filing -------------------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def new_appeal(request, card, event_key):
    """A small form for one mark."""
    found = get_object_or_404(Scorecard.objects.visible_to(request.user).select_related("organisation", "district"), pk=card)
    appeals.insist_unit(request.user, found.organisation_id)
    row = ScoreRow.objects.visible_to(request.user).filter(scorecard=found, event_key=event_key, amount__lt=0).exclude(event_key="")
    row = row.select_related("line", "adjustment", "finding__problem_type").first()
    if row is None:
        raise Http404
    row.line.scorecard = found
    kept, form = Kept(), AppealForm()
    if request.method == "POST":
        kept = keep_files(request, most=MOST_FILES)
        form = AppealForm(request.POST, request.FILES)
        if (made := _filed(request, form, kept, found, event_key)) is not None:
            return made
    context = {
        "card": found,
        "row": row,
        "form": form,
        "kept": kept,
        "until": appealing.until(found, row),
        "closed": _why_closed(found) or appealing.too_late(found, row),
    }
    context["decider"] = OrganisationKind(appeals.decider_of(row)).label
    return render(request, "scorecards/appeal_new.html", context, status=400 if form.errors else 200)


def _why_closed(card: Scorecard) -> str:
    """Why no appeal is taken any more, however late the mark; empty while it is."""
    try:
        check_open(card.district_id, card.month)
    except ValidationError as refused:
        return refused.messages[0]
    return ""


def _filed(request, form, kept: Kept, card: Scorecard, event_key: str):
    """The way on, or None with the reasons in the form."""
    kept.tell(form)
    if not form.is_valid():
        return None
    try:
        appeal = appealing.file(card, event_key, grounds=form.cleaned_data["grounds"], evidence=kept.files, by=request.user)
    except ValidationError as refused:
        add_refusal(form, refused)
    except Conflict as twice:
        messages.info(request, str(twice))
        return redirect("scorecards:appeal", twice.extra["appeal"])
    else:
        messages.success(request, _("申诉已提出，将由%(body)s裁定。") % {"body": appeal.decider_label})
        return redirect(appeal)
    return None


# --- one appeal ---------------------------------------------------------------------------------------------------------------------
def the_appeal(request, pk) -> Appeal:
    related = ("scorecard__organisation", "scorecard__district", "finding__problem_type", "filed_by", "decided_by", "first_by")
    return get_object_or_404(theirs(request).select_related(*related), pk=pk)


@require_GET
def appeal(request, pk):
    return shown(request, the_appeal(request, pk))


def shown(request, found: Appeal, *, form=None, conflict: str = "", lost=(), status: int = 200):
    why_not = appeals.why_not_decide(request.user, found) if found.is_open else ""
    standing = appealing.standing_opinion(found) if _sees_opinions(request.user, found) else None
    row = ScoreRow.objects.filter(scorecard=found.scorecard_id, event_key=found.event_key).select_related("line").first()
    context = {
        "appeal": found,
        "card": found.scorecard,
        "row": row,
        "sees_finding": found.finding_id and Finding.objects.visible_to(request.user).filter(pk=found.finding_id).exists(),
        "events": found.events.all() if _sees_opinions(request.user, found) else found.events.exclude(action__in=OPINIONS),
        "files": found.evidence.order_by("pk"),
        "standing": standing,
        "form": form or (DecisionForm(appeal=found, initial=_agreeing(standing)) if found.is_open and not why_not else None),
        "why_not": why_not,
        "may_withdraw": found.is_open and appeals.is_unit(request.user, found.scorecard.organisation_id),
        "conflict": conflict,
        "lost": lost,
        "now": clock.now(),
    }
    return render(request, "scorecards/appeal.html", context, status=status)


def _sees_opinions(user, found: Appeal) -> bool:
    """Until it is decided one leader's opinion is for those who see the whole district, not for the unit that appeals."""
    return not found.is_open or access.reads_all(user, found.district_id)


def _agreeing(standing) -> dict:
    """The second leader's form begins with the first one's opinion, without his words."""
    if standing is None:
        return {}
    return {"outcome": standing.outcome, "granted": standing.granted / 100 if standing.outcome == AppealState.PARTLY else None}


@taken_from("scorecards:appeal", "pk")
def decide(request, pk):
    found = the_appeal(request, pk)
    form = DecisionForm(request.POST, appeal=found)
    if not form.is_valid() and not appeals.why_not_decide(request.user, found):
        return shown(request, found, form=form, status=400)
    try:
        appealing.decide(found, by=request.user, **(form.decision() if form.is_valid() else EMPTY))
    except ValidationError as refused:
        add_refusal(form, refused)
        return shown(request, found, form=form, status=400)
    except Conflict as lost:
        found = the_appeal(request, pk)
        again = None if appeals.why_not_decide(request.user, found) else _newer(form, lost)
        return shown(request, found, form=again, conflict=str(lost), lost=() if again else typed(form), status=409)
    messages.success(request, _("意见已记录，待另一位区领导合议。") if found.is_open else _("裁定已作出，计分卡已重新核算。"))
    return redirect(found)


OPINIONS = (AppealAct.OPINION, AppealAct.CHANGE)
EMPTY = {"outcome": "", "note": "", "version": 0}
"""What is decided by an empty form: nothing; the service says why the person may not."""


def _newer(form, lost: Conflict):
    """The same words again, over the version that stands now; nothing to send when it is over."""
    if "version" not in lost.extra:
        return None
    form.data = form.data.copy()
    form.data["version"] = lost.extra["version"]
    return form


@taken_from("scorecards:appeal", "pk")
def withdraw(request, pk):
    found = the_appeal(request, pk)
    form = VersionForm(request.POST)
    try:
        appealing.withdraw(found, by=request.user, version=form.cleaned_data["version"] if form.is_valid() else 0)
    except ValidationError as refused:
        messages.error(request, _("；").join(refused.messages))
    except Conflict as lost:
        return shown(request, the_appeal(request, pk), conflict=str(lost), status=409)
    else:
        messages.success(request, _("申诉已撤回。"))
    return redirect(found)


@require_GET
def paper(request, pk, file):
    """Evidence as a download, on record."""
    found = the_appeal(request, pk)
    paper = get_object_or_404(found.evidence, pk=file)
    record("appeal.download", found, by=request.user, district_id=found.district_id, payload={"sha256": paper.sha256})
    return evidence.services.serve_file(paper)


# --- on a card ----------------------------------------------------------------------------------------------------------------------
def on_card(user, card: Scorecard, marked) -> dict:
    """For the page of a card: its appeals with their decisions, and at each mark the appeal against it or the address of the form."""
    found = list(card.appeals.exclude(state=AppealState.WITHDRAWN).select_related("finding").order_by("filed_at", "pk"))
    readable = set(Appeal.objects.visible_to(user).filter(scorecard=card).values_list("pk", flat=True)) if found else set()
    for appeal in found:
        appeal.is_readable = appeal.pk in readable
    known = {appeal.event_key: appeal for appeal in found}
    is_open = appeals.is_unit(user, card.organisation_id) and not _why_closed(card)
    dates = _dates(card, marked) if is_open else {}
    for row in marked:
        row.appeal = known.get(row.event_key)
        may = row.amount < 0 and not row.appeal and row.pk in dates
        row.appeal_url = reverse("scorecards:new_appeal", args=[card.pk, row.event_key]) if may else ""
    return {"appeals": found, "may_appeal": bool(dates), "appeals_until": min(dates.values(), default=None)}


def _dates(card: Scorecard, marked) -> dict:
    """Until when each mark, and any other, may be appealed against, as long as it may."""
    window = appeals_until(card.district_id, card.month)
    dates = {None: window} | {row.pk: appealing.until(card, row) if row.adjustment_id else window for row in marked}
    return {key: until for key, until in dates.items() if clock.now() <= until}
