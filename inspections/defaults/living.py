"""Catering, petrol stations, coal, burning, diesel (domain 4.3, 4.4, 4.6, 4.7, 4.10)."""

from inspections.defaults.lines import GENERAL, MINOR, SERIOUS, checklist, figure, line

LAW_FUMES = "《大气污染防治法》第八十一条"
LAW_VAPOUR = "GB 20952-2020；《大气污染防治法》第四十七条"
LAW_COAL = "《大气污染防治法》第三十八条"
LAW_STRAW = "《大气污染防治法》第七十七条、第一百一十九条"

CATER = checklist(
    "CATER",
    "餐饮油烟",
    "catering",
    "catering",
    [
        line("安装油烟净化设施", "净化器与灶头数相配：小型1至2个、中型3至5个、大型6个以上。", SERIOUS, problem="catering-none", basis=LAW_FUMES),
        line("营业时净化器开启并正常运行", "运行灯亮、有电流，排口看不到油烟。", SERIOUS, problem="catering-purifier", basis=LAW_FUMES),
        figure(
            "距上次清洗天数",
            "看清洗记录或票据。周期一般60天，火锅、烧烤30天；台账里写了清洗周期的按台账。",
            GENERAL,
            problem="catering-purifier",
            unit="天",
            lower=0,
            upper=60,
            limits_by={"attribute": "cycle", "own": True},
        ),
        line("集气罩、烟道密封无泄漏", "集气罩盖住灶头，烟道接缝不漏油烟。", GENERAL, problem="catering-purifier"),
        line("无直排", "没有排风扇直接排向街面。", SERIOUS, problem="catering-none", basis=LAW_FUMES),
        line("使用清洁燃料", "使用天然气、电等清洁燃料；夜市摊点也要看。", SERIOUS, problem="barbecue"),
        line(
            "排口朝向与高度合规，与居民楼保持距离", "排口不朝向居民窗户，距离符合规定。", GENERAL, problem="catering-purifier", basis="GB 18483-2001"
        ),
        line("在线监控联网正常", "要求安装的，设备在线、数据正常；没有要求的选不适用。", MINOR, problem="catering-purifier"),
        line("无露天烧烤", "店外没有露天烧烤食品。", SERIOUS, problem="barbecue", basis=LAW_FUMES),
    ],
)

GAS = checklist(
    "GAS",
    "加油站油气回收",
    "vehicle",
    "gas-station",
    [
        line("卸油时接回气管", "卸油时回气管已接好、密封；不在卸油的选不适用。", SERIOUS, problem="gas-station", basis=LAW_VAPOUR),
        line("加油枪集气罩、回收管完好", "集气罩不破损，回收管不打折、不堵塞。", GENERAL, problem="gas-station"),
        line("年度检测在有效期内", "密闭性、液阻、气液比检测报告在一年以内。", SERIOUS, problem="gas-station", basis=LAW_VAPOUR),
        figure(
            "气液比",
            "看检测报告或现场检测值，应在1.0至1.2之间。",
            SERIOUS,
            problem="gas-station",
            unit="（比值）",
            lower=1,
            upper="1.2",
            basis=LAW_VAPOUR,
        ),
        line("液阻合格", "氮气流量18、28、38升/分时，分别不超过40、90、155帕。", GENERAL, problem="gas-station", basis=LAW_VAPOUR),
        line("密闭性合格", "按油气空间对应的最小剩余压力限值判定。", SERIOUS, problem="gas-station", basis=LAW_VAPOUR),
        figure(
            "油气处理装置排放浓度",
            "不超过25克/立方米；站界非甲烷总烃不超过4.0毫克/立方米。没有处理装置的选不适用。",
            GENERAL,
            problem="gas-station",
            unit="g/m³",
            lower=0,
            upper=25,
            basis=LAW_VAPOUR,
        ),
        line("在线监控系统运行、报警有处理记录", "系统在线，报警有原因和处理记录；没有要求的选不适用。", GENERAL, problem="gas-station"),
        line("运维、检测、卸油台账齐全", "记录完整、有签字。", MINOR, problem="gas-station"),
        line("油罐车密闭、自带回收管", "到站油罐车密闭良好，带有油气回收管；没有油罐车的选不适用。", GENERAL, problem="gas-station"),
    ],
)

COAL = checklist(
    "COAL",
    "锅炉和散煤",
    "coal",
    "boiler loose-coal coal-replacement",
    [
        line("建成区内无燃煤小锅炉", "清零是指拆除，不能只贴封条。", SERIOUS, problem="boiler", basis=LAW_COAL, group="锅炉"),
        line("拆除到位", "炉体、烟囱、管道断开，有设备注销证明。", SERIOUS, problem="boiler", group="锅炉"),
        line("燃气锅炉低氮改造", "氮氧化物排放不超过当地限值，有检测报告。", GENERAL, problem="boiler", group="锅炉"),
        line("生物质锅炉专用、有除尘", "使用专用锅炉和成型燃料，布袋除尘运行。", GENERAL, problem="boiler", group="锅炉"),
        line("无散煤销售、无存煤", "没有销售，没有存放，包括后院和车上。", SERIOUS, problem="coal-sale", basis=LAW_COAL, group="散煤"),
        line("双替代户无复烧", "没有煤炉、煤堆、煤灰和烟道使用痕迹。", SERIOUS, problem="coal-sale", group="双替代"),
        line("取暖设备和电、气供应正常", "设备能用，电压、气压正常，补贴已到。", GENERAL, problem="other", group="双替代"),
        line("夜市、商户使用清洁燃料", "没有使用散煤、木柴、木炭。", SERIOUS, problem="coal-sale", group="散煤"),
    ],
)

BURN = checklist(
    "BURN",
    "秸秆、垃圾禁烧",
    "straw",
    "",
    [
        line("无明火", "看不到明火和烟。", SERIOUS, problem="straw-fire", basis=LAW_STRAW),
        figure("新过火面积", "没有新过火痕迹的填0；有的量出面积。", SERIOUS, problem="straw-fire", unit="㎡", lower=0, upper=0, basis=LAW_STRAW),
        line("秸秆离田、还田完成", "收割后的地块秸秆已打捆离田或粉碎还田。", GENERAL, problem="straw-fire"),
        line("宣传到位", "有横幅、村广播、明白纸。", MINOR, problem="other"),
        line("值守人员在岗", "重点时段值守点有人、有记录；其他时段选不适用。", SERIOUS, problem="other"),
        line("应急队伍与器材", "灭火队伍能集结，水车、风力灭火机、铁锹能用。", GENERAL, problem="other"),
        line("地头垃圾、荒草清理", "地头、沟渠、路边没有易燃的垃圾和荒草。", MINOR, problem="other"),
    ],
)

DIESEL = checklist(
    "DIESEL",
    "柴油货车和非道路机械",
    "vehicle",
    "test-point nonroad",
    [
        figure(
            "自由加速光吸收系数",
            "限值a为1.2，限值b为0.7；执行限值b的地方请修改上限。",
            SERIOUS,
            problem="diesel",
            unit="m⁻¹",
            lower=0,
            upper="1.2",
            basis="GB 3847-2018",
        ),
        figure("林格曼黑度", "不超过1级。", SERIOUS, problem="diesel", unit="级", lower=0, upper=1, basis="GB 3847-2018"),
        figure(
            "氮氧化物（加载减速法）", "限值a为1500，限值b为900。", SERIOUS, problem="diesel", unit="ppm", lower=0, upper=1500, basis="GB 3847-2018"
        ),
        line("车载诊断系统接入、无篡改", "能读取数据，没有屏蔽器和私改。", SERIOUS, problem="diesel"),
        line("尿素充足、后处理系统工作", "尿素液位够，没有报警，选择性催化还原正常。", GENERAL, problem="diesel"),
        line(
            "非道路机械编码、烟度、禁用区",
            "有环保编码牌；烟度Ⅱ类（37千瓦以上）不超过0.80、Ⅲ类不超过0.50；不在禁用区内使用。车辆选不适用。",
            SERIOUS,
            problem="diesel",
            basis="GB 36886-2018",
        ),
        line("油品抽样合格", "抽取油样送检，硫含量合格；未抽样选不适用。", GENERAL, problem="diesel"),
    ],
)

LISTS = [CATER, GAS, COAL, BURN, DIESEL]
