"""Dust: building sites, bare ground, roads; and what stands around a station."""

from registers.defaults.lines import choice, common, day, figure, schema, statuses, text, whole, yes

CONSTRUCTION: dict = {
    "code": "construction",
    "name": "工地",
    "prefix": "GD",
    "field": "dust",
    "icon": "site",
    "has_trio": True,
    "statuses": statuses("building=在建 suspended=停工", "finished=竣工 cancelled=取消"),
    "schema": schema(
        [
            common("name", "工程名称", "项目名称", "工地名称", "工程项目名称", must=True),
            text("builder", "建设单位", "业主单位", must=True),
            text("contractor", "施工单位", "施工总承包单位", "总包单位", must=True),
            text("overseer_unit", "监理单位"),
            choice("project_type", "项目类型", "房建 市政 拆迁 公路 水利 园林 其他", "工程类型", "工程类别"),
            common("address", "地址", "工程地址", "工地地址", "项目地址", "工程地点", "建设地点", must=True),
            figure("land_area", "占地面积", unit="㎡"),
            figure("floor_area", "建筑面积", "建设规模", unit="㎡"),
            day("started_on", "开工日期", "开工时间", "施工开始时间"),
            day("planned_end", "计划竣工", "计划竣工日期", "竣工日期", "计划竣工时间", "施工结束时间"),
            choice("stage", "施工阶段", "土方 基础 主体 装饰 停工", "施工进度", "形象进度", "当前施工阶段", must=True),
            common("overseer", "监督员及电话", "监督员"),
            common("grid_member", "网格员及电话", "网格员"),
            common("manager", "管理员及电话", "管理员"),
            yes("fence", "围挡"),
            yes("cover", "覆盖", "裸土覆盖"),
            yes("washing", "冲洗", "车辆冲洗"),
            yes("paving", "硬化", "路面硬化"),
            yes("wet", "湿法", "湿法作业"),
            yes("closed_transport", "密闭", "密闭运输"),
            yes("video", "视频监控联网", "视频监控"),
            yes("pm10", "PM10在线联网", "扬尘在线监测", "PM10在线监测"),
            text("device", "设备编号", "在线设备编号"),
            whole("sprays", "喷淋/雾炮数", "雾炮数", "雾炮数量", unit="台"),
            yes("plan_filed", "扬尘方案备案", "扬尘防治方案备案"),
            yes("earthwork_approved", "土石方作业批准", "土石方作业审批"),
            text("muck_company", "渣土运输企业", "渣土运输单位"),
            yes("board", "公示牌", "扬尘公示牌"),
            day("last_check", "最近检查", "最近检查日期"),
            figure("six_score", "六个100%得分", "六个百分之百得分", unit="分"),
            choice("plate", "红黄绿牌", "红牌 黄牌 绿牌", "挂牌"),
        ]
    ),
}

BARE_GROUND: dict = {
    "code": "bare-ground",
    "name": "裸地",
    "prefix": "LD",
    "field": "dust",
    "icon": "ground",
    "statuses": statuses("bare=裸露 covered=已覆盖", "greened=已绿化 paved=已硬化 built=已开工建设"),
    "schema": schema(
        [
            common("code", "地块编号"),
            common("name", "地块名称", "裸地名称", must=True),
            common("address", "位置", "地址", "地块位置"),
            text("owner", "权属", "权属单位"),
            figure("area", "面积", "裸露面积", must=True, unit="㎡"),
            text("cause", "裸露原因"),
            day("bare_since", "裸露起始日", "裸露开始日期"),
            choice("measure", "措施", "覆盖 绿化 硬化", "治理措施"),
            figure("done_area", "已完成面积", unit="㎡"),
            day("due_on", "时限", "治理时限", "完成时限"),
            common("organisation", "责任单位"),
            yes("done", "完成", "是否完成"),
        ]
    ),
}

ROAD: dict = {
    "code": "road",
    "name": "路段",
    "prefix": "DL",
    "field": "dust",
    "icon": "road",
    "statuses": statuses("open=通行", "closed=封闭"),
    "schema": schema(
        [
            common("name", "道路", "道路名称", "路段名称", must=True),
            common("address", "起止", "起止点", "路段起止"),
            choice("grade", "道路等级", "主干路 次干路 支路 背街小巷 人行道 乡村道路", "等级"),
            figure("length", "长度", unit="km"),
            common("organisation", "责任单位", "保洁单位"),
            common("guarantor", "路长", "街长"),
            day("tested_on", "检测日期"),
            whole("points", "点位数", unit="个"),
            text("weights", "各点克重", "克重"),
            figure("mean", "平均", "平均克重", "平均积尘量", unit="g/㎡"),
            figure("limit", "限值", unit="g/㎡"),
            yes("passed", "达标", "是否达标"),
            text("sweeping", "清扫频次"),
            text("sprinkling", "洒水频次"),
        ]
    ),
}

STATION_SOURCE: dict = {
    "code": "station-source",
    "name": "站点周边源",
    "prefix": "ZD",
    "field": "station",
    "icon": "station",
    "statuses": statuses("controlled=管控中 watched=关注", "gone=已消除"),
    "schema": schema(
        [
            text("station", "站点", "站点名称", must=True),
            choice("ring", "半径环", "0–300m 300m–1km 1–3km", "半径", must=True),
            choice("bearing", "方位", "东 东南 南 西南 西 西北 北 东北"),
            text("source_type", "源类型", "污染源类型", must=True),
            common("name", "名称", "污染源名称", must=True),
            common("address", "地址", "位置"),
            whole("distance", "距离", unit="m"),
            text("demand", "管控要求", most=300),
            common("organisation", "责任单位"),
            text("frequency", "巡查频次"),
        ]
    ),
}

KINDS = [CONSTRUCTION, BARE_GROUND, ROAD, STATION_SOURCE]
