"""Filing, withdrawing and deciding an appeal. A decision works the month out anew, so that it stands on card, ranking and digest."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import Conflict, NotYourRole
from grids.roles import OrganisationKind
from notices import services as notices
from scorecards.models import Appeal, AppealEvent, Scorecard, ScoreRow
from scorecards.services import appeals
from scorecards.services.building import build
from scorecards.services.settling import appeals_until, check_open, hold
from scorecards.words import AppealAct, AppealState

CHANNELS = ("inbox", "email")
NOTE_LENGTH = 1000
DECISIONS = (AppealState.UPHELD, AppealState.PARTLY, AppealState.DECLINED)


# --- filing -------------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def file(card: Scorecard, event_key: str, *, grounds: str, by, evidence: Iterable = ()) -> Appeal:
    """Appeal against one mark of the card. ``Conflict`` when the mark is under appeal already."""
    appeals.insist_unit(by, card.organisation_id)
    hold(card.district_id)
    check_open(card.district_id, card.month)
    row = mark_of(card, event_key)
    _check_in_time(card, row)
    _check_words("grounds", grounds, _("请写明申诉理由。"))
    if known := Appeal.objects.filter(scorecard=card, event_key=event_key).exclude(state=AppealState.WITHDRAWN).first():
        raise Conflict(_("这项扣分已在申诉，不能重复提出。"), code="twice", appeal=known.pk)
    appeal = Appeal.objects.create(
        district_id=card.district_id, scorecard=card, indicator=row.line.indicator, event_key=event_key, finding_id=row.finding_id, task_id=row.task_id,
        amount=row.amount, grounds=grounds.strip(), decider=appeals.decider_of(row), filed_by=by, filed_at=clock.now(),
    )  # fmt: skip
    appeal.evidence.set(evidence)
    _log(appeal, AppealAct.FILE, by=by, note=appeal.grounds)
    _tell_deciders(appeal, title=lambda: _("待裁定：%(unit)s对“%(indicator)s”扣分的申诉") % _named(appeal))
    files = sorted(appeal.evidence.values_list("sha256", flat=True))
    record(
        "appeal.file", appeal, by=by, district_id=appeal.district_id, payload={"grounds": appeal.grounds, "amount": appeal.amount, "evidence": files}
    )
    return appeal


def mark_of(card: Scorecard, event_key: str) -> ScoreRow:
    """The deduction of that event; ``ValidationError`` when the card has none (any more)."""
    row = (
        ScoreRow.objects.filter(scorecard=card, event_key=event_key, amount__lt=0).exclude(event_key="").select_related("line", "adjustment").first()
    )
    if row is None:
        raise ValidationError(_("计分卡上没有这项扣分：重新核算后可能已经变化，请回到计分卡查看。"), code="no_mark")
    return row


def until(card: Scorecard, row: ScoreRow) -> dt.datetime:
    """Of an entry's mark the unit has its days from the signing on."""
    return appeals_until(card.district_id, card.month, signed_at=row.adjustment.signed_at if row.adjustment else None)


def too_late(card: Scorecard, row: ScoreRow) -> str:
    """Why it is too late to appeal; empty while it is not."""
    last = until(card, row)
    if clock.now() <= last:
        return ""
    day = clock.beijing(last)
    return _("申诉期已于%(month)d月%(day)d日24:00届满，不能再提出。") % {"month": day.month, "day": day.day}


def _check_in_time(card: Scorecard, row: ScoreRow) -> None:
    if reason := too_late(card, row):
        raise ValidationError(reason, code="too_late")


def _check_words(field: str, words: str, missing: str) -> None:
    if not words.strip():
        raise ValidationError({field: missing})
    if len(words.strip()) > NOTE_LENGTH:
        raise ValidationError({field: _("最多 %(n)d 个字。") % {"n": NOTE_LENGTH}})


@transaction.atomic
def withdraw(appeal: Appeal, *, by, version: int) -> Appeal:
    appeals.insist_unit(by, appeal.scorecard.organisation_id)
    _move(appeal, version=version, state=AppealState.WITHDRAWN)
    _log(appeal, AppealAct.WITHDRAW, by=by)
    record("appeal.withdraw", appeal, by=by, district_id=appeal.district_id)
    return appeal


# --- deciding -----------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def decide(appeal: Appeal, *, outcome: str, note: str, by, version: int, granted: int = 0) -> Appeal:
    """督查局 decides alone; of the leading group one opines and another confirms, or says otherwise, and the first is asked again.

    ``granted``: hundredths taken back when the appeal is upheld in part.
    """
    hold(appeal.district_id)
    appeal.refresh_from_db()
    if reason := appeals.barred(by, appeal):
        raise NotYourRole(reason)
    _check_undecided(appeal, version)
    if reason := appeals.why_not_decide(by, appeal):
        raise NotYourRole(reason)
    granted = _granted(appeal, outcome, granted)
    _check_words("note", note, _("请写明裁定理由。"))
    standing = standing_opinion(appeal)
    if appeal.decider == OrganisationKind.LEADING_GROUP and (standing is None or (standing.outcome, standing.granted) != (outcome, granted)):
        return _opine(appeal, standing, outcome=outcome, granted=granted, note=note.strip(), by=by, version=version)
    return _finish(appeal, outcome=outcome, granted=granted, note=note.strip(), by=by, version=version)


def standing_opinion(appeal: Appeal) -> AppealEvent | None:
    """The opinion that waits for another leader's."""
    if appeal.state != AppealState.SECOND:
        return None
    return appeal.events.filter(action__in=(AppealAct.OPINION, AppealAct.CHANGE)).order_by("-at", "-id").first()


def _granted(appeal: Appeal, outcome: str, granted: int) -> int:
    if outcome not in DECISIONS:
        raise ValidationError({"outcome": _("请选择裁定结果。")})
    if outcome != AppealState.PARTLY:
        return -appeal.amount if outcome == AppealState.UPHELD else 0
    if not 0 < granted < -appeal.amount:
        bounds = {"most": f"{(-appeal.amount - 1) / 100:.2f}"}
        raise ValidationError({"granted": _("部分成立的，核减分值须大于 0，且不超过 %(most)s 分；全部核减请选“申诉成立”。") % bounds})
    return granted


def _opine(appeal: Appeal, standing, *, outcome, granted, note, by, version) -> Appeal:
    action = AppealAct.CHANGE if standing else AppealAct.OPINION
    _move(appeal, version=version, state=AppealState.SECOND, first_by=by)
    _log(appeal, action, by=by, outcome=outcome, granted=granted, note=note)
    _tell_deciders(appeal, title=lambda: _("待合议：%(unit)s对“%(indicator)s”扣分的申诉") % _named(appeal))
    record(f"appeal.{action}", appeal, by=by, district_id=appeal.district_id, payload={"outcome": outcome, "granted": granted, "note": note})
    return appeal


def _finish(appeal: Appeal, *, outcome, granted, note, by, version) -> Appeal:
    _move(appeal, version=version, state=outcome, granted=granted, decided_by=by, decided_at=clock.now(), decision=note)
    _log(appeal, AppealAct.DECIDE, by=by, outcome=outcome, granted=granted, note=note)
    card = appeal.scorecard
    build(card.month, district=card.district, by=by, rebuild=True)
    notices.queue(
        to=appeals.unit_people(appeal),
        title=lambda: _("申诉裁定：“%(indicator)s”扣分，%(decision)s") % _named(appeal),
        body=note,
        url=appeal.get_absolute_url(),
        dedup_key=f"appeals:{appeal.pk}:decided",
        kind="scorecards.appeal",
        subject=appeal,
        channels=CHANNELS,
        district_id=appeal.district_id,
    )
    record("appeal.decide", appeal, by=by, district_id=appeal.district_id, payload={"outcome": outcome, "granted": granted, "note": note})
    return appeal


# --- shared -------------------------------------------------------------------------------------------------------------------------
def _check_undecided(appeal: Appeal, version: int) -> None:
    if not appeal.is_open:
        raise Conflict(_("这件申诉已经办结：%(state)s。") % {"state": appeal.get_state_display()}, code="decided")
    if appeal.version != version:
        raise Conflict(_("您打开页面后，这件申诉有了新的进展，请看过后再决定。"), code="changed", version=appeal.version)


def _move(appeal: Appeal, *, version: int, **changes) -> None:
    """Compare-and-set. ``ValidationError`` where the month is closed meanwhile."""
    hold(appeal.district_id)
    check_open(appeal.district_id, appeal.scorecard.month)
    if not Appeal.objects.undecided().filter(pk=appeal.pk, version=version).update(version=version + 1, **changes):
        appeal.refresh_from_db()
        _check_undecided(appeal, version)
    appeal.refresh_from_db()


def _log(appeal: Appeal, action: AppealAct, *, by, outcome="", granted=0, note="") -> None:
    AppealEvent.objects.create(appeal=appeal, action=action, by=by, by_name=str(by), at=clock.now(), outcome=outcome, granted=granted, note=note)


def _named(appeal: Appeal) -> dict:
    return {
        "unit": appeal.scorecard.organisation,
        "indicator": appeal.definition.label if appeal.definition else appeal.indicator,
        "decision": appeal.get_state_display(),
    }


def _tell_deciders(appeal: Appeal, *, title) -> None:
    notices.queue(
        to=appeals.deciders(appeal),
        title=title,
        body=appeal.grounds,
        url=reverse("scorecards:appeal", args=[appeal.pk]),
        dedup_key=f"appeals:{appeal.pk}:{appeal.version}",
        kind="scorecards.appeal",
        subject=appeal,
        channels=CHANNELS,
        district_id=appeal.district_id,
    )
