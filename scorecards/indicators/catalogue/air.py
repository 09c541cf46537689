"""The air over a township's ground, by its own stations."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from scorecards.indicators.air import MEASURES, PARTICLES, Air, Measure, Way
from scorecards.indicators.flags import Flag
from scorecards.indicators.shapes import Indicator, Shape
from scorecards.words import Kind

LABELS = {
    Way.TARGET: _("{measure}达标与改善"),
    Way.CHANGE: _("{measure}同比改善"),
    Way.RANK: _("{measure}名次"),
    Way.CHANGE_RANK: _("{measure}同比改善名次"),
}
MEANS = _(
    "本乡办计入评价的站点（不含清洁对照点）先按日平均，再按日求月均；有审核值用审核值，没有的按本区县规则用实时值并注明，或者不计；批准剔除的日子不计。"
)
DAYS = _(
    "本乡办计入评价的站点（不含清洁对照点）先平均浓度再算指数；有审核值用审核值，没有的按本区县规则用实时值并注明，或者不计；批准剔除的日子不计。"
)
WAYS = {
    Way.TARGET: _(
        "达到本单位本月目标得满分；未达到的，按超出目标的幅度每1个百分点扣分，或按已完成的改善（上年同月与目标之差中已改善的份额）乘满分，两者取高；没有分月目标的以上年同月为目标。"
    ),
    Way.CHANGE: _("与本单位上年同月比，改善幅度达到达标线（不填为0，即不恶化）得满分，每差1个百分点扣分。"),
    Way.RANK: _("在有数据的乡办中按数值排名，同值并列：满分 ×（N－名次）÷（N－1）。"),
    Way.CHANGE_RANK: _("在有数据的乡办中按同比变化率排名，同值并列：满分 ×（N－名次）÷（N－1）。"),
}
ENOUGH = _("有效天数不足27天（2月25天）的“无数据”；没有站点或“无数据”的，这项分值不计入满分，即按比例分摊到其余各项。")
NEVER = [("two_factor", Way.TARGET)]
"""Nobody is given such a target."""
OF = (Flag.AIR_DAY,)
HIT = (Flag.AIR_DAY | Flag.AIR_COUNTED,)


def _made(measure: Measure, way: Way) -> Indicator:
    taken = MEANS if measure.code in PARTICLES else DAYS
    return Indicator(
        f"air_{measure.code}_{way.value}",
        format_lazy(LABELS[way], measure=measure.label),
        format_lazy("{taken} {way} {enough}", taken=taken, way=WAYS[way], enough=ENOUGH),
        Shape.AIR,
        of=OF,
        hit=HIT,
        kinds=(Kind.TOWNSHIP,),
        air=Air(measure, way),
    )


AIR = [_made(measure, way) for measure in MEASURES.values() for way in Way if (measure.code, way) not in NEVER]
