"""What the ladders propose after a settled month, and what people decide (domain 5.4). Level-triggered: running again adds only what is missing."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record, record_many
from common import clock
from common.apart import Apart
from common.errors import Conflict, NotYourRole
from grids import scope
from grids.models import Grid
from grids.roles import OFFICE, Role
from scorecards.models import ConsequenceRule, Proposal, Settlement, UnitCard
from scorecards.models.consequences import INNER
from scorecards.services import measures
from scorecards.services import telling_consequences as telling
from scorecards.services.measures import Measure
from scorecards.services.settling import hold, is_settled
from scorecards.words import Action, Colour, Mode, ProposalState, SettlementState

RECENT = 3
"""How many of the last settled months the scan looks at: a red card follows from a yellow one issued after the month was compared."""
SEVERE = frozenset({Action.CRITICISE, Action.YELLOW, Action.RED, Action.INTERVIEW, Action.INSPECTION})
LEADER = frozenset({Role.DISTRICT_LEADER})
CARDS = {Action.YELLOW: Colour.YELLOW, Action.RED: Colour.RED}


# --- proposing ----------------------------------------------------------------------------------------------------------------------
def scan() -> list[Proposal]:
    """The last settled months of every district that has rules."""
    ruled = ConsequenceRule.objects.order_by().values("district_id")
    with Apart("scorecards.propose_consequences") as each:
        made = each(Grid.objects.districts().filter(pk__in=ruled).order_by("pk"), _propose_recent)
    return [proposal for proposals in made for proposal in proposals]


def _propose_recent(district: Grid) -> list[Proposal]:
    return [proposal for month in recent_months(district) for proposal in propose(district, month)]


def recent_months(district: Grid) -> list[str]:
    """Oldest first."""
    settled = Settlement.objects.filter(district=district, state=SettlementState.SETTLED).order_by("-month")
    return sorted(settled.values_list("month", flat=True)[:RECENT])


def propose(district: Grid, month: str) -> list[Proposal]:
    """What the rules in force propose for a settled month and is not there yet; nothing for a month that is not settled."""
    if not is_settled(district.pk, month):
        return []
    rules = list(ConsequenceRule.objects.filter(district=district).in_force(month))
    if not rules:
        return []
    with transaction.atomic():
        hold(district.pk)
        known = set(Proposal.objects.filter(district=district, month=month).values_list("rule_id", "organisation_id"))
        fresh = [proposal for proposal in _reached(rules, district, month) if (proposal.rule_id, proposal.organisation_id) not in known]
        made = Proposal.objects.bulk_create(fresh)
        telling.compared(month, district_id=district.pk)
        record_many("proposal.draw_up", [(proposal, {"month": month}) for proposal in made], by=None, district_id=district.pk)
    return made


def _reached(rules: list[ConsequenceRule], district: Grid, month: str) -> list[Proposal]:
    found = [each for rule in rules for each in reached(rule, month)]
    return list(heaviest(found, district=district, month=month))


def reached(rule: ConsequenceRule, month: str) -> list[tuple[ConsequenceRule, int, dict]]:
    """``(rule, unit, figures)`` of the units that have been there often enough, this month included."""
    months = months_until(month, rule.window, in_quarter=rule.in_quarter)
    found = measures.measured(rule.district_id, unit_kind=rule.unit_kind, metric=rule.metric, months=months)
    hits = {each: hit_by(rule, list(found[each].values())) for each in found}
    return [
        (rule, unit, {"months": [_figures(each, unit, found, hits) for each in months]})
        for unit in sorted(hits.get(month, ()))
        if times(unit, months, hits, mode=rule.mode) >= rule.count
    ]


def hit_by(rule: ConsequenceRule, found: list[Measure]) -> set[int]:
    if rule.n:
        return measures.at_the_end(found, metric=rule.metric, side=rule.side, n=rule.n)
    return measures.beyond(found, metric=rule.metric, side=rule.side, threshold=rule.threshold)


def times(unit: int, months: list[str], hits: dict[str, set[int]], *, mode: str) -> int:
    """How often, of ``months`` newest first. A run ends at the first month without a hit; so does it at one that is missing or not settled."""
    if mode == Mode.CUMULATIVE:
        return sum(unit in hits.get(month, ()) for month in months)
    run = 0
    for month in months:
        if unit not in hits.get(month, ()):
            break
        run += 1
    return run


def months_until(month: str, window: int, *, in_quarter: bool = False) -> list[str]:
    """``window`` calendar months back from ``month``, newest first; with ``in_quarter`` those of its quarter only.

    >>> months_until("2026-01", 3), months_until("2026-05", 3, in_quarter=True)
    (['2026-01', '2025-12', '2025-11'], ['2026-05', '2026-04'])
    """
    months = [month]
    while len(months) < window:
        months.append(clock.previous_month(dt.date.fromisoformat(f"{months[-1]}-01")))
    return [each for each in months if not in_quarter or _quarter(each) == _quarter(month)]


def _quarter(month: str) -> tuple[str, int]:
    return month[:4], (int(month[5:]) - 1) // 3


def _figures(month: str, unit: int, found: dict, hits: dict) -> dict:
    measure = found.get(month, {}).get(unit)
    if measure is None:
        return {"month": month, "missing": "settled" if month not in found else "ranked"}
    return measure.figures | {"hit": unit in hits[month]}


def heaviest(found: Iterable[tuple], *, district: Grid, month: str) -> Iterable[Proposal]:
    """Of the rungs of one ladder that a unit has reached only the heaviest; interviews apart from the rest."""
    kept: dict[tuple, tuple] = {}
    for rule, unit, figures in found:
        place = (rule.ladder or f"#{rule.pk}", rule.side, rule.action == Action.INTERVIEW, unit)
        if place not in kept or kept[place][0].rung < rule.rung:
            kept[place] = (rule, unit, figures)
    now = clock.now()
    for rule, unit, figures in kept.values():
        yield Proposal(
            district=district, rule=rule, rule_snapshot=snapshot(rule), organisation_id=unit, month=month, action=rule.action,
            target_post=rule.target_post, figures=figures, proposed_at=now,
        )  # fmt: skip


def snapshot(rule) -> dict:
    """The rule as it stood, for those who read the row without us."""
    return {name: str(value) if name == "key" else value for name in rule.AUDIT_FIELDS for value in [getattr(rule, name)]}


# --- deciding -----------------------------------------------------------------------------------------------------------------------
STEPS = {
    "approve": (ProposalState.PROPOSED, ProposalState.APPROVED),
    "drop": (ProposalState.PROPOSED, ProposalState.DROPPED),
    "issue": (ProposalState.APPROVED, ProposalState.ISSUED),
}


def deciders(action: str, step: str) -> frozenset:
    """Who approves or drops: leaders, for mild measures the director too. Who issues: the office; an interview only its director or a leader."""
    if step == "issue":
        return INNER if action == Action.INTERVIEW else OFFICE
    return LEADER if action in SEVERE else INNER


def may(user, proposal: Proposal, step: str) -> bool:
    allowed = scope.rights(user).in_district(proposal.district_id, deciders(proposal.action, step))
    return allowed and proposal.state == STEPS[step][0]


def insist(user, proposal: Proposal, step: str) -> None:
    if not scope.rights(user).in_district(proposal.district_id, deciders(proposal.action, step)):
        raise NotYourRole(_refusal(proposal.action, step))


def decide(proposal: Proposal, step: str, *, by, version: int, note: str = "", paper_number: str = "") -> Proposal:
    """Approve, drop (with a reason) or issue (with the number of the paper). The same step by the same person twice is one."""
    insist(by, proposal, step)
    _check(step, note=note, paper_number=paper_number)
    source, target = STEPS[step]
    person, moment, text = ("issued_by", "issued_at", "paper_number") if step == "issue" else ("decided_by", "decided_at", "decision")
    values = {person: by, moment: clock.now(), text: (paper_number if step == "issue" else note).strip()}
    with transaction.atomic():
        rows = Proposal.objects.filter(pk=proposal.pk, state=source, version=version)
        if not rows.update(state=target, version=version + 1, **values):
            return _again(proposal, target, person, by=by)
        proposal.refresh_from_db()
        _follow(proposal, by=by)
        record(f"proposal.{step}", proposal, by=by, district_id=proposal.district_id, payload={"month": proposal.month})
    return proposal


def waits_for(proposal: Proposal):
    """Whose turn it is, in words; empty when all is done."""
    step = {ProposalState.PROPOSED: "approve", ProposalState.APPROVED: "issue"}.get(ProposalState(proposal.state))
    return _refusal(proposal.action, step) if step else ""


def _refusal(action: str, step: str):
    if step == "issue":
        return _("批准后的约谈由攻坚办主任印发。") if action == Action.INTERVIEW else _("批准后的奖惩建议由攻坚办印发。")
    return _("这项奖惩建议由区领导审批。") if action in SEVERE else _("这项奖惩建议由区领导或攻坚办主任审批。")


def _check(step: str, *, note: str, paper_number: str) -> None:
    if step == "drop" and not note.strip():
        raise ValidationError({"note": _("不采纳时请写明理由。")})
    if step == "issue" and not paper_number.strip():
        raise ValidationError({"paper_number": _("请填写文号。")})


def _again(proposal: Proposal, target: str, person: str, *, by) -> Proposal:
    stored = Proposal.objects.select_related("organisation", "rule").get(pk=proposal.pk)
    if stored.state == target and getattr(stored, f"{person}_id") == by.pk:
        return stored
    raise Conflict(_("这项建议刚刚已由他人处理，现为“%(state)s”，请刷新后再看。") % {"state": stored.get_state_display()}, code="proposal_moved")


def _follow(proposal: Proposal, *, by) -> None:
    if proposal.state == ProposalState.APPROVED:
        telling.decided(proposal)
    elif proposal.state == ProposalState.ISSUED:
        telling.issued(proposal)
        if proposal.action in CARDS:
            _give_card(proposal, by=by)


# --- cards --------------------------------------------------------------------------------------------------------------------------
def _give_card(proposal: Proposal, *, by) -> UnitCard:
    """The card stands from the day it is issued for the months its rule says."""
    today = clock.today()
    card = UnitCard.objects.create(
        district_id=proposal.district_id, organisation_id=proposal.organisation_id, colour=CARDS[Action(proposal.action)], month=proposal.month,
        proposal=proposal, starts_on=today, ends_on=_months_later(today, proposal.rule.card_months) - dt.timedelta(days=1),
    )  # fmt: skip
    record("unit_card.give", card, by=by, district_id=card.district_id, payload={"month": card.month})
    return card


def _months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or the first after a month that has no such day.

    >>> str(_months_later(dt.date(2026, 11, 10), 3)), str(_months_later(dt.date(2026, 11, 30), 3))
    ('2027-02-10', '2027-03-01')
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = (dt.date(year, month + 1, 1) + dt.timedelta(days=31)).replace(day=1)
    return min(dt.date(year, month + 1, 1) + dt.timedelta(days=day.day - 1), following)


def insist_clearing(user, card: UnitCard) -> None:
    if not scope.rights(user).in_district(card.district_id, LEADER):
        raise NotYourRole(_("提前撤牌由区领导批准。"))


@transaction.atomic
def clear_card(card: UnitCard, *, by, note: str) -> UnitCard:
    """Take a card back before its end: a leader, with a reason."""
    insist_clearing(by, card)
    if not note.strip():
        raise ValidationError({"note": _("请写明撤牌理由。")})
    values = {"cleared_by": by, "cleared_at": clock.now(), "clearing_note": note.strip()}
    changed = UnitCard.objects.filter(pk=card.pk, cleared_at=None).update(**values)
    card.refresh_from_db()
    if not changed:
        if card.cleared_by_id == by.pk:
            return card
        raise Conflict(_("这张牌刚刚已由他人撤销。"), code="card_cleared")
    record("unit_card.clear", card, by=by, district_id=card.district_id, payload={"month": card.month})
    return card
