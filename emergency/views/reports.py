"""Reports of units, the district's report of a day, the review; their sheets and papers."""

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common import clock
from common.errors import Conflict, insist
from common.forms import add_refusal
from emergency import access, figures, sheets_out
from emergency.forms import ReviewForm, SendReportForm, UnitReportForm
from emergency.models import DailyReport, ReviewPaper, UnitReport
from emergency.services import reporting
from emergency.views.overview import day_of, episode_of
from emergency.views.steps import attempt, page, step
from emergency.words import DecisionState, EpisodeState
from grids.models import Organisation
from grids.scope import for_the_campaign
from sheets.services import export_response


def _look_again(form, lost: Conflict, version: int | None) -> None:
    """What was typed stays, beside what stands now; pressed again it is saved."""
    form.data = form.data.copy()
    form.data["version"] = "" if version is None else version
    form.add_error(None, str(lost))


def _standing(form, row) -> list[dict]:
    """The same fields as somebody else has saved them."""
    return [{"label": field.label, "value": getattr(row, field.name)} for field in form.visible_fields()] if row else []


# --- the day ------------------------------------------------------------------------------------------------------------------------------
@page
def day_report(request, pk, day):
    """The district's report of a day: figures as they stand, units that have not reported, sending."""
    episode = episode_of(request, pk)
    access.insist_read_whole(request.user, episode.district_id)
    if request.method == "POST":
        access.insist_run(request.user, episode.district_id)
    chosen = day_of(episode, day)
    stands = DailyReport.objects.filter(episode=episode, day=chosen).select_related("sent_by").first()
    form = SendReportForm(request.POST if request.method == "POST" else None, initial={"version": stands.version if stands else None})
    if request.method == "POST" and form.is_valid():
        try:
            reporting.send(episode, chosen, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            add_refusal(form, refused)
        except Conflict as lost:
            stands = DailyReport.objects.filter(episode=episode, day=chosen).select_related("sent_by").first()
            _look_again(form, lost, stands.version if stands else None)
        else:
            attempt(request, lambda: None, done=_("日报已报送，数字已留存。"))
            return redirect("emergency:day", pk=episode.pk, day=day)
    now = figures.of_day(episode, chosen)
    context = {
        "episode": episode, "day": chosen, "report": stands, "form": form, "figures": _named(now), "cuts": now["cuts"], "words": figures.words_of(now),
        "sent": _named(stands.figures) if stands else [], "sent_words": figures.words_of(stands.figures) if stands else "",
        "units": figures.by_unit(episode, chosen), "days": figures.days_of(episode), "may_run": access.may_run(request.user, episode.district_id),
        "hour": reporting.rule_of(episode.district_id).report_hour,
    }  # fmt: skip
    return render(request, "emergency/day.html", context, status=400 if form.errors else 200)


def _named(found: dict) -> list[dict]:
    return [{"name": name, "label": label, "value": found.get(name, 0)} for name, label in figures.LABELS.items()]


@page
def unit_report(request, pk, day, unit):
    """One unit's numbers of a day."""
    episode = episode_of(request, pk)
    chosen = day_of(episode, day)
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user).filter(district=episode.district_id), pk=unit)
    insist(reporting.may_report(request.user, episode, organisation), _("日报数字由本单位填报。"))
    stands = UnitReport.objects.filter(episode=episode, organisation=organisation, day=chosen).first()
    form, standing = UnitReportForm(request.POST if request.method == "POST" else None, instance=stands or UnitReport(day=chosen)), []
    if request.method == "POST" and form.is_valid():
        try:
            reporting.report(episode, organisation, chosen, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            add_refusal(form, refused)
        except Conflict as lost:
            stands = UnitReport.objects.filter(episode=episode, organisation=organisation, day=chosen).first()
            _look_again(form, lost, stands.version if stands else None)
            standing = _standing(form, stands)
        else:
            attempt(request, lambda: None, done=_("日报数字已保存。"))
            return redirect("emergency:overview")
    context = {"episode": episode, "day": chosen, "unit": organisation, "form": form, "report": stands, "standing": standing}
    return render(request, "emergency/unit_report.html", context, status=400 if form.errors else 200)


# --- the review -----------------------------------------------------------------------------------------------------------------------------
@page
def review(request, pk):
    episode = episode_of(request, pk)
    access.insist_read_whole(request.user, episode.district_id)
    if request.method == "POST":
        access.insist_run(request.user, episode.district_id)
    paper = reporting.review_of(episode)
    initial = {name: getattr(paper, name) for name in ("effect", "problems", "penalties", "advice", "version")}
    form, standing = ReviewForm(request.POST if request.method == "POST" else None, initial=initial), []
    if request.method == "POST" and form.is_valid():
        clean, finish = form.cleaned_data, "finish" in request.POST
        try:
            reporting.save_review(episode, by=request.user, finish=finish, **clean)
        except ValidationError as refused:
            add_refusal(form, refused)
        except Conflict as lost:
            paper = reporting.review_of(episode)
            _look_again(form, lost, paper.version)
            standing = _standing(form, paper)
        else:
            attempt(request, lambda: None, done=_("总结已完成。") if finish else _("已保存。"))
            return redirect("emergency:review", pk=episode.pk)
    context = {
        "episode": episode, "paper": paper, "form": form, "standing": standing, "figures": paper.figures or figures.of_episode(episode), "now": clock.now(),
        "may_run": access.may_run(request.user, episode.district_id) and not paper.finished_at and episode.state in (EpisodeState.LIFTED, EpisodeState.REVIEWED),
    }  # fmt: skip
    return render(request, "emergency/review.html", context, status=400 if form.errors else 200)


@require_GET
@for_the_campaign
def review_paper(request, pk):
    """For print."""
    episode = episode_of(request, pk)
    access.insist_read_whole(request.user, episode.district_id)
    paper = get_object_or_404(ReviewPaper, episode=episode)
    found = paper.figures or figures.of_episode(episode)
    return render(request, "emergency/review_paper.html", {"episode": episode, "paper": paper, "figures": found, "decisions": _published(episode)})


def _published(episode):
    return episode.decisions.filter(state=DecisionState.PUBLISHED).select_related("approved_by", "published_by")


# --- sheets ---------------------------------------------------------------------------------------------------------------------------------
@step
def export(request, pk):
    """The warning with its steps, orders, receipts, inspections and daily figures in one workbook."""
    episode = episode_of(request, pk)
    access.insist_read_whole(request.user, episode.district_id)
    book, count = sheets_out.workbook(episode)
    name = _("%(number)s号应急响应.xlsx") % {"number": episode.number}
    return export_response(book, name, by=request.user, kind="episode", filters=str(episode), row_count=count, district_id=episode.district_id)
