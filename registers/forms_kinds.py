"""Forms of the kinds of objects: the kind itself, its statuses, one column."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.forms import Lines, SeenForm
from registers.models import SiteKind

VALUE_KINDS = [("text", _("文字")), ("choice", _("选项")), ("int", _("整数")), ("decimal", _("数字")), ("bool", _("是或否")), ("date", _("日期"))]
ICONS = [
    ("site", _("工地")), ("factory", _("企业")), ("catering", _("餐饮")), ("spray", _("汽修")), ("gas", _("加油站")), ("boiler", _("锅炉")), ("coal", _("散煤")),
    ("home", _("住户")), ("ground", _("裸地")), ("road", _("路段")), ("truck", _("车辆和机械")), ("station", _("站点")),
]  # fmt: skip
MASKS = [("", _("不遮盖")), ("phone", _("电话号码")), ("id", _("身份证号")), ("name", _("姓名"))]


class WordsField(forms.CharField):
    """One word per line."""

    def __init__(self, **options):
        super().__init__(widget=Lines(attrs={"rows": 4}), required=False, **options)

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value):
        return list(dict.fromkeys(word.strip()[:60] for word in super().to_python(value).splitlines() if word.strip()))


class KindForm(SeenForm, forms.ModelForm):
    class Meta:
        model = SiteKind
        fields = ["name", "code", "prefix", "field", "icon", "position", "has_trio", "is_active"]
        help_texts = {
            "code": _("小写字母、数字和连字符，接口和导入用它认类型。"),
            "prefix": _("自动编号的开头，例如 GD。"),
            "is_active": _("停用后不再新增，已有对象仍可查看。"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["field"].queryset = self.fields["field"].queryset.filter(district_id=self.instance.district_id)
        self.fields["icon"] = forms.ChoiceField(
            label=self.fields["icon"].label, choices=[("", _("默认")), *self.icons()], initial=self.instance.icon, required=False
        )
        if self.instance.pk:
            self.fields["code"].disabled = True

    def icons(self) -> list:
        """The drawings there are; one that was given another way stays."""
        known = self.instance.icon in ("", *(name for name, _label in ICONS))
        return ICONS if known else [*ICONS, (self.instance.icon, self.instance.icon)]

    def standing(self):
        return [*super().standing(), *map(str, self.instance.statuses or ())]

    def clean(self):
        clean = super().clean()
        others = SiteKind.objects.filter(district_id=self.instance.district_id).exclude(pk=self.instance.pk)
        for name in ("code", "prefix"):
            if clean.get(name) and others.filter(**{name: clean[name]}).exists():
                self.add_error(name, ValidationError(_("已有其他类型使用“%(value)s”。"), params={"value": clean[name]}))
        return clean


class StatusForm(forms.Form):
    code = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20)
    label = forms.CharField(label=_("状态名称"), required=False, max_length=20)
    is_over = forms.BooleanField(label=_("结束（不再巡查）"), required=False)


StatusFormSet = forms.formset_factory(StatusForm, extra=2, max_num=20, validate_max=True)


def statuses_of(formset) -> list[dict]:
    """Those with a name; a name taken away removes the status."""
    return [clean for form in formset if (clean := form.cleaned_data) and clean.get("label", "").strip()]


class ColumnForm(SeenForm):
    title = forms.CharField(label=_("栏目名称"), max_length=60)
    value_kind = forms.ChoiceField(label=_("填写内容"), choices=VALUE_KINDS)
    required = forms.BooleanField(label=_("必填"), required=False)
    choices = WordsField(label=_("可选的词"), help_text=_("填写内容为“选项”时，每行一个。"))
    unit = forms.CharField(label=_("单位"), max_length=20, required=False, help_text=_("例如 ㎡、台、mg/m³。"))
    synonyms = WordsField(label=_("表头的其他叫法"), help_text=_("导入时认得的表头，每行一个。"))
    mask = forms.ChoiceField(label=_("个人信息"), choices=MASKS, required=False)
    retired = forms.BooleanField(label=_("停用"), required=False, help_text=_("停用后不再填写和导出，已填的内容仍保留。"))

    def __init__(self, *args, is_new: bool, is_common: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        gone = ["retired"] if is_new else ["value_kind"]
        if is_common:
            gone += ["required", "choices", "unit", "mask", "retired"]
        for name in gone:
            del self.fields[name]
