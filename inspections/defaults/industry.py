"""Workshops, VOCs, industrial dust, reduction under a warning (domain 4.2, 4.5, 4.11, 4.12)."""

from inspections.defaults.lines import GENERAL, MINOR, SERIOUS, checklist, line

LAW_VOCS = "《大气污染防治法》第四十五条"
LAW_EVASION = "《大气污染防治法》第二十条"
LAW_STORAGE = "《大气污染防治法》第七十二条"
LAW_WARNING = "《大气污染防治法》第九十六条"

SCAT = checklist(
    "SCAT",
    "散乱污企业整治",
    "scattered",
    "scattered",
    [
        line("已断水", "有断水照片或供水单位回执。", SERIOUS, problem="scattered", group="两断三清"),
        line("已断电", "动力线拆除、电表停用；用电量查询连续30天为0千瓦时。", SERIOUS, problem="scattered", group="两断三清"),
        line("原料清理完毕", "场内没有原料。", SERIOUS, problem="scattered", group="两断三清"),
        line("产品清理完毕", "场内没有产品、半成品。", SERIOUS, problem="scattered", group="两断三清"),
        line("生产设备拆除清运", "主要生产设备已拆除并运离。", SERIOUS, problem="scattered", group="两断三清"),
        line("现场无复产痕迹", "没有新的废料、设备余温、夜间车辆进出。", SERIOUS, problem="scattered", group="防反弹"),
        line("手续齐全、治污设施建成并通过验收", "整改提升的填写；其他选不适用。", GENERAL, problem="scattered", group="整改提升"),
        line("已入园、原址清空", "整合搬迁的填写；其他选不适用。", GENERAL, problem="scattered", group="整合搬迁"),
    ],
)

VOC = checklist(
    "VOC",
    "涉VOCs企业和汽修钣喷",
    "vocs",
    "vocs car-repair",
    [
        line("喷涂在密闭喷漆房内进行", "喷漆房门关闭、密封良好；洗车美容店也要看。", SERIOUS, problem="spraying", basis=LAW_VOCS),
        line("废气收集、负压、无敞开", "产生废气的工位有收集，呈负压，门窗不敞开。", SERIOUS, problem="vocs", basis=LAW_VOCS),
        line("治理设施与生产同步运行", "生产时治理设施在运行，风机、电流、运行记录一致。", SERIOUS, problem="vocs", basis=LAW_VOCS),
        line("活性炭足量、碘值合规、按期更换", "装填量与设计一致，有碘值报告和更换记录。", GENERAL, problem="vocs"),
        line("涂料、稀释剂密闭存放，使用低VOCs涂料", "容器加盖；有低挥发性涂料的检测报告；洗车美容店也要看。", GENERAL, problem="vocs"),
        line("危废规范贮存、有转移联单", "废活性炭、废漆渣、废桶入危废间，有合同和联单。", GENERAL, problem="vocs"),
        line("用量、更换、运行台账保存三年以上", "台账记录完整，保存不少于3年。", MINOR, problem="vocs", basis=LAW_VOCS),
        line("排气筒与检测报告在有效期", "排气筒高度规范，检测报告在有效期内。", GENERAL, problem="vocs"),
        line("臭氧高发时段错时作业", "管控期间9时至17时不喷涂。", GENERAL, problem="vocs"),
        line("无露天喷涂", "院内、路边没有露天喷涂；洗车美容店也要看。", SERIOUS, problem="spraying", basis=LAW_VOCS),
    ],
)

EMER = checklist(
    "EMER",
    "企业应急减排落实",
    "emergency",
    "enterprise",
    [
        line("收到预警指令并按时回执", "能出示指令，回执时间在规定时限内。", SERIOUS, problem="emergency", basis=LAW_WARNING),
        line("一厂一策公示牌与清单一致", "公示牌上的停限产线、措施与应急减排清单一致。", GENERAL, problem="emergency"),
        line("停产生产线确已停", "看进料、炉窑、设备温度和用电曲线。", SERIOUS, problem="emergency", basis=LAW_WARNING),
        line("限产比例达到", "用电量与基准比较，达到清单要求的比例。", SERIOUS, problem="emergency", basis=LAW_WARNING),
        line("治污设施运行、在线监测正常", "治污设施运行，在线监测数据连续、无超标。", SERIOUS, problem="emergency"),
        line("重型车辆停运、门禁记录完整", "门禁系统有记录，管控车型没有进出。", GENERAL, problem="emergency"),
        line("料场覆盖、洒水", "物料全部覆盖或入棚，洒水抑尘。", GENERAL, problem="emergency"),
        line("运行记录、分表计电数据留存", "集散控制系统或分表计电数据能调取。", GENERAL, problem="emergency"),
        line("绩效等级与现场一致", "现场治理水平与所评绩效等级相符。", GENERAL, problem="emergency"),
        line("解除前未复产", "预警解除前没有恢复生产。", SERIOUS, problem="emergency", basis=LAW_WARNING),
    ],
    is_default=False,
    group="应急减排",
)

IND = checklist(
    "IND",
    "工业烟粉尘",
    "industry",
    "enterprise",
    [
        line("治污设施与生产同步运行", "生产时治污设施在运行，压差、电流、记录一致。", SERIOUS, problem="industry", basis=LAW_EVASION),
        line("无可见烟羽、粉尘外逸", "烟囱、厂房、皮带、卸料点看不到烟尘外逸。", GENERAL, problem="industry"),
        line("物料封闭储存、输送", "粉料、块料入库入棚，皮带封闭。", GENERAL, problem="industry", basis=LAW_STORAGE),
        line("厂区道路硬化、车辆冲洗", "道路硬化干净，出口有冲洗设施并使用。", GENERAL, problem="industry"),
        line("在线监测数据正常、无弄虚作假", "数据连续，采样探头、标气、参数没有异常。", SERIOUS, problem="industry", basis=LAW_EVASION),
        line("排污许可证、自行监测", "许可证在有效期，自行监测按频次完成并公开。", GENERAL, problem="industry"),
        line("限期整改通知书要求已完成", "逐条对照通知书；没有通知书的选不适用。", GENERAL, problem="industry"),
        line("有组织、无组织超低排放改造进度", "按计划推进；不涉及的选不适用。", MINOR, problem="industry"),
    ],
)

LISTS = [SCAT, VOC, EMER, IND]
