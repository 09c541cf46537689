"""Building sites, bare ground, roads (domain 4.1, 4.8, 4.9). Figures without a standard differ from city to city: districts edit them."""

from inspections.defaults.lines import GENERAL, MINOR, SERIOUS, checklist, figure, line

LAW_SITE = "《大气污染防治法》第六十九条"
LAW_MUCK = "《大气污染防治法》第七十条"

SITE6 = checklist(
    "SITE6",
    "施工工地六个百分之百",
    "dust",
    "construction",
    [
        line(
            "施工工地周边100%围挡",
            "封闭、连续、稳固、整洁，顶部喷淋有效；主要路段不低于2.5米，其他路段不低于1.8米。",
            GENERAL,
            problem="site-six",
            basis=LAW_SITE,
        ),
        line(
            "物料堆放（裸土）100%覆盖",
            "土方、砂石、建筑垃圾全部覆盖，网面完好、搭接牢固；收工后不留裸露作业面；防尘网不低于2000目/100平方厘米。",
            GENERAL,
            problem="site-six",
            basis=LAW_SITE,
        ),
        line(
            "出入车辆100%冲洗",
            "冲洗平台能用、排水沉淀畅通、有冲洗记录；出口外30至50米路面干净、无带泥。",
            SERIOUS,
            problem="site-six",
            basis=LAW_SITE,
        ),
        line("施工现场路面100%硬化", "出入口、主要道路、材料堆放区、生活区路面硬化并保持干净。", GENERAL, problem="site-six", basis=LAW_SITE),
        line(
            "土方开挖、拆迁工地100%湿法作业",
            "雾炮、喷淋正在运行；四级以上大风停止土方作业，五级以上大风停止拆除作业。",
            SERIOUS,
            problem="site-six",
            basis=LAW_SITE,
        ),
        line(
            "渣土车辆100%密闭运输",
            "有准运手续，顶盖关严，定位在线，按规定路线行驶，车身车轮干净。",
            SERIOUS,
            problem="muck-truck",
            basis=LAW_MUCK,
        ),
    ],
    scoring="points",
    group="六个百分之百",
)

SITE_HB1 = checklist(
    "SITE-HB1",
    "两个全覆盖",
    "dust",
    "construction",
    [
        line("视频监控联网", "工地出入口和主要作业区视频在线，画面清楚，与主管部门平台联网。", GENERAL, problem="site-six"),
        line("PM10在线监测联网", "扬尘在线监测设备正常、数据连续，与主管部门平台联网。", GENERAL, problem="site-six"),
    ],
    is_default=False,
    group="两个全覆盖",
)

SITE_HB2 = checklist(
    "SITE-HB2",
    "两个禁止",
    "dust",
    "construction",
    [
        line("禁止现场搅拌混凝土", "现场没有混凝土搅拌设备，使用预拌混凝土。", SERIOUS, problem="site-six"),
        line("禁止现场露天配制砂浆", "现场没有露天拌制砂浆，使用预拌砂浆或密闭罐装。", SERIOUS, problem="site-six"),
    ],
    is_default=False,
    group="两个禁止",
)

SITE_HB3 = checklist(
    "SITE-HB3",
    "开工前六个到位",
    "dust",
    "construction",
    [
        line("审批到位", "施工许可、土石方作业审批齐全。", GENERAL, problem="site-six"),
        line("报备到位", "扬尘防治已向主管部门报备。", GENERAL, problem="site-six"),
        line("方案到位", "扬尘防治专项方案已编制并公示。", GENERAL, problem="site-six"),
        line("配套措施到位", "围挡、冲洗、喷淋、覆盖等设施在开工前建成。", GENERAL, problem="site-six"),
        line("监控到位", "视频监控和在线监测在开工前安装联网。", GENERAL, problem="site-six"),
        line("人员到位", "扬尘防治负责人和监督员、网格员、管理员已明确。", GENERAL, problem="site-six"),
    ],
    is_default=False,
    group="六个到位",
)

SITE_3Y = checklist(
    "SITE-3Y",
    "工地三员",
    "dust",
    "construction",
    [
        line("三员姓名电话公示", "监督员、网格员、管理员姓名和电话在公示牌上，号码打得通。", GENERAL, problem="site-six"),
        line("每日排查台账", "当天和前一工作日的排查记录齐全，有签字。", GENERAL, problem="site-six"),
        line("工作动态周上报", "上周工作动态已按时上报。", MINOR, problem="site-six"),
    ],
    is_default=False,
    group="工地三员",
)

SITE_EM = checklist(
    "SITE-EM",
    "预警期间停工令落实",
    "emergency",
    "construction",
    [
        line("土石方、拆除、喷涂作业已停", "现场没有土石方开挖、回填、拆除、喷涂作业（应急抢险除外）。", SERIOUS, problem="emergency"),
        line("物料和裸土全部覆盖", "停工期间物料、裸土、未完工作面全部覆盖。", GENERAL, problem="emergency"),
        line("加密洒水抑尘", "预警期间洒水、喷雾次数比平时增加，有记录。", GENERAL, problem="emergency"),
    ],
    is_default=False,
    group="预警停工",
)

BARE = checklist(
    "BARE",
    "裸露地块",
    "dust",
    "bare-ground",
    [
        line("地块全覆盖", "裸露部分全部覆盖，没有成片裸露。", GENERAL, problem="bare-ground", basis=LAW_SITE),
        line("超过三个月的已绿化、铺装或遮盖", "不能开工超过三个月的，应当绿化、铺装或者遮盖。", GENERAL, problem="bare-ground", basis=LAW_SITE),
        line("覆盖网完好", "网面无破损、无大面积掀起，压边牢固。", MINOR, problem="bare-ground"),
        line("出入口封闭", "车辆不能随意进出，没有新的倾倒。", MINOR, problem="bare-ground"),
    ],
)

ROAD = checklist(
    "ROAD",
    "道路以克论净",
    "dust",
    "road",
    [
        figure(
            "尘土残存量",
            "一条路取3点，每点1平方米清扫称重后取平均值；与走航车测的积尘负荷是两个量，不能混用。限值按道路等级：主干路5、次干路8、支路和乡村道路10、人行道20。",
            GENERAL,
            problem="road-dust",
            unit="g/㎡",
            upper=10,
            limits_by={
                "attribute": "grade",
                "upper": {"主干路": 5, "次干路": 8, "支路": 10, "背街小巷": 10, "乡村道路": 10, "人行道": 20},
            },
        ),
        line("湿扫、洒水频次达标", "当天机扫、湿扫、洒水次数符合保洁标准，看记录或现场湿润情况。", MINOR, problem="road-dust"),
        line("路面无撒漏、无带泥", "路面没有渣土撒漏、车轮带泥。", GENERAL, problem="road-dust", basis=LAW_MUCK),
        line("路肩、绿化带无裸土", "路肩硬化或绿化，绿化带土面低于路沿、没有裸土外溢。", GENERAL, problem="road-dust"),
        line("路长（街长）公示牌", "公示牌完好，姓名、电话、责任单位清楚。", MINOR, problem="road-dust"),
    ],
)

LISTS = [SITE6, SITE_HB1, SITE_HB2, SITE_HB3, SITE_3Y, SITE_EM, BARE, ROAD]
