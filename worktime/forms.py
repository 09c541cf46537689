from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import Lines

SPANS = 3


class DayForm(forms.Form):
    is_workday = forms.TypedChoiceField(
        label=_("这一天"), choices=[("1", _("上班")), ("0", _("放假"))], coerce=lambda value: value == "1", widget=forms.RadioSelect
    )
    name = forms.CharField(label=_("节假日名称"), max_length=30, required=False, help_text=_("例如：国庆节。调休上班也填节日名称。"))
    reason = forms.CharField(label=_("修改原因"), max_length=200, help_text=_("写明文件名称或文号，记入审计。"))


class ImportForm(forms.Form):
    text = forms.CharField(
        label=_("放假安排"),
        required=False,
        max_length=20_000,
        widget=Lines(attrs={"rows": 9}),
        help_text=_("粘贴国务院办公厅通知原文，或每行一条：日期（或起止日期）、休或班、名称。"),
    )
    file = forms.FileField(label=_("或选择文件（xlsx、csv）"), required=False, help_text=_("列为日期、休/班、名称。读入后先核对，再导入。"))

    def clean(self):
        if not self.cleaned_data.get("text", "").strip() and not self.cleaned_data.get("file"):
            raise forms.ValidationError(_("请粘贴放假安排或选择文件。"))
        return self.cleaned_data


class DutyHoursForm(forms.Form):
    """Up to three spans of the working day; ``cleaned_data["spans"]`` is what ``editing.set_duty_hours`` takes."""

    def __init__(self, *args, spans=(), **kwargs):
        initial = {f"{edge}_{n}": moment for n, span in enumerate(spans, start=1) for edge, moment in zip(("starts", "ends"), span, strict=True)}
        super().__init__(*args, initial=initial, **kwargs)
        for n in range(1, SPANS + 1):
            for edge, label in (("starts", _("时段 %(n)d 开始")), ("ends", _("时段 %(n)d 结束"))):
                clock = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
                self.fields[f"{edge}_{n}"] = forms.TimeField(label=label % {"n": n}, required=n == 1, widget=clock)

    def clean(self):
        pairs = [(self.cleaned_data.get(f"starts_{n}"), self.cleaned_data.get(f"ends_{n}")) for n in range(1, SPANS + 1)]
        for n, (starts, ends) in enumerate(pairs, start=1):
            if bool(starts) != bool(ends) and not self.errors:
                self.add_error(f"ends_{n}" if starts else f"starts_{n}", _("开始和结束时间须同时填写。"))
        return self.cleaned_data | {"spans": [pair for pair in pairs if all(pair)]}
