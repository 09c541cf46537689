"""A unit answers its sheet: all of it with one button, or a row at a time; the office decides what is disputed."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import Conflict, NotYourRole
from evidence.models import File
from grids import people, scope
from grids.roles import OFFICE
from notices import services as notices
from rectification.services import advance
from scorecards.models import Dispute, Reconciliation
from scorecards.models.reconciling import ANSWERERS, own_units
from scorecards.services import reconcile_rows
from scorecards.words import DisputeKind, DisputeState, SheetState


# --- the unit -----------------------------------------------------------------------------------------------------------------------
def may_answer(user, sheet: Reconciliation) -> bool:
    return sheet.organisation_id in own_units(user)


def insist_own(user, sheet: Reconciliation) -> None:
    if not may_answer(user, sheet):
        raise NotYourRole(_("对账单由%(unit)s自己核对，他人不能代为确认、提出或撤回异议。") % {"unit": sheet.organisation})


@transaction.atomic
def confirm(sheet: Reconciliation, *, by, seen: str = "") -> Reconciliation:
    """一键无异议. ``seen``: digest of the rows the person had before them. A second press, or a colleague's, changes nothing."""
    insist_own(by, sheet)
    if sheet.state == SheetState.CONFIRMED:
        return sheet
    rows = reconcile_rows.facts(sheet)
    if sheet.state == SheetState.SILENT and seen and seen != reconcile_rows.digest(rows):
        raise Conflict(_("您打开本页后，名单有了变化。请看过最新的名单再确认。"), code="rows_changed")
    if sheet.state == SheetState.DISPUTED or not _answer(sheet, SheetState.CONFIRMED, rows, by=by):
        return _answered_meanwhile(sheet)
    record("reconciliation.confirm", sheet, by=by, district_id=sheet.district_id, payload={"rows": len(rows)})
    return sheet


def _answered_meanwhile(sheet: Reconciliation) -> Reconciliation:
    fresh = Reconciliation.objects.select_related("organisation", "answered_by").get(pk=sheet.pk)
    if fresh.state == SheetState.CONFIRMED:
        return fresh
    raise Conflict(_("这张对账单已提出异议；没有提异议的各行即为无异议，不必再确认。"), code="disputed")


def _answer(sheet: Reconciliation, state: SheetState, rows: list[dict], *, by) -> bool:
    """The first answer: freeze the rows as they stand. False when somebody else was faster."""
    closed = sum(row["closed"] for row in rows)
    kept = {"frozen": rows, "digest": reconcile_rows.digest(rows), "open_count": len(rows) - closed, "closed_count": closed}
    values = {"state": state, "answered_by": by, "answered_at": clock.now(), "version": sheet.version + 1, **kept}
    silent = Reconciliation.objects.filter(pk=sheet.pk, version=sheet.version, state=SheetState.SILENT)
    if not silent.update(**values):
        return False
    for name, value in values.items():
        setattr(sheet, name, value)
    return True


@transaction.atomic
def dispute(sheet: Reconciliation, row: str, *, by, what: str, reason: str, evidence: File | None = None) -> Dispute:
    """Object to one row (``reconcile_rows.key_of``). The other rows count as agreed to. The same objection sent twice is one."""
    insist_own(by, sheet)
    sheet = Reconciliation.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=sheet.pk)
    rows = reconcile_rows.facts(sheet)
    fact = next((each for each in rows if reconcile_rows.key_of(each) == row), None)
    if fact is None:
        raise ValidationError(_("这一行已不在本期对账单上，请刷新后查看。"), code="no_row")
    _insist_current(sheet)
    stored = Dispute(
        reconciliation=sheet,
        finding_id=fact["finding"],
        task_id=fact["task"],
        what=DisputeKind(what),
        reason=reason.strip(),
        evidence=evidence,
        filed_by=by,
        filed_at=clock.now(),
    )
    try:
        with transaction.atomic():
            stored.save(force_insert=True)
    except IntegrityError:
        return _disputed_before(stored)
    _now_disputed(sheet, rows, by=by)
    _tell_office(stored)
    record("dispute.file", stored, by=by, district_id=sheet.district_id, payload={"what": what, "reason": stored.reason})
    return stored


def is_current(sheet: Reconciliation) -> bool:
    """Whether it is the unit's newest of its kind: what is wrong on an older one stands on the new one, or is closed."""
    return not Reconciliation.objects.filter(organisation=sheet.organisation_id, kind=sheet.kind, ends__gt=sheet.ends).exists()


def _insist_current(sheet: Reconciliation) -> None:
    if not is_current(sheet):
        raise Conflict(_("新一期对账单已开，请在新一期上提出异议。"), code="superseded")


def _disputed_before(tried: Dispute) -> Dispute:
    there = Dispute.objects.standing().get(reconciliation=tried.reconciliation_id, finding=tried.finding_id, task=tried.task_id)
    if (there.what, there.reason) == (tried.what, tried.reason):
        return there
    raise Conflict(
        _("这一行已由%(name)s于%(at)s提出异议，每行每期提一次。") % {"name": there.filed_by, "at": f"{clock.beijing(there.filed_at):%m-%d %H:%M}"},
        code="disputed_before",
    )


def _now_disputed(sheet: Reconciliation, rows: list[dict], *, by) -> None:
    """Silent: this is the answer. Confirmed: it was answered then, and is disputed now."""
    if sheet.state == SheetState.SILENT:
        _answer(sheet, SheetState.DISPUTED, rows, by=by)
    elif sheet.state == SheetState.CONFIRMED:
        _move(sheet, SheetState.DISPUTED)
    else:
        return
    record("reconciliation.dispute", sheet, by=by, district_id=sheet.district_id, payload={"rows": len(rows)})


def _tell_office(stored: Dispute) -> None:
    sheet = stored.reconciliation
    facts = {"unit": sheet.organisation, "period": sheet.period_label, "what": stored.get_what_display(), "finding": stored.finding}
    notices.queue(
        to=people.with_role(sheet.district_id, OFFICE),
        title=lambda: _("%(unit)s对%(period)s对账单提出异议") % facts,
        body=lambda: _("%(finding)s：%(what)s。") % (facts | {"what": stored.get_what_display()}) + stored.reason,
        url=reverse("scorecards:dispute", args=[stored.pk]),
        dedup_key=f"dispute-filed:{stored.pk}",
        kind="reconciling.dispute",
        subject=stored,
        district_id=sheet.district_id,
    )


@transaction.atomic
def withdraw(stored: Dispute, *, by) -> Dispute:
    """The unit takes its objection back before it is answered; of a sheet without another one every row is agreed to. A second press changes nothing."""
    insist_own(by, stored.reconciliation)
    sheet = Reconciliation.objects.select_for_update(of=("self",)).get(pk=stored.reconciliation_id)
    kept = {"state": DisputeState.WITHDRAWN, "withdrawn_by": by, "withdrawn_at": clock.now()}
    is_open = Dispute.objects.filter(pk=stored.pk, state=DisputeState.OPEN).update(**kept)
    stored.refresh_from_db()
    if not is_open:
        return _withdrawn_before(stored)
    record("dispute.withdraw", stored, by=by, district_id=sheet.district_id)
    if not sheet.disputes.standing().exists():
        _move(sheet, SheetState.CONFIRMED)
        record("reconciliation.agree", sheet, by=by, district_id=sheet.district_id)
    return stored


def _withdrawn_before(stored: Dispute) -> Dispute:
    if stored.state == DisputeState.WITHDRAWN:
        return stored
    raise Conflict(_("攻坚办已答复这项异议：%(state)s，不能再撤回。") % {"state": stored.get_state_display()}, code="decided")


def _move(sheet: Reconciliation, state: SheetState) -> None:
    """Of a sheet that was answered and is locked; who answered when stays."""
    Reconciliation.objects.filter(pk=sheet.pk).update(state=state, version=F("version") + 1)
    sheet.refresh_from_db(fields=["state", "version"])


# --- the office ---------------------------------------------------------------------------------------------------------------------
def insist_may_decide(user, stored: Dispute) -> None:
    sheet = stored.reconciliation
    if not scope.rights(user).in_district(sheet.district_id, OFFICE):
        raise NotYourRole(_("对账异议由攻坚办答复。"))
    if may_answer(user, sheet) or user.pk == stored.filed_by_id:
        raise NotYourRole(_("不能答复本人或本单位提出的异议，请由攻坚办其他人员答复。"))


@transaction.atomic
def decide(stored: Dispute, *, by, accept: bool, decision: str, corrected: dict | None = None) -> Dispute:
    """``corrected``: columns of the finding that are put right with it, as a signed correction of the ledger."""
    insist_may_decide(by, stored)
    if not decision.strip():
        raise ValidationError({"decision": _("请写明如何处理，或维持原状的理由。")}, code="decision")
    wanted = {"state": DisputeState.ACCEPTED if accept else DisputeState.DECLINED, "decision": decision.strip()}
    kept = wanted | {"decided_by": by, "decided_at": clock.now(), "was_corrected": bool(accept and corrected)}
    if not Dispute.objects.filter(pk=stored.pk, state=DisputeState.OPEN).update(**kept):
        return _decided_before(stored, wanted, by=by)
    if accept and corrected:
        note = _("对账异议成立（%(sheet)s）：%(decision)s") % {"sheet": stored.reconciliation, "decision": decision.strip()}
        advance(stored.finding, "correct", by=by, note=note, corrected=corrected)
    fresh = Dispute.objects.select_related("reconciliation__organisation", "finding", "filed_by").get(pk=stored.pk)
    _tell_unit(fresh)
    record("dispute.decide", fresh, by=by, district_id=fresh.reconciliation.district_id, payload=wanted | {"corrected": sorted(corrected or {})})
    return fresh


def _decided_before(stored: Dispute, wanted: dict, *, by) -> Dispute:
    there = Dispute.objects.select_related("decided_by").get(pk=stored.pk)
    if (there.state, there.decision, there.decided_by_id) == (wanted["state"], wanted["decision"], by.pk):
        return there
    if there.state == DisputeState.WITHDRAWN:
        raise Conflict(_("承办单位已撤回这项异议，不必再答复。"), code="withdrawn")
    raise Conflict(_("%(name)s已答复：%(state)s。") % {"name": there.decided_by, "state": there.get_state_display()}, code="decided")


def _tell_unit(stored: Dispute) -> None:
    sheet = stored.reconciliation
    members = list(people.members_of(sheet.organisation, ANSWERERS))
    filer = [] if any(person.pk == stored.filed_by_id for person in members) else [stored.filed_by]
    notices.queue(
        to=[*members, *filer],
        title=lambda: _("对账异议已答复：%(state)s") % {"state": stored.get_state_display()},
        body=lambda: _("%(period)s，%(finding)s：") % {"period": sheet.period_label, "finding": stored.finding} + stored.decision,
        url=sheet.get_absolute_url(),
        dedup_key=f"dispute-decided:{stored.pk}",
        kind="reconciling.decided",
        subject=stored,
        district_id=sheet.district_id,
    )
