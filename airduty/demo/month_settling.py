"""The month argued about and closed: appeals and entries on the 3rd, decisions on the 4th and 5th, proposed on the settling day, approved the day after."""

import datetime as dt

from airduty.demo.persons import attempt, one
from common import clock
from grids import people
from grids.models import Grid
from grids.roles import PARTIES, OrganisationKind, Role
from scorecards.models import Adjustment, Appeal, ScoreRow
from scorecards.services import adjusting, appealing, appeals, closing, settling
from scorecards.words import AppealState, Kind, SettlementState, SignState

GROUNDS = (
    "现场已于期限当日整改完毕并反馈，因系统网络中断当晚未能上传，附照片和值班记录，请予复核。",
    "该点位属施工单位夜间违规作业，巡查人员当晚已制止并上报，请求核减。",
    "问题位于两乡镇交界处，经现场测量不在本辖区，附界址图，请予核实。",
)
DECISIONS = (
    (AppealState.UPHELD, "经调取照片原始时间，整改确在期限内完成，申诉成立。"),
    (AppealState.DECLINED, "经核查台账和现场记录，扣分事实清楚，不予支持。"),
)
ENTRIES = (
    ("innovation", "district", "“工地周碳账”做法在全区推广。", "青环攻坚办〔2026〕18号"),
    ("late_report", "", "月度工作小结迟报两天。", "攻坚办催报记录第7号"),
)


def day(district: Grid, today: dt.date, *, waits: bool = False) -> None:
    """What happens to last month on this day; ``waits``: proposed, but left for somebody else to approve."""
    month = clock.previous_month(today)
    if not ScoreRow.objects.filter(scorecard__district=district, scorecard__month=month).exists():
        return
    settlement = closing.settlement_of(district, month)
    steps = {3: _argue, 4: _decide, 5: _decide}
    if step := steps.get(today.day):
        step(district, month)
    elif settlement.state == SettlementState.OPEN and today >= settling.settling_on(district.pk, month):
        _decide(district, month)
        attempt(closing.propose, district, month, by=one(district, Role.OFFICE_DIRECTOR), note="各单位申诉已裁定，分录已签批。")
    elif settlement.state == SettlementState.PROPOSED and not waits:
        attempt(closing.approve, settlement, by=one(district, Role.DISTRICT_LEADER), version=settlement.version)


def _argue(district: Grid, month: str) -> None:
    """Three units appeal against their heaviest marks; the office draws up an entry for one township and one department."""
    if Appeal.objects.filter(district=district, scorecard__month=month).exists():
        return
    marks = ScoreRow.objects.filter(scorecard__district=district, scorecard__month=month, amount__lt=0, scorecard__organisation__isnull=False)
    of_unit = {row.scorecard_id: row for row in marks.select_related("scorecard__organisation", "scorecard__district").order_by("-amount", "-pk")}
    for row, grounds in zip(list(of_unit.values())[:3], GROUNDS, strict=False):
        who = people.members_of(row.scorecard.organisation, PARTIES).first()
        if who is not None:
            attempt(appealing.file, row.scorecard, row.event_key, grounds=grounds, by=who)
    office = one(district, Role.OFFICE_STAFF)
    for kind_of_unit, (kind, level, reason, number) in zip((Kind.TOWNSHIP, Kind.DEPARTMENT), ENTRIES, strict=True):
        unit = district.organisations.filter(kind=kind_of_unit).order_by("position", "pk").first()
        attempt(adjusting.draw_up, unit=unit, kind=kind, level=level, month=month, reason=reason, paper_number=number, by=office)


def _decide(district: Grid, month: str) -> None:
    for n, appeal in enumerate(Appeal.objects.undecided().filter(district=district, scorecard__month=month).order_by("pk")):
        for person in appeals.deciders(appeal)[: 2 if appeal.decider == OrganisationKind.LEADING_GROUP else 1]:
            outcome, note = DECISIONS[n % len(DECISIONS)]
            attempt(appealing.decide, appeal, outcome=outcome, note=note, by=person, version=appeal.version)
    for entry in Adjustment.objects.filter(district=district, month=month, state=SignState.PROPOSED):
        attempt(adjusting.sign, entry, by=one(district, Role.OFFICE_DIRECTOR), note="同意")
