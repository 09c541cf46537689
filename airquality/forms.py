"""Forms of the office: stations, composite rules, targets, days that do not count, keys of devices, files. They give clean values; services save."""

import datetime as dt
from decimal import Decimal

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from airquality.boards import yearly
from airquality.models import AirTarget, CompositeIndexRule, ExcludedDay, Station
from airquality.words import SYMBOLS, UNITS, ExcludedReason, Pollutant, Status
from common import clock
from common.forms import SeenForm, within
from grids.forms.fields import day_field
from grids.models import Grid

MEGABYTES = 20
NAMES = tuple(Pollutant.values)
OF_MONTH = {
    "pm25": (SYMBOLS["pm25"], 1000, 1),
    "pm10": (SYMBOLS["pm10"], 1000, 1),
    "composite": (_("综合指数"), 100, 3),
    "two_factor": (_("两项加和"), 100, 2),
    "good_days": (_("优良天数"), 31, 0),
    "good_ratio": (_("优良天数比例（%）"), 100, 1),
}
"""Whatever a scheme marks a month by → label, highest, decimals."""


class StationForm(SeenForm, forms.ModelForm):
    calibrated_on = day_field(_("最近校准日期"), required=False)
    out_of_use_from = day_field(
        _("停用日期"), required=False, help_text=_("从这一天起不再计入，以前的日子照旧；停用时不填即为今天。从未启用的站点不填。")
    )
    not_measured = forms.MultipleChoiceField(
        label=_("不监测的项目"), choices=[(name, SYMBOLS[name]) for name in NAMES], required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("不在监测计划内的项目显示为“/”，其缺数不影响AQI。"),
    )  # fmt: skip

    class Meta:
        model = Station
        fields = [
            "code", "name", "level", "position", "is_active", "out_of_use_from", "is_reference", "calibrated_on", "buffer_m", "not_measured",
            "lon", "lat",
        ]  # fmt: skip
        help_texts = {
            "code": _("与上级发布数据或设备上报的编码一致，例如 1001A。"),
            "is_reference": _("只显示，不计入区县和乡办均值，不参与排名。"),
            "is_active": _("停用之后不再显示、不计入均值，停用之前的日子不变。"),
            "buffer_m": _("此范围内不得采取任何可能干扰采样的措施。"),
            "position": _("数字小的排在前面。"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, bound in (("lon", 180), ("lat", 90)):
            within(self.fields[name], -bound, bound)
            self.fields[name].widget.attrs |= {"step": "0.000001", "inputmode": "decimal"}
        within(self.fields["buffer_m"], 0, 2000)
        within(self.fields["position"], 0, 9999)

    def clean_code(self):
        code = self.cleaned_data["code"].strip()
        if Station.objects.filter(district=self.instance.district, code=code).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("本区县已有编码为“%(code)s”的站点，请核对编码或修改那个站点。") % {"code": code})
        return code

    @property
    def basics(self):
        return [self[name] for name in self.Meta.fields if name not in ("lon", "lat")]

    def clean(self):
        clean = super().clean()
        if (day := clean.get("calibrated_on")) and day > clock.today():
            self.add_error("calibrated_on", _("校准日期不能晚于今天。"))
        if (day := clean.get("out_of_use_from")) and day > clock.today():
            self.add_error("out_of_use_from", _("停用日期不能晚于今天；请在停用当天或之后登记。"))
        return clean | {"out_of_use_from": self._out_of_use_from(clean)}

    def _out_of_use_from(self, clean: dict) -> dt.date | None:
        """None of a station in use, also when it is taken into use again; today where one that was in use is put out of use without a date."""
        day, was_in_use = clean.get("out_of_use_from"), bool(self.instance.pk and self.initial["is_active"])
        if not clean.get("is_active"):
            return day or (clock.today() if was_in_use and "out_of_use_from" not in self.errors else None)
        if day and "out_of_use_from" in self.changed_data:
            self.add_error("out_of_use_from", _("填写停用日期时，请同时取消“在用”；仍在用则清空日期。"))
        return None


def figure(label, initial, *, high: int = 10_000, places: int = 2, required: bool = True, whole: bool = False) -> forms.Field:
    if whole:
        field: forms.Field = forms.IntegerField(label=label, required=required, initial=initial)
        within(field, 0, high)
        return field
    field = forms.DecimalField(label=label, required=required, initial=initial, max_digits=8, decimal_places=places)
    within(field, 0, high)
    field.widget.attrs["step"] = "any"
    return field


class RuleForm(SeenForm, forms.ModelForm):
    """Limits and weights by pollutant, as columns ``limit_so2`` …"""

    effective_from = day_field(_("适用起始日期"), help_text=_("此日及以后开始的时段按本规则计算；以前的时段按以前的规则。"))

    class Meta:
        model = CompositeIndexRule
        fields = ["name", "effective_from", "decimals", "rounding", "rounds_singles", "percentile_co", "percentile_o3", "note"]
        help_texts = {
            "note": _("印在每个综合指数旁边，例如依据的文件。"),
            "rounds_singles": _("各地公布的综合指数多按此法。"),
            "decimals": _("多数地方为2位，部分地方为3位。"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        within(self.fields["decimals"], 0, 4)
        for name in ("percentile_co", "percentile_o3"):
            within(self.fields[name], 1, 100)
        limits, weights = self.instance.limits or {}, self.instance.weights or {}
        for name in NAMES:
            symbol = {"item": SYMBOLS[name]}
            self.fields[f"limit_{name}"] = figure(gettext("%(item)s标准限值") % symbol, limits.get(name))
            self.fields[f"weight_{name}"] = figure(gettext("%(item)s权重") % symbol, weights.get(name, "1"), high=100)

    @property
    def basics(self):
        return [self[name] for name in self.Meta.fields]

    @property
    def figures(self):
        return [(SYMBOLS[name], UNITS[name], self[f"limit_{name}"], self[f"weight_{name}"]) for name in NAMES]

    def clean(self):
        clean = super().clean()
        for kind in ("limit", "weight"):
            for name in NAMES:
                if (value := clean.get(f"{kind}_{name}")) is not None and value <= 0:
                    self.add_error(f"{kind}_{name}", _("应大于0。"))
        self.instance.limits = {name: str(clean.get(f"limit_{name}")) for name in NAMES}
        self.instance.weights = {name: str(clean.get(f"weight_{name}")) for name in NAMES}
        day = clean.get("effective_from")
        same = CompositeIndexRule.objects.filter(district=self.instance.district, effective_from=day).exclude(pk=self.instance.pk)
        if day and same.exists():
            self.add_error("effective_from", _("已有从这一天起适用的规则，请换一个日期或修改那条规则。"))
        return clean


class TargetForm(SeenForm, forms.ModelForm):
    """The year's figures, and those of each month as columns ``m01_pm25`` …"""

    class Meta:
        model = AirTarget
        fields = ["grid", "year", "pm25", "pm10", "good_days", "good_ratio", "heavy_days", "composite", "basis"]
        help_texts = {"basis": _("下达目标的文件，例如文号。"), "good_ratio": _("与优良天数填一项即可。"), "composite": _("数值越小越好。")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        district, today = self.instance.district, clock.today()
        towns = Grid.objects.filter(Q(pk=district.pk) | Q(parent=district)).active(today).order_by("level", "code")
        self.fields["grid"].queryset = towns
        self.fields["grid"].empty_label = _("请选择")
        self.fields["year"] = forms.TypedChoiceField(label=_("年度"), coerce=int, choices=[(n, n) for n in [today.year + 1, *yearly.choices(today)]])
        self.fields["year"].initial = self.instance.year or today.year
        for name, high in (("pm25", 1000), ("pm10", 1000), ("good_days", 366), ("good_ratio", 100), ("heavy_days", 366), ("composite", 100)):
            within(self.fields[name], 0, high)
        for month in range(1, 13):
            for name in OF_MONTH:
                self._add_month(f"{month:02}", name)
        if self.instance.pk:
            for name in ("grid", "year"):
                self.fields[name].disabled = True

    def _add_month(self, month: str, name: str) -> None:
        item, high, places = OF_MONTH[name]
        label = _("%(month)d月%(item)s") % {"month": int(month), "item": item}
        standing = (self.instance.months or {}).get(month, {}).get(name)
        self.fields[f"m{month}_{name}"] = figure(label, standing, high=high, places=places, required=False, whole=not places)

    @property
    def basics(self):
        return [self[name] for name in self.Meta.fields]

    @property
    def months(self):
        """Month → head and field of each item."""
        return [(month, [(head, self[f"m{month:02}_{name}"]) for name, (head, *_rest) in OF_MONTH.items()]) for month in range(1, 13)]

    @property
    def month_heads(self):
        return [head for head, *_rest in OF_MONTH.values()]

    def clean(self):
        clean = super().clean()
        months = [f"{month:02}" for month in range(1, 13)]
        self.instance.months = {month: kept for month in months if (kept := self._month(clean, month))}
        grid, year = clean.get("grid"), clean.get("year")
        same = AirTarget.objects.filter(grid=grid, year=year).exclude(pk=self.instance.pk)
        if grid and year and same.exists():
            self.add_error("grid", _("%(grid)s已有%(year)d年的目标，请修改那一条。") % {"grid": grid, "year": year})
        return clean

    def _month(self, clean: dict, month: str) -> dict[str, str]:
        values = {name: clean.get(f"m{month}_{name}") for name in OF_MONTH}
        return {name: plain(value) for name, value in values.items() if value is not None}


def plain(value: Decimal | int) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


class ExcludeForm(forms.ModelForm):
    day = day_field(_("日期"))
    reason = forms.ChoiceField(label=_("原因"), choices=ExcludedReason.choices)

    class Meta:
        model = ExcludedDay
        fields = ["day", "station", "reason", "approval"]
        help_texts = {"approval": _("上级批准剔除的文件名称或文号。")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["station"].queryset = Station.objects.active().filter(district=self.instance.district)
        self.fields["station"].empty_label = _("全区所有站点")

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day > clock.today():
            raise forms.ValidationError(_("日期在将来，不能剔除；请选择今天或以前的日期。"))
        return day

    def _get_validation_exclusions(self):
        """A day said again is replaced by the service, so no constraint on it is asked; the field itself has been checked."""
        return super()._get_validation_exclusions() | {"day"}


class DeviceForm(forms.Form):
    name = forms.CharField(label=_("设备名称"), max_length=80, help_text=_("例如“市站数据平台”“乡办微型站网关”，便于以后辨认。"))

    def __init__(self, *args, taken: set[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.taken = taken

    def clean_name(self):
        name = self.cleaned_data["name"]
        if name in self.taken:
            raise forms.ValidationError(_("已有同名的在用设备，请换一个名称，或更换那个设备的密钥。"))
        return name


class FileForm(forms.Form):
    file = forms.FileField(label=_("数据文件"), allow_empty_file=True)
    status = forms.ChoiceField(label=_("数据状态"), choices=Status.choices, help_text=_("文件中的行没有写明时按此登记。"))
    known_only = forms.BooleanField(
        label=_("只导入已登记的站点"), required=False, help_text=_("不勾选时，文件中带坐标的新站点登记为停用，由攻坚办核对后启用。")
    )
    file.widget.attrs["accept"] = ".csv,.json,.txt"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = gettext(".csv 或 .json，不超过 %(size)d MB") % {"size": MEGABYTES}

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > MEGABYTES * 1_000_000:
            raise forms.ValidationError(_("文件超过 %(size)d MB，请按月份拆开，或由管理员用 import_readings 命令导入。") % {"size": MEGABYTES})
        if not upload.size:
            raise forms.ValidationError(_("文件是空的，请重新选择。"))
        return upload
