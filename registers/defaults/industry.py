"""Industry: enterprises on the reduction list, scattered workshops, users of solvents."""

from registers.defaults.lines import choice, common, day, figure, schema, statuses, text, whole, yes

ENTERPRISE: dict = {
    "code": "enterprise",
    "name": "企业",
    "prefix": "QY",
    "field": "industry",
    "icon": "factory",
    "statuses": statuses("running=在产 stopped=停产", "closed=关闭"),
    "schema": schema(
        [
            common("name", "企业名称", "单位名称", must=True),
            text("credit_code", "统一社会信用代码", "信用代码", most=18),
            common("address", "地址", "企业地址", "生产地址", must=True),
            text("industry", "行业类型", "行业类别", "行业", must=True),
            choice("grade", "绩效等级", "A B B- C D 引领性 非引领性 未评级", "绩效分级"),
            yes("essential", "是否保障类", "保障类"),
            text("permit", "排污许可证编号", "排污许可证号"),
            text("lines", "生产线", "生产线(工序)", "主要工序"),
            text("capacity", "产能"),
            figure("daily_power", "日用电基准", unit="kWh"),
            figure("pm_daily", "颗粒物日排放", unit="kg"),
            figure("so2_daily", "SO2日排放", "二氧化硫日排放", unit="kg"),
            figure("nox_daily", "NOx日排放", "氮氧化物日排放", unit="kg"),
            figure("voc_daily", "VOCs日排放", unit="kg"),
            text("treatment", "治理设施", "治污设施"),
            yes("online", "在线监测联网", "在线监控联网"),
            common("contact", "企业联系人", "联系人"),
            common("contact_phone", "联系电话", "企业联系电话", "电话"),
            common("guarantor", "包保干部", "包保责任人"),
        ]
    ),
}

SCATTERED: dict = {
    "code": "scattered",
    "name": "散乱污",
    "prefix": "SL",
    "field": "scattered",
    "icon": "factory",
    "statuses": statuses("rectifying=整治中 upgraded=已整改提升", "banned=已取缔 relocated=已搬迁"),
    "schema": schema(
        [
            common("name", "企业(点位)名称", "企业名称", "点位名称", must=True),
            common("contact", "负责人", "经营者"),
            common("contact_phone", "电话", "联系电话"),
            common("address", "详细地址", "地址", must=True),
            common("township", "乡办", "乡镇", "街道"),
            common("grid", "村(社区)", "村", "社区"),
            text("industry", "行业类型", "行业", must=True),
            figure("land_area", "占地面积", unit="㎡"),
            whole("workers", "从业人数", unit="人"),
            text("products", "主要产品"),
            text("process", "生产工艺"),
            text("equipment", "主要设备"),
            yes("licence", "有无营业执照", "营业执照"),
            yes("permit", "有无环评/排污许可", "环评手续", "有无环评"),
            text("land_use", "用地性质"),
            text("pollutants", "污染因子"),
            day("found_on", "发现时间", "发现日期", must=True),
            text("found_by", "发现途径"),
            choice("way", "整治类型", "关停取缔 整改提升 整合搬迁", "整治方式", must=True),
            yes("water_cut", "断水"),
            yes("power_cut", "断电"),
            yes("materials_cleared", "清原料"),
            yes("products_cleared", "清产品"),
            yes("equipment_cleared", "清设备"),
            day("due_on", "整治时限", must=True),
            day("done_on", "完成时间", "完成日期"),
            figure("power_use", "用电量核查", unit="kWh"),
            text("accepted_by", "验收人"),
            day("accepted_on", "验收时间", "验收日期"),
            yes("rebound", "是否反弹", "反弹"),
            common("guarantor", "包保责任人"),
            yes("struck_off", "销号", "是否销号"),
        ]
    ),
}

TREATED = [
    choice("paint", "涂料类型", "水性 溶剂 高固体分 粉末"),
    figure("yearly_use", "年用量", "涂料年用量", unit="kg"),
    text("treatment", "废气治理工艺", "治理工艺"),
    figure("carbon", "活性炭装填量", unit="kg"),
    day("carbon_changed_on", "上次更换", "上次更换日期", "活性炭更换日期"),
    whole("carbon_cycle", "更换周期", unit="天"),
    yes("waste_contract", "危废合同"),
    yes("records", "台账记录"),
    figure("concentration", "检测浓度", unit="mg/m³"),
    yes("off_peak", "错时作业", "错时作业(9–17时禁喷)", "9–17时禁喷"),
    text("demand", "整治要求", most=300),
    yes("done", "完成", "是否完成"),
]

VOCS: dict = {
    "code": "vocs",
    "name": "涉VOCs企业",
    "prefix": "VO",
    "field": "vocs",
    "icon": "factory",
    "statuses": statuses("running=在产 stopped=停产", "closed=关闭"),
    "schema": schema(
        [
            common("name", "名称", "企业名称", must=True),
            common("address", "地址", must=True),
            choice("category", "类型", "家具 印刷 包装 喷涂 化工 橡塑 其他", "行业类型", must=True),
            common("contact", "联系人", "负责人"),
            common("contact_phone", "电话", "联系电话"),
            *TREATED,
        ]
    ),
}

CAR_REPAIR: dict = {
    "code": "car-repair",
    "name": "汽修",
    "prefix": "QX",
    "field": "vocs",
    "icon": "spray",
    "statuses": statuses("open=营业 suspended=停业", "closed=关闭"),
    "schema": schema(
        [
            common("name", "名称", "企业名称", "门店名称", must=True),
            common("address", "地址", must=True),
            choice("category", "类型", "4S 一类 二类 三类 美容", "维修类别", must=True),
            common("contact", "联系人", "负责人", "经营者"),
            common("contact_phone", "电话", "联系电话"),
            yes("booth", "有无喷烤漆房", "喷烤漆房"),
            *TREATED,
        ]
    ),
}

KINDS = [ENTERPRISE, SCATTERED, VOCS, CAR_REPAIR]
