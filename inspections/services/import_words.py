"""How other people's sheets call our sources, kinds and types."""

from django.utils.translation import override

from inspections.words import Kind, Severity, Source


def words(choices, more: dict[str, str]) -> dict[str, str]:
    """Written word → stored value: the labels, the values themselves, and what ``more`` lists for a value."""
    with override("zh-hans"):
        own = {word: each.value for each in choices for word in (str(each.label), each.value)}
    return own | {word: value for value, text in more.items() for word in text.split()}


OTHER_SOURCES = {
    "central_inspection": "中央环保督察 中央生态环境保护督察 国家督察",
    "central_look_back": "中央环保督察回头看",
    "provincial_inspection": "省级督察 省环保督察 省生态环境保护督察",
    "city_inspection": "市级督察 市督查 市级督查 市级交办 市攻坚办",
    "superior_covert": "暗访 市级暗访 省级暗访 暗查暗访",
    "district_supervision": "督查局 区督查 区级督查 日常督查 督查局暗访 covert_visit",
    "headquarters": "指挥部 指挥部检查 专项检查 攻坚办",
    "department": "部门检查 执法检查 日常监管",
    "grid_patrol": "网格 巡查 日常巡查 网格员上报 巡查发现",
    "station": "站点",
    "sky_guard": "视频监控 高空瞭望 卫星遥感",
    "online_monitor": "在线数据",
    "complaint": "投诉 群众举报 群众投诉 12345 12369 12345热线 热线",
    "petition": "信访 交办信访件",
    "media": "媒体 新闻媒体 舆情",
    "leader": "批示 领导交办",
    "self_check": "自查 自查发现",
    "emergency": "应急 应急检查 预警响应 重污染天气应急",
}
"""An old covert visit is no longer secret: it comes in as 区督查局."""
OTHER_SEVERITIES = {"minor": "轻 较轻", "general": "普通 中等", "serious": "较重 较严重 重大 特别严重"}
OTHER_KINDS = {
    "immediate": "立即整改 立即 立整立改 即知即改",
    "limited": "限期 短期 短期攻坚",
    "long_term": "中期推进 长期 长期坚持 持续推进 持续整改",
}
SOURCE_WORDS = words(Source, OTHER_SOURCES)
SEVERITY_WORDS = words(Severity, OTHER_SEVERITIES)
KIND_WORDS = words(Kind, OTHER_KINDS)

TYPE_WORDS = {
    "straw-fire": ("焚烧", "火点", "着火", "冒烟点"),
    "straw-satellite": ("卫星",),
    "station-anomaly": ("站点",),
    "site-six": ("工地", "六个百分", "施工扬尘", "建筑扬尘", "扬尘治理"),
    "muck-truck": ("渣土车", "渣土运输"),
    "bare-ground": ("裸土", "裸地", "裸露", "黄土"),
    "road-dust": ("道路", "积尘", "保洁"),
    "catering-none": ("未安装油烟", "未装油烟", "无油烟净化"),
    "catering-purifier": ("油烟", "餐饮"),
    "barbecue": ("烧烤", "夜市"),
    "scattered": ("散乱污", "小作坊"),
    "coal-sale": ("散煤",),
    "boiler": ("锅炉",),
    "gas-station": ("加油站", "油气回收"),
    "diesel": ("柴油", "非道路", "黑烟车", "尾气"),
    "spraying": ("喷漆", "喷涂", "汽修"),
    "vocs": ("voc", "挥发性有机"),
    "industry": ("无组织", "工业企业", "粉尘", "企业扬尘"),
    "emergency": ("应急减排", "重污染"),
    "superior-issue": ("督察反馈",),
    "complaint": ("投诉", "信访"),
}
"""Code of the default type → words any of which, found in the cell, means it; the first type of the district's order wins."""
