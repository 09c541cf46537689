"""Reports of units, the district's report of the day, and the review in the end."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from common import clock, language
from common.errors import Conflict, insist
from emergency import access, figures
from emergency.models import DailyReport, Episode, ReviewPaper, UnitReport, rule_of
from emergency.services.record import change_episode, hold, insist_words, log
from emergency.words import EpisodeAct, EpisodeState
from grids.models import Organisation
from worktime import services as worktime
from worktime.models import Unit


def may_report(user, episode: Episode, organisation: Organisation) -> bool:
    """The unit's own people; the office for a unit that has telephoned its numbers."""
    return organisation.pk in access.rights(user).organisation_ids or access.may_run(user, episode.district_id)


@transaction.atomic
def report(episode: Episode, organisation: Organisation, day: dt.date, *, by, version: int | None, **numbers) -> UnitReport:
    """A unit's numbers of a day, filled in or corrected until the district's report of the day has gone."""
    insist(may_report(by, episode, organisation), _("日报数字由本单位填报。"))
    check_day(episode, day)
    if DailyReport.objects.filter(episode=episode, day=day).exists() and not access.may_run(by, episode.district_id):
        raise ValidationError(_("当天的日报已报送，更正请联系攻坚办。"), code="sent")
    found = UnitReport.objects.select_for_update().filter(episode=episode, organisation=organisation, day=day).first()
    if (found.version if found else None) != version:
        raise Conflict(_("这一天的数字刚被别人填过，请核对后再保存。"), code="changed")
    made = found or UnitReport(episode=episode, organisation=organisation, day=day, version=0)
    for name, value in numbers.items():
        setattr(made, name, value)
    made.by, made.at, made.version = by, clock.now(), made.version + 1
    _save(made)
    record("episode.unit_report", made, by=by, district_id=episode.district_id, payload={"unit": organisation.pk, "day": str(day)})
    return made


def _save(made: UnitReport) -> None:
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as clash:
        raise Conflict(_("这一天的数字刚被别人填过，请核对后再保存。"), code="changed") from clash


def check_day(episode: Episode, day: dt.date) -> None:
    if day not in figures.days_of(episode):
        raise ValidationError(_("%(day)s不在这次响应期内。") % {"day": day}, code="day")


@transaction.atomic
def send(episode: Episode, day: dt.date, *, by, version: int | None, note: str = "") -> DailyReport:
    """The day's figures as they stand now, kept as they went to the city; sent again they are replaced."""
    access.insist_run(by, episode.district_id)
    check_day(episode, day)
    hold(episode.district_id)
    found = DailyReport.objects.filter(episode=episode, day=day).first()
    if (found.version if found else None) != version:
        raise Conflict(_("这一天的日报刚被别人报送过，请核对后再报送。"), code="changed")
    made = found or DailyReport(episode=episode, day=day, version=0)
    made.figures, made.note, made.sent_by, made.sent_at = figures.of_day(episode, day), note.strip()[:1000], by, clock.now()
    made.version += 1
    made.save()
    log(episode, EpisodeAct.REPORT, by=by, note=f"{day}")
    record("episode.daily_report", made, by=by, district_id=episode.district_id, payload={"day": str(day)})
    return made


# --- the review -------------------------------------------------------------------------------------------------------------------------
def review_of(episode: Episode) -> ReviewPaper:
    """As it stands, or a new one that is not saved yet, with its limit."""
    if found := ReviewPaper.objects.filter(episode=episode).first():
        return found
    deadline = _deadline(episode)
    with language.official():
        effect = _first_words(episode)
    return ReviewPaper(episode=episode, due_at=deadline.due_at, due_steps=deadline.steps, effect=effect, version=0)


def review_due_at(episode: Episode) -> dt.datetime:
    """Its limit alone, without the figures of a new paper."""
    kept = ReviewPaper.objects.filter(episode=episode).values_list("due_at", flat=True).first()
    return kept or _deadline(episode).due_at


def _deadline(episode: Episode):
    return worktime.deadline(episode.lifted_at or clock.now(), rule_of(episode.district_id).review_days, Unit.WORKING_DAYS)


def _first_words(episode: Episode) -> str:
    facts = figures.of_episode(episode) | {"number": episode.number}
    return (
        _(
            "%(number)s号应急响应历时%(hours)s小时，下达指令%(orders)s份，按时签收%(acknowledged_in_time)s份，按时落实%(in_force_in_time)s份；"
            "检查%(inspections)s次，网格巡查%(visits)s次，发现问题%(problems)s个。"
        )
        % facts
    )


@transaction.atomic
def save_review(episode: Episode, *, by, version: int, finish: bool, **texts) -> ReviewPaper:
    """Kept as a draft, or finished: then it does not change any more."""
    access.insist_run(by, episode.district_id)
    hold(episode.district_id)
    episode.refresh_from_db()
    if episode.state not in (EpisodeState.LIFTED, EpisodeState.REVIEWED):
        raise ValidationError(_("解除以后才能总结。"), code="running")
    paper = review_of(episode)
    if paper.finished_at or paper.version != version:
        raise Conflict(_("总结已完成，或刚被别人修改，请核对后再保存。"), code="changed")
    for name, text in texts.items():
        setattr(paper, name, text.strip())
    if finish:
        insist_words("effect", paper.effect, _("请写明响应效果。"))
        insist_words("problems", paper.problems, _("请写明存在的问题；没有的写“无”。"))
        insist_words("penalties", paper.penalties, _("请写明处理处罚情况；没有的写“无”。"))
        paper.finished_at, paper.figures = clock.now(), figures.of_episode(episode)
        change_episode(episode, state=EpisodeState.REVIEWED)
        log(episode, EpisodeAct.REVIEW, by=by)
    paper.by, paper.version = by, paper.version + 1
    paper.save()
    record("episode.review", paper, by=by, district_id=episode.district_id, payload={"finished": finish})
    if finish:
        record("episode.change", episode, by=by, district_id=episode.district_id, payload={"state": episode.state})
    return paper
