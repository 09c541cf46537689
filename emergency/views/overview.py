"""The first page: what runs now with its clocks, who has not answered, who is not in force, how much was looked at."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from common import clock
from emergency import access, board, coverage, figures
from emergency.models import DailyReport, Decision, Episode, Forecast, Order, ReductionList, UnitReport
from emergency.services import decisions
from emergency.words import COLOUR_NAMES, Colour, DecisionKind, DecisionState, EpisodeState, ListState, OrderState, Party
from grids.scope import for_the_campaign, rights

PAGE = 20


@require_GET
@for_the_campaign
def overview(request):
    district = access.district_of(request)
    seen = Episode.objects.visible_to(request.user).filter(district=district)
    episode = seen.filter(state__in=(EpisodeState.PREPARING, EpisodeState.RUNNING)).first()
    context = {
        "district": district,
        "episode": episode,
        "decision": _open_step(request, episode),
        "may_run": access.may_run(request.user, district.pk),
        "reads_whole": access.reads_whole(request.user, district.pk),
        "colours": [{"value": colour.value, "label": COLOUR_NAMES[colour]} for colour in Colour],
        "list": ReductionList.objects.filter(district=district, state=ListState.IN_FORCE).first(),
        "forecast": Forecast.objects.visible_to(request.user).filter(district=district).first(),
        "recent": list(seen.exclude(state__in=(EpisodeState.PREPARING, EpisodeState.RUNNING, EpisodeState.DROPPED))[:5]),
        "now": clock.now(),
        "steps": board.steps(episode),
    }
    return render(request, "emergency/overview.html", context | _running(request, episode) | _own(request, district))


def _open_step(request, episode: Episode | None):
    """What is on its way and not published yet is for the whole district's readers."""
    return board.open_decision(episode) if episode and access.reads_whole(request.user, episode.district_id) else None


def _running(request, episode: Episode | None) -> dict:
    """Of an episode that runs."""
    empty = {"clocks": [], "groups": [], "late": [], "proposed": [], "coverage": None, "day": clock.today(), "report": None, "way": []}
    if episode is None:
        return empty
    now, orders = clock.now(), Order.objects.visible_to(request.user).filter(episode=episode)
    decision = _open_step(request, episode)
    found = empty | {"clocks": board.clocks(episode, decision, orders), "way": board.way(episode, decision, now)}
    if episode.state != EpisodeState.RUNNING:
        return found
    boxes = board.boxes(now)
    return found | {
        "groups": board.groups(orders, now),
        "late": list(orders.filter(boxes["late"][1]).for_list().order_by("pk")[:8]),
        "proposed": list(orders.filter(boxes["proposed"][1]).for_list().order_by("pk")[:8]),
        "coverage": coverage.of_day(episode, clock.today()) if clock.today() in figures.days_of(episode) else None,
        "report": DailyReport.objects.filter(episode=episode, day=clock.today()).first(),
    }


def _own(request, district) -> dict:
    """What waits for this person's own unit or grids."""
    found = rights(request.user)
    orders = Order.objects.visible_to(request.user).filter(
        district=district, state__in=(OrderState.ISSUED, OrderState.ACKNOWLEDGED, OrderState.IN_FORCE)
    )
    mine = [
        order
        for order in orders.select_related("episode").for_list().order_by("is_lift", "-episode_id", "pk")
        if access.answers_for(request.user, order)
    ]
    grids = [order for order in mine if order.party == Party.GRID]
    return {
        "own": [order for order in mine if order.party != Party.GRID] if found.organisation_ids else mine,
        "own_grids": _by_step(grids) if found.organisation_ids else [],
        "own_units": _own_units(district, found.organisation_ids),
    }


def _own_units(district, organisation_ids) -> list[dict]:
    """The person's units that report today, whatever has become of their orders: the day of a lift is reported too."""
    today = clock.today()
    reported_on = Episode.objects.filter(Q(state=EpisodeState.RUNNING) | Q(lifted_at__gte=clock.at(today)), district=district)
    found = []
    for episode in (each for each in reported_on if organisation_ids and today in figures.days_of(each)):
        done = set(UnitReport.objects.filter(episode=episode, day=today).values_list("organisation", flat=True))
        units = [unit for unit in figures.units_of(episode, today) if unit.pk in organisation_ids]
        found += [{"episode": episode, "unit": unit, "is_done": unit.pk in done} for unit in units]
    return found


def _by_step(orders: list[Order]) -> list[dict]:
    """A township receives for its grids one step after the other, each with what it says."""
    steps: dict[Decision, list[Order]] = {}
    for order in orders:
        steps.setdefault(order.decision, []).append(order)
    return [{"step": step, "orders": found, "waiting": sum(order.state == OrderState.ISSUED for order in found)} for step, found in steps.items()]


@require_GET
@for_the_campaign
def history(request):
    district = access.district_of(request)
    episodes = Episode.objects.visible_to(request.user).filter(district=district).exclude(state=EpisodeState.DROPPED)
    page = Paginator(episodes.select_related("reduction_list"), PAGE).get_page(request.GET.get("page"))
    return render(request, "emergency/history.html", {"page": page})


def episode_of(request, pk) -> Episode:
    return get_object_or_404(Episode.objects.visible_to(request.user).select_related("district", "reduction_list"), pk=pk)


@require_GET
@for_the_campaign
def episode(request, pk):
    found = episode_of(request, pk)
    if not access.reads_whole(request.user, found.district_id):
        return redirect("emergency:orders", pk=found.pk)
    return shown(request, found)


def shown(request, found: Episode, *, status=200, refused="", note=""):
    """The page of an episode; ``note``: what was typed for the step that was refused."""
    now, decision, days = clock.now(), board.open_decision(found), figures.days_of(found)
    last = found.decisions.exclude(state=DecisionState.DROPPED).last()
    context = {
        "episode": found,
        "decision": decision,
        "shown": decision or last,
        "decisions": found.decisions.select_related("entered_by", "approved_by", "published_by"),
        "events": found.events.select_related("decision"),
        "way": board.way(found, decision, now),
        "clocks": board.clocks(found, decision, Order.objects.filter(episode=found)),
        "groups": board.groups(Order.objects.filter(episode=found), now),
        "days": days,
        "sent": set(found.daily_reports.values_list("day", flat=True)),
        "coverage": coverage.of_day(found, days[0]) if days else None,
        "next": board.kind_of_next(decisions.kinds_open(found)),
        "may_run": access.may_run(request.user, found.district_id),
        "may_approve": decision is not None and access.may_approve(request.user, found.district_id, decision.level),
        "is_own": decision is not None and decision.submitted_by_id == request.user.pk,
        "now": now,
        "steps": board.steps(found),
        "LIFT": DecisionKind.LIFT,
        "review_url": reverse("emergency:review", args=[found.pk]),
        "typed": {"approval": note if refused in ("approve", "send_back") else "", "drop": note if refused == "drop" else ""},
    }
    return render(request, "emergency/episode.html", context, status=status)


@require_GET
@for_the_campaign
def day_coverage(request, pk, day):
    """By township and grid, of one day."""
    found = episode_of(request, pk)
    access.insist_read_whole(request.user, found.district_id)
    chosen = day_of(found, day)
    seen = coverage.of_day(found, chosen)
    enterprises = coverage.enterprises_on(found, chosen)
    context = {"episode": found, "day": chosen, "coverage": seen, "days": figures.days_of(found), "enterprises": enterprises}
    return render(request, "emergency/coverage.html", context)


def day_of(found: Episode, text: str):
    """A day of the response; 404 for others."""
    days = {each.isoformat(): each for each in figures.days_of(found)}
    if text not in days:
        raise Http404
    return days[text]
