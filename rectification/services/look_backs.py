"""Look-back (回头看): a hidden random day in each window after striking off; a rebound opens a linked finding (domain 3.5)."""

import datetime as dt
import uuid

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from inspections import search
from inspections.models import Finding, FindingEvent
from inspections.words import Risk
from rectification.models import Clock, LookBack
from rectification.services import chance, clocks, telling
from rectification.services.move import Move
from rectification.words import LookBackResult, TaskState

FROM_ABOVE_TOO = 180
KEPT_BY_REBOUND = (
    "district_id", "grid_id", "grid_path", "field", "problem_type", "source", "kind", "severity", "risk", "address", "lon", "lat",
)  # fmt: skip


def plan(finding: Finding, *, today: dt.date) -> list[LookBack]:
    """One look-back per window; of low-risk findings only the drawn share (domain 3.5: at least 20 %)."""
    policy = clocks.policy_of(finding.district_id)
    if finding.risk == Risk.LOW and not finding.is_from_above and not chance.share(policy.look_back_low_share):
        return []
    after = [*policy.look_back_after_days, *([FROM_ABOVE_TOO] if finding.is_from_above else [])]
    return LookBack.objects.bulk_create(_window(finding, today + dt.timedelta(days=days), spread=policy.look_back_spread_days) for days in after)


def _window(finding: Finding, middle: dt.date, *, spread: int) -> LookBack:
    first = middle - dt.timedelta(days=spread // 2)
    return LookBack(
        finding=finding,
        district_id=finding.district_id,
        window_from=first,
        window_to=first + dt.timedelta(days=spread),
        planned_on=first + dt.timedelta(days=chance.day_within(spread + 1)),
    )


def prepare(move: Move) -> None:
    due = move.subject.look_backs.due(clock.beijing(move.now).date()).first()
    if due is None:
        raise ValidationError(_("这个问题现在没有到期的回头看。"), code="no_look_back")
    if move.details.get("result") not in LookBackResult.values:
        raise ValidationError({"result": _("请选择回头看结果：稳定或反弹。")})
    move.details["look_back"] = due
    move.facts["result"] = move.details["result"]


def follow(move: Move) -> None:
    due: LookBack = move.details["look_back"]
    due.done_at, due.done_by, due.result, due.note = move.now, move.by, move.details["result"], move.note
    due.save(update_fields=["done_at", "done_by", "result", "note"])
    if due.result == LookBackResult.REBOUND:
        open_rebound(move)
    if not move.subject.look_backs.filter(done_at=None).exists():
        move.then(move.subject, "finish_look_back", by=None)


def open_rebound(move: Move) -> Finding:
    """A new linked finding in the same place; the one who looked reports it, so no party can be its own accuser."""
    old = move.subject
    text = _("反弹（原 %(number)s）：%(note)s") % {"number": old.number, "note": move.note}
    fresh = Finding(
        uuid=uuid.uuid4(), reporter=move.by, rebound_of=old, text=text, captured_at=move.now, saved_at=move.now, received_at=move.now, payload_sha256="",
        step_due_at=clocks.office_due(old.district_id, Clock.Name.REGISTER, move.now),
        **{name: getattr(old, name) for name in KEPT_BY_REBOUND},
    )  # fmt: skip
    fresh.search_text = search.text_of(fresh)
    fresh.save(force_insert=True)
    FindingEvent.objects.create(
        finding=fresh, action="rebound", to_state=fresh.state, by=move.by, by_name=str(move.by or ""), note=move.note, at=move.now
    )
    record_rebound(fresh, move)
    return fresh


def record_rebound(fresh: Finding, move: Move) -> None:
    record("finding.rebound", fresh, by=move.by, district_id=fresh.district_id, payload={"of": move.subject.number})
    for task in move.subject.tasks.filter(state=TaskState.PASSED).select_related("organisation", "finding__problem_type"):
        telling.tell(telling.task_people(task), task=task, event=move.event, title=lambda: _("回头看发现反弹，已另行立案"))
