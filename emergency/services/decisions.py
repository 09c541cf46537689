"""Steps of an episode: entered by the office, approved by the leading group by level, published by the office; then orders go out (domain 8.2, 8.3)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import Conflict, NotYourRole
from common.templatetags.ui import moment
from emergency import access
from emergency.models import Decision, Episode, ReductionList, rule_of
from emergency.services import ordering, rounds, telling
from emergency.services.record import change_episode, hold, insist_words, log, move
from emergency.words import ORDER, UNDECIDED, Colour, DecisionKind, DecisionState, EpisodeAct, EpisodeState, ListState
from grids.models import Grid


def open_episode(district_id: int) -> Episode | None:
    """The one that is prepared or runs."""
    return Episode.objects.filter(district_id=district_id, state__in=(EpisodeState.PREPARING, EpisodeState.RUNNING)).first()


def kinds_open(episode: Episode | None) -> list[str]:
    """What may be decided next: of a running episode everything but its start."""
    if episode is None:
        return [DecisionKind.START]
    if episode.state != EpisodeState.RUNNING or episode.decisions.filter(state__in=UNDECIDED).exists():
        return []
    rank = ORDER.index(episode.level)
    up, down = rank < len(ORDER) - 1, rank > 0
    found = [(DecisionKind.UPGRADE, up), (DecisionKind.DOWNGRADE, down), (DecisionKind.LIFT, True)]
    return [kind for kind, possible in found if possible]


@transaction.atomic
def draft(district: Grid, kind: str, *, by, **form) -> Decision:
    """Enter what the city has told, as the draft of an approval form. The first step opens an episode."""
    access.insist_run(by, district.pk)
    hold(district.pk)
    episode = open_episode(district.pk)
    if kind not in kinds_open(episode):
        raise Conflict(_("已有进行中的应急响应或未办结的事项，请在它的页面办理。"), code="running")
    now = clock.now()
    _check(kind, episode, form)
    episode = episode or Episode.objects.create(district=district, number=_next_number(district, now), made_at=now)
    decision = Decision.objects.create(episode=episode, kind=kind, entered_by=by, entered_at=now, **form)
    log(episode, EpisodeAct.DRAFT, by=by, decision=decision)
    record("episode.draft", decision, by=by, district_id=district.pk, payload={"kind": str(kind), "level": decision.level})
    if kind == DecisionKind.START:
        record("episode.change", episode, by=by, district_id=district.pk, payload={"state": episode.state})
    return decision


@transaction.atomic
def edit(decision: Decision, *, by, version: int, **form) -> Decision:
    district_id = decision.episode.district_id
    access.insist_run(by, district_id)
    _check(decision.kind, decision.episode, form)
    move(decision, version=version, source=DecisionState.DRAFT, **form)
    log(decision.episode, EpisodeAct.EDIT, by=by, decision=decision)
    record("episode.edit", decision, by=by, district_id=district_id)
    return decision


def _check(kind: str, episode: Episode | None, form: dict) -> None:
    if form["ends_at"] and form["ends_at"] <= form["starts_at"]:
        raise ValidationError({"ends_at": _("结束时间应晚于启动时间；不确定的可以不填，到解除为止。")})
    if form["notified_at"] > clock.now():
        raise ValidationError({"notified_at": _("收到通知的时间不能晚于现在。")})
    if kind == DecisionKind.START:
        return
    assert episode is not None
    _check_follows(episode, form["starts_at"])
    if kind == DecisionKind.LIFT and form["level"] != episode.level_to_lift:
        raise ValidationError({"level": _("解除的是现在的%(level)s。") % {"level": Colour(episode.level_to_lift).label}})
    step = ORDER.index(form["level"]) - ORDER.index(episode.level)
    if kind == DecisionKind.UPGRADE and step <= 0:
        raise ValidationError({"level": _("升级后的级别应高于现在的%(level)s。") % {"level": episode.get_level_display()}})
    if kind == DecisionKind.DOWNGRADE and step >= 0:
        raise ValidationError({"level": _("降级后的级别应低于现在的%(level)s。") % {"level": episode.get_level_display()}})


def _check_follows(episode: Episode, starts_at: dt.datetime) -> None:
    """A step does not begin before the one that is in force; one published ahead may still be overtaken."""
    before = episode.step_in_force()
    if before and starts_at < before.starts_at:
        at = moment(before.starts_at)
        raise ValidationError({"starts_at": _("不能早于现在执行的“%(step)s”的时间（%(at)s）。") % {"step": before, "at": at}})


def _next_number(district: Grid, now: dt.datetime) -> str:
    year = clock.beijing(now).year
    taken = Episode.objects.filter(district=district, number__startswith=f"{year}-").count()
    return f"{year}-{taken + 1:02d}"


@transaction.atomic
def submit(decision: Decision, *, by, version: int) -> Decision:
    """To the leading group. Whoever may approve this level is told; the clock of approval begins."""
    district_id = decision.episode.district_id
    access.insist_run(by, district_id)
    _insist_list(decision)
    _insist_lifts_what_runs(decision)
    now = clock.now()
    due = now + dt.timedelta(minutes=rule_of(district_id).approve_minutes)
    move(
        decision, version=version, source=DecisionState.DRAFT, state=DecisionState.SUBMITTED, submitted_by=by, submitted_at=now, approve_due_at=due,
        approval_note="",
    )  # fmt: skip
    log(decision.episode, EpisodeAct.SUBMIT, by=by, decision=decision)
    telling.to_approvers(decision, but=by)
    record("episode.submit", decision, by=by, district_id=district_id)
    return decision


def _insist_list(decision: Decision) -> None:
    """A response without a list would order nobody to do anything."""
    if decision.kind == DecisionKind.START and not list_in_force(decision.episode.district_id):
        raise ValidationError(_("还没有现行的应急减排清单，请先在“减排清单”里导入并启用。"), code="no_list")


def list_in_force(district_id: int) -> ReductionList | None:
    return ReductionList.objects.filter(district_id=district_id, state=ListState.IN_FORCE).first()


@transaction.atomic
def approve(decision: Decision, *, by, version: int, note: str = "") -> Decision:
    district_id = decision.episode.district_id
    _insist_approver(decision, by)
    if by.pk == decision.submitted_by_id:
        raise NotYourRole(_("提请人不能批准自己提请的事项，须由另一人批准。"))
    _insist_lifts_what_runs(decision)
    now = clock.now()
    due = now + dt.timedelta(minutes=rule_of(district_id).publish_minutes)
    changes = {"approved_by": by, "approved_at": now, "approval_note": note.strip()[:300], "publish_due_at": due}
    move(decision, version=version, source=DecisionState.SUBMITTED, state=DecisionState.APPROVED, **changes)
    log(decision.episode, EpisodeAct.APPROVE, by=by, decision=decision, note=note)
    telling.to_office(decision, lambda: _("%(what)s已批准，请发布") % {"what": decision}, but=by)
    record("episode.approve", decision, by=by, district_id=district_id, payload={"note": note.strip()[:300]})
    return decision


@transaction.atomic
def send_back(decision: Decision, *, by, version: int, note: str) -> Decision:
    _insist_approver(decision, by)
    note = insist_words("note", note, _("请写明退回的理由。"))
    changes = {"approval_note": note[:300], "submitted_by": None, "submitted_at": None, "approve_due_at": None}
    move(decision, version=version, source=DecisionState.SUBMITTED, state=DecisionState.DRAFT, **changes)
    log(decision.episode, EpisodeAct.SEND_BACK, by=by, decision=decision, note=note)
    telling.to_office(decision, lambda: _("%(what)s被退回修改") % {"what": decision}, but=by, body=note)
    record("episode.send_back", decision, by=by, district_id=decision.episode.district_id, payload={"note": note[:300]})
    return decision


def _insist_approver(decision: Decision, by) -> None:
    if access.may_approve(by, decision.episode.district_id, decision.level):
        return
    if decision.level == Colour.RED:
        raise NotYourRole(_("红色预警由领导小组组长（区政府主要负责人）批准。"))
    raise NotYourRole(_("预警由领导小组负责人批准或退回。"))


@transaction.atomic
def drop(decision: Decision, *, by, version: int, note: str) -> Decision:
    """The city has taken it back, or it was entered by mistake; nothing was published."""
    episode = decision.episode
    access.insist_run(by, episode.district_id)
    note = insist_words("note", note, _("请写明撤回的理由。"))
    hold(episode.district_id)
    move(decision, version=version, source=UNDECIDED, state=DecisionState.DROPPED)
    if decision.kind == DecisionKind.START:
        episode.refresh_from_db()
        change_episode(episode, state=EpisodeState.DROPPED)
    log(episode, EpisodeAct.DROP, by=by, decision=decision, note=note)
    record("episode.drop", decision, by=by, district_id=episode.district_id, payload={"note": note[:300]})
    if decision.kind == DecisionKind.START:
        record("episode.change", episode, by=by, district_id=episode.district_id, payload={"state": episode.state})
    return decision


@transaction.atomic
def publish(decision: Decision, *, by, version: int) -> Decision:
    """The public text is out: the level changes, orders go to every unit, grid and listed enterprise, rounds follow when it begins."""
    district = hold(decision.episode.district_id)
    access.insist_run(by, district.pk)
    _insist_list(decision)
    now = clock.now()
    _insist_time_of_lift(decision, now)
    _insist_lifts_what_runs(decision)
    move(decision, version=version, source=DecisionState.APPROVED, state=DecisionState.PUBLISHED, published_by=by, published_at=now)
    episode = Episode.objects.get(pk=decision.episode_id)
    if decision.kind == DecisionKind.LIFT:
        _lift(episode, decision)
    else:
        _begin_or_change(episode, decision)
    decision.episode = episode
    issued = ordering.issue(decision, now=now)
    log(episode, EpisodeAct.LIFT if decision.kind == DecisionKind.LIFT else EpisodeAct.PUBLISH, by=by, decision=decision)
    telling.published(decision)
    record("episode.publish", decision, by=by, district_id=district.pk, payload={"orders": len(issued)})
    record("episode.change", episode, by=by, district_id=district.pk, payload={"level": episode.level, "state": episode.state})
    ordering.record_issued(issued, by=by)
    rounds.follow(episode, by=by)
    return decision


def _insist_time_of_lift(decision: Decision, now: dt.datetime) -> None:
    """Publishing releases everybody at once: not while the city's time is still to come."""
    if decision.kind == DecisionKind.LIFT and decision.starts_at > now:
        raise ValidationError(_("还没有到解除时间（%(at)s），发布后立即解除，请到时再发布。") % {"at": moment(decision.starts_at)}, code="too_early")


def _insist_lifts_what_runs(decision: Decision) -> None:
    """While it was on its way a step published ahead may have begun: a lift approved for yellow does not end orange."""
    if decision.kind != DecisionKind.LIFT:
        return
    running = decision.episode.level_to_lift
    if decision.level != running:
        words = {"running": Colour(running).label, "step": decision}
        raise ValidationError(_("现在执行的是%(running)s，不能按“%(step)s”办理，请退回修改，或撤回后重新提请。") % words, code="level")


def _lift(episode: Episode, decision: Decision) -> None:
    """What was only published ahead is no highest level of an episode that is over."""
    peak = max(episode.levels_run() or {decision.level}, key=ORDER.index)
    change_episode(episode, state=EpisodeState.LIFTED, lifted_at=decision.published_at, level=decision.level, peak=peak)


def _begin_or_change(episode: Episode, decision: Decision) -> None:
    peak = max(filter(None, (episode.peak, decision.level)), key=ORDER.index)
    changes: dict = {"state": EpisodeState.RUNNING, "level": decision.level, "peak": peak}
    if decision.kind == DecisionKind.START:
        changes |= {"starts_at": decision.begins_at, "reduction_list": list_in_force(episode.district_id)}
    elif episode.starts_at is None or decision.begins_at < episode.starts_at:
        changes["starts_at"] = decision.begins_at  # the start was published ahead and is overtaken
    change_episode(episode, **changes)
