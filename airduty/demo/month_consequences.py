"""What follows from a settled month: rules switched on, proposals and the money table on the 12th, decided and issued over the next two days, one clue."""

import datetime as dt
import uuid

from airduty.demo.persons import one
from common import clock
from grids.models import Grid
from grids.roles import OrganisationKind, Role
from inspections.models import Finding
from inspections.words import FROM_STATE
from scorecards.models import Clue, ConsequenceRule, MoneyRule, MoneyTable, Proposal
from scorecards.services import clues, consequences, money, presets, rules
from scorecards.services.settling import is_settled
from scorecards.words import Action, MoneyState, ProposalState

FACTS = "省督察指出的问题，属地和行业单位连续两次反馈“已整改”，现场核查均未整改，相关材料与现场不符。"


def day(district: Grid, today: dt.date, *, waits: bool = False) -> None:
    """What happens to last month on this day; ``waits``: proposed, but left for somebody to decide."""
    month = clock.previous_month(today)
    _rules(district)
    if today.day < 12 or not is_settled(district.pk, month):
        return
    consequences.propose(district, month)
    money.draw_up(district, month)
    if not waits:
        _decide(district, month, number=f"青环攻坚办〔{month[:4]}〕{int(month[5:]) + 20}号")
        _sign(district, month)
        _hand_over(district)


def _rules(district: Grid) -> None:
    """Cards and a small money rule, switched on by the director, beside the default ladder."""
    director = one(district, Role.OFFICE_DIRECTOR)
    if director is None or MoneyRule.objects.filter(district=district).exists():
        return
    first = rules.first_open_month(district.pk)
    cards = next(each for each in presets.LADDERS if each.code == "cards")
    for draft in presets.made(ConsequenceRule, cards, in_force_from=first, is_active=True):
        draft.district = district
        rules.save(draft, by=director)
    common = {"kind": "rank_fixed", "n": 1, "amount": 50_000, "in_force_from": first, "is_active": True, "note": "区政府办公室2026年第6号文件"}
    rules.save(MoneyRule(district=district, name="乡办首末位奖惩", **common), by=director)


def _decide(district: Grid, month: str, *, number: str) -> None:
    """The leader approves, the director issues; of several yellow cards one is dropped."""
    leader, director = one(district, Role.DISTRICT_LEADER), one(district, Role.OFFICE_DIRECTOR)
    waiting = list(Proposal.objects.filter(district=district, month=month, state=ProposalState.PROPOSED).select_related("rule", "organisation"))
    yellow = [each for each in waiting if each.action == Action.YELLOW]
    for each in waiting:
        if len(yellow) > 1 and each is yellow[-1]:
            consequences.decide(each, "drop", by=leader, version=each.version, note="逾期件为建设方停工所致，已另行督办。")
            continue
        approved = consequences.decide(each, "approve", by=leader, version=each.version, note="同意。")
        consequences.decide(approved, "issue", by=director, version=approved.version, paper_number=number)


def _sign(district: Grid, month: str) -> None:
    table = MoneyTable.objects.filter(district=district, month=month, state=MoneyState.DRAFT).first()
    if table is not None:
        checked = money.decide(table, "check", by=one(district, Role.OFFICE_STAFF), version=table.version)
        money.decide(checked, "sign", by=one(district, Role.DISTRICT_LEADER), version=checked.version, paper_number="青环攻坚领〔2026〕9号")


def _hand_over(district: Grid) -> None:
    """One clue in the life of the demonstration, accepted the same day."""
    finding = Finding.objects.filter(district=district, source__in=FROM_STATE, number__isnull=False).order_by("pk").first()
    if finding is None or Clue.objects.filter(district=district).exists():
        return
    director = one(district, Role.OFFICE_DIRECTOR)
    unit = finding.tasks.order_by("pk").first()
    organisation = unit.organisation if unit else district.organisations.filter(kind=OrganisationKind.TOWNSHIP).first()
    said = {"facts": FACTS, "receiver": "区纪委监委", "paper_number": "青环攻坚办移〔2026〕1号", "evidence": []}
    clue = clues.hand_over(district, by=director, key=uuid.uuid4(), organisation=organisation, findings=[finding], **said)
    clues.advance(clue, "accept", by=director, version=clue.version, receipt="受理回执2026第1号", accepted_on=clock.today())
