"""Petrol stations, machines and testing places; restaurants."""

from registers.defaults.lines import choice, common, day, figure, schema, statuses, text, whole, yes

GAS_STATION: dict = {
    "code": "gas-station",
    "name": "加油站",
    "prefix": "JY",
    "field": "vehicle",
    "icon": "gas",
    "statuses": statuses("open=营业 suspended=停业", "closed=关停"),
    "schema": schema(
        [
            common("name", "站名", "加油站名称", must=True),
            text("company", "企业", "所属企业", must=True),
            common("address", "地址", must=True),
            common("contact", "联系人", "站长"),
            common("contact_phone", "电话", "联系电话"),
            whole("tanks", "油罐数", unit="个"),
            whole("dispensers", "加油机数", unit="台"),
            whole("nozzles", "加油枪数", unit="支"),
            figure("yearly_sales", "年销量", unit="t"),
            yes("stage1", "一次回收"),
            yes("stage2", "二次回收"),
            yes("stage3", "三次回收", "三次回收(后处理)"),
            yes("online", "在线监控联网", "在线监控"),
            day("tested_on", "最近检测日期", "检测日期", must=True),
            text("laboratory", "检测机构"),
            choice("tightness", "密闭性", "合格 不合格"),
            choice("resistance", "液阻", "合格 不合格"),
            text("ratio", "气液比合格枪数/检测枪数", "气液比"),
            figure("outlet", "后处理浓度", unit="g/m³"),
            choice("conclusion", "结论", "合格 不合格", "检测结论", must=True),
            day("next_test", "下次检测到期", "下次检测日期", must=True),
            text("hatches", "卸油口/观察口检查"),
            text("oil_check", "油品抽检"),
            text("rectification", "整改"),
            text("acceptance", "验收文号"),
        ]
    ),
}

CATERING: dict = {
    "code": "catering",
    "name": "餐饮",
    "prefix": "CY",
    "field": "catering",
    "icon": "catering",
    "statuses": statuses("open=营业 suspended=停业", "closed=关闭"),
    "schema": schema(
        [
            common("name", "名称", "店名", "餐饮单位名称", "门店名称", must=True),
            common("contact", "经营者", "负责人", "法人"),
            common("contact_phone", "电话", "联系电话"),
            common("address", "地址", "经营地址", must=True),
            common("township", "街道", "乡办"),
            choice("scale", "规模", "大 中 小", "经营规模", must=True),
            whole("stoves", "灶头数", "灶头数量", must=True, unit="个"),
            choice("fuel", "燃料", "天然气 电 液化气 其他", "燃料类型", must=True),
            text("purifier", "净化器型号"),
            whole("purifiers", "净化器数", "净化器数量", unit="台"),
            day("installed_on", "安装日期"),
            figure("air_flow", "设计风量", unit="m³/h"),
            yes("online", "在线监控"),
            yes("works", "是否正常运行", "正常运行", must=True),
            day("cleaned_on", "最近清洗日期", "清洗日期", must=True),
            whole("cycle", "清洗周期", unit="天"),
            day("next_cleaning", "下次清洗", "下次清洗日期"),
            text("outlet", "排口位置/高度", "排口位置"),
            figure("distance", "与居民楼距离", unit="m"),
            yes("direct", "是否直排", "直排"),
            figure("concentration", "检测浓度", unit="mg/m³"),
            whole("complaints", "投诉次数", unit="次"),
            text("problem", "问题", "存在问题", most=300),
            day("due_on", "整改时限"),
        ]
    ),
}

TEST_POINT: dict = {
    "code": "test-point",
    "name": "检测点",
    "prefix": "JC",
    "field": "vehicle",
    "icon": "truck",
    "statuses": statuses("open=启用 suspended=暂停", "closed=撤销"),
    "schema": schema(
        [
            common("name", "点位", "点位名称", "抽检点名称", must=True),
            common("address", "地址", "位置", must=True),
            choice("category", "类型", "路检路查 入户抽测 固定遥感 移动遥感 黑烟抓拍", "抽检方式", must=True),
            text("device", "设备编号", "检测设备"),
            day("calibrated_on", "检定日期", "上次检定"),
            day("calibration_due", "检定到期", "检定有效期"),
            common("organisation", "责任单位"),
            common("contact", "负责人"),
            common("contact_phone", "电话", "联系电话"),
        ]
    ),
}

NONROAD: dict = {
    "code": "nonroad",
    "name": "非道路机械",
    "prefix": "FD",
    "field": "vehicle",
    "icon": "truck",
    "statuses": statuses("in_use=在用 idle=停用", "left=已驶离 scrapped=已报废"),
    "schema": schema(
        [
            common("name", "机械名称", "名称", must=True),
            text("plate", "环保号牌", "编码号牌", "环保登记号码", must=True),
            choice("category", "机械类型", "挖掘机 装载机 推土机 叉车 压路机 起重机 桩工机械 其他", "类型", must=True),
            choice("stage", "排放阶段", "国一及以前 国二 国三 国四"),
            figure("power", "功率", unit="kW"),
            text("owner", "所有人", "所属单位"),
            common("contact", "联系人"),
            common("contact_phone", "电话", "联系电话"),
            common("address", "作业地点", "所在工地", "地址"),
            day("tested_on", "检测日期"),
            figure("opacity", "光吸收系数", unit="m⁻¹"),
            choice("conclusion", "结论", "合格 不合格", "检测结论"),
        ]
    ),
}

KINDS = [GAS_STATION, CATERING, TEST_POINT, NONROAD]
