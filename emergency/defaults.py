"""What a new district begins with: thresholds by date and the typical measures of domain 8.1 and 8.4; all of it is edited afterwards."""

# ruff: noqa: E501 - a table reads best with its rows on one line
import datetime as dt

from emergency.models import ThresholdRule, UnitMeasure
from emergency.words import Colour, MeasureClass, Party
from grids.models import Grid, Organisation

YELLOW, ORANGE, RED = Colour.YELLOW, Colour.ORANGE, Colour.RED
INDUSTRY, DUST, MOBILE, AREA, HEALTH, ADVICE, INSPECTION = (
    MeasureClass.INDUSTRY, MeasureClass.DUST, MeasureClass.MOBILE, MeasureClass.AREA, MeasureClass.HEALTH, MeasureClass.ADVICE, MeasureClass.INSPECTION,
)  # fmt: skip
OLD, NEW = dt.date(2018, 1, 1), dt.date(2024, 1, 1)


def over(above: int, hours: int) -> dict:
    return {"above": above, "hours": hours}


THRESHOLDS = [
    # name, effective from, gap, levels, basis
    ("2024年以前的分级条件", OLD, 12, {
        "yellow": [[over(200, 48)]],
        "orange": [[over(200, 72)]],
        "red": [[over(200, 96), over(300, 48)], [over(499, 24)]],
    }, "2024年以前各地预案；AQI 达到 500 的同为红色"),
    ("2024年起的统一分级条件", NEW, 12, {
        "yellow": [[over(200, 24)], [over(150, 48)]],
        "orange": [[over(200, 48)], [over(150, 72)]],
        "red": [[over(200, 72), over(300, 24)]],
    }, "环大气〔2024〕6号"),
]  # fmt: skip

# Measures by unit (words of its name), colour and class. Each colour is complete in itself: an order shows one colour and no other.
BY_UNIT: dict[tuple[str, ...], dict[str, list[tuple[str, str]]]] = {
    ("住建",): {
        YELLOW: [
            (DUST, "督促所有在建工地停止土石方、拆除、渣土清运和喷涂作业，物料和裸土全部覆盖，每日增加洒水、喷雾两次以上。"),
            (INSPECTION, "当日逐个工地检查，未停的登记问题。"),
        ],
        ORANGE: [
            (DUST, "所有在建工地停止室外作业（应急抢险和民生工程经批准的除外），混凝土搅拌站停止原料运输，砂浆搅拌停止。"),
            (INSPECTION, "当日逐个工地检查，未停的登记问题并依法查处。"),
        ],
        RED: [(DUST, "除应急抢险外全部工地停工，现场只留值守人员，裸土和物料全部覆盖。"), (INSPECTION, "每日对全部工地检查一遍。")],
    },
    ("城管",): {
        YELLOW: [
            (DUST, "主次干道在日常保洁基础上每日增加两次以上清扫、洒水（非冰冻期）。"),
            (AREA, "禁止露天烧烤，巡查夜市。"),
            (MOBILE, "渣土车停止上路。"),
        ],
        ORANGE: [
            (DUST, "主次干道每日增加三次以上清扫、洒水，背街小巷加密保洁。"),
            (AREA, "禁止露天烧烤和露天喷涂，停止道路沥青铺设、划线。"),
            (MOBILE, "渣土车、砂石车停止上路，渣土场停止受纳。"),
        ],
        RED: [
            (DUST, "主次干道不间断洒水保洁（非冰冻期）。"),
            (AREA, "露天烧烤、露天喷涂、道路铺设全部停止。"),
            (MOBILE, "渣土车、砂石车、混凝土罐车（应急抢险除外）停止上路。"),
        ],
    },
    ("交警", "交巡警"): {
        YELLOW: [(MOBILE, "渣土车、砂石车禁止上路，重点路口查处带泥、未密闭车辆。")],
        ORANGE: [(MOBILE, "国Ⅳ及以下柴油货车禁止上路，重型货车绕行（新能源、应急和民生保障车辆除外），设卡查验。")],
        RED: [(MOBILE, "机动车按预案限行，重型柴油货车禁止上路（应急和民生保障车辆除外）。")],
    },
    ("交通运输",): {
        YELLOW: [(DUST, "公路工地停止土石方作业，国省干道增加洒水保洁。"), (ADVICE, "公交加密班次。")],
        ORANGE: [(DUST, "公路、场站工地停止室外作业。"), (MOBILE, "非道路移动机械停用（应急抢险除外）。"), (ADVICE, "公交加密班次，延长运营时间。")],
        RED: [(DUST, "除应急抢险外公路工地全部停工。"), (MOBILE, "非道路移动机械全部停用。"), (ADVICE, "公交免费，加密班次。")],
    },
    ("生态环境",): {
        YELLOW: [
            (INDUSTRY, "督促清单企业按黄色措施停产、限产，A级企业自主减排；查看在线监测和用电数据。"),
            (INSPECTION, "每日检查清单企业不少于三成。"),
        ],
        ORANGE: [
            (INDUSTRY, "督促清单企业按橙色措施停产、限产；逐日比对用电量和在线监测数据。"),
            (INSPECTION, "每日检查清单企业不少于五成，拒不执行的依法处罚。"),
        ],
        RED: [(INDUSTRY, "督促清单企业按红色措施停产、限产，派员驻厂。"), (INSPECTION, "每日检查全部清单企业，拒不执行的依法处罚。")],
    },
    ("工信", "工业和信息化"): {
        YELLOW: [(INDUSTRY, "通知并指导清单企业安排停限产，协调保障类企业以热定产、以量定产。")],
        ORANGE: [(INDUSTRY, "逐家落实清单企业橙色措施，协调错峰运输。")],
        RED: [(INDUSTRY, "逐家落实清单企业红色措施，停产企业安全停车。")],
    },
    ("自然资源", "征收", "水利"): {
        YELLOW: [(DUST, "主管的拆迁、水利、整理项目停止土石方和拆除作业，裸地覆盖。")],
        ORANGE: [(DUST, "主管的项目停止室外作业，裸地全部覆盖。")],
        RED: [(DUST, "除应急抢险外主管的项目全部停工。")],
    },
    ("农业农村",): {
        YELLOW: [(AREA, "禁止露天焚烧，秸秆禁烧巡查加密。")],
        ORANGE: [(AREA, "禁止露天焚烧，重点时段驻村巡查。")],
        RED: [(AREA, "全域全时段禁止露天焚烧，驻村值守。")],
    },
    ("教体", "教育"): {
        YELLOW: [(HEALTH, "中小学、幼儿园减少户外活动。")],
        ORANGE: [(HEALTH, "中小学、幼儿园停止户外课程和活动。")],
        RED: [(HEALTH, "中小学、幼儿园可采取弹性教学或停课，停止一切户外活动。")],
    },
    ("卫健", "卫生健康"): {
        YELLOW: [(HEALTH, "提示儿童、老人和患病人群减少外出，医院做好接诊准备。")],
        ORANGE: [(HEALTH, "增加呼吸道、心脑血管门诊力量，提示公众减少户外活动。")],
        RED: [(HEALTH, "医疗机构全力接诊，提示公众避免外出。")],
    },
    ("宣传",): {
        YELLOW: [(ADVICE, "两小时内公开发布预警和健康提示，倡议绿色出行。")],
        ORANGE: [(ADVICE, "两小时内公开发布预警和健康提示，倡议公交出行、错峰上下班。")],
        RED: [(ADVICE, "两小时内公开发布预警和健康提示，倡议居家办公、停止大型户外活动。")],
    },
    ("气象",): {
        YELLOW: [(ADVICE, "每日报送气象条件和扩散形势。")],
        ORANGE: [(ADVICE, "每日两次报送扩散形势，条件具备时组织人工影响天气。")],
        RED: [(ADVICE, "每6小时报送扩散形势，条件具备时组织人工影响天气。")],
    },
}
OF_TOWNSHIPS = {
    YELLOW: [(INSPECTION, "当日把指令传达到每个网格，组织巡查工地、企业和裸地，发现问题立即上报。"), (AREA, "禁止露天焚烧、烧烤和燃放。"), (DUST, "辖区小微工地停止土石方作业，裸地覆盖。")],
    ORANGE: [(INSPECTION, "每日巡查辖区全部工地和清单企业，包保干部到岗。"), (AREA, "禁止露天焚烧、烧烤和燃放，散煤点巡查。"), (DUST, "辖区工地停止室外作业，增加洒水保洁。")],
    RED: [(INSPECTION, "包保干部驻点，每日巡查辖区全部工地和清单企业。"), (AREA, "禁止一切露天焚烧、烧烤和燃放。"), (DUST, "辖区工地全部停工（应急抢险除外）。")],
}  # fmt: skip
OF_GRIDS = {
    YELLOW: [(INSPECTION, "当日巡查网格内工地、企业和裸地，看是否停止土石方作业、是否覆盖。"), (AREA, "劝止露天焚烧、烧烤和燃放。")],
    ORANGE: [(INSPECTION, "每日巡查网格内全部工地和清单企业，看室外作业是否停止。"), (AREA, "劝止露天焚烧、烧烤和燃放，发现立即上报。")],
    RED: [(INSPECTION, "每日巡查网格内全部工地和企业，看是否停工停产。"), (AREA, "劝止一切露天焚烧、烧烤和燃放，发现立即上报。")],
}  # fmt: skip


def load(district: Grid) -> None:
    """Create what this district does not have yet; what it has edited stays."""
    known = set(ThresholdRule.objects.filter(district=district).values_list("effective_from", flat=True))
    for name, since, gap, levels, basis in THRESHOLDS:
        if since not in known:
            ThresholdRule.objects.create(district=district, name=name, effective_from=since, gap_hours=gap, levels=levels, basis=basis)
    if not UnitMeasure.objects.filter(district=district).exists():
        UnitMeasure.objects.bulk_create(_measures(district))


def _measures(district: Grid) -> list[UnitMeasure]:
    rows = [*_rows(district, OF_TOWNSHIPS, party=Party.UNIT), *_rows(district, OF_GRIDS, party=Party.GRID)]
    for unit in Organisation.objects.filter(district=district, kind="department").order_by("position", "pk"):
        for words, table in BY_UNIT.items():
            if any(word in unit.name or word in unit.short_name for word in words):
                rows += _rows(district, table, party=Party.UNIT, organisation=unit)
    return rows


def _rows(district: Grid, table: dict, **target) -> list[UnitMeasure]:
    return [
        UnitMeasure(district=district, colour=colour, measure_class=measure_class, text=text, position=n, **target)
        for colour, lines in table.items()
        for n, (measure_class, text) in enumerate(lines)
    ]
