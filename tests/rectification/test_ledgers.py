"""The ledgers of domain 3.6.1: every header as printed, in the printed order; then what every ledger carries. What has no source stays empty."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse

import sheets.services
from audit.models import AuditEvent
from common import clock
from inspections import exports, patrol_exports
from notices.models import Notice
from rectification import fires
from registers.exports import cells
from registers.ledgers import PRINTED
from sheets.models import Job
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.inspections import FindingFactory, ProblemTypeFactory
from tests.factories.rectification import TaskEventFactory, TaskFactory
from tests.factories.registers import SiteFactory, SiteKindFactory

pytestmark = pytest.mark.django_db


def heads(text: str) -> list[str]:
    return [head.strip() for head in text.split("|")]


RECTIFICATION = heads(
    "序号 | 问题编号 | 问题来源 | 交办文号 | 交办日期 | 问题描述 | 问题位置 | 专项领域 | 问题类型 | 严重程度 | 整改目标 | 整改措施 | 整改类型 | 整改时限 | "
    "责任单位（属地） | 责任单位（行业） | 牵头单位 | 责任领导 | 责任人 | 联系电话 | 整改进展 | 完成率 | 完成日期 | 核查单位 | 核查人 | 核查日期 | 核查意见 | "
    "是否办结 | 是否销号 | 销号日期 | 公示起止 | 回头看日期 | 回头看结果 | 是否反弹 | 延期次数 | 返工次数 | 扣分 | 问责情况 | 备注"
)
PATROLS = heads(
    "序号 | 巡查编号 | 网格 | 网格级别 | 巡查人 | 巡查日期 | 开始时间 | 结束时间 | 巡查类型 | 巡查对象 | 对象类型 | 检查项数 | 合格项数 | 发现问题数 | "
    "问题简述 | 现场处置 | 是否上报 | 问题编号 | 里程（km） | 天气状态 | 备注"
)
FIRES = heads(
    "火点编号 | 来源 | 报警时间 | 位置 | 乡办/村 | 值守员 | 短信时间 | 电话时间 | 接单时间 | 到场时间 | 扑灭时间 | 是否属实 | 焚烧物 | 过火面积（㎡） | "
    "责任人 | 处理 | 反馈 | 扣款"
)
NETWORK = heads(
    "网格编码 | 网格名称 | 级别 | 上级网格 | 范围描述 | 网格长/职务/电话 | 网格员/电话 | 巡查员/电话 | 监督员/电话 | 企业数 | 工地数 | 重点对象数 | 更新日期"
)
SOLVENTS = (
    "名称 | 类型 | 有无喷烤漆房 | 涂料类型 | 年用量（kg） | 废气治理工艺 | 活性炭装填量（kg） | 上次更换 | 更换周期 | 危废合同 | 台账记录 | 检测浓度 | "
    "错时作业（9–17时禁喷） | 整治要求 | 完成"
)
REGISTERS = {
    "scattered": "序号 | 企业（点位）名称 | 负责人 | 电话 | 详细地址 | 乡办 | 村（社区） | 行业类型 | 占地面积（㎡） | 从业人数 | 主要产品 | 生产工艺 | 主要设备 | "
    "有无营业执照 | 有无环评/排污许可 | 用地性质 | 污染因子 | 发现时间 | 发现途径 | 整治类型 | 断水 | 断电 | 清原料 | 清产品 | 清设备 | 整治时限 | 完成时间 | "
    "用电量核查（kWh） | 验收人 | 验收时间 | 是否反弹 | 包保责任人 | 销号",
    "construction": "序号 | 工程名称 | 建设单位 | 施工单位 | 监理单位 | 项目类型 | 地址 | 占地面积 | 建筑面积 | 开工日期 | 计划竣工 | 施工阶段 | 监督员及电话 | "
    "网格员及电话 | 管理员及电话 | 围挡 | 覆盖 | 冲洗 | 硬化 | 湿法 | 密闭 | 视频监控联网 | PM10在线联网 | 设备编号 | 喷淋/雾炮数 | 扬尘方案备案 | "
    "土石方作业批准 | 渣土运输企业 | 公示牌 | 最近检查 | 六个100%得分 | 红黄绿牌",
    "gas-station": "序号 | 站名 | 企业 | 地址 | 油罐数 | 加油机数 | 加油枪数 | 年销量（t） | 一次回收 | 二次回收 | 三次回收（后处理） | 在线监控联网 | "
    "最近检测日期 | 检测机构 | 密闭性 | 液阻 | 气液比合格枪数/检测枪数 | 后处理浓度 | 结论 | 下次检测到期 | 卸油口/观察口检查 | 油品抽检 | 整改 | 验收文号",
    "catering": "序号 | 名称 | 经营者 | 电话 | 地址 | 街道 | 规模 | 灶头数 | 燃料 | 净化器型号 | 净化器数 | 安装日期 | 设计风量 | 在线监控 | 是否正常运行 | "
    "最近清洗日期 | 清洗周期（天） | 下次清洗 | 排口位置/高度 | 与居民楼距离 | 是否直排 | 检测浓度（mg/m³） | 投诉次数 | 问题 | 整改时限 | 状态",
    "coal-replacement": "序号 | 乡办 | 村 | 组 | 户主 | 身份证号（脱敏） | 电话（脱敏） | 门牌 | 常住人口 | 原取暖方式 | 改造方式 | 设备品牌型号 | 功率/台数 | "
    "安装日期 | 电表/气表号 | 验收日期 | 验收结论 | 设备补贴（元） | 运行补贴（元） | 发放日期 | 散煤清退（kg） | 是否复烧 | 低保/五保 | 入户核查人 | 入户日期 | "
    "签字照片",
    "boiler": "锅炉编号 | 单位 | 地址 | 吨位（t/h） | 燃料 | 用途 | 处置 | 完成日期 | 设备注销证明 | 现场照片",
    "loose-coal": "经营户 | 地址 | 存煤量（t） | 取缔日期 | 煤炭去向",
    "vocs": SOLVENTS,
    "car-repair": SOLVENTS,
    "bare-ground": "地块编号 | 位置 | 权属 | 面积（㎡） | 裸露原因 | 裸露起始日 | 措施 | 已完成面积 | 时限 | 责任单位 | 完成",
    "road": "道路 | 起止 | 等级 | 长度（km） | 责任单位/路长 | 检测日期 | 点位数 | 各点克重 | 平均（g/m²） | 限值 | 达标 | 等级 | 清扫频次 | 洒水频次",
    "station-source": "站点 | 半径环 | 方位 | 源类型 | 名称 | 距离 | 管控要求 | 责任单位 | 巡查频次 | 状态",
}
CARRIED = {"行政区划", "所属网格", "经度", "纬度", "照片", "状态", "录入时间", "更新时间", "备注"}


@pytest.fixture
def district(db):
    return DistrictFactory()


@pytest.fixture
def office(district):
    return UserFactory(office_staff=district)


def lines_of(answer) -> list[list[str]]:
    assert answer.status_code == 200, answer.content[:300]
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def titles(columns) -> list[str]:
    return [column.title for column in columns]


# --- columns ------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("ledger", "printed"), [(exports, RECTIFICATION), (patrol_exports, PATROLS), (fires, FIRES)])
def test_ledgers_of_work_begin_with_the_printed_columns(ledger, printed):
    assert titles(ledger.columns())[: len(printed)] == printed


def test_the_rectification_ledger_has_thirty_nine_printed_columns_and_what_every_ledger_carries():
    assert len(RECTIFICATION) == 39
    assert set(titles(exports.columns())) >= CARRIED
    assert "录入人" not in titles(exports.columns()), "the reporter is in no sheet that is forwarded"


@pytest.mark.parametrize("code", REGISTERS)
def test_registers_begin_with_the_printed_columns(district, code):
    columns = titles(col for col, _value in cells(SiteKindFactory(district=district, code=code)))
    printed = heads(REGISTERS[code])
    assert columns[: len(printed)] == printed
    assert {"行政区划", "经度", "纬度", "录入人", "录入时间", "更新时间", "备注"} <= set(columns)


def test_every_printed_ledger_is_compared():
    assert set(PRINTED) == set(REGISTERS)


@pytest.mark.parametrize("code", REGISTERS)
def test_the_sheet_and_the_csv_of_a_register_have_the_same_header(client, district, office, code):
    kind = SiteKindFactory(district=district, code=code)
    SiteFactory(district=district, kind=kind, name="=1+1", address="@SUM(1)")
    client.force_login(office)
    lines = lines_of(client.post(f"/sites/export/?kind={code}", {"format": "csv"}))
    page = openpyxl.load_workbook(io.BytesIO(client.post(f"/sites/export/?kind={code}", {"format": "xlsx"}).content)).active
    assert lines[0][: len(heads(REGISTERS[code]))] == heads(REGISTERS[code])
    assert [cell.value for cell in page[3]] == lines[0]
    assert not [cell.coordinate for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    assert not [cell for cell in lines[1] if cell.startswith(("=", "@"))]


def test_a_column_the_district_has_taken_out_stays_in_the_print_as_an_empty_one(district, office):
    kind = SiteKindFactory(district=district, code="bare-ground")
    kind.schema["x-order"].remove("cause")
    assert "裸露原因" in titles(col for col, _value in cells(kind))


# --- the network table --------------------------------------------------------------------------------------------------------------
def test_the_network_table_has_its_columns_and_counts_objects_of_a_grid_with_all_below(client, district, office):
    village = district.villages[0]
    for code, risk in (("construction", "key"), ("construction", "general"), ("enterprise", "general")):
        SiteFactory(district=district, kind=SiteKindFactory(district=district, code=code), grid=village, risk=risk)
    SiteFactory(district=district, kind=SiteKindFactory(district=district), grid=village, is_over=True)
    client.force_login(office)
    rows = list(openpyxl.load_workbook(io.BytesIO(client.get(reverse("grids:export")).content)).active.iter_rows(values_only=True))
    start = next(n for n, row in enumerate(rows) if row[0] == "网格编码")
    assert list(rows[start]) == NETWORK
    counted = {row[0]: row[9:12] for row in rows[start + 1 :]}
    assert counted[village.code] == counted[village.parent.code] == (1, 2, 1)
    assert counted[district.villages[-1].code] == (0, 0, 0)


# --- fires --------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def fire(district):
    kind = ProblemTypeFactory(district=district, field=district.dust, code="straw-fire", name="秸秆、垃圾焚烧")
    at = clock.now().replace(microsecond=0, second=0) - dt.timedelta(hours=5)
    return FindingFactory(
        district=district, problem_type=kind, source="sky_guard", state="rectified", received_at=at, captured_at=at, saved_at=at, address="东村北地",
        rectified_at=at + dt.timedelta(hours=2), grid=district.villages[0], text="=1+1",
    )  # fmt: skip


def passed(fire, district, **more):
    at = fire.received_at
    moments = {name: at + dt.timedelta(minutes=n) for name, n in (("assigned_at", 1), ("accepted_at", 4), ("arrived_at", 12), ("fed_back_at", 40))}
    facts = {"state": "passed", "conclusion": "rectified", "passed_at": at + dt.timedelta(minutes=90), "organisation": district.town_a.organisation}
    return TaskFactory(finding=fire, **{**moments, **facts, **more})


def test_a_fire_stands_with_the_minutes_of_its_history(client, district, office, fire):
    task = passed(fire, district, handler=UserFactory(name="经办甲"))
    TaskEventFactory(task=task, action="call", at=fire.received_at + dt.timedelta(minutes=2))
    TaskEventFactory(task=task, action="feedback", note="余火已清理", at=task.fed_back_at)
    facts = {
        "subject_type": "rectification.Task",
        "subject_id": str(task.pk),
        "state": "sent",
        "dedup_key": "x",
        "created_at": clock.now(),
        "not_before": clock.now(),
    }
    Notice.objects.create(recipient=office, channel="sms", sent_at=fire.received_at + dt.timedelta(minutes=1), **facts)
    FindingFactory(district=district)
    client.force_login(office)
    lines = lines_of(client.post(reverse("rectification:fire-export"), {"format": "csv"}))
    told = dict(zip(lines[0], lines[1], strict=True))

    def minute(n):
        return f"{clock.beijing(fire.received_at + dt.timedelta(minutes=n)):%Y-%m-%d %H:%M}"

    assert len(lines) == 2
    assert [told[head] for head in FIRES] == [
        fire.number, "蓝天卫士", minute(0), "东村北地", "甲街道/东村", "", minute(1), minute(2), minute(4), minute(12), minute(40), "是", "", "", "经办甲",
        "已整改到位", "余火已清理", "",
    ]  # fmt: skip


def test_fires_that_are_struck_off_stand_in_it_unless_the_filter_says_otherwise(client, district, office, fire):
    FindingFactory(district=district, problem_type=fire.problem_type, state="struck_off")
    client.force_login(office)
    address = reverse("rectification:fire-export")
    assert [len(lines_of(client.post(f"{address}{query}", {"format": "csv"}))) - 1 for query in ("", "?box=open", "?box=closed")] == [2, 1, 1]


def test_a_false_alarm_is_not_put_out(client, district, office, fire):
    passed(fire, district, conclusion="not_found")
    client.force_login(office)
    lines = lines_of(client.post(reverse("rectification:fire-export"), {"format": "csv"}))
    told = dict(zip(lines[0], lines[1], strict=True))
    assert (told["是否属实"], told["扑灭时间"], told["处理"]) == ("否", "", "经核实不属实")


def test_the_fire_ledger_is_a_workbook_or_a_job_and_keeps_to_what_one_may_see(client, district, office, fire, monkeypatch):
    stranger = UserFactory(town_handler=district.town_b.organisation)
    client.force_login(stranger)
    assert len(lines_of(client.post(reverse("rectification:fire-export"), {"format": "csv"}))) == 1
    client.force_login(office)
    assert client.post(reverse("rectification:fire-export"), {"format": "xlsx"}).content[:2] == b"PK"
    monkeypatch.setattr(exports, "DIRECT_ROWS", 0)
    assert client.post(reverse("rectification:fire-export"), {"format": "xlsx"}).status_code == 302
    job = sheets.services.run(Job.objects.get())
    assert (job.state, job.message) == ("done", "共 1 条")
    assert AuditEvent.objects.filter(action="export").count() == 3


def test_the_fire_ledger_asks_the_same_for_one_and_three(district, office, fire, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from inspections.models import Finding

    counts = []
    for n in range(2):
        for _each in range(2 * n):
            passed(FindingFactory(district=district, problem_type=fire.problem_type, state="rectified"), district)
        with CaptureQueriesContext(connection) as asked:
            list(fires.lines(Finding.objects.all(), by=office))
        counts.append(len(asked))
        passed(fire, district) if n == 0 else None
    assert counts[1] <= counts[0] + 1
