"""The district's three enterprises with measures by colour, and a yellow warning of last month lived through to its review; none runs in the end."""

import datetime as dt
import random

from django.core.exceptions import ValidationError
from django.db import transaction

from airduty.demo import life, pictures
from airduty.demo.persons import one
from common import clock
from common.errors import Conflict
from emergency.models import Episode, ListedEnterprise, Order, ReductionList
from emergency.services import answers, decisions, lists, problems, reporting, rules
from emergency.texts import first_words
from emergency.words import CallOutcome, DecisionKind, EvidenceKind, Grade, OrderState, Party, Seen, Way
from grids import geometry, people
from grids.models import Grid
from grids.roles import PARTIES, Role
from inspections.models import Finding
from rectification.models import TaskPhoto
from rectification.services import advance, routing

ENTERPRISES = [
    {
        "name": "示例建材有限公司", "credit_code": "91410100MA00000A1X", "industry": "水泥制品", "grade": Grade.C, "lines": "搅拌线2条、粉磨线1条",
        "capacity": "年产商品混凝土60万方", "daily_power": "12600", "pm_daily": "46", "nox_daily": "8", "stop_hours": "1", "cuts": ("30%", "50%", "100%"),
        "yellow": "停1条搅拌线，日产量不超过正常的七成。\n停止原料运输。", "orange": "停2条搅拌线，粉磨线停产。\n停止原料和产品运输，只保留应急抢险供应。",
        "red": "全厂停产。\n厂区、料场全部覆盖，只留值守人员。", "vehicles": "国Ⅳ及以下货车不得进出", "check_points": "搅拌楼是否出料，门禁记录，分表电量",
    },
    {
        "name": "示例机械铸造有限公司", "credit_code": "91410100MA00000B2G", "industry": "铸造", "grade": Grade.B, "lines": "中频炉3台、抛丸机4台、喷漆线1条",
        "capacity": "年产铸件1.2万吨", "daily_power": "38500", "pm_daily": "62", "so2_daily": "5", "nox_daily": "21", "voc_daily": "18", "stop_hours": "6",
        "cuts": ("20%", "40%", "60%"), "yellow": "停中频炉1台，喷漆线停产。", "orange": "停中频炉2台，抛丸机停2台，喷漆线停产。",
        "red": "中频炉保温1台，其余停产；抛丸、喷漆全部停产。", "vehicles": "只用国Ⅴ及以上或新能源车辆", "check_points": "炉温记录，喷漆房封存，用电曲线",
    },
    {
        "name": "示例热力有限公司", "credit_code": "91410100MA00000C36", "industry": "热力生产", "grade": Grade.A, "lines": "75吨燃气锅炉2台", "capacity": "供热180万㎡",
        "daily_power": "21000", "so2_daily": "12", "nox_daily": "54", "stop_hours": "2", "cuts": ("自主减排", "10%", "20%"), "is_essential": True,
        "exemption": "livelihood", "yellow": "自主减排，治污设施满负荷运行。", "orange": "以热定产，降低负荷10%，治污设施满负荷运行。",
        "red": "以热定产，降低负荷20%，停用备用锅炉。", "vehicles": "无大宗物料运输", "check_points": "在线监测数据，负荷曲线",
    },
]  # fmt: skip
BEGINS = dt.timedelta(days=7)
"""How long before the end of the demonstration the warning came. In the first days of a month there is none: last month's cards are built already."""


def build(district: Grid, *, until: dt.datetime) -> None:
    """Through the services, each act at its moment; asked again it adds nothing."""
    if ReductionList.objects.filter(district=district).exists():
        return
    with transaction.atomic():
        _build(district, until)


def _build(district: Grid, until: dt.datetime) -> None:
    start = clock.at(clock.beijing(until - BEGINS).date(), dt.time(14))
    with clock.standing(start - dt.timedelta(days=40)):
        _list(district)
    if clock.beijing(start).month == clock.beijing(until).month:
        _live(district, start)
    life.deliver_quietly(until)


def _list(district: Grid) -> None:
    office, director = one(district, Role.OFFICE_STAFF), one(district, Role.OFFICE_DIRECTOR)
    year = clock.today().year
    made = lists.make(district, year=year, name=f"{year}年应急减排清单", by=office)
    grids = list(Grid.objects.active(clock.today()).filter(district=district, level=3).order_by("path"))
    for n, facts in enumerate(ENTERPRISES):
        grid = grids[(n * len(grids)) // len(ENTERPRISES)]
        lists.save_enterprise(_enterprise(made, facts, grid, n + 1), by=office)
    lists.activate(made, by=director)


def _enterprise(made: ReductionList, facts: dict, grid: Grid, n: int) -> ListedEnterprise:
    fields = {name: value for name, value in facts.items() if name != "cuts"}
    point = geometry.point_inside(grid) or (None, None)
    return ListedEnterprise(
        reduction_list=made, position=n, grid=grid, address=f"{grid.name}工业路{n}号", lon=point[0], lat=point[1], contact=f"示例负责人{n}",
        contact_phone=f"1990000010{n}", guarantor=f"示例包保{n}", guarantor_phone=f"1990000020{n}", yellow_cut=facts["cuts"][0], orange_cut=facts["cuts"][1],
        red_cut=facts["cuts"][2], **fields,
    )  # fmt: skip


# --- the warning ------------------------------------------------------------------------------------------------------------------------
def _live(district: Grid, start: dt.datetime) -> None:
    office, leader = one(district, Role.OFFICE_STAFF), one(district, Role.DISTRICT_LEADER)
    at = lambda **after: clock.standing(start + dt.timedelta(**after))  # noqa: E731 - reads as a time table below
    with at():
        table = "\n".join(f"{clock.today() + dt.timedelta(days=n)} {value}" for n, value in enumerate((168, 181, 92, 74)))
        forecast = rules.judge(district, text=table, source="市生态环境监测中心、市气象台会商", by=office)
    with at(minutes=9):
        words = first_words(district, DecisionKind.START, "yellow", forecast=forecast) | {"city_notice": "青环应急〔2026〕3号", "ends_at": None}
        step = decisions.draft(district, DecisionKind.START, by=office, forecast=forecast, **words)
        step = decisions.submit(step, by=office, version=step.version)
    with at(minutes=48):
        step = decisions.approve(step, by=leader, version=step.version, note="同意启动，各单位从严落实。")
    with at(minutes=66):
        step = decisions.publish(step, by=office, version=step.version)
    _answer(step.episode, office, start + dt.timedelta(minutes=66))
    for n in range(2):
        with at(days=n, hours=3 - n):
            _day(step.episode, office, first=n == 0)
    with at(days=2, hours=-4):
        words = first_words(district, DecisionKind.LIFT, "yellow") | {"city_notice": "青环应急〔2026〕5号", "ends_at": None}
        lift = decisions.draft(district, DecisionKind.LIFT, by=office, forecast=None, **words)
        lift = decisions.submit(lift, by=office, version=lift.version)
    with at(days=2, hours=-3):
        lift = decisions.approve(lift, by=leader, version=lift.version, note="同意解除。")
        lift = decisions.publish(lift, by=office, version=lift.version)
    with at(days=2, hours=-2):
        _receive(lift.episode)
    with at(days=6):
        _review(lift.episode, office)


def _answer(episode: Episode, office, begun: dt.datetime) -> None:
    """Units within a quarter of an hour, one after a call; enterprises by their link, one of them late."""
    with clock.standing(begun + dt.timedelta(minutes=12)):
        _receive(episode, leave=1)
    with clock.standing(begun + dt.timedelta(minutes=38)):
        for order in Order.objects.filter(episode=episode, state=OrderState.ISSUED).exclude(party=Party.GRID):
            answers.log_call(order, by=office, outcome=CallOutcome.ANSWERED, spoken_with="示例值班员", note="值班电话无人提醒，已整改")
    with clock.standing(begun + dt.timedelta(minutes=52)):
        for order in Order.objects.filter(episode=episode, state=OrderState.ACKNOWLEDGED, force_due_at__isnull=False).select_related("enterprise"):
            kind, text = (
                (EvidenceKind.LINES, f"{order.enterprise.lines}已按黄色措施停限产") if order.enterprise else (EvidenceKind.WORDS, "已部署到位。")
            )
            answers.put_in_force(order, kind=kind, way=Way.LINK if order.enterprise else Way.SIGN_IN, text=text, name=order.receipt.name)


def _receive(episode: Episode, *, leave: int = 0) -> None:
    for n, order in enumerate(Order.objects.filter(episode=episode, state=OrderState.ISSUED).select_related("enterprise", "organisation")):
        if leave and order.party == Party.ENTERPRISE and n == leave:
            continue
        if order.party == Party.ENTERPRISE:
            answers.acknowledge(order, name=order.enterprise.contact, way=Way.LINK)
        elif person := people.members_of(order.organisation, PARTIES).first():
            way = Way.ON_BEHALF if order.party == Party.GRID else Way.SIGN_IN
            answers.acknowledge(order, name=str(person), way=way, by=person)


def _day(episode: Episode, office, *, first: bool) -> None:
    enterprises = Order.objects.filter(episode=episode, party=Party.ENTERPRISE, is_lift=False).order_by("pk")
    for n, order in enumerate(enterprises[: 2 if first else 1]):
        seen, text = (Seen.PARTLY, "料场有一处未覆盖，已要求当场整改。") if first and n == 1 else (Seen.FULFILLED, "")
        entry = problems.inspect(order, by=office, seen=seen, text=text, unit_name="攻坚办、生态环境分局")
        if seen == Seen.PARTLY:
            _settle(problems.file_problem_of(entry, by=office), office)
    for n, order in enumerate(Order.objects.filter(episode=episode, party=Party.UNIT, is_lift=False).select_related("organisation")):
        person = people.members_of(order.organisation, PARTIES).first()
        numbers = {
            "sites_stopped": n % 4,
            "vehicles_stopped": 2 * (n % 5),
            "vehicles_checked": 3 * (n % 6),
            "roads_cleaned": n % 7,
            "people_out": 4 + n,
            "note": "",
        }
        try:
            reporting.report(episode, order.organisation, clock.today(), by=person or office, version=None, **numbers)
        except (Conflict, ValidationError):
            continue
    reporting.send(episode, clock.today(), by=office, version=None, note="")


def _settle(finding: Finding, office) -> None:
    """Put right and struck off on the same day."""
    district = finding.district
    finding = advance(finding, "register", by=office, version=finding.version, not_same=True)
    parties = [{"organisation": party.organisation, "role": party.role} for party in routing.propose(finding)]
    finding = advance(finding, "assign", by=office, version=finding.version, assignees=parties)
    for task in finding.tasks.select_related("organisation").order_by("pk"):
        person = people.members_of(task.organisation, PARTIES).first()
        task = advance(task, "accept", by=person)
        photo = pictures.keep(pictures.draw(random.Random(task.pk), "industry", after=True), by=person)
        TaskPhoto.objects.create(task=task, photo=photo, uploaded_by=person)
        advance(task, "feedback", by=person, note="料场已全部覆盖。", conclusion="rectified")
    for task in finding.tasks.order_by("pk"):
        advance(task, "pass", by=one(district, Role.SUPERVISION), note="现场核实已整改。")
    finding.refresh_from_db()
    advance(finding, "strike_off", by=one(district, Role.OFFICE_DIRECTOR))


def _review(episode: Episode, office) -> None:
    paper = reporting.review_of(episode)
    reporting.save_review(
        episode, by=office, version=paper.version, finish=True, effect=paper.effect + "预警期间PM2.5日均浓度较预报低约一成。",
        problems="个别企业值班电话无人接听，签收超时；1家企业料场覆盖不到位，已当日整改。", penalties="无", advice="清单企业增加第二联系人，下次修订清单时补录。",
    )  # fmt: skip
