"""Forms of training: courses, questions, a class, the filter of people."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.forms import Lines, SeenForm, within
from grids import training
from grids.forms.fields import day_field, offer
from grids.models import Course, Field, Grid, Question

STANDING = [
    ("", _("全部")),
    (training.NEVER, _("从未培训")),
    (training.FAILED, _("未合格")),
    (training.EXPIRED, _("证书过期")),
    (training.VALID, _("证书有效")),
]
OPTIONS = 6


class CourseForm(SeenForm, forms.ModelForm):
    class Meta:
        model = Course
        fields = ["name", "field", "hours", "trainer", "content", "valid_months", "questions", "pass_score", "is_active"]
        help_texts = {"field": _("不选表示综合课程，从各领域题库抽题。")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["field"].queryset = Field.objects.filter(district_id=self.instance.district_id)
        for name, low, high in (("questions", 0, 50), ("pass_score", 0, 100), ("valid_months", 0, 120)):
            within(self.fields[name], low, high)


class QuestionForm(SeenForm, forms.ModelForm):
    """Six lines for options, or as many as there are, each with a tick for the right ones."""

    class Meta:
        model = Question
        fields = ["field", "text", "explanation", "is_active"]
        widgets = {"text": Lines(attrs={"rows": 2}), "explanation": Lines(attrs={"rows": 2})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["field"].queryset = Field.objects.filter(district_id=self.instance.district_id)
        lines = self.instance.lines if self.instance.pk else []
        self.places = max(OPTIONS, len(lines))
        for n in range(self.places):
            text, right = lines[n] if n < len(lines) else ("", False)
            label = _("选项 %(n)s") % {"n": n + 1}
            spoken = forms.TextInput(attrs={"aria-label": label})
            self.fields[f"option_{n}"] = forms.CharField(label=label, max_length=150, required=False, initial=text, widget=spoken)
            self.fields[f"right_{n}"] = forms.BooleanField(label=_("选项 %(n)s 正确") % {"n": n + 1}, required=False, initial=right)

    @property
    def lines(self):
        """Pairs of bound fields: option and its tick."""
        return [(self[f"option_{n}"], self[f"right_{n}"]) for n in range(self.places)]

    def clean(self):
        cleaned = super().clean()
        pairs = [(cleaned.get(f"option_{n}", "").strip(), cleaned.get(f"right_{n}", False)) for n in range(self.places)]
        kept = [(text, right) for text, right in pairs if text]
        self.instance.options = [text for text, _right in kept]
        self.instance.answers = [n for n, (_text, right) in enumerate(kept) if right]
        return cleaned


class TrainingFilter(forms.Form):
    town = forms.ModelChoiceField(label=_("乡办"), queryset=Grid.objects.none(), required=False, empty_label=_("全部"))
    standing = forms.ChoiceField(label=_("培训情况"), choices=STANDING, required=False)

    def __init__(self, *args, towns, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, "town", towns)


class BankFilter(forms.Form):
    field = forms.ModelChoiceField(label=_("专项领域"), queryset=Field.objects.none(), required=False, empty_label=_("全部"))

    def __init__(self, *args, fields, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, "field", fields)


class ClassForm(forms.Form):
    on = day_field(_("培训日期"))
    hours = forms.DecimalField(label=_("学时"), min_value=0, max_digits=4, decimal_places=1)
    trainer = forms.CharField(label=_("授课人或单位"), max_length=60, required=False)
    people = forms.ModelMultipleChoiceField(label=_("参加人员"), queryset=User.objects.none(), error_messages={"required": _("请勾选参加人员。")})

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, "people", people)

    def clean(self):
        """``score_<id>`` of those who were tested."""
        cleaned = super().clean()
        scores = {}
        for person in cleaned.get("people") or ():
            written = self.data.get(f"score_{person.pk}", "").strip()
            if written and not (written.isascii() and written.isdigit() and len(written) <= 3 and int(written) <= 100):
                self.add_error("people", _("%(name)s的得分须是 0 至 100 的整数。") % {"name": person})
            elif written:
                scores[person.pk] = int(written)
        cleaned["scores"] = scores
        return cleaned
