"""The ranking tool: a table and how to rank it. The columns that can be chosen are those of the table."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.forms import Lines
from scorecards import tables
from scorecards.methods.bulletin import Bulletin, Measure, Settings, Term
from scorecards.methods.combining import GRADE_TWO, TWO_FACTORS
from scorecards.methods.words import OF_ONE, OF_RANKS, WITH_WEIGHTS, Method, Rounding, Sign, TieBreak, What
from sheets.opening import content_of

GIVEN_PLACES = [("", _("按表中原样")), ("0", _("修约到整数")), ("1", _("修约到1位小数")), ("2", _("修约到2位小数")), ("3", _("修约到3位小数"))]
PLACES = [("0", _("整数")), ("1", _("1位小数")), ("2", _("2位小数")), ("3", _("3位小数")), ("", _("不修约（显示4位）"))]
DIRECTIONS = [("up", _("越小越好")), ("down", _("越大越好"))]
LONGEST = 400_000


class MethodForm(forms.Form):
    """``reading`` is the table, ``None`` while there is none that can be read."""

    text = forms.CharField(
        label=_("表格内容"),
        required=False,
        strip=False,
        max_length=LONGEST,
        widget=Lines(attrs={"rows": 9, "wrap": "off", "spellcheck": "false"}),
        help_text=_("从 Excel、WPS 或网页中连同表头复制，粘贴在这里。须有“单位”一列和数字列，可有“组别”列；上期数字的列名写“上期…”或“去年同期…”。"),
    )
    file = forms.FileField(
        label=_("或上传表格"), required=False, allow_empty_file=True, help_text=_(".xlsx 或 .csv；读取后内容显示在上面的框里，可以直接改。")
    )
    method = forms.ChoiceField(
        label=_("排名方法"),
        choices=Method.choices,
        initial=Method.FIGURE,
        help_text=_("两项加和指数＝PM2.5÷35＋SO2÷60；六项综合指数由六项浓度算出，单项修约到2位小数再相加。"),
    )
    rounding = forms.ChoiceField(
        label=_("修约"), choices=Rounding.choices, initial=Rounding.BEFORE, help_text=_("公布的名次多按修约后的数字排，数字相同即并列。")
    )
    figure_places = forms.ChoiceField(label=_("表中数字"), choices=GIVEN_PLACES, required=False)
    places = forms.ChoiceField(label=_("算出的数字"), choices=PLACES, initial="2", required=False)
    sign = forms.ChoiceField(label=_("变化率的正负"), choices=Sign.choices, initial=Sign.RAW)
    tie_break = forms.ChoiceField(label=_("数字相同时"), choices=TieBreak.choices, initial=TieBreak.SHARE)
    best = forms.IntegerField(label=_("列出前几名"), min_value=0, max_value=200, initial=3, required=False)
    worst = forms.IntegerField(label=_("列出后几名"), min_value=0, max_value=200, initial=3, required=False)
    by_group = forms.BooleanField(label=_("按组别分别排名"), required=False)
    spares = forms.BooleanField(label=_("各项均达到二级标准的，不列入后列名单"), required=False)

    data: Any

    def __init__(self, data=None, files=None, *, initial=None):
        super().__init__(data, initial=initial)
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.csv"
        self.reading: tables.Reading | None = None
        self.trouble: dict[str, ValidationError] = {}
        if self.is_bound:
            self.data = self.data.copy()
            self._take_file((files or {}).get("file"))
            self._read()

    def _take_file(self, upload) -> None:
        """What was uploaded becomes the text, so that it stays on the page and can be mended there."""
        if upload is None:
            return
        try:
            content_of(upload)
            self.data["text"] = tables.as_text(upload)
        except ValidationError as refused:
            self.trouble["file"] = refused

    def _read(self) -> None:
        text = self.data.get("text", "")
        if not self.trouble and not text.strip():
            self.trouble["text"] = ValidationError(_("请粘贴表格，或上传文件。"), code="required")
        if self.trouble:
            return
        try:
            self.reading = tables.read(text)
        except ValidationError as refused:
            self.trouble["text"] = refused
        else:
            self._add_columns(self.reading.measures)

    # --- the columns of the table -------------------------------------------------------------------------------------------------------
    def _add_columns(self, measures: list[Measure]) -> None:
        self.fields["column"] = forms.ChoiceField(
            label=_("按哪一列"), choices=[(measure.key, measure.key) for measure in measures], initial=_first(measures).key, required=False
        )
        self.fields["columns"] = forms.CharField(widget=forms.HiddenInput, initial="|".join(measure.key for measure in measures), required=False)
        usual = _usual(measures)
        for place, measure in enumerate(measures):
            self.fields[f"order.{place}"] = forms.ChoiceField(
                label=_("方向"), choices=DIRECTIONS, initial="up" if measure.ascending else "down", required=False
            )
            self._add_term(f"{place}", ticked=measure.key in usual)
            if measure.last:
                self._add_term(f"{place}.change", ticked=measure.key in usual)
        if self.data.get("columns") != self.fields["columns"].initial:
            self._set_out(measures)

    def _add_term(self, name: str, *, ticked: bool) -> None:
        self.fields[f"use.{name}"] = forms.BooleanField(label=_("计入"), required=False, initial=ticked)
        self.fields[f"weight.{name}"] = forms.DecimalField(
            label=_("权重"), required=False, initial=1, min_value=0, max_value=1000, max_digits=8, decimal_places=4
        )

    def _set_out(self, measures: list[Measure]) -> None:
        """Another table than before: choices about its columns begin anew."""
        for name, field in self.fields.items():
            if "." in name or name in ("column", "columns"):
                self.data.pop(name, None)
                if field.initial is not False:
                    self.data[name] = "on" if field.initial is True else field.initial
        self.data["by_group"] = "on" if self.reading.has_groups else ""

    def columns_of_table(self):
        """Of each measure: itself, its direction, tick and weight, tick and weight of its change rate."""
        for place, measure in enumerate(self.reading.measures if self.reading else []):
            change = [self[f"{kind}.{place}.change"] if measure.last else None for kind in ("use", "weight")]
            yield measure, self[f"order.{place}"], self[f"use.{place}"], self[f"weight.{place}"], *change

    # --- what is wrong ------------------------------------------------------------------------------------------------------------------
    def clean(self):
        cleaned = super().clean()
        for name, refused in self.trouble.items():
            self.add_error(name, refused)
        if self.reading and self.reading.errors:
            self.add_error("text", _("表中有 %(count)s 处要更正，逐条列在“要更正的单元格”中。") % {"count": len(self.reading.errors)})
        if self.reading and not self.errors:
            self._check_columns(cleaned)
        return cleaned

    def _check_columns(self, cleaned: dict) -> None:
        what = {measure.what for measure in self.reading.measures}
        method = cleaned["method"]
        if method == Method.CHANGE and not self._chosen(cleaned).last:
            self.add_error("column", _("这一列没有上期数字。上期列的名称请写成“上期”或“去年同期”加上本列名称。"))
        if method not in OF_ONE and method not in (*OF_RANKS, Method.SUM):
            missing = [str(What(each).label) for each in (TWO_FACTORS if method == Method.TWO_FACTOR else GRADE_TWO) if each not in what]
            if missing:
                self.add_error("method", _("表中缺少这些列：%(missing)s") % {"missing": str(_("、")).join(missing)})
        if method in (*OF_RANKS, Method.SUM):
            self._check_terms(cleaned, method)
        if cleaned["tie_break"] == TieBreak.GOOD_DAYS and not {What.GOOD_DAYS, What.PM25} <= what:
            self.add_error("tie_break", _("表中须有“优良天数比例”和“PM2.5”两列。"))
        if cleaned["spares"] and not what & set(GRADE_TWO):
            self.add_error("spares", _("表中没有可与二级标准比较的污染物浓度列。"))

    def _check_terms(self, cleaned: dict, method: str) -> None:
        terms = self._terms(cleaned)
        if not terms:
            self.add_error(None, _("请在“各列”中勾选计入的列。"))
        elif method in WITH_WEIGHTS and not sum(term.weight for term in terms):
            self.add_error(None, _("计入各列的权重不能都是零。"))

    # --- what to do ---------------------------------------------------------------------------------------------------------------------
    def _chosen(self, cleaned: dict) -> Measure:
        return next((measure for measure in self.reading.measures if measure.key == cleaned.get("column")), self.reading.measures[0])

    def _measures(self, cleaned: dict) -> list[Measure]:
        found = []
        for place, measure in enumerate(self.reading.measures):
            ascending = (cleaned.get(f"order.{place}") or "up") == "up"
            found.append(replace(measure, ascending=ascending))
        return found

    def _terms(self, cleaned: dict) -> tuple[Term, ...]:
        names = [
            (measure.key, f"{place}{'.change' if is_change else ''}", is_change)
            for place, measure in enumerate(self.reading.measures)
            for is_change in ((False, True) if measure.last else (False,))
        ]
        if cleaned["method"] == Method.SUM:
            names = [each for each in names if not each[2]]
        return tuple(Term(key, is_change=is_change, weight=_weight(cleaned, name)) for key, name, is_change in names if cleaned.get(f"use.{name}"))

    def bulletin(self) -> Bulletin:
        cleaned = self.cleaned_data
        settings = Settings(
            Method(cleaned["method"]),
            column=self._chosen(cleaned).key,
            terms=self._terms(cleaned),
            figure_places=_places(cleaned["figure_places"]),
            places=_places(cleaned["places"]),
            round_first=cleaned["rounding"] == Rounding.BEFORE,
            breaks_ties=cleaned["tie_break"] == TieBreak.GOOD_DAYS,
            by_group=cleaned["by_group"] and self.reading.has_groups,
            best=cleaned["best"] or 0,
            worst=cleaned["worst"] or 0,
            spares_grade_two=cleaned["spares"],
        )
        return Bulletin(self._measures(cleaned), self.reading.entries, settings)


def _first(measures: list[Measure]) -> Measure:
    """The column most likely meant: the composite index, PM2.5, else the first."""
    liked: dict[str, int] = {What.INDEX: 0, What.PM25: 1}
    return min(measures, key=lambda measure: liked.get(measure.what, 2))


def _usual(measures: list[Measure]) -> set[str]:
    """What is ticked to begin with: composite index and PM2.5 (Xuchang's four ranks), else every column."""
    liked = {measure.key for measure in measures if measure.what in (What.INDEX, What.PM25)}
    return liked or {measure.key for measure in measures}


def _places(value: str) -> int | None:
    return int(value) if value else None


def _weight(cleaned: dict, name: str) -> Decimal:
    weight = cleaned.get(f"weight.{name}")
    return Decimal(0) if weight is None else weight
