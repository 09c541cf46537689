"""Forms around rounds. They give clean values; services save."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.forms import SeenForm, within
from grids.forms.fields import day_field
from inspections.models import FieldSettings, PatrolRule
from inspections.words import Weather
from registers.models import SiteKind

LONGEST = dt.timedelta(days=366)


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(User.objects.none(), label=_("移交给"), empty_label=_("请选择"))
    reason = forms.CharField(label=_("移交原因"), max_length=200)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people


class CoverageForm(forms.Form):
    first = day_field(_("日期起"), required=False)
    last = day_field(_("日期止"), required=False)

    def clean(self):
        clean = super().clean() or {}
        first, last = clean.get("first"), clean.get("last")
        if first and last and not dt.timedelta() <= last - first <= LONGEST:
            raise ValidationError(_("日期止不能早于日期起，最长一年。"))
        return clean


class RuleForm(SeenForm, forms.ModelForm):
    class Meta:
        model = PatrolRule
        fields = ("level", "kind", "risk", "weather", "times", "per", "is_night", "window_from", "window_to", "share", "is_active")
        widgets = {name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M") for name in ("window_from", "window_to")}
        help_texts = {
            "level": _("1为区县，2为乡办，3为村（社区）。"),
            "share": _("每个周期随机抽取的对象比例。"),
            "window_from": _("不填为全天；夜查不填为22:00至次日05:00。"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = SiteKind.objects.filter(district=self.instance.district_id)
        self.fields["kind"].empty_label = _("全部")
        self.fields["risk"].choices = [("", _("全部")), *[each for each in self.fields["risk"].choices if each[0]]]
        for name, low, high in (("level", 1, 6), ("times", 1, 10), ("share", 1, 100)):
            within(self.fields[name], low, high)

    def clean(self):
        clean = super().clean()
        if (clean.get("window_from") is None) != (clean.get("window_to") is None):
            self.add_error("window_to", _("时段起和时段止要一起填写。"))
        return clean


class WeatherForm(forms.Form):
    weather = forms.ChoiceField(label=_("预警级别"), choices=[each for each in Weather.choices if each[0] != Weather.ORDINARY])
    note = forms.CharField(label=_("依据"), max_length=200, required=False, help_text=_("文号或通知。"))


class FieldSettingsForm(SeenForm, forms.ModelForm):
    class Meta:
        model = FieldSettings
        fields = ("far_m", "squad_phone", "track", "track_months")
        help_texts = {
            "far_m": _("到访位置离对象超过这个距离（减去定位误差）时给出提示，不影响提交。"),
            "squad_phone": _("手机上遇火情、浓烟时一键拨打。"),
            "track": _("只在夜查和污染天气巡查进行时记录，手机上会明示；平时从不记录。"),
            "track_months": _("到期自动删除，留有记录。"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        within(self.fields["far_m"], 20, 5000)
        within(self.fields["track_months"], 1, 60)
