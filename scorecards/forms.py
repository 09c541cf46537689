from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from scorecards.indicators import INDICATORS, Indicator, Shape
from scorecards.indicators.air import Way
from scorecards.models import MONTH, Scheme, SchemeLine
from scorecards.words import Part, month_words, part_label

HUNDRED = Decimal(100)
GRADES = ("excellent_from", "good_from", "pass_from", "bonus_cap")
SWITCHES = ("marks_once", "parts_floor")
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
FIGURES_OF_AIR = {Way.TARGET: ("full", "slope"), Way.CHANGE: ("full", "threshold", "slope"), Way.RANK: ("full",), Way.CHANGE_RANK: ("full",)}
LABELS = {name: SchemeLine._meta.get_field(name).verbose_name for name in ("full", "per_event", "cap_per_item", "cap", "threshold", "slope")}
CHOICES = {name: SchemeLine._meta.get_field(name).verbose_name for name in ("inverse", "stacks")}
MAY_BE_EMPTY = ("cap_per_item", "cap", "threshold")
DROPPED = "dropped"
"""Instead of a part: the line is left out of the new version."""


def figures_of(known: Indicator) -> tuple[str, ...]:
    return FIGURES_OF_AIR[known.air.way] if known.air else FIGURES[known.shape]


class MonthForm(forms.Form):
    month = forms.ChoiceField(label=_("月份"))

    def __init__(self, *args, months, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = [(month, month_words(month)) for month in months]


class SchemeForm(forms.Form):
    """A new version: lines with part, place and marks as people write them (0.5), kept as integer hundredths."""

    in_force_from = forms.CharField(label=_("启用月份"), max_length=7, validators=[MONTH], help_text=_("形如 2026-12；已生成计分卡的月份不再改变。"))
    note = forms.CharField(label=_("修订说明"), max_length=300, help_text=_("改了什么、依据什么文件。"))
    name = forms.CharField(label=_("名称"), max_length=60)
    after = forms.IntegerField(widget=forms.HiddenInput)
    fewest = forms.IntegerField(
        label=_("最少样本数"),
        required=False,
        min_value=0,
        max_value=1000,
        help_text=_("计分比率的分母合计少于此数的，显示“样本过少”，不参与排名；0 为不限。"),
    )
    marks_once = forms.BooleanField(
        label=_("同一事件只扣一次，取最重"), required=False, help_text=_("不勾选时各项分别扣；勾选时注明“可叠加”的仍分别扣。")
    )
    parts_floor = forms.BooleanField(label=_("各部分扣完为止"), required=False, help_text=_("不勾选时某一部分可为负分，总分仍不低于0。"))

    def __init__(self, *args, scheme: Scheme, first_month: str, added: list[str] = (), typed: dict | None = None, last_version: int = 0, **kwargs):
        """``typed``: values to begin with instead of the scheme's."""
        super().__init__(*args, **kwargs)
        self.scheme, self.first_month, self.added = scheme, first_month, list(added)
        self.lines_shown = [*scheme.lines.all(), *(SchemeLine(scheme=scheme, part=Part.INFORMATION, indicator=code) for code in added)]
        self.fields["in_force_from"].initial = first_month
        for name in ("name", "fewest", *SWITCHES):
            self.fields[name].initial = getattr(scheme, name)
        for name in GRADES:
            self.fields[name] = _points(Scheme._meta.get_field(name).verbose_name, getattr(scheme, name), required=True)
        for place, line in enumerate(self.lines_shown, 1):
            self._add_line(line, place)
        self.fields["after"].initial = last_version
        if typed:
            self._begin_with(typed)

    def _begin_with(self, typed: dict) -> None:
        """A page sent back to add a line carries every field; an address names only what is to differ."""
        whole = "csrfmiddlewaretoken" in typed
        for name, field in self.fields.items():
            if name in typed:
                field.initial = typed[name]
            elif whole:
                field.initial = None

    def _add_line(self, line: SchemeLine, place: int) -> None:
        label = INDICATORS[line.indicator].label
        choices = [(part, part_label(self.scheme.kind, part)) for part in parts_of(line)] + [(DROPPED, _("删去"))]
        self.fields[f"{line.indicator}.part"] = forms.ChoiceField(label=f"{label} · {_('部分')}", choices=choices, initial=line.part)
        self.fields[f"{line.indicator}.position"] = forms.IntegerField(label=f"{label} · {_('排序')}", min_value=1, max_value=999, initial=place)
        for name in figures_of(INDICATORS[line.indicator]):
            self.fields[f"{line.indicator}.{name}"] = _field(line, name)

    def lines(self):
        """Definition and bound fields of each line, empty where nothing can be set: for the table of the page."""
        for line in self.lines_shown:
            names = figures_of(INDICATORS[line.indicator])
            settable = [self[f"{line.indicator}.{name}"] if name in names else None for name in (*LABELS, *CHOICES)]
            yield INDICATORS[line.indicator], [self[f"{line.indicator}.part"], self[f"{line.indicator}.position"], *settable]

    @property
    def heads(self):
        return [*LABELS.values(), *CHOICES.values()]

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
        for line in self.lines_shown:
            self._check_slope(line.indicator, cleaned)
        return cleaned

    def _check_slope(self, code: str, cleaned: dict) -> None:
        if INDICATORS[code].air:
            return
        slope, threshold = cleaned.get(f"{code}.slope"), cleaned.get(f"{code}.threshold")
        if slope and threshold is None and f"{code}.threshold" not in self.errors:
            self.add_error(f"{code}.threshold", _("填了每低1个百分点扣多少分，须同时填达标线。"))

    def look_at(self, version: int) -> None:
        """A newer version has been told of: pressed again, what was typed is saved after it."""
        self.data = self.data.copy()
        self.data["after"] = version

    def revision(self) -> dict:
        """Arguments of ``services.schemes.revise``."""
        cleaned = self.cleaned_data
        lines = [self._line(line.indicator) for line in self.lines_shown if cleaned[f"{line.indicator}.part"] != DROPPED]
        rules = {name: _hundredths(cleaned[name], empty=0) for name in GRADES} | {
            "name": cleaned["name"],
            "fewest": cleaned["fewest"] or 0,
            **{name: cleaned[name] for name in SWITCHES},
        }
        return {**{name: cleaned[name] for name in ("in_force_from", "note", "after")}, "rules": rules, "lines": lines}

    def _line(self, code: str) -> dict:
        found = {"indicator": code, "part": self.cleaned_data[f"{code}.part"], "position": self.cleaned_data[f"{code}.position"]}
        for name in figures_of(INDICATORS[code]):
            value = self.cleaned_data[f"{code}.{name}"]
            found[name] = value if name in CHOICES else _hundredths(value, empty=None if name in MAY_BE_EMPTY else 0)
        return found


def addable(scheme: Scheme, shown: set[str]) -> dict[str, Indicator]:
    """Indicators of the catalogue that a scheme of this kind can still take in."""
    return {code: each for code, each in INDICATORS.items() if scheme.kind in each.kinds and each.shape != Shape.BASE and code not in shown}


class ReadyMadeForm(forms.Form):
    """A ready-made scheme to start from."""

    code = forms.ChoiceField()

    def __init__(self, *args, ready_made, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [(each.code, each.name) for each in ready_made]


def parts_of(line: SchemeLine) -> list[str]:
    """Parts an indicator can stand in."""
    shape = INDICATORS[line.indicator].shape
    if shape == Shape.BONUS:
        return [Part.BONUS, Part.INFORMATION]
    if shape == Shape.ENTRY:
        return [Part.CARRIED] if line.indicator == "correction" else [Part.A, Part.B, Part.C, Part.D, Part.BONUS]
    return [Part.A, Part.B, Part.C, Part.D, Part.INFORMATION]


def _field(line, name: str) -> forms.Field:
    label = f"{INDICATORS[line.indicator].label} · {(LABELS | CHOICES)[name]}"
    if name in CHOICES:
        return forms.BooleanField(label=label, initial=getattr(line, name), required=False)
    return _points(label, getattr(line, name), required=False)


def _points(label, value: int | None, *, required: bool) -> forms.DecimalField:
    initial = None if value is None else Decimal(value) / HUNDRED
    return forms.DecimalField(label=label, initial=initial, required=required, min_value=0, max_value=100, decimal_places=2)


def _hundredths(value: Decimal | None, *, empty):
    return empty if value is None else int(value * HUNDRED)
