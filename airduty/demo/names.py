"""Invented names of places and persons."""

from collections.abc import Iterator

DISTRICT = ("QH", "青禾区")
TOWNSHIPS = ("新桥街道", "青河乡", "松岗街道", "石塘乡", "东湖街道", "柳泉乡")
TOWNSHIPS_CITY = tuple(f"{name}{n}片" for n in range(1, 6) for name in TOWNSHIPS)
VILLAGE_STEMS = (
    "三里",
    "北坡",
    "南湾",
    "槐树",
    "枣林",
    "沙沟",
    "石桥",
    "柏岭",
    "杏园",
    "清水",
    "高台",
    "黄土",
    "小营",
    "大营",
    "竹园",
    "桃溪",
    "麦香",
    "稻场",
    "榆钱",
    "白杨",
)
VILLAGE_KINDS = ("村", "社区", "新村")
STEMS, BRANCHES, TENS = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥", "一二三四五六七八九"
ROADS = ("青禾大道", "迎宾路", "建设路", "环城东路", "工业路", "文昌街", "滨河路", "振兴路", "农贸街", "学府路")
LANDMARKS = ("东门南侧", "桥头西50米", "加油站对面", "老粮库旁", "小学北侧", "村委会后", "拆迁地块内", "公交站旁", "市场东口", "变电站西侧")


def villages() -> Iterator[str]:
    for kind in VILLAGE_KINDS:
        for stem in VILLAGE_STEMS:
            yield stem + kind
    n = 1
    while True:
        yield f"第{n}网格村"
        n += 1


def persons() -> Iterator[str]:
    """示例甲子一, 示例乙丑一 …: nobody is called so."""
    n = 0
    while True:
        yield f"示例{STEMS[n % 10]}{BRANCHES[n % 12]}{TENS[(n // 60) % 9]}"
        n += 1


def phones() -> Iterator[str]:
    """Mobile numbers begin with 13 to 19; these begin with 100."""
    n = 1
    while True:
        yield f"100{n:08d}"
        n += 1
