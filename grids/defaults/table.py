"""Bodies, fields and headquarters a district starts with (domain 1.1 and 1.3). All of it can be changed in the settings."""

from grids.roles import OrganisationKind as Kind

BODIES = (
    # kind, short name, full name, has enforcement power
    (Kind.LEADING_GROUP, "领导小组", "区环境污染防治攻坚领导小组", False),
    (Kind.OFFICE, "攻坚办", "区环境污染防治攻坚领导小组办公室", False),
    (Kind.SUPERVISION, "督查局", "区委区政府督查局", False),
    (Kind.DEPARTMENT, "生态环境分局", "市生态环境局区分局", True),
    (Kind.DEPARTMENT, "住建局", "区住房和城乡建设局", True),
    (Kind.DEPARTMENT, "城管局", "区城市管理局", True),
    (Kind.DEPARTMENT, "交通运输局", "区交通运输局", True),
    (Kind.DEPARTMENT, "自然资源局", "区自然资源局", True),
    (Kind.DEPARTMENT, "水利局", "区水利局", True),
    (Kind.DEPARTMENT, "农业农村局", "区农业农村局", True),
    (Kind.DEPARTMENT, "工信局", "区工业和信息化局", False),
    (Kind.DEPARTMENT, "发改委", "区发展和改革委员会", False),
    (Kind.DEPARTMENT, "市场监管局", "区市场监督管理局", True),
    (Kind.DEPARTMENT, "应急局", "区应急管理局", True),
    (Kind.DEPARTMENT, "商务局", "区商务局", True),
    (Kind.DEPARTMENT, "公安分局", "市公安局区分局", True),
    (Kind.DEPARTMENT, "交警大队", "区公安交警大队", True),
    (Kind.DEPARTMENT, "财政局", "区财政局", False),
    (Kind.DEPARTMENT, "教体局", "区教育体育局", False),
    (Kind.DEPARTMENT, "卫健委", "区卫生健康委员会", True),
    (Kind.DEPARTMENT, "宣传部", "区委宣传部", False),
    (Kind.DEPARTMENT, "征收办", "区房屋征收办公室", False),
    (Kind.DEPARTMENT, "园林绿化中心", "区园林绿化中心", False),
    (Kind.DEPARTMENT, "气象局", "区气象局", False),
    (Kind.DEPARTMENT, "消防救援大队", "区消防救援大队", True),
    (Kind.DEPARTMENT, "供电公司", "区供电公司", False),
    (Kind.DEPARTMENT, "燃气公司", "区燃气公司", False),
    (Kind.SQUAD, "站点专班", "国控站点“一点一策一专班”", False),
)

HEADQUARTERS = (
    # code of the field, name of the field, lead unit, member units
    ("dust", "扬尘管控", "住建局", "城管局 交通运输局 自然资源局 水利局 征收办 园林绿化中心"),
    ("industry", "工业污染治理", "生态环境分局", "工信局 发改委 市场监管局 应急局"),
    ("coal", "燃煤污染治理", "发改委", "市场监管局 农业农村局 住建局 财政局 供电公司 燃气公司 城管局"),
    ("vocs", "挥发性有机物治理", "生态环境分局", "交通运输局 市场监管局 城管局 工信局"),
    ("vehicle", "机动车尾气污染治理", "生态环境分局", "交警大队 商务局 市场监管局 交通运输局 城管局"),
    ("scattered", "“散乱污”企业取缔", "工信局", "生态环境分局 市场监管局 供电公司 水利局 自然资源局 公安分局"),
    ("station", "国控站点管理", "站点专班", "城管局 住建局 生态环境分局 交警大队"),
    ("straw", "秸秆禁烧", "农业农村局", "公安分局 消防救援大队 气象局"),
    ("emergency", "污染天气管控", "生态环境分局", "气象局 工信局 交警大队 住建局 城管局 教体局 卫健委 宣传部"),
)

OTHER_FIELDS = (
    # code, name, code of the headquarters it is attached to ("" none)
    ("catering", "餐饮油烟与面源", "dust"),
    ("other", "其他", ""),
)
