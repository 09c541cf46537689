"""Coal: boilers, places where loose coal is sold, households that heat with gas or electricity instead."""

from registers.defaults.lines import choice, common, day, figure, phone, schema, statuses, text, whole, yes

BOILER: dict = {
    "code": "boiler",
    "name": "锅炉",
    "prefix": "GL",
    "field": "coal",
    "icon": "boiler",
    "statuses": statuses("in_use=在用 spare=停用 converted=已改造", "removed=已拆除"),
    "schema": schema(
        [
            common("code", "锅炉编号"),
            common("name", "单位", "使用单位", "锅炉名称", must=True),
            common("address", "地址"),
            figure("tonnage", "吨位", "蒸吨", unit="t/h"),
            choice("fuel", "燃料", "燃煤 燃气 燃油 生物质 电", "燃料类型"),
            text("use", "用途"),
            choice("disposal", "处置", "拆除 改气 改电 并网 保留", "处置方式", must=True),
            day("done_on", "完成日期", "完成时间"),
            text("deregistration", "设备注销证明", "注销证明"),
        ]
    ),
}

LOOSE_COAL: dict = {
    "code": "loose-coal",
    "name": "散煤点",
    "prefix": "SM",
    "field": "coal",
    "icon": "coal",
    "statuses": statuses("selling=存在 watched=已清理待复查", "banned=已取缔"),
    "schema": schema(
        [
            common("name", "经营户", "散煤点名称", must=True),
            common("address", "地址", must=True),
            common("contact", "负责人", "经营者"),
            common("contact_phone", "电话", "联系电话"),
            figure("stock", "存煤量", unit="t"),
            day("banned_on", "取缔日期"),
            text("whereabouts", "煤炭去向"),
        ]
    ),
}

COAL_REPLACEMENT: dict = {
    "code": "coal-replacement",
    "name": "双替代户",
    "prefix": "ST",
    "field": "coal",
    "icon": "home",
    "statuses": statuses("planned=待改造 in_use=正常使用 not_used=未使用", "left=已迁出"),
    "schema": schema(
        [
            common("township", "乡办", "乡镇"),
            common("grid", "村", "行政村", "村(社区)"),
            text("team", "组", "村民组", most=40),
            common("name", "户主", "户主姓名", must=True, mask="name"),
            text("id_number", "身份证号", "身份证号(脱敏)", "身份证", mask="id", most=18),
            phone("phone", "电话", "电话(脱敏)", "联系电话"),
            common("address", "门牌", "门牌号", "住址"),
            whole("residents", "常住人口", unit="人"),
            text("former_heating", "原取暖方式"),
            choice("way", "改造方式", "电代煤 气代煤 集中供热", must=True),
            text("device", "设备品牌型号", "设备型号"),
            text("power", "功率/台数", "功率"),
            day("installed_on", "安装日期"),
            text("meter", "电表/气表号", "表号"),
            day("accepted_on", "验收日期", must=True),
            choice("acceptance", "验收结论", "合格 不合格"),
            figure("device_subsidy", "设备补贴", unit="元"),
            figure("running_subsidy", "运行补贴", unit="元"),
            day("paid_on", "发放日期"),
            figure("coal_taken_back", "散煤清退", unit="kg"),
            yes("relapse", "是否复烧", "复烧"),
            text("hardship", "低保/五保", "低保", most=40),
            text("visitor", "入户核查人", "核查人", must=True),
            day("visited_on", "入户日期", "核查日期", must=True),
        ]
    ),
}

KINDS = [BOILER, LOOSE_COAL, COAL_REPLACEMENT]
