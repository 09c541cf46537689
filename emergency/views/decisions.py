"""The approval form and its way: entered, submitted, approved or sent back, published."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common import clock
from common.errors import Conflict
from common.forms import add_refusal
from emergency import access, texts
from emergency.forms import DecisionForm, NoteForm
from emergency.models import Decision, Episode, Forecast
from emergency.services import decisions, lists
from emergency.views.overview import episode_of, shown
from emergency.views.steps import attempt, page, step
from emergency.words import COLOUR_NAMES, ORDER, Colour, DecisionKind, DecisionState
from grids.scope import for_the_campaign


@page
def start(request):
    """A new warning; ``?level=`` and ``?forecast=`` fill in the first words."""
    district = access.district_of(request)
    access.insist_run(request.user, district.pk)
    if running := decisions.open_episode(district.pk):
        return redirect(running)
    forecast = Forecast.objects.visible_to(request.user).filter(district=district, pk=_number(request.GET.get("forecast", ""))).first()
    return _draft(
        request, district, DecisionKind.START, level=_level(request.GET.get("level") or (forecast.level if forecast else "")), forecast=forecast
    )


@page
def decide(request, pk, kind):
    """Upgrade, downgrade or lift of a running episode."""
    found = episode_of(request, pk)
    access.insist_run(request.user, found.district_id)
    if kind not in DecisionKind.values:
        raise Http404
    if kind not in decisions.kinds_open(found):
        return redirect(found)
    return _draft(request, found.district, kind, level=_next_level(found, kind), episode=found)


def _level(text: str) -> str:
    return text if text in Colour.values else Colour.YELLOW


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _next_level(found: Episode, kind: str) -> str:
    if kind == DecisionKind.LIFT:
        return found.level_to_lift
    rank = ORDER.index(found.level) + {DecisionKind.UPGRADE: 1, DecisionKind.DOWNGRADE: -1}.get(DecisionKind(kind), 0)
    return ORDER[max(0, min(rank, len(ORDER) - 1))]


def levels_of(kind: str, episode: Episode | None) -> list[str]:
    """Levels that may be chosen at this step."""
    if episode is None or not episode.level:
        return ORDER
    rank = ORDER.index(episode.level)
    return {DecisionKind.UPGRADE: ORDER[rank + 1 :], DecisionKind.DOWNGRADE: ORDER[:rank], DecisionKind.LIFT: [episode.level_to_lift]}.get(
        DecisionKind(kind), ORDER
    )


def _draft(request, district, kind, *, level, forecast=None, episode=None):
    sent = request.POST if request.method == "POST" else None
    words = texts.first_words(district, kind, level, forecast=forecast)
    form = DecisionForm(sent, initial=words, levels=levels_of(kind, episode), lifts=kind == DecisionKind.LIFT)
    if sent is not None and form.is_valid():
        try:
            made = decisions.draft(district, kind, by=request.user, forecast=forecast, **form.values())
        except ValidationError as refused:
            add_refusal(form, refused)
        except Conflict as lost:
            form.add_error(None, str(lost))
        else:
            if "submit" in sent:
                attempt(request, lambda: decisions.submit(made, by=request.user, version=made.version), done=_("已提请审批。"))
            return redirect(made.episode)
    return _form_page(request, form, kind, episode=episode, level=level)


def _form_page(request, form, kind, *, episode=None, level="", decision=None):
    colours = [{"value": each, "label": COLOUR_NAMES[Colour(each)], "active": each == level} for each in levels_of(kind, episode)]
    context = {"form": form, "kind": DecisionKind(kind).label, "is_start": kind == DecisionKind.START and decision is None, "colours": colours}
    return render(request, "emergency/decision_form.html", context | {"episode": episode, "decision": decision}, status=400 if form.errors else 200)


def decision_of(request, pk) -> Decision:
    """Of the whole district's readers; others know what is published only."""
    found = get_object_or_404(
        Decision.objects.filter(episode__in=Episode.objects.visible_to(request.user)).select_related(
            "episode__district", "submitted_by", "approved_by"
        ),
        pk=pk,
    )
    access.insist_read_whole(request.user, found.episode.district_id)
    return found


@page
def edit(request, pk):
    found = decision_of(request, pk)
    access.insist_run(request.user, found.episode.district_id)
    if found.state != DecisionState.DRAFT:
        return redirect(found.episode)
    levels = levels_of(found.kind, found.episode if found.episode.level else None)
    sent = request.POST if request.method == "POST" else None
    form = DecisionForm(sent, instance=found, levels=levels, lifts=found.kind == DecisionKind.LIFT)
    version = _number(request.POST.get("version", ""))
    if sent is not None and form.is_valid():
        try:
            stands = Decision.objects.get(pk=found.pk)
            made = decisions.edit(stands, by=request.user, version=version, **form.values())
        except ValidationError as refused:
            add_refusal(form, refused)
        except Conflict as lost:
            form.add_error(None, str(lost))
        else:
            if "submit" in sent:
                attempt(request, lambda: decisions.submit(made, by=request.user, version=made.version), done=_("已提请审批。"))
            return redirect(made.episode)
    return _form_page(request, form, found.kind, episode=found.episode if found.episode.level else None, level=found.level, decision=found)


STEPS = {
    "submit": (decisions.submit, False),
    "approve": (decisions.approve, True),
    "send_back": (decisions.send_back, True),
    "drop": (decisions.drop, True),
    "publish": (decisions.publish, False),
}
DONE = {
    "submit": lambda: _("已提请审批。"),
    "approve": lambda: _("已批准，攻坚办可以发布。"),
    "send_back": lambda: _("已退回修改。"),
    "drop": lambda: _("已撤回。"),
}


@step
def take(request, pk, action):
    """One step of the form; ``version`` is what the person had open. Refused, a note that was typed stands on the page again."""
    found = decision_of(request, pk)
    if action not in STEPS:
        raise Http404
    act, has_note = STEPS[action]
    form = NoteForm(request.POST)
    form.is_valid()
    note, given = form.data.get("note", "") if has_note else "", {"version": form.cleaned_data.get("version") or 0}
    if has_note:
        given["note"] = form.cleaned_data.get("note", "")
    done = _published_words(found) if action == "publish" else DONE[action]()
    if has_note and "note" in form.errors:
        messages.error(request, _("；").join(form.errors["note"]))
    elif attempt(request, lambda: act(found, by=request.user, **given), done=done) or not note.strip():
        return redirect(found.episode)
    return shown(request, episode_of(request, found.episode_id), status=400, refused=action, note=note)


def _published_words(found: Decision) -> str:
    """What went out, and which enterprises no text message reaches."""
    words = _("已发布，解除令已下达。") if found.kind == DecisionKind.LIFT else _("已发布，指令已下达到各单位、网格和清单企业。")
    goes_by = found.episode.reduction_list or decisions.list_in_force(found.episode.district_id)
    if missed := lists.without_phone(goes_by):
        words += _("%(names)s没有联系电话，没有发短信，请用其他方式送达。") % {"names": _("、").join(missed)}
    return words


@require_GET
@for_the_campaign
def paper(request, pk):
    """The approval form for print."""
    found = decision_of(request, pk)
    return render(request, "emergency/approval_paper.html", {"decision": found, "episode": found.episode, "now": clock.now()})
