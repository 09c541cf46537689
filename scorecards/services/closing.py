"""Settling a month (结账): the office proposes, a district leader approves or sends back; approved, it is frozen with its digest."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from airquality.services import daily
from audit.services import record
from common import clock
from common.errors import Conflict, NotYourRole
from grids import people, scope
from grids.models import Grid
from grids.roles import OFFICE
from notices import services as notices
from scorecards.models import MONTH, Account, Adjustment, Appeal, Reconciliation, Scorecard, Settlement, SettlementEvent
from scorecards.services import adjustments, posting, recomputing
from scorecards.services.air import checking
from scorecards.services.building import build
from scorecards.services.settling import LEADERS, hold, is_settled, last_appeals_until, may_run, settled_months
from scorecards.words import SettlementAct, SettlementState, SheetKind, SheetState, SignState, month_words

CHANNELS = ("inbox", "email")


# --- what stands in the way ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Item:
    """One line of the month's checklist. ``is_met`` None: for information, stops nothing."""

    key: str
    label: str
    words: str
    is_met: bool | None
    url: str = ""


def checklist(district: Grid, month: str) -> list[Item]:
    return [
        _built(district, month),
        _earlier(district, month),
        _window(district, month),
        _appeals(district, month),
        _entries(district, month),
        _reconciled(district, month),
        _posted(district, month),
        _air(district, month),
    ]


def obstacles(district: Grid, month: str) -> list[Item]:
    return [item for item in checklist(district, month) if item.is_met is False]


def _built(district: Grid, month: str) -> Item:
    count = Scorecard.objects.filter(district=district, month=month).count()
    words = _("已生成 %(count)s 张") % {"count": count} if count else _("尚未生成；每月1日02:00自动生成上月的计分卡")
    return Item("built", _("计分卡"), words, count > 0, reverse("scorecards:ranking_of", args=[month]) if count else "")


def _earlier(district: Grid, month: str) -> Item:
    """Months are closed one after the other, once closing has begun: a book goes on from the last page."""
    settled = settled_months(district.pk)
    open_ones = Scorecard.objects.filter(district=district, month__lt=month, month__gt=min(settled)) if settled else Scorecard.objects.none()
    left = open_ones.exclude(month__in=settled).order_by("month").values_list("month", flat=True).first()
    words = _("%(month)s尚未结账，请按月依次结账") % {"month": month_words(left)} if left else _("没有遗留")
    return Item("earlier", _("以前月份"), words, left is None, reverse("scorecards:settling_of", args=[left]) if left else "")


def _window(district: Grid, month: str) -> Item:
    until = clock.beijing(last_appeals_until(district.pk, month))
    facts = {"month": until.month, "day": until.day}
    over = clock.now() > until
    words = _("已于%(month)d月%(day)d日24:00届满") if over else _("至%(month)d月%(day)d日24:00，届满前不能提请结账")
    return Item("window", _("申诉期"), words % facts, over)


def _appeals(district: Grid, month: str) -> Item:
    appeals = Appeal.objects.filter(district=district, scorecard__month=month)
    total, waiting = appeals.count(), appeals.undecided().count()
    words = _("共 %(total)s 件，%(waiting)s 件未裁定") if waiting else _("共 %(total)s 件，全部办结")
    return Item("appeals", _("申诉裁定"), words % {"total": total, "waiting": waiting}, not waiting, f"{reverse('scorecards:appeals')}?month={month}")


def _entries(district: Grid, month: str) -> Item:
    entries = Adjustment.objects.filter(district=district, month=month).exclude(state=SignState.DROPPED)
    total, waiting = entries.count(), entries.filter(state=SignState.PROPOSED).count()
    words = _("共 %(total)s 张，%(waiting)s 张待签批") if waiting else _("共 %(total)s 张，全部签批")
    words, lost = words % {"total": total, "waiting": waiting}, adjustments.uncounted(district.pk, month)
    if lost:
        named = _("、").join(f"{each.organisation}“{each.get_kind_display()}”" for each in lost)
        remedy = _("%(entries)s已签批却无处计入：单位没有计分卡或不参与排名。请由攻坚办主任或区领导撤销，再视情况记给承继单位或记入以后的月份")
        words += _("；") + remedy % {"entries": named}
    return Item("entries", _("记分分录"), words, not waiting and not lost, f"{reverse('scorecards:adjustments')}?month={month}")


def _reconciled(district: Grid, month: str) -> Item:
    sheets = Reconciliation.objects.filter(district=district, kind=SheetKind.MONTHLY, period=month)
    total, silent = sheets.count(), sheets.filter(state=SheetState.SILENT).count()
    words = _("共 %(total)s 个单位，%(silent)s 个未对账") % {"total": total, "silent": silent} if total else _("本月没有月度对账单")
    return Item("reconciled", _("月度对账"), words, None, reverse("scorecards:reconciling"))


def _posted(district: Grid, month: str) -> Item:
    count = Account.objects.filter(district=district, month=month).count()
    words = _("已登账 %(count)s 户") % {"count": count} if count else _("尚未登账")
    return Item("posted", _("账本"), words, None, reverse("scorecards:accounts"))


def _air(district: Grid, month: str) -> Item:
    found = checking.state(district, month)
    return Item("air", _("空气质量审核数据"), checking.words(found), found.is_met, reverse("scorecards:settling_air", args=[month]))


# --- steps --------------------------------------------------------------------------------------------------------------------------
def may_approve(user, district_id: int) -> bool:
    return scope.rights(user).in_district(district_id, LEADERS)


def settlement_of(district: Grid, month: str) -> Settlement:
    """As it stands, or a new one that is not saved yet."""
    return Settlement.objects.filter(district=district, month=month).first() or Settlement(district=district, month=month)


@transaction.atomic
def propose(district: Grid, month: str, *, by, version: int | None = None, note: str = "") -> Settlement:
    """What has happened is booked and the month worked out a last time; what the leader approves is the digest of what came out.

    Without its accounts a settled month would leave a gap that the book could never be carried over.
    """
    MONTH(month)
    if not may_run(by, district.pk):
        raise NotYourRole(_("结账由攻坚办提请，区领导批准。"))
    hold(district.pk)
    _check(settlement_of(district, month), SettlementState.OPEN, version)
    daily.work_out_due(district=district)  # a day that waits may be one without a figure, which the list would not show
    if stopping := obstacles(district, month):
        raise ValidationError([_("%(label)s：%(words)s。") % {"label": item.label, "words": item.words} for item in stopping], code="not_ready")
    posting.post(district, now=clock.now(), by=by)
    build(month, district=district, by=by, rebuild=True)
    settlement, _new = Settlement.objects.get_or_create(district=district, month=month)
    digest = recomputing.digest_of(district, month)
    changes = {"proposed_by": by, "proposed_at": clock.now(), "approved_by": None, "approved_at": None, "digest": digest, "note": note.strip()[:300]}
    _move(settlement, version=settlement.version, source=SettlementState.OPEN, state=SettlementState.PROPOSED, **changes)
    _log(settlement, SettlementAct.PROPOSE, by=by, note=settlement.note)
    _tell(settlement, to=_but(people.with_role(district, LEADERS), by), title=lambda: _("%(month)s待批准结账") % {"month": settlement.month_label})
    record("settlement.propose", settlement, by=by, district_id=district.pk, payload={"month": month, "digest": digest, "note": settlement.note})
    return settlement


@transaction.atomic
def send_back(settlement: Settlement, *, by, version: int, note: str) -> Settlement:
    _insist_leader(settlement, by)
    if not note.strip():
        raise ValidationError({"note": _("请写明退回的理由。")})
    hold(settlement.district_id)
    _check(settlement, SettlementState.PROPOSED, version)
    proposer = settlement.proposed_by
    changes = {"proposed_by": None, "proposed_at": None, "digest": "", "note": note.strip()[:300]}
    _move(settlement, version=version, source=SettlementState.PROPOSED, state=SettlementState.OPEN, **changes)
    _log(settlement, SettlementAct.SEND_BACK, by=by, note=settlement.note)
    _tell(settlement, to=[proposer], title=lambda: _("%(month)s结账被退回") % {"month": settlement.month_label}, body=settlement.note)
    record(
        "settlement.send_back", settlement, by=by, district_id=settlement.district_id, payload={"month": settlement.month, "note": settlement.note}
    )
    return settlement


@transaction.atomic
def approve(settlement: Settlement, *, by, version: int) -> Settlement:
    """Worked out once more under his eyes: only when it is what was proposed, figure by figure, it is frozen."""
    _insist_leader(settlement, by)
    if by.pk == settlement.proposed_by_id:
        raise NotYourRole(_("提请人不能批准自己提请的结账，须由另一人批准。"))
    district, month = settlement.district, settlement.month
    hold(district.pk)
    _check(settlement, SettlementState.PROPOSED, version)
    if stopping := obstacles(district, month):
        raise ValidationError([_("%(label)s：%(words)s。") % {"label": item.label, "words": item.words} for item in stopping], code="not_ready")
    built = build(month, district=district, by=by, rebuild=True)
    digest = recomputing.digest_of(district, month)
    if built.changed or digest != settlement.digest:
        raise ValidationError(_("提请之后数字有变化，重新核算与提请时不一致。请退回，由攻坚办核对后重新提请。"), code="changed")
    changes = {"approved_by": by, "approved_at": clock.now()}
    _move(settlement, version=version, source=SettlementState.PROPOSED, state=SettlementState.SETTLED, **changes)
    _log(settlement, SettlementAct.APPROVE, by=by)
    told = _but(people.with_role(district, OFFICE | LEADERS), by)
    _tell(
        settlement,
        to=told,
        title=lambda: _("%(month)s已结账") % {"month": settlement.month_label},
        body=lambda: _("校验码 %(digest)s") % {"digest": digest},
    )
    record("settlement.approve", settlement, by=by, district_id=district.pk, payload={"month": month, "digest": digest})
    return settlement


@transaction.atomic
def compare(settlement: Settlement, *, by) -> recomputing.Comparison:
    """Work a settled month out anew and put on record how it compares."""
    if by is not None and not scope.rights(by).in_district(settlement.district_id, recomputing.CHECKERS):
        raise NotYourRole(_("重新核算比对由攻坚办、督查局和区领导进行。"))
    if not is_settled(settlement.district_id, settlement.month):
        raise ValidationError(_("%(month)s尚未结账，没有可比对的校验码。") % {"month": settlement.month_label}, code="open")
    found = recomputing.recompute(settlement.district, settlement.month)
    _log(settlement, SettlementAct.RECOMPUTE, by=by, note=found.in_words[:300], digest=found.anew)
    record(
        "settlement.recompute", settlement, by=by, district_id=settlement.district_id, result="ok" if found.is_equal else "failed",
        payload={"month": settlement.month, "kept": found.kept, "stored": found.stored, "anew": found.anew, "differing": list(found.differing)},
    )  # fmt: skip
    return found


# --- shared -------------------------------------------------------------------------------------------------------------------------
def _insist_leader(settlement: Settlement, by) -> None:
    if not may_approve(by, settlement.district_id):
        raise NotYourRole(_("结账由区领导批准或退回。"))


def _check(settlement: Settlement, state: SettlementState, version: int | None) -> None:
    if settlement.pk:
        settlement.refresh_from_db()
    if settlement.state != state:
        raise Conflict(_("您打开页面后状态已变：%(state)s。") % {"state": settlement.get_state_display()}, code="state")
    if version is not None and version != settlement.version:
        raise Conflict(_("您打开页面后已有新的办理，请看过后再决定。"), code="changed", version=settlement.version)


def _move(settlement: Settlement, *, version: int, source: SettlementState, **changes) -> None:
    """Compare-and-set."""
    if not Settlement.objects.filter(pk=settlement.pk, state=source, version=version).update(version=version + 1, **changes):
        _check(settlement, source, version)
    settlement.refresh_from_db()


def _log(settlement: Settlement, action: SettlementAct, *, by, note: str = "", digest: str = "") -> None:
    SettlementEvent.objects.create(
        settlement=settlement, action=action, by=by, by_name=str(by or ""), at=clock.now(), note=note, digest=digest or settlement.digest
    )


def _but(found, by) -> list:
    return [person for person in found if by is None or person.pk != by.pk]


def _tell(settlement: Settlement, *, to, title, body="") -> None:
    notices.queue(
        to=to,
        title=title,
        body=body,
        url=settlement.get_absolute_url(),
        dedup_key=f"settling:{settlement.pk}:{settlement.version}",
        kind="scorecards.settling",
        subject=settlement,
        channels=CHANNELS,
        district_id=settlement.district_id,
    )
