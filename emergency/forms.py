"""Forms give clean values; services save."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import Lines, SeenForm, within
from emergency import thresholds
from emergency.models import Decision, EmergencyRule, ListedEnterprise, ReductionList, ThresholdRule, UnitMeasure, UnitReport
from emergency.texts import other_time
from emergency.words import COLOUR_NAMES, ORDER, CallOutcome, Colour, EvidenceKind, ListState, Party, Seen
from grids.models import Grid, Organisation

OWN_EVIDENCE = [(kind.value, kind.label) for kind in EvidenceKind if kind != EvidenceKind.POWER]


def words(length: int, *, rows: int = 3) -> Lines:
    return Lines(attrs={"rows": rows, "maxlength": length})


def moment(label, *, required=True, help_text="") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=required, help_text=help_text, widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


class PhotoInput(forms.ClearableFileInput):
    template_name = "django/forms/widgets/file.html"
    allow_multiple_selected = True


class Photos(forms.FileField):
    """Several photos at once; they are judged where they are stored."""

    def __init__(self, *args, **kwargs):
        kwargs["widget"] = PhotoInput(attrs={"accept": "image/*"})
        super().__init__(*args, required=False, help_text=_("每张不超过 15 MB，可以选多张。"), **kwargs)

    def clean(self, data, initial=None):
        return data


# --- the approval form --------------------------------------------------------------------------------------------------------------------
class DecisionForm(forms.ModelForm):
    notified_at = moment(_("收到通知时间"))
    starts_at = moment(_("启动时间"))
    ends_at = moment(_("预计结束时间"), required=False, help_text=_("不确定的不填，到解除为止。"))

    class Meta:
        model = Decision
        fields = ("level", "city_notice", "notified_at", "starts_at", "ends_at", "forecast_words", "reason", "public_text", "health_advice")
        widgets = {
            "level": forms.RadioSelect,
            "forecast_words": words(1000),
            "reason": words(1000),
            "public_text": words(2000, rows=4),
            "health_advice": words(1000, rows=2),
        }
        help_texts = {"city_notice": _("市重污染天气应急指挥部通知的文号，例如“青环应急〔2026〕3号”。")}

    def __init__(self, *args, levels=ORDER, lifts=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [(colour, COLOUR_NAMES[Colour(colour)]) for colour in levels]
        if lifts:
            self.fields["starts_at"].label = _("解除时间")
            del self.fields["ends_at"], self.fields["health_advice"]

    def clean(self):
        clean = super().clean()
        starts, ends = clean.get("starts_at"), clean.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("结束时间应晚于启动时间；不确定的可以不填，到解除为止。"))
        if starts and (other := other_time(clean.get("public_text", ""), starts)):
            self.add_error("public_text", _("公开文本写的时间是%(other)s，和上面填的时间不一致，请改成一致。") % {"other": other})
        return clean

    def values(self) -> dict:
        return {"ends_at": None, "health_advice": ""} | self.cleaned_data


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class NoteForm(VersionForm):
    note = forms.CharField(label=_("意见"), max_length=300, required=False, widget=words(300, rows=2))


# --- orders -------------------------------------------------------------------------------------------------------------------------------
class EvidenceForm(forms.Form):
    kind = forms.ChoiceField(label=_("凭证类别"), choices=OWN_EVIDENCE, initial=EvidenceKind.PHOTO)
    text = forms.CharField(
        label=_("说明"), max_length=500, required=False, widget=words(500, rows=2), help_text=_("停了哪些生产线、哪些工地，做了什么。")
    )
    reading = forms.DecimalField(label=_("电表读数（kWh）"), required=False, min_value=0, max_digits=14, decimal_places=2)
    photos = Photos(label=_("照片"))

    def given(self, files) -> dict:
        clean = dict(self.cleaned_data)
        return clean | {"photos": files.getlist("photos")}


class UnitEvidenceForm(EvidenceForm):
    """A unit's: no electricity meter."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["reading"]
        self.fields["kind"].choices = [each for each in OWN_EVIDENCE if each[0] in (EvidenceKind.PHOTO, EvidenceKind.WORDS)]
        self.fields["kind"].initial = EvidenceKind.WORDS

    def given(self, files) -> dict:
        return super().given(files) | {"reading": None}


class LinkReceiptForm(forms.Form):
    name = forms.CharField(label=_("签收人姓名"), max_length=60)


class CallForm(forms.Form):
    outcome = forms.ChoiceField(label=_("结果"), choices=CallOutcome.choices, widget=forms.RadioSelect)
    spoken_with = forms.CharField(label=_("接听人"), max_length=60, required=False)
    note = forms.CharField(label=_("备注"), max_length=300, required=False)


class InspectionForm(forms.Form):
    seen = forms.ChoiceField(label=_("检查结果"), choices=Seen.choices, widget=forms.RadioSelect)
    text = forms.CharField(label=_("情况"), max_length=500, required=False, widget=words(500, rows=2), help_text=_("没有落实的，写明哪些措施。"))
    unit_name = forms.CharField(label=_("检查单位"), max_length=60, required=False)


class ReasonForm(forms.Form):
    note = forms.CharField(label=_("理由"), max_length=300, required=False, widget=words(300, rows=2))


class ProblemForm(forms.Form):
    text = forms.CharField(label=_("问题描述"), max_length=2000, widget=words(2000, rows=4))


# --- reports --------------------------------------------------------------------------------------------------------------------------------
class UnitReportForm(forms.ModelForm):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = UnitReport
        fields = (*UnitReport.NUMBERS, "note")
        widgets = {"note": words(500, rows=2)}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in UnitReport.NUMBERS:
            within(self.fields[name], 0, 100_000)
        self.fields["version"].initial = self.instance.version if self.instance.pk else None


class SendReportForm(forms.Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(label=_("说明"), max_length=1000, required=False, widget=words(1000, rows=3))


class ReviewForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    effect = forms.CharField(label=_("响应效果"), max_length=3000, required=False, widget=words(3000, rows=5))
    problems = forms.CharField(label=_("存在问题"), max_length=3000, required=False, widget=words(3000, rows=4))
    penalties = forms.CharField(
        label=_("处理处罚"),
        max_length=3000,
        required=False,
        widget=words(3000, rows=3),
        help_text=_("拒不执行停产、限产措施的，依法处一万元以上十万元以下罚款。"),
    )
    advice = forms.CharField(label=_("改进建议"), max_length=3000, required=False, widget=words(3000, rows=3))


# --- lists --------------------------------------------------------------------------------------------------------------------------------
class NewListForm(forms.Form):
    year = forms.IntegerField(label=_("年度"), min_value=2020, max_value=2100)
    name = forms.CharField(label=_("名称"), max_length=60)
    source = forms.ModelChoiceField(
        ReductionList.objects.none(),
        label=_("由哪一版生成"),
        required=False,
        empty_label=_("不带入，新建空白清单"),
        help_text=_("带入的企业可以再修改、导入。"),
    )

    def __init__(self, *args, district, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = ReductionList.objects.filter(district=district).exclude(state=ListState.DRAFT)


class EnterpriseForm(SeenForm, forms.ModelForm):
    class Meta:
        model = ListedEnterprise
        fields = (
            "position", "name", "credit_code", "address", "lon", "lat", "grid", "industry", "grade", "is_essential", "exemption", "permit", "lines",
            "capacity", "daily_power", "pm_daily", "so2_daily", "nox_daily", "voc_daily", "yellow", "yellow_cut", "orange", "orange_cut", "red", "red_cut",
            "vehicles", "stop_hours", "check_points", "contact", "contact_phone", "guarantor", "guarantor_phone", "is_active",
        )  # fmt: skip
        widgets = {name: words(1000, rows=3) for name in ("yellow", "orange", "red")} | {
            "lines": words(500, rows=2),
            "check_points": words(500, rows=2),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        district = self.instance.reduction_list.district_id
        self.fields["grid"].queryset = Grid.objects.filter(district_id=district).below_root()
        self.fields["grid"].empty_label = _("由经纬度确定")
        self.fields["position"].required = False
        for name in ("yellow", "orange", "red"):
            self.fields[name].help_text = _("每行一条措施；指令只下达本级别的措施。")

    def clean_position(self):
        return self.cleaned_data["position"] or 0


class ContactForm(SeenForm, forms.ModelForm):
    class Meta:
        model = ListedEnterprise
        fields = ("contact", "contact_phone", "guarantor", "guarantor_phone")


class PlanForm(forms.Form):
    plan = forms.FileField(label=_("一厂一策文件"), help_text=_("Word、PDF 或图片，不超过 20 MB。"))


# --- settings -------------------------------------------------------------------------------------------------------------------------------
class EmergencyRuleForm(SeenForm, forms.ModelForm):
    class Meta:
        model = EmergencyRule
        fields = EmergencyRule.AUDIT_FIELDS[1:]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("enter_minutes", "approve_minutes", "publish_minutes", "ack_minutes", "force_minutes"):
            within(self.fields[name], 5, 2_880)
        within(self.fields["grace_minutes"], 0, 2_880)
        for name in ("yellow_share", "orange_share", "red_share"):
            within(self.fields[name], 0, 100)
        within(self.fields["report_hour"], 0, 23)
        within(self.fields["review_days"], 1, 30)


class MeasureForm(SeenForm, forms.ModelForm):
    class Meta:
        model = UnitMeasure
        fields = ("party", "organisation", "colour", "measure_class", "text", "position", "is_active")
        widgets = {"text": words(500)}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        units = Organisation.objects.filter(district=self.instance.district_id, kind__in=("department", "township", "squad"))
        self.fields["organisation"].queryset = units.order_by("position", "pk")
        self.fields["organisation"].empty_label = _("全部乡办（或全部网格）")

    def clean(self):
        clean = super().clean()
        if clean.get("party") == Party.GRID and clean.get("organisation"):
            self.add_error("organisation", _("网格的措施对全部网格相同，不选单位。"))
        return clean


class ThresholdForm(SeenForm, forms.ModelForm):
    """Conditions are typed one alternative a line: ``200>48`` or ``200>72 且 300>24``."""

    yellow = forms.CharField(label=_("黄色条件"), widget=words(300, rows=2))
    orange = forms.CharField(label=_("橙色条件"), widget=words(300, rows=2))
    red = forms.CharField(label=_("红色条件"), widget=words(300, rows=2))

    class Meta:
        model = ThresholdRule
        fields = ("name", "effective_from", "gap_hours", "lift_hours", "basis")
        widgets = {"effective_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for colour in ORDER:
            self.fields[colour].initial = thresholds.typed(self.instance.levels.get(colour, []))
            self.fields[colour].help_text = _("每行一个条件，写成“AQI>200 持续48小时”；须同时满足的写在一行，用“且”连接。")

    def clean(self):
        clean = super().clean()
        levels = {}
        for colour in ORDER:
            try:
                levels[colour] = thresholds.untyped(clean.get(colour, ""))
            except ValueError as wrong:
                self.add_error(colour, _("“%(line)s”读不懂，应写成“AQI>200 持续48小时”。") % {"line": wrong})
        self.instance.levels = levels
        return clean


class ForecastForm(forms.Form):
    source = forms.CharField(label=_("预报来源"), max_length=120, initial=_("市生态环境监测中心、市气象台会商"))
    table = forms.CharField(
        label=_("预报"), widget=forms.Textarea(attrs={"rows": 8, "class": "tabular"}), max_length=20_000,
        help_text=_("每行一天“2026-12-01 212”，或每行一小时“2026-12-01 08 212”；可以从表格里直接粘贴。"),
    )  # fmt: skip
