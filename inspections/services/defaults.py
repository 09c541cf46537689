"""Problem types every new district begins with: the table of domain 5.1, editable afterwards."""

# ruff: noqa: E501 - a table reads best with its rows on one line
from grids.models import Field, Grid
from inspections.models import ProblemType
from inspections.words import Kind, Risk, Severity
from worktime.models import Unit

M, H, D, N, W = Unit.MINUTES, Unit.HOURS, Unit.DUTY_HOURS, Unit.NATURAL_DAYS, Unit.WORKING_DAYS
LOW, MEDIUM, HIGH = Risk.LOW, Risk.MEDIUM, Risk.HIGH
MINOR, GENERAL, SERIOUS = Severity.MINOR, Severity.GENERAL, Severity.SERIOUS
NOW, LIMITED, LONG = Kind.IMMEDIATE, Kind.LIMITED, Kind.LONG_TERM

# fmt: off
TYPES = [
    # code, name, field, icon, severity, risk, kind, accept, arrive, finish, filing condition, closing condition, basis
    ("straw-fire", "秸秆、垃圾焚烧", "straw", "fire", SERIOUS, MEDIUM, NOW, (5, M), (15, M), (2, H), "发现明火、烟雾或蓝天卫士报警", "火灭、余烬清理，附现场照片", "到场15分钟、灭火30分钟、2小时内反馈"),
    ("straw-satellite", "卫星监测热点", "straw", "satellite", SERIOUS, MEDIUM, NOW, (30, M), (2, H), (24, H), "卫星通报的热异常点", "现场核实结果已反馈", "24小时内反馈核实结果"),
    ("station-anomaly", "站点数据异常", "station", "station", SERIOUS, HIGH, NOW, (10, M), (30, M), (24, H), "国控、省控站点浓度异常升高", "污染源已查明并管控", "10分钟响应、30分钟到场、24小时书面报告"),
    ("site-six", "施工工地六个百分之百不到位", "dust", "site", GENERAL, LOW, LIMITED, (2, D), None, (3, N), "围挡、覆盖、冲洗、硬化、湿法、密闭任一项不达标", "不达标项全部整改，附同位置照片", "当日整改，难项3天"),
    ("muck-truck", "渣土车带泥、未密闭", "dust", "truck", GENERAL, LOW, NOW, (30, M), (1, H), (2, H), "车辆未密闭、抛洒或带泥上路", "车辆已处置、路面已清理", "2小时内处置"),
    ("bare-ground", "裸露土地未覆盖", "dust", "ground", GENERAL, LOW, LIMITED, (1, W), None, (3, N), "裸露面积超过50平方米未采取措施", "覆盖、绿化或硬化完成", "覆盖3天，绿化30天"),
    ("road-dust", "道路扬尘、积尘", "dust", "road", GENERAL, LOW, NOW, (2, D), None, (24, H), "尘土残存量超限或可见扬尘", "清扫、洒水后复测达标", "24小时，3天内复测"),
    ("catering-purifier", "餐饮油烟净化器未运行、未清洗", "catering", "catering", GENERAL, LOW, LIMITED, (1, W), None, (3, W), "净化器未开启或清洗超期", "正常运行，附清洗记录", "3天内附证明"),
    ("catering-none", "餐饮单位未装油烟净化器", "catering", "catering", GENERAL, MEDIUM, LIMITED, (1, W), None, (15, N), "产生油烟而无净化设施", "安装并正常运行", "15天"),
    ("barbecue", "露天烧烤、夜市冒烟", "catering", "barbecue", MINOR, LOW, NOW, (30, M), (1, H), (4, H), "露天烧烤或使用非清洁燃料", "当场取缔或改用清洁燃料", "1小时到场，当场处置"),
    ("scattered", "散乱污企业", "scattered", "factory", SERIOUS, HIGH, LIMITED, (2, D), (24, H), (7, N), "无手续、无治污设施的小作坊", "两断三清或整改提升到位", "24小时停产，7天两断三清"),
    ("coal-sale", "散煤销售、存放", "coal", "coal", GENERAL, MEDIUM, LIMITED, (1, W), None, (3, N), "禁燃区内销售、存放散煤", "散煤清理，去向清楚", "3天取缔"),
    ("boiler", "燃煤锅炉未拆除", "coal", "boiler", SERIOUS, MEDIUM, LIMITED, (1, W), None, (30, N), "禁燃区内在用燃煤锅炉", "拆除或改造完成", "30天"),
    ("gas-station", "加油站油气回收缺陷", "vehicle", "gas", GENERAL, MEDIUM, LIMITED, (1, W), None, (7, N), "气液比、密闭性不合格或无检测报告", "检测合格", "7天"),
    ("diesel", "柴油货车、非道路机械超标", "vehicle", "truck", GENERAL, MEDIUM, LIMITED, (2, D), None, (15, N), "尾气检测超标或冒黑烟", "处罚并复检合格", "15天内反馈处罚"),
    ("vocs", "涉VOCs企业治理设施不正常", "vocs", "factory", GENERAL, MEDIUM, LIMITED, (1, W), None, (15, N), "治理设施停运或活性炭超期", "设施正常运行，附台账", "7至30天"),
    ("spraying", "汽修露天喷漆", "vocs", "spray", GENERAL, LOW, LIMITED, (1, W), None, (7, N), "无喷漆房或敞开喷涂", "停止露天作业，设施到位", "立停，7天"),
    ("industry", "工业企业烟粉尘无组织排放", "industry", "factory", GENERAL, MEDIUM, LIMITED, (1, W), None, (15, N), "厂区扬尘、烟粉尘逸散", "按限期整改通知书验收", "5、7、15、30天按通知书"),
    ("emergency", "应急减排措施不落实", "emergency", "alert", SERIOUS, HIGH, NOW, (30, M), None, (4, H), "预警期间未执行减排措施", "措施落实到位", "1小时内措施到位"),
    ("superior-issue", "上级督察反馈问题", "other", "flag", SERIOUS, HIGH, LIMITED, (1, W), None, (10, N), "上级交办件", "按交办要求整改并经验收", "以交办文件为准，信访件10天"),
    ("complaint", "12345、12369投诉件", "other", "phone", GENERAL, LOW, LIMITED, (1, W), (2, N), (5, W), "群众投诉大气污染问题", "核实处理并答复", "5个工作日"),
    ("long-term", "长期整治项目", "other", "flag", GENERAL, MEDIUM, LONG, (3, W), None, (90, N), "须分阶段推进的整治项目", "全部节点完成并验收", "按方案节点，每月25日前报进展"),
    ("other", "其他问题", "other", "flag", MINOR, LOW, LIMITED, (1, W), None, (5, W), "不属于以上类型的大气污染问题", "问题消除", "5个工作日"),
]
# fmt: on
MINUTE_CLOCKS = {"straw-fire", "straw-satellite", "station-anomaly"}
NOT_EXTENDABLE = MINUTE_CLOCKS | {"muck-truck", "barbecue", "emergency", "road-dust"}


def load(district: Grid) -> None:
    """Create the types this district does not have yet; what it has edited stays."""
    fields = {field.code: field for field in Field.objects.filter(district=district)}
    ProblemType.objects.bulk_create([_made(district, fields, *each) for each in enumerate(TYPES)], ignore_conflicts=True)


def _made(district: Grid, fields: dict, position: int, row: tuple) -> ProblemType:
    code, name, field, icon, severity, risk, kind, accept, arrive, finish, filing, closing, basis = row
    return ProblemType(
        district=district, code=code, name=name, field=fields[field], icon=icon, severity=severity, risk=risk, kind=kind, basis=basis,
        accept_figure=accept[0], accept_unit=accept[1], finish_figure=finish[0], finish_unit=finish[1],
        arrive_figure=arrive[0] if arrive else None, arrive_unit=arrive[1] if arrive else "",
        filing_condition=filing, closing_condition=closing, position=position,
        is_minute_clock=code in MINUTE_CLOCKS, may_extend=code not in NOT_EXTENDABLE,
    )  # fmt: skip
