from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from scorecards.indicators import INDICATORS, Shape
from scorecards.models import MONTH, Scheme
from scorecards.words import month_words

HUNDRED = Decimal(100)
GRADES = ("excellent_from", "good_from", "pass_from", "bonus_cap")
FIGURES = {
    Shape.START: ("full",),
    Shape.NO_SOURCE: ("full",),
    Shape.RATE: ("full", "threshold", "slope", "inverse"),
    Shape.SHARE: ("full", "threshold", "slope", "inverse"),
    Shape.DEDUCTION: ("full", "per_event", "cap_per_item", "cap", "stacks"),
    Shape.BONUS: ("per_event", "cap", "stacks"),
    Shape.TALLY: ("full", "per_event", "cap"),
    Shape.ENTRY: ("per_event", "cap"),
    Shape.BASE: (),
}
"""What of a line can be set."""
LABELS = {"full": _("满分"), "per_event": _("每次分值"), "cap_per_item": _("每件上限"), "cap": _("本项上限"), "stacks": _("可叠加")}


class MonthForm(forms.Form):
    month = forms.ChoiceField(label=_("月份"))

    def __init__(self, *args, months, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = [(month, month_words(month)) for month in months]


class SchemeForm(forms.Form):
    """A new version: marks as people write them (0.5), kept as integer hundredths."""

    in_force_from = forms.CharField(label=_("启用月份"), max_length=7, validators=[MONTH], help_text=_("形如 2026-12；已生成计分卡的月份不再改变。"))
    note = forms.CharField(label=_("修订说明"), max_length=300, help_text=_("改了什么、依据什么文件。"))

    def __init__(self, *args, scheme: Scheme, first_month: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.scheme, self.first_month = scheme, first_month
        self.fields["in_force_from"].initial = first_month
        for name in GRADES:
            self.fields[name] = _points(Scheme._meta.get_field(name).verbose_name, getattr(scheme, name), required=True)
        for line in scheme.lines.all():
            for name in self.figures(line):
                self.fields[f"{line.indicator}.{name}"] = _field(line, name)

    @staticmethod
    def figures(line) -> tuple[str, ...]:
        if line.part == "info":
            return ()
        return FIGURES[INDICATORS[line.indicator].shape]

    def lines(self):
        """Line, its definition, its bound fields: for the table of the page."""
        for line in self.scheme.lines.all():
            names = self.figures(line)
            if names:
                yield line, INDICATORS[line.indicator], [self[f"{line.indicator}.{name}"] if name in names else None for name in LABELS]

    def clean_in_force_from(self):
        month = self.cleaned_data["in_force_from"]
        if month < self.first_month:
            raise forms.ValidationError(
                _("最早可从 %(month)s 起启用：之前的月份已生成计分卡。"), params={"month": month_words(self.first_month)}, code="too_early"
            )
        return month

    def clean(self):
        cleaned = super().clean()
        steps = [cleaned.get(name) for name in GRADES[:3]]
        if None not in steps and not steps[0] > steps[1] > steps[2]:
            self.add_error("good_from", _("优秀线须高于良好线，良好线须高于合格线。"))
        return cleaned

    def revision(self) -> dict:
        """Arguments of ``services.schemes.revise``."""
        cleaned = self.cleaned_data
        figures: dict[str, dict] = {}
        for key, value in cleaned.items():
            if "." in key:
                indicator, name = key.split(".")
                figures.setdefault(indicator, {})[name] = value if name == "stacks" else _hundredths(value, empty=None if "cap" in name else 0)
        grades = {name: _hundredths(cleaned[name], empty=0) for name in GRADES}
        return {"in_force_from": cleaned["in_force_from"], "note": cleaned["note"], "grades": grades, "figures": figures}


def _field(line, name: str) -> forms.Field:
    label = f"{INDICATORS[line.indicator].label} · {LABELS[name]}"
    if name == "stacks":
        return forms.BooleanField(label=label, initial=line.stacks, required=False)
    return _points(label, getattr(line, name), required=False)


def _points(label, value: int | None, *, required: bool) -> forms.DecimalField:
    initial = None if value is None else Decimal(value) / HUNDRED
    return forms.DecimalField(label=label, initial=initial, required=required, min_value=0, max_value=100, decimal_places=2)


def _hundredths(value: Decimal | None, *, empty):
    return empty if value is None else int(value * HUNDRED)
