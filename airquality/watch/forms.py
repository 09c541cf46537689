"""Forms around watching. They give clean values; services save."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from airquality.models import AnomalyRule, NearVisit, OwnSource, StandingMeasure, StationPlan, WatchSettings
from airquality.watch import buffer
from airquality.watch.figures import RULES, defaults, watched
from airquality.watch.words import Shift, Zone
from airquality.words import SYMBOLS
from common import clock
from common.forms import Lines, SeenForm, within
from grids.models import Organisation
from grids.roles import OrganisationKind


class RuleForm(SeenForm):
    """The figures of one rule, each with its bounds and what a new district begins with."""

    def __init__(self, *args, rule: AnomalyRule, **kwargs):
        self.rule = rule
        kept, begin = defaults(rule.code) | rule.figures, defaults(rule.code)
        initial = kept | {"is_active": rule.is_active, "pollutants": rule.pollutants}
        super().__init__(*args, initial=initial, **kwargs)
        for figure in RULES[rule.code]:
            label = _("%(label)s（%(unit)s）") % {"label": figure.label, "unit": figure.unit} if figure.unit else figure.label
            help_text = _("%(low)s 到 %(high)s，默认 %(default)s。") % {"low": figure.low, "high": figure.high, "default": begin[figure.name]}
            self.fields[figure.name] = forms.CharField(
                label=label, max_length=12, help_text=help_text, widget=forms.TextInput({"inputmode": "decimal"})
            )
        choices = [(name, SYMBOLS[name]) for name in watched(rule.code)]
        if len(choices) > 1:
            self.fields["pollutants"] = forms.MultipleChoiceField(
                label=_("监视的污染物"),
                choices=choices,
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": _("请至少选一项；不需要这条规则时请停用。")},
            )
        self.fields["is_active"] = forms.BooleanField(label=_("启用"), required=False)
        self.order_fields([figure.name for figure in RULES[rule.code]])

    def clean(self):
        clean = super().clean()
        for figure in RULES[self.rule.code]:
            if figure.name in clean:
                try:
                    clean[figure.name] = figure.clean(clean[figure.name])
                except ValidationError as refused:
                    self.add_error(figure.name, refused)
        return clean

    @property
    def figures(self) -> dict[str, str]:
        return {figure.name: self.cleaned_data[figure.name] for figure in RULES[self.rule.code]}

    @property
    def pollutants(self) -> list[str]:
        return self.cleaned_data.get("pollutants", list(watched(self.rule.code)))


class SettingsForm(SeenForm, forms.ModelForm):
    class Meta:
        model = WatchSettings
        fields = ("repeat_hours", "late_hours", "wait_minutes", "regional_share", "regional_stations", "includes_micro")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, low, high in (
            ("repeat_hours", 1, 72), ("late_hours", 1, 72), ("wait_minutes", 5, 180), ("regional_share", 1, 500), ("regional_stations", 2, 50)
        ):  # fmt: skip
            within(self.fields[name], low, high)


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, **options):
        super().__init__(format="%Y-%m-%dT%H:%M", **options)


class DustForm(forms.Form):
    note = forms.CharField(label=_("依据"), max_length=200, help_text=_("例如气象台沙尘预警的文号。"))
    starts_at = forms.DateTimeField(label=_("开始时间"), required=False, widget=MomentInput(), help_text=_("不填为现在。"))


class WindForm(forms.Form):
    direction = forms.IntegerField(label=_("风向（度）"), required=False, help_text=_("风从哪里来：北风0，东风90，南风180，西风270。静风不填。"))
    speed = forms.DecimalField(label=_("风速（m/s）"), max_digits=4, decimal_places=1)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        within(self.fields["direction"], 0, 359)
        within(self.fields["speed"], 0, 60)


# --- a station's plan -------------------------------------------------------------------------------------------------------------------
class PlanForm(SeenForm, forms.ModelForm):
    class Meta:
        model = StationPlan
        fields = ("squad", "surroundings", "core_hours", "key_per_day", "extended_per_day")
        widgets = {"surroundings": Lines({"rows": 4})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        squads = Organisation.objects.filter(district=self.instance.district_id, kind=OrganisationKind.SQUAD).active(clock.today())
        offer(self, "squad", squads)
        self.fields["squad"].help_text = _("在“网格与人员”的单位中新增专班并任命人员，再在这里选择。")
        for name in ("core_hours", "key_per_day", "extended_per_day"):
            within(self.fields[name], 1, 24)


class MeasureForm(SeenForm, forms.ModelForm):
    class Meta:
        model = StandingMeasure
        fields = ("zone", "kind", "text", "organisation")

    def __init__(self, *args, zone: str = "", **kwargs):
        """``zone``: the buffer stands for itself, with nothing but watching on offer; the other rings may be chosen among."""
        super().__init__(*args, **kwargs)
        offer(self, "organisation", Organisation.objects.filter(district=self.instance.station.district_id).active(clock.today()))
        zones = [each for each in Zone if (each == Zone.BUFFER) == (zone == Zone.BUFFER)]
        kinds = buffer.offered(zone)
        for name, choices in (("zone", [(each.value, each.label) for each in zones]), ("kind", kinds)):
            self.fields[name].choices = choices if len(choices) == 1 else [("", _("请选择")), *choices]  # type: ignore[attr-defined]

    def clean(self):
        clean = super().clean()
        if {"zone", "kind", "text"} <= clean.keys():
            buffer.check(zone=clean["zone"], kind=clean["kind"], text=clean["text"])
        return clean


class SourceForm(SeenForm, forms.ModelForm):
    class Meta:
        model = OwnSource
        fields = ("name", "kind", "lon", "lat", "note")
        help_texts = {"kind": _("例如：建筑工地、餐饮聚集区、物料堆场、停车场。"), "lon": _("也可在地图上点选。")}


class PaperForm(forms.Form):
    title = forms.CharField(label=_("文件名称"), max_length=100, required=False, help_text=_("不填时用文件自己的名称。"))
    file = forms.FileField(label=_("文件"), help_text=_("PDF、Word、Excel 或图片，不超过 20 MB。"))


class VisitForm(forms.ModelForm):
    class Meta:
        model = NearVisit
        fields = ("person", "unit", "purpose", "arrived_at", "left_at", "in_buffer", "text")
        widgets = {"arrived_at": MomentInput(), "left_at": MomentInput(), "text": Lines({"rows": 3})}


def offer(form: forms.BaseForm, name: str, rows) -> None:
    field: Any = form.fields[name]
    field.queryset = rows
    field.empty_label = _("无")


# --- roster -----------------------------------------------------------------------------------------------------------------------------
class WeekForm(SeenForm):
    """Person and deputy for each turn of a week."""

    def __init__(self, *args, slots, standing, people, **kwargs):
        self.slots, self.stood_turns = slots, {key: (row.person_id, row.deputy_id) for key, row in standing.items()}
        super().__init__(*args, **kwargs)
        choices = [("", _("—")), *[(str(person.pk), str(person)) for person in people]]
        choices += [(str(each.pk), str(each)) for each in _gone(standing, people)]
        for day, shift in slots:
            turn = self.stood_turns.get((day, shift), (None, None))
            for part, pk in zip(("person", "deputy"), turn, strict=True):
                word = _("值班人") if part == "person" else _("副班")
                label = f"{day:%m-%d} {Shift(shift).label} {word}"
                self.fields[field_name(day, shift, part)] = forms.TypedChoiceField(
                    label=label, choices=choices, required=False, coerce=int, empty_value=None, initial=pk or ""
                )

    def clean(self):
        if not self.data.get("seen"):
            raise ValidationError(_("这一页没有完整送达，请刷新后再保存。"))
        return super().clean()

    @property
    def turns(self) -> dict:
        clean = self.cleaned_data
        return {(day, shift): tuple(clean[field_name(day, shift, part)] for part in ("person", "deputy")) for day, shift in self.slots}

    def cells(self):
        """Day → its two shifts with their bound fields."""
        found: dict = {}
        for day, shift in self.slots:
            pair = [self[field_name(day, shift, part)] for part in ("person", "deputy")]
            found.setdefault(day, []).append((Shift(shift).label, pair))
        return found.items()


def field_name(day, shift: str, part: str) -> str:
    return f"{day:%Y%m%d}-{shift}-{part}"


def _gone(standing, people) -> list[User]:
    """On the roster, but no longer in the squad: shown as they stand, refused when newly chosen."""
    there = {person.pk for person in people}
    found = {each.pk: each for row in standing.values() for each in (row.person, row.deputy) if each and each.pk not in there}
    return list(found.values())


class SwapForm(forms.Form):
    to = forms.ModelChoiceField(User.objects.none(), label=_("换成"), empty_label=_("请选择"))
    reason = forms.CharField(label=_("换班原因"), max_length=200)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people  # type: ignore[attr-defined]
