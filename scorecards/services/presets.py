"""Ladders and money rules that places have published (domain 5.4, 6.4), as data. They compare by this product's monthly ranking and figures.

All are loaded switched off, apart from ``DEFAULT``, a modest ladder for a district of a few townships.
"""

from dataclasses import dataclass, field

from scorecards.models import ConsequenceRule, MoneyRule
from scorecards.services import rules

BEGINNING = "2000-01"
TOWN_HEAD, PARTY_HEAD, DEPUTY = "政府主要负责人", "党（工）委主要负责人", "分管负责人"


@dataclass(frozen=True)
class Preset:
    code: str
    title: str
    note: str
    rules: list[dict] = field(default_factory=list)
    """Fields of ``ConsequenceRule`` or ``MoneyRule`` besides name and district."""


def _last(n: int, count: int, action: str, **more) -> dict:
    return {"n": n, "count": count, "window": max(count, more.pop("window", count)), "action": action, **more}


def _months(n: int, count: int, action: str, **more) -> dict:
    return _last(n, count, action, mode="cumulative", window=12, **more)


DEFAULT = Preset(
    "default", "默认阶梯", "六个乡办左右的区县；末位起步，逐级加重。",
    [
        _last(1, 1, "praise", side="top"),
        _last(1, 1, "remind", rung=1, target_post=DEPUTY),
        _last(1, 2, "criticise", rung=2),
        _last(1, 3, "interview", rung=3, target_post=TOWN_HEAD),
    ],
)  # fmt: skip
LADDERS = [
    DEFAULT,
    Preset(
        "cards", "黄牌红牌", "逾期2件以上亮黄牌；同一季度两张黄牌亮红牌。",
        [
            {"metric": "overdue", "n": None, "threshold": 2, "action": "yellow", "card_months": 3},
            {
                "metric": "yellow", "n": None, "threshold": 1, "mode": "cumulative", "count": 2, "window": 3, "in_quarter": True, "action": "red",
                "card_months": 3, "rung": 2,
            },
        ],
    ),
    Preset(
        "fangcheng", "方城县阶梯", "方城县2022年按周通报；这里按月套用。",
        [_last(3, 1, "remind", rung=1), _last(3, 2, "criticise", rung=2)],
    ),
    Preset(
        "anyang", "安阳市阶梯", "安阳市2022年，90个乡镇：前10名表扬、后10名批评，累计2次约谈政府主要负责人，3次约谈党委主要负责人。",
        [
            _last(10, 1, "praise", side="top"), _last(10, 1, "criticise", rung=1), _months(10, 2, "interview", rung=2, target_post=TOWN_HEAD),
            _months(10, 3, "interview", rung=3, target_post=PARTY_HEAD),
        ],
    ),
    Preset(
        "zaozhuang", "枣庄市阶梯", "枣庄市：连续2个月在后5名约谈镇街负责人；连续3个月对分管负责人的处理由纪检监察机关决定，这里只提出专项督察并另作线索移送。",
        [_last(5, 2, "interview", rung=1, target_post=TOWN_HEAD), _last(5, 3, "inspection", rung=2, target_post=DEPUTY)],
    ),
    Preset(
        "henan", "河南省阶梯", "河南省：后20名预警，连续2个月批评，连续3个月在后10名公开约谈，连续3个月在前20名表扬。",
        [
            _last(20, 1, "remind", rung=1), _last(20, 2, "criticise", rung=2), _last(10, 3, "interview", rung=3, target_post=TOWN_HEAD),
            _last(20, 3, "praise", side="top"),
        ],
    ),
    Preset(
        "hebei", "河北省阶梯", "河北省：空气质量同比变差累计2个月批评，3个月公开约谈，再变差专项督察；这里按综合指数同比，考核方案中须有综合指数一行。",
        [
            {"metric": "index_change", "n": None, "threshold": 1, "mode": "cumulative", "count": 2, "window": 12, "action": "criticise", "rung": 1},
            {
                "metric": "index_change", "n": None, "threshold": 1, "mode": "cumulative", "count": 3, "window": 12, "action": "interview", "rung": 2,
                "target_post": TOWN_HEAD,
            },
            {"metric": "index_change", "n": None, "threshold": 1, "mode": "cumulative", "count": 6, "window": 12, "action": "inspection", "rung": 3},
        ],
    ),
    Preset(
        "ministry", "京津冀及周边阶梯", "2017—2018年“2+26”城市：未完成2、4、6个或新发现5、10、15个问题，依次对应副职、正职、党委；问责由纪检监察机关决定，这里只提约谈。",
        [
            *[
                {"metric": "overdue", "n": None, "threshold": bound, "action": "interview", "rung": rung, "target_post": post}
                for rung, (bound, post) in enumerate([(2, DEPUTY), (4, TOWN_HEAD), (6, PARTY_HEAD)], 1)
            ],
            *[
                {"metric": "from_above", "n": None, "threshold": bound, "action": "interview", "rung": rung, "target_post": post}
                for rung, (bound, post) in enumerate([(5, DEPUTY), (10, TOWN_HEAD), (15, PARTY_HEAD)], 1)
            ],
        ],
    ),
    Preset("huiji", "惠济区阶梯", "惠济区：连续3次在末位约谈。", [_last(1, 3, "interview", target_post=TOWN_HEAD)]),
    Preset(
        "straw", "河南省秸秆禁烧阶梯", "河南省2015年：火点超过5个批评，10个以上约谈副职，20个以上约谈正职。",
        [
            {"metric": "fires", "n": None, "threshold": 6, "action": "criticise", "rung": 1},
            {"metric": "fires", "n": None, "threshold": 10, "action": "interview", "rung": 2, "target_post": DEPUTY},
            {"metric": "fires", "n": None, "threshold": 20, "action": "interview", "rung": 3, "target_post": TOWN_HEAD},
        ],
    ),
]  # fmt: skip
MONEY = [
    Preset(
        "zaozhuang", "枣庄市乡镇奖惩", "枣庄市：前6名各奖30万元，后6名各扣30万元。", [{"kind": "rank_fixed", "n": 6, "amount": 300_000}]
    ),
    Preset(
        "anyang", "安阳市乡镇奖惩", "安阳市：重点乡镇前2名、后2名各5万元；其余乡镇前5名、后5名。",
        [{"kind": "rank_fixed", "n": 2, "amount": 50_000}, {"kind": "rank_fixed", "n": 5, "amount": 50_000}],
    ),
    Preset(
        "hebei", "河北省分档奖惩", "河北省：第1、2、3名奖100、80、60万元，倒数第1、2、3名扣同样金额。",
        [{"kind": "tier", "side": side, "tiers": [[1, 1_000_000], [2, 800_000], [3, 600_000]]} for side in ("top", "bottom")],
    ),
    Preset(
        "zhengzhou", "郑州市与均值之差",
        "郑州市2019年：好于、差于平均值分别奖、扣，奖不超过150万元、扣不超过200万元；这里按PM2.5、PM10浓度，每微克的金额请按本地文件填写。",
        [
            {"kind": "mean_difference", "metric": metric, "side": side, "amount": 10_000, "cap": cap}
            for metric in ("pm25", "pm10")
            for side, cap in (("top", 1_500_000), ("bottom", 2_000_000))
        ],
    ),
    Preset(
        "shandong", "山东省按改善幅度", "山东省：PM2.5、PM10每改善1微克每立方米奖80万元，优良天数比例每提高1个百分点奖20万元，变差同额扣。",
        [
            {"kind": "per_unit", "metric": "pm25_diff", "amount": 800_000, "unit": 1},
            {"kind": "per_unit", "metric": "pm10_diff", "amount": 800_000, "unit": 1},
            {"kind": "per_unit", "metric": "good_diff", "amount": 200_000, "unit": 1},
        ],
    ),
    Preset(
        "hubei", "湖北省按浓度变化", "湖北省：（上年浓度－当年浓度）×金额×系数；金额和系数请按本地文件填写。",
        [{"kind": "per_unit", "metric": "pm25_diff", "amount": 10_000, "unit": 1}, {"kind": "per_unit", "metric": "pm10_diff", "amount": 10_000, "unit": 1}],
    ),
    Preset(
        "taiyuan", "太原市改善分档", "太原市：按改善幅度分档奖100、50、30、10万元；分档界限请按本地文件填写。",
        [{"kind": "tier", "metric": "change", "side": "top", "tiers": [[10, 1_000_000], [5, 500_000], [3, 300_000], [1, 100_000]]}],
    ),
    Preset("straw", "河南省火点扣款", "河南省2015年：每个火点扣5万元。", [{"kind": "event", "metric": "fires", "side": "bottom", "amount": 50_000}]),
    Preset(
        "xuchang", "许昌市火点扣款", "许昌市2014年：首个火点扣10万元，其余每个扣1万元。",
        [{"kind": "event", "metric": "fires", "side": "bottom", "amount": 10_000, "first_amount": 100_000}],
    ),
    Preset(
        "zero", "零火点奖励", "郑州市2017年：无火点的奖30万元（按面积30、40、50万元，请按本地文件修改）。",
        [{"kind": "tier", "metric": "fires", "side": "top", "tiers": [[0, 300_000]]}],
    ),
]  # fmt: skip
OF = {ConsequenceRule: LADDERS, MoneyRule: MONEY}


def load(district) -> list:
    """The default ladder, switched on (``settings.DISTRICT_DEFAULTS``)."""
    return rules.load(made(ConsequenceRule, DEFAULT, in_force_from=BEGINNING, is_active=True), district=district)


def made(model, preset: Preset, *, in_force_from: str, is_active: bool = False) -> list:
    """Unsaved rules of a preset: named by its title and their place in it."""
    common = {"in_force_from": in_force_from, "is_active": is_active, "note": preset.note}
    if model is ConsequenceRule:
        common["ladder"] = preset.title
    return [model(name=f"{preset.title} {n}", **common, **given) for n, given in enumerate(preset.rules, 1)]


def load_preset(model, code: str, *, district, by) -> list:
    """What is loaded from the page waits switched off until the director has read it."""
    preset = next(each for each in OF[model] if each.code == code)
    return rules.load(made(model, preset, in_force_from=rules.first_open_month(district.pk)), district=district, by=by)
