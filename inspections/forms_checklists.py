"""A checklist as a form: its name and a row for each item. What is not in the form (limits by class of road) goes over from the old version."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from common.forms import Lines
from inspections.models import Checklist, ChecklistItem, ProblemType
from inspections.services.rules import ITEM_FIELDS, item_values
from inspections.words import AnswerType, Severity

MAX_ITEMS = 60
COMMA = "\u3001"
"""Between the options of a choice."""


class ChecklistForm(forms.Form):
    """``version``: the one the person has before them."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("检查清单"), max_length=60)


class ItemForm(forms.Form):
    """The row for a new item comes with what most items have, so that it counts as empty until something is written into it."""

    code = forms.RegexField(r"\A[A-Z0-9-]{2,20}\Z", label=_("代码"), error_messages={"invalid": _("代码由大写字母、数字和短横组成。")})
    text = forms.CharField(label=_("检查内容"), max_length=120)
    guide = forms.CharField(label=_("看什么"), max_length=300, required=False, widget=Lines(attrs={"rows": 2}))
    group = forms.CharField(label=_("分组"), max_length=40, required=False)
    answer_type = forms.ChoiceField(label=_("作答方式"), choices=AnswerType.choices, initial=AnswerType.PASS_FAIL)
    unit = forms.CharField(label=_("单位"), max_length=20, required=False)
    lower = forms.DecimalField(label=_("下限"), max_digits=12, decimal_places=4, required=False)
    upper = forms.DecimalField(label=_("上限"), max_digits=12, decimal_places=4, required=False)
    choices = forms.CharField(label=_("选项"), max_length=200, required=False, help_text=_("用顿号分开，合格的选项写在前面并以星号开头。"))
    severity = forms.ChoiceField(label=_("严重程度"), choices=Severity.choices, initial=Severity.GENERAL)
    photo_required = forms.BooleanField(label=_("不合格须拍照"), required=False)
    problem_type = forms.ModelChoiceField(ProblemType.objects.none(), label=_("默认问题类型"), required=False, empty_label=_("不提出问题"))
    legal_basis = forms.CharField(label=_("依据"), max_length=120, required=False)
    points = forms.IntegerField(label=_("分值"), min_value=1, max_value=1000, initial=100)

    def __init__(self, *args, district_id, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["problem_type"].queryset = ProblemType.objects.filter(district=district_id)

    def clean(self):
        clean = super().clean() or {}
        words = [word.strip() for word in (clean.get("choices") or "").split(COMMA) if word.strip()]
        if clean.get("answer_type") == AnswerType.CHOICE and len(words) < 2:
            self.add_error("choices", _("单选至少要有两个选项。"))
        lower, upper = clean.get("lower"), clean.get("upper")
        if lower is not None and upper is not None and lower > upper:
            self.add_error("upper", _("上限不能小于下限。"))
        return clean

    def values(self, kept: dict[str, dict]) -> dict:
        """Columns of an item; those the form does not show as the item of the same code had them."""
        clean = {name: value for name, value in self.cleaned_data.items() if name in ITEM_FIELDS}
        words = [word.strip() for word in clean["choices"].split(COMMA) if word.strip()]
        problem_type = self.cleaned_data["problem_type"]
        limits_by = kept.get(clean["code"], {}).get("limits_by", {}) if clean["answer_type"] == AnswerType.NUMBER else {}
        return clean | {
            "choices": [word.removeprefix("*") for word in words],
            "passing": [word.removeprefix("*") for word in words if word.startswith("*")],
            "problem_type_id": problem_type.pk if problem_type else None,
            "limits_by": limits_by,
        }


class ItemsFormSet(BaseFormSet):
    def clean(self):
        super().clean()
        if any(self.errors):
            return
        codes = [form.cleaned_data["code"] for form in self.kept_forms]
        if len(set(codes)) != len(codes):
            raise ValidationError(_("检查项的代码不能重复。"))
        if not codes:
            raise ValidationError(_("清单至少要有一项。"))

    @property
    def kept_forms(self) -> list[ItemForm]:
        return [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]

    def items(self, checklist: Checklist) -> list[dict]:
        kept = {item.code: item_values(item) for item in checklist.items.all()}
        return [form.values(kept) for form in self.kept_forms]


Items = formset_factory(ItemForm, formset=ItemsFormSet, extra=1, can_delete=True, max_num=MAX_ITEMS, absolute_max=MAX_ITEMS)


def initial_of(item: ChecklistItem) -> dict:
    words = COMMA.join(f"*{word}" if word in item.passing else word for word in item.choices)
    return item_values(item) | {"choices": words, "problem_type": item.problem_type_id}
