"""Drawing up, signing and dropping entries: one person draws up, another signs."""

import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import Conflict, NotYourRole
from evidence.models import File
from grids import people, scope
from grids.heirs import people_of
from grids.roles import PARTIES
from notices import services as notices
from scorecards.models import Adjustment, Scorecard
from scorecards.services import adjustments
from scorecards.services.building import build
from scorecards.services.settling import SIGNERS, appeals_until, check_open, hold, is_settled, may_run
from scorecards.words import AdjustmentKind, SignState, month_words

MOST = 10_000
CHANNELS = ("inbox", "email")


@transaction.atomic
def draw_up(
    *, unit, kind: str, month: str, reason: str, by, amount: int = 0, level: str = "", of_month: str = "", of_indicator: str = "",
    of_event_key: str = "", paper_number: str = "", evidence: File | None = None, form: uuid.UUID | None = None,
) -> Adjustment:  # fmt: skip
    """An entry that waits for a signature. The same form sent twice is the entry of the first sending."""
    if not may_run(by, unit.district_id):
        raise NotYourRole(_("分录由攻坚办制单。"))
    hold(unit.district_id)
    if form and (known := Adjustment.objects.filter(form=form).first()):
        raise Conflict(_("这张分录已经保存过。"), code="twice", entry=known.pk)
    entry = Adjustment(
        district_id=unit.district_id, organisation=unit, kind=kind, month=month, reason=reason.strip(), of_month=of_month, of_indicator=of_indicator,
        of_event_key=of_event_key, paper_number=paper_number.strip(), evidence=evidence, form=form, proposed_by=by, proposed_at=clock.now(),
        amount=amount if kind == AdjustmentKind.CORRECTION else adjustments.amount_of(kind, unit=unit, month=month, level=level),
    )  # fmt: skip
    _check(entry)
    entry.clean_fields(exclude=["signed_by", "signed_at"])
    entry.save()
    _tell_signers(entry)
    record("adjustment.propose", entry, by=by, district_id=entry.district_id, payload=_facts(entry))
    return entry


def _check(entry: Adjustment) -> None:
    if entry.month not in adjustments.open_months(entry.district_id):
        raise ValidationError({"month": _("%(month)s不能再记入分录，请选择尚未结账的月份。") % {"month": month_words(entry.month)}})
    check_open(entry.district_id, entry.month)
    _check_has_place(entry)
    if not entry.reason:
        raise ValidationError({"reason": _("请写明理由。")})
    if not entry.paper_number and entry.evidence is None:
        raise ValidationError({"paper_number": _("请填写文号，或附上佐证材料。")})
    if entry.kind == AdjustmentKind.CORRECTION:
        _check_correction(entry)


def _check_has_place(entry: Adjustment) -> None:
    """A built month keeps its units: an entry of any other would be signed and count nowhere."""
    cards = Scorecard.objects.filter(district_id=entry.district_id, month=entry.month)
    if cards.exists() and not cards.filter(organisation_id=entry.organisation_id).exists():
        facts = {"unit": entry.organisation, "month": month_words(entry.month)}
        raise ValidationError(_("%(unit)s在%(month)s没有计分卡，分录无处计入，请核对单位和月份。") % facts, code="no_card")


def _check_correction(entry: Adjustment) -> None:
    if not 0 < abs(entry.amount) <= MOST:
        raise ValidationError({"amount": _("更正分值不能为 0，且绝对值不超过 100 分。")})
    if entry.month != (first := adjustments.first_open_month(entry.district_id)):
        raise ValidationError({"month": _("更正计入第一个未结账的月份：%(month)s。") % {"month": month_words(first)}})
    card = adjustments.settled_card(entry.district_id, entry.organisation_id, entry.of_month)
    if card is None:
        raise ValidationError({"of_month": _("只能更正已结账、且有该单位计分卡的月份。")})
    if entry.of_event_key and not adjustments.marks_of(card).filter(event_key=entry.of_event_key, line__indicator=entry.of_indicator).exists():
        raise ValidationError({"of_row": _("计分卡上没有这一行，请重新选择。")})
    if not card.lines.filter(indicator=entry.of_indicator).exists():
        raise ValidationError({"of_row": _("请选择要更正的指标或明细。")})


@transaction.atomic
def sign(entry: Adjustment, *, by, note: str = "") -> Adjustment:
    """It counts from now on: where the month is built already, it is worked out anew."""
    _insist_signer(entry, by)
    hold(entry.district_id)
    check_open(entry.district_id, entry.month)
    _check_has_place(entry)
    _move(entry, state=SignState.SIGNED, by=by, note=note)
    if Scorecard.objects.filter(district_id=entry.district_id, month=entry.month).exists():
        build(entry.month, district=entry.district, by=by, rebuild=True)
    _tell_outcome(entry, by=by)
    _tell_unit(entry)
    record("adjustment.sign", entry, by=by, district_id=entry.district_id, payload=_facts(entry))
    return entry


@transaction.atomic
def drop(entry: Adjustment, *, by, note: str = "") -> Adjustment:
    """Not signed; whoever drew it up may take it back himself."""
    if by.pk != entry.proposed_by_id:
        _insist_signer(entry, by)
    if not note.strip():
        raise ValidationError({"note": _("请写明不予签批或撤回的理由。")})
    _move(entry, state=SignState.DROPPED, by=by, note=note)
    _tell_outcome(entry, by=by)
    record("adjustment.drop", entry, by=by, district_id=entry.district_id, payload={"note": entry.note})
    return entry


@transaction.atomic
def revoke(entry: Adjustment, *, by, note: str = "") -> Adjustment:
    """A signed one that counts nowhere is taken back by who might have signed it; one that counts stays."""
    _insist_signer(entry, by)
    if not note.strip():
        raise ValidationError({"note": _("请写明撤销的理由。")})
    hold(entry.district_id)
    check_open(entry.district_id, entry.month)
    if entry.state == SignState.SIGNED and not may_be_revoked(entry):
        raise ValidationError(_("这张分录已计入计分卡，不能撤销。"), code="counts")
    _move(entry, source=SignState.SIGNED, state=SignState.DROPPED, by=by, note=note)
    build(entry.month, district=entry.district, by=by, rebuild=True)
    _tell_revoked(entry, by=by)
    record("adjustment.drop", entry, by=by, district_id=entry.district_id, payload={"note": entry.note, "was": SignState.SIGNED})
    return entry


def may_be_revoked(entry: Adjustment) -> bool:
    """Signed, and counts nowhere in a month that is open."""
    if entry.state != SignState.SIGNED or is_settled(entry.district_id, entry.month):
        return False
    return entry in adjustments.uncounted(entry.district_id, entry.month)


def why_not_sign(user, entry: Adjustment) -> str:
    """Empty when the person may sign."""
    if not scope.rights(user).in_district(entry.district_id, SIGNERS):
        return _("分录由攻坚办主任或区领导签批。")
    return _("制单人不能签批自己制的分录。") if user.pk == entry.proposed_by_id else ""


def _insist_signer(entry: Adjustment, by) -> None:
    if reason := why_not_sign(by, entry):
        raise NotYourRole(reason)


def _move(entry: Adjustment, *, state: SignState, by, note: str, source: SignState = SignState.PROPOSED) -> None:
    changes = {"state": state, "signed_by": by, "signed_at": clock.now(), "note": note.strip()[:300]}
    if not Adjustment.objects.filter(pk=entry.pk, state=source).update(**changes):
        entry.refresh_from_db()
        raise Conflict(_("这张分录已经办结：%(state)s。") % {"state": entry.get_state_display()}, code="decided")
    entry.refresh_from_db()


def _facts(entry: Adjustment) -> dict:
    names = ("kind", "month", "organisation_id", "amount", "reason", "of_month", "of_indicator", "of_event_key", "paper_number")
    return {name: getattr(entry, name) for name in names} | {"evidence": entry.evidence.sha256 if entry.evidence else ""}


def _named(entry: Adjustment) -> dict:
    return {"unit": entry.organisation, "kind": entry.get_kind_display(), "state": entry.get_state_display()}


def _tell_signers(entry: Adjustment) -> None:
    _queue(
        entry,
        to=[person for person in people.with_role(entry.district_id, SIGNERS) if person.pk != entry.proposed_by_id],
        title=lambda: _("待签批分录：%(unit)s，%(kind)s") % _named(entry),
        key="proposed",
    )


def _tell_outcome(entry: Adjustment, *, by) -> None:
    if by.pk != entry.proposed_by_id:
        _queue(entry, to=[entry.proposed_by], title=lambda: _("分录%(state)s：%(unit)s，%(kind)s") % _named(entry), key="done")


def _tell_unit(entry: Adjustment) -> None:
    """With the date until which it may appeal against a deduction."""
    _queue(
        entry,
        to=people_of(entry.organisation, PARTIES),
        title=lambda: _("%(month)s记分分录已签批：%(kind)s，%(points)s 分") % _figures(entry),
        body=lambda: _("%(reason)s。如有异议，可在 %(until)s 前从计分卡提出申诉。") % _figures(entry) if entry.amount < 0 else entry.reason,
        key="unit",
    )


def _figures(entry: Adjustment) -> dict:
    until = appeals_until(entry.district_id, entry.month, signed_at=entry.signed_at)
    return _named(entry) | {
        "month": month_words(entry.month),
        "points": f"{entry.amount / 100:+.2f}",
        "reason": entry.reason.rstrip("。"),
        "until": f"{clock.beijing(until):%Y-%m-%d} {clock.hour(until)}",
    }


def _tell_revoked(entry: Adjustment, *, by) -> None:
    told = {entry.proposed_by, *people_of(entry.organisation, PARTIES)} - {by}
    _queue(entry, to=told, title=lambda: _("分录已撤销：%(unit)s，%(kind)s") % _named(entry), body=entry.note, key="revoked")


def _queue(entry: Adjustment, *, to, title, key: str, body="") -> None:
    notices.queue(
        to=to,
        title=title,
        body=body or entry.reason,
        url=reverse("scorecards:adjustment", args=[entry.pk]),
        dedup_key=f"adjustments:{entry.pk}:{key}",
        kind="scorecards.adjustment",
        subject=entry,
        channels=CHANNELS,
        district_id=entry.district_id,
    )
