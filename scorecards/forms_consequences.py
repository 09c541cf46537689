"""Forms of ladders, proposals, money and clues."""

import re
import uuid
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from common.forms import Lines, within
from grids.models import Organisation
from grids.roles import OrganisationKind
from inspections.models import Finding
from scorecards.forms_papers import Papers
from scorecards.models import MONTH, ConsequenceRule, MoneyRule
from scorecards.rule_words import MONTHS_OF_QUARTER, RATES
from scorecards.words import Kind, Metric, Mode, MoneyKind, MoneySide, Side

UNITS = [(kind, label) for kind, label in Kind.choices if kind != "grid"]


def note_field(label, **more) -> forms.CharField:
    return forms.CharField(label=label, max_length=300, widget=Lines(attrs={"rows": 2}), **more)


class VersionedForm(forms.ModelForm):
    """A new version. ``key`` keeps a form that is sent twice from making two rules."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    unit_kind = forms.ChoiceField(label=_("适用单位"), choices=UNITS)
    in_force_from = forms.CharField(label=_("启用月份"), max_length=7, validators=[MONTH], help_text=_("形如 2026-12；已结账的月份不再改变。"))

    def __init__(self, *args, first_month: str, **more):
        super().__init__(*args, **more)
        stored = self.instance
        self.fields["key"].initial = stored.key if stored.pk else uuid.uuid4()
        self.initial["in_force_from"] = max(stored.in_force_from or first_month, first_month)

    def draft(self, district):
        """A fresh row of the clean values; the version it is based on stays as it is."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return self._meta.model(district=district, key=self.cleaned_data["key"], **values)


class ConsequenceRuleForm(VersionedForm):
    threshold = forms.DecimalField(
        label=_("达到数值"), required=False, decimal_places=2, max_digits=7, help_text=_("与名额二选一。得分率写百分数，如 60；件数写整数。")
    )

    class Meta:
        model = ConsequenceRule
        fields = (
            "name", "unit_kind", "metric", "side", "n", "threshold", "mode", "count", "window", "in_quarter", "action", "target_post", "ladder", "rung",
            "card_months", "in_force_from", "is_active", "note",
        )  # fmt: skip
        help_texts = {
            "n": _("前几名或后几名；分界处并列的都算。"),
            "side": _("“靠前”用于表扬，“靠后”用于其他措施。"),
            "window": _("在最近几个月之内数次数；连续的不少于次数。"),
            "target_post": _("只写职务，如“乡镇主要负责人”，不写姓名。"),
            "ladder": _("同一阶梯里只提出已达到的最重一级；约谈另计。"),
            "rung": _("数字越大越重。"),
            "card_months": _("只用于黄牌、红牌。"),
        }

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        for name, (least, most) in {"n": (1, 200), "count": (1, 24), "window": (1, 24), "rung": (1, 9), "card_months": (1, 24)}.items():
            self.fields[name].validators += [MinValueValidator(least), MaxValueValidator(most)]
            self.fields[name].widget.attrs |= {"min": least, "max": most}
        stored = self.instance.threshold
        if stored is not None:
            self.initial["threshold"] = Decimal(stored) / 100 if self.instance.metric in RATES else stored

    def clean(self):
        clean = super().clean()
        metric, threshold, n = clean.get("metric"), clean.get("threshold"), clean.get("n")
        if "threshold" not in self.errors and "n" not in self.errors and (n is None) == (threshold is None):
            self.add_error("n", _("名额和数值须填且只填一项。"))
        elif threshold is not None:
            clean["threshold"] = self._stored(metric, threshold)
        if metric == Metric.LATENESS and clean.get("unit_kind") not in (Kind.TOWNSHIP, Kind.DEPARTMENT):
            self.add_error("metric", _("逾期时长只用于乡办和部门。"))
        if clean.get("action") == "praise" and clean.get("side") == Side.BOTTOM:
            self.add_error("side", _("通报表扬请取“靠前”的一端。"))
        if None not in (clean.get("count"), clean.get("window")) and clean["window"] < clean["count"]:
            self.add_error("window", _("月数不能少于次数，否则永远达不到。"))
        if clean.get("mode") == Mode.CONSECUTIVE and clean.get("in_quarter") and (clean.get("count") or 0) > 3:
            self.add_error("count", _("一个季度只有3个月。"))
        if clean.get("mode") == Mode.CUMULATIVE and clean.get("in_quarter") and clean.get("window") not in (None, MONTHS_OF_QUARTER):
            self.add_error("window", _("只算同一季度的，累计月数请填 3，即整个季度。"))
        return clean

    def _stored(self, metric: str, threshold: Decimal) -> int | None:
        if metric in (Metric.RANK, None):
            self.add_error("threshold", _("按排名时请填名额，不填数值。"))
        elif metric in RATES:
            return int(threshold * 100)
        elif threshold != int(threshold) or threshold < (self.data.get("side") == Side.BOTTOM):
            self.add_error("threshold", _("请填整数；靠后时至少为1。"))
        return int(threshold)

    def _post_clean(self):
        """The constraints speak of the stored row; ``clean`` has said the same in people's words."""


class MoneyRuleForm(VersionedForm):
    tiers = forms.CharField(
        label=_("分档"),
        required=False,
        widget=Lines(attrs={"rows": 3}),
        help_text=_("每行一档：界限 金额（元）。排名的界限是名次，如“1 1000000”。"),
    )

    class Meta:
        model = MoneyRule
        fields = (
            "name", "kind", "unit_kind", "metric", "side", "n", "amount", "first_amount", "unit", "cap", "ties", "tiers", "in_force_from", "is_active",
            "note",
        )  # fmt: skip
        help_texts = {
            "n": _("只用于按名次定额；分界处并列的都算。"),
            "amount": _("正整数，以元计；奖还是扣由上面一项决定。"),
            "first_amount": _("只用于按件；不填与其余各件相同。"),
            "unit": _("百分点或件数，只用于按单位数量和与平均值之差。"),
        }

    LINE = re.compile(r"(-?\d{1,4}(?:\.\d{1,2})?)[\s,，:：]+(\d{1,12})")

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.fields["metric"].choices = [(value, label) for value, label in Metric.choices if value != Metric.YELLOW]
        within(self.fields["n"], 1, 200)
        self.initial["tiers"] = "\n".join(f"{bound} {yuan}" for bound, yuan in self.instance.tiers)

    def clean_tiers(self):
        lines = [line.strip() for line in self.cleaned_data["tiers"].splitlines() if line.strip()]
        return [self._tier(n, line) for n, line in enumerate(lines, 1)]

    def _tier(self, n: int, line: str) -> list:
        found = self.LINE.fullmatch(line)
        if found is None:
            raise ValidationError(_("第%(n)s行看不懂：请写成“1 1000000”。"), params={"n": n})
        bound = Decimal(found[1])
        return [int(bound) if bound == int(bound) else float(bound), int(found[2])]

    def clean(self):
        clean = super().clean()
        kind, metric = clean.get("kind"), clean.get("metric")
        wanted = {MoneyKind.RANK_FIXED: "n", MoneyKind.TIER: "tiers"}.get(kind, "amount")
        for name in {wanted, "amount"} - ({"amount"} if kind == MoneyKind.TIER else set()):
            if not clean.get(name) and name not in self.errors:
                self.add_error(name, _("这种算法须填写此项。"))
        if kind in (MoneyKind.PER_UNIT, MoneyKind.MEAN_DIFFERENCE) and metric == Metric.RANK:
            self.add_error("metric", _("名次不能按数量折算，请改用得分率或件数。"))
        if kind == MoneyKind.EVENT and (metric in (*RATES, Metric.RANK) or clean.get("side") != MoneySide.BOTTOM):
            self.add_error("side", _("按件只用于扣款，指标须为件数。"))
        if kind == MoneyKind.TIER and clean.get("side") == MoneySide.BOTH:
            self.add_error("side", _("分档请分别建奖、扣两条规则。"))
        if clean.get("unit") is not None and clean["unit"] <= 0:
            self.add_error("unit", _("须大于零。"))
        return clean

    def _post_clean(self):
        """As above."""


class PresetForm(forms.Form):
    preset = forms.ChoiceField(label=_("现成规则"))

    def __init__(self, *args, presets, **more):
        super().__init__(*args, **more)
        self.fields["preset"].choices = [(each.code, each.title) for each in presets]


# --- deciding -----------------------------------------------------------------------------------------------------------------------
class StepForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class ApproveForm(StepForm):
    note = note_field(_("审批意见"), required=False)


class DropForm(StepForm):
    note = note_field(_("不采纳的理由"))


class SendBackForm(StepForm):
    note = note_field(_("退回理由"))


class IssueForm(StepForm):
    paper_number = forms.CharField(label=_("文号"), max_length=60)


PROPOSAL_FORMS = {"approve": ApproveForm, "drop": DropForm, "issue": IssueForm}


class ReasonForm(forms.Form):
    note = note_field(_("理由"))


class SignForm(StepForm):
    paper_number = forms.CharField(label=_("文号"), max_length=60, required=False)


MONEY_FORMS = {"check": StepForm, "send_back": SendBackForm, "sign": SignForm}


# --- clues --------------------------------------------------------------------------------------------------------------------------
class ClueForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    organisation = forms.ModelChoiceField(label=_("涉及单位"), queryset=Organisation.objects.none())
    findings = forms.CharField(label=_("涉及问题"), required=False, help_text=_("填问题编号，以逗号或空格分隔，如 2026-000123。"))
    facts = forms.CharField(
        label=_("基本事实"),
        max_length=4000,
        widget=Lines(attrs={"rows": 6}),
        help_text=_("写单位和事实，不写个人姓名；涉及的人由受理机关查明。"),
    )
    receiver = forms.CharField(label=_("受理机关"), max_length=60, initial=_("区纪委监委"))
    paper_number = forms.CharField(label=_("移送函文号"), max_length=60)
    evidence = Papers(label=_("证据材料"))

    def __init__(self, *args, district, user, **more):
        super().__init__(*args, **more)
        self.user, self.district = user, district
        units = Organisation.objects.filter(district=district, kind__in=(OrganisationKind.TOWNSHIP, OrganisationKind.DEPARTMENT))
        self.fields["organisation"].queryset = units.order_by("position", "id")

    def clean_findings(self):
        numbers = [each for each in re.split(r"[\s,，、;；]+", self.cleaned_data["findings"]) if each]
        found = {each.number: each for each in Finding.objects.visible_to(self.user).filter(district=self.district, number__in=numbers)}
        if unknown := [each for each in numbers if each not in found]:
            raise ValidationError(_("没有找到这些编号的问题：%(numbers)s。"), params={"numbers": str(_("、")).join(unknown)})
        return list(found.values())


class ReceiptForm(StepForm):
    receipt = forms.CharField(label=_("回执"), max_length=200, help_text=_("受理机关回执的编号或说明，不写个人姓名。"))
    accepted_on = forms.DateField(label=_("受理日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class ResultForm(StepForm):
    result = forms.CharField(
        label=_("处理结果"), max_length=2000, widget=Lines(attrs={"rows": 4}), help_text=_("受理机关反馈的处理意见，不写个人姓名。")
    )
    result_on = forms.DateField(label=_("结果日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


CLUE_FORMS = {"accept": ReceiptForm, "conclude": ResultForm}
