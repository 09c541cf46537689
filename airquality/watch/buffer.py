"""What may never be done around a station's inlet (domain 9.1): national rules take interference with sampling for falsified data, and it can be a crime."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from airquality.watch.words import MeasureKind, Zone

WARNING = gettext_lazy(
    "严禁干扰采样：不得在站点周边喷雾、洒水、喷淋，不得遮挡、堵塞、冲洗或移动采样口，不得专为数据疏导车辆。"
    "国家规定把这些行为视为监测数据弄虚作假，情节严重的构成犯罪。禁止干预区内只能观察、记录。"
)
_WET = "喷雾|雾炮|喷淋|喷洒|喷水|喷湿|洒水|水雾|雾化|雾森|水炮|炮雾|加湿|增湿|高压冲|冲洗|冲刷|浇水|湿化|降尘剂|抑尘剂|spray|mist|fogcannon|watercannon|sprinkl|humidif"
_WASH = (
    "高压清洗|高压水|水洗|洗扫|湿扫|湿式清扫|冲水|泼水|(?<!car)wash|(?<!t)hosedown|hosing|withahose|firehose"
    "|withwater|(?<!waste)(?<!ground)waterthe|(?<!de)watering|waterroad|watertruck"
)
"""Checking a car wash is no washing, pumping a pit dry (dewatering) no watering; "hose" alone stands in "those"."""
_BLOCK = "遮挡|遮盖|遮住|覆盖|罩住|罩上|封堵|堵塞|堵住|包裹|移动|挪动|转向|清洗|擦拭|加装|过滤|棉纱|block|cover|wrap|obstruct"
_INLET = "采样口|采样头|采样管|采样器|采样平台|进气口|站房|站顶|监测仪|采样周边|inlet|samplinghead|sampler"
_STATION = "国控站|省控站|市控站|微型站|监测站|监测点|空气站|站点|点位|站区|站周|子站|国控点|省控点|市控点|(?<!检)测站"
_OTHER_STATIONS = "petrol|gas|filling|fuel|service|charging|bus|railway|train|metro|police|fire|power|pump|pumping|mixing|transfer|batching"
_PLAIN_STATION = "".join(f"(?<!{kind})" for kind in _OTHER_STATIONS.split("|")) + "station(?!ary|ery)"
"""A station that nobody calls anything else is the one that measures."""
_TRAFFIC = "交通管制|限行|禁行|封路|断行|绕行|疏导车辆|引导车辆|改道|trafficcontrol|roadclosure|detour|diverttraffic"
_FOR_DATA = "数据|读数|数值|指标|浓度|均值|figures|readings|data"
WET, BLOCK, INLET, STATION, TRAFFIC, FOR_DATA = (
    re.compile(words) for words in (f"{_WET}|{_WASH}", _BLOCK, _INLET, f"{_STATION}|{_PLAIN_STATION}", _TRAFFIC, _FOR_DATA)
)
INNER = (Zone.BUFFER, Zone.CORE)


def offered(zone: str) -> list[tuple[str, str]]:
    """Kinds of measures that are offered in a zone: in the buffer nothing but watching."""
    return (
        [(MeasureKind.OBSERVE.value, str(MeasureKind.OBSERVE.label))]
        if zone == Zone.BUFFER
        else [(kind.value, str(kind.label)) for kind in MeasureKind]
    )


def check(*, zone: str, kind: str, text: str) -> None:
    """ValidationError with what is wrong and why; nothing when the measure may stand."""
    if zone == Zone.BUFFER and kind != MeasureKind.OBSERVE:
        raise ValidationError({"kind": _("禁止干预区内只能观察、记录。%(warning)s") % {"warning": WARNING}}, code="buffer")
    reason = _reason(zone, _plain(text))
    if reason:
        raise ValidationError({"text": _("%(reason)s%(warning)s") % {"reason": reason, "warning": WARNING}}, code="interference")


def _reason(zone: str, text: str) -> str:
    near = zone in INNER or bool(STATION.search(text) or INLET.search(text))
    if near and (word := WET.search(text)):
        return _("不能列入“%(word)s”：站点附近不得喷雾、洒水、冲洗。") % {"word": word[0]}
    if INLET.search(text) and (word := BLOCK.search(text)):
        return _("不能列入“%(word)s”：不得触碰采样口及其周边。") % {"word": word[0]}
    if TRAFFIC.search(text) and FOR_DATA.search(text):
        return _("不得专为数据疏导车辆。")
    if zone == Zone.BUFFER and (word := BLOCK.search(text)):
        return _("不能列入“%(word)s”：禁止干预区内只能观察、记录。") % {"word": word[0]}
    return ""


def _plain(text: str) -> str:
    """Without what might hide a word: full-width letters, spaces, signs between the characters."""
    return "".join(character for character in unicodedata.normalize("NFKC", text).lower() if character.isalnum())
