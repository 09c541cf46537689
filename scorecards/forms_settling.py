"""Forms of appeals, entries and the closing of a month. They give clean values; services save."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import Lines, SeenForm
from grids.models import Organisation
from scorecards.forms import HUNDRED
from scorecards.forms_papers import Papers
from scorecards.models import Appeal, SettlingRule
from scorecards.services import adjustments
from scorecards.words import AdjustmentKind, AppealState, InnovationLevel, month_words

OUTCOMES = [(state.value, state.label) for state in (AppealState.UPHELD, AppealState.PARTLY, AppealState.DECLINED)]
MOST_FILES = 5


def words(length: int, *, rows: int = 4) -> Lines:
    return Lines(attrs={"rows": rows, "maxlength": length})


class AppealForm(forms.Form):
    grounds = forms.CharField(label=_("申诉理由"), max_length=1000, widget=words(1000), help_text=_("写明哪一项事实或认定有误、依据是什么。"))
    evidence = Papers(label=_("佐证材料"))


class DecisionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("裁定"), choices=OUTCOMES, widget=forms.RadioSelect)
    granted = forms.DecimalField(
        label=_("核减分值"), required=False, min_value=0, max_value=100, decimal_places=2, help_text=_("部分成立时填写：从这项扣分中减去多少分。")
    )
    note = forms.CharField(label=_("裁定理由"), max_length=1000, widget=words(1000))

    def __init__(self, *args, appeal: Appeal, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = appeal.version

    def decision(self) -> dict:
        """Arguments of ``services.appealing.decide``."""
        clean = dict(self.cleaned_data)
        return clean | {"granted": int((clean["granted"] or 0) * HUNDRED)}


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class ProposeForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("说明"), max_length=300, required=False, widget=words(300, rows=2))


class SendBackForm(VersionForm):
    note = forms.CharField(label=_("退回理由"), max_length=300, widget=words(300, rows=2))


class AirForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    note = forms.CharField(
        label=_("理由"), max_length=300, widget=words(300, rows=2), help_text=_("为什么没有审核值、实时值可否采用，如“市站审核结果12日才下发”。")
    )


class RuleForm(SeenForm, forms.ModelForm):
    class Meta:
        model = SettlingRule
        fields = ("settling_day", "appeal_days", "air_values")
        help_texts = {
            "settling_day": _("次月几日结账（5—28）；遇非工作日顺延到下一个工作日。"),
            "appeal_days": _("1—10。申诉期从计分卡生成起，至结账日前这么多个工作日止，且不少于生成后同样多的工作日。"),
            "air_values": _("以实时值计入的，结账前须由攻坚办主任确认；只用审核值的，缺的要导入后才能结账。"),
        }


# --- entries ------------------------------------------------------------------------------------------------------------------------
class AboutForm(forms.Form):
    """What an entry is about; chosen before the entry itself is written."""

    kind = forms.ChoiceField(label=_("事项"), choices=AdjustmentKind.choices)
    unit = forms.ModelChoiceField(Organisation.objects.none(), label=_("单位"), empty_label=_("请选择"))
    of_month = forms.ChoiceField(label=_("更正的月份"), required=False)

    def __init__(self, *args, district_id, months, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = adjustments.units(district_id)
        self.fields["of_month"].choices = [("", _("只在更正时选择")), *((month, month_words(month)) for month in months)]

    def clean(self):
        clean = super().clean()
        if clean.get("kind") == AdjustmentKind.CORRECTION and not clean.get("of_month") and "of_month" not in self.errors:
            self.add_error("of_month", _("请选择要更正的已结账月份。"))
        return clean


class EntryForm(forms.Form):
    form = forms.UUIDField(widget=forms.HiddenInput)
    month = forms.ChoiceField(label=_("计入月份"))
    level = forms.ChoiceField(label=_("采纳级别"), choices=InnovationLevel.choices)
    of_row = forms.ChoiceField(label=_("更正的指标或明细"))
    amount = forms.DecimalField(
        label=_("更正分值"), min_value=-100, max_value=100, decimal_places=2, help_text=_("应当多给的写正数，应当多扣的写负数，如 -0.5。")
    )
    reason = forms.CharField(label=_("理由"), max_length=500, widget=words(500, rows=3))
    paper_number = forms.CharField(label=_("文号"), max_length=60, required=False, help_text=_("文号和佐证材料至少有一项。"))
    evidence = Papers(label=_("佐证材料"))

    def __init__(self, *args, kind, district_id, card=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind, self.card = kind, card
        self.fields["form"].initial = uuid.uuid4()
        months = adjustments.open_months(district_id)
        self.fields["month"].choices = [(month, month_words(month)) for month in months]
        if kind != AdjustmentKind.INNOVATION:
            del self.fields["level"]
        if kind == AdjustmentKind.CORRECTION:
            del self.fields["month"]
            self.fields["of_row"].choices = [("", _("请选择")), *_rows(card)]
        else:
            del self.fields["of_row"], self.fields["amount"]

    def entry(self) -> dict:
        """Arguments of ``services.adjusting.draw_up`` that are typed here."""
        clean = {name: value for name, value in self.cleaned_data.items() if name not in ("of_row", "evidence")}
        if self.kind == AdjustmentKind.CORRECTION:
            indicator, _dash, event = self.cleaned_data["of_row"].partition("|")
            clean |= {"of_indicator": indicator, "of_event_key": event, "amount": int(self.cleaned_data["amount"] * HUNDRED)}
            clean |= {"month": adjustments.first_open_month(self.card.district_id), "of_month": self.card.month}
        return clean


def _rows(card) -> list:
    lines = [(line.indicator, str(line.definition.label)) for line in card.lines.all()]
    marks = [(f"{row.line.indicator}|{row.event_key}", _mark(row)) for row in adjustments.marks_of(card)]
    return [(_("某一项扣分或加分"), marks), (_("某个指标的数字"), lines)]


def _mark(row) -> str:
    number = row.finding.number if row.finding else ""
    return f"{row.line.definition.label} {number or ''} {row.amount / 100:+.2f}"


class SignForm(forms.Form):
    """Signing or dropping an entry, with the signer's words."""

    note = forms.CharField(label=_("意见"), max_length=300, required=False, widget=words(300, rows=2), help_text=_("不予签批、撤回、撤销时必填。"))
