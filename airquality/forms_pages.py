"""What the addresses of the air pages may say. A form that is refused is told at the filter, and the page shows what it shows by itself."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from airquality import rankings
from airquality.aqi import tables
from airquality.boards import course, periods, yearly
from airquality.boards.areas import Area
from airquality.words import SYMBOLS, Edition
from common import clock
from grids.forms.fields import offer

MONTHS_BACK = 72
FIRST_DAY = dt.date(2000, 1, 1)
KINDS = [("station", _("站点")), ("township", _("乡办"))]
SPANS = [("month", _("当月")), ("year", _("年初至今"))]
ORDERS = [("value", _("按数值")), ("change", _("按同比变化"))]
SIGNS = [("raw", _("下降为负")), ("improved", _("改善为正"))]
MEASURES = [("composite", _("综合指数")), *((name, SYMBOLS[name]) for name in rankings.POLLUTANTS), ("good_ratio", _("优良天数比例"))]
ITEMS = [("composite", _("综合指数")), *((name, SYMBOLS[name]) for name in rankings.POLLUTANTS)]


class Chosen(forms.Form):
    """``chosen``: clean values, and for what is refused or left out the initial ones, which the fields then show too."""

    @cached_property
    def chosen(self) -> dict[str, Any]:
        initial = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
        self.data = initial | {name: value for name, value in self.data.items() if value}
        self.is_valid()
        return {name: self.cleaned_data.get(name) or value for name, value in initial.items()}


def choice(label, choices, **options) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, **options)


class DayForm(Chosen):
    date = forms.DateField(label=_("日期"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))

    def clean_date(self):
        day = self.cleaned_data["date"]
        if day and not FIRST_DAY <= day <= clock.today():
            raise forms.ValidationError(_("没有这一天的数据，请选择今天或以前的日期。"))
        return day


class AreaForm(Chosen):
    area = choice(_("范围"), [])

    def __init__(self, *args, areas: list[Area], **kwargs):
        super().__init__(*args, **kwargs)
        self.areas = {area.key: area for area in areas}
        towns = [(key, area.name) for key, area in self.areas.items() if key.startswith("t")]
        stations = [(key, area.name) for key, area in self.areas.items() if area.is_station]
        groups = [(_("乡办"), towns)] * bool(towns) + [(_("站点"), stations)] * bool(stations)
        offer(self, "area", choices=[(areas[0].key, areas[0].name), *groups])
        self.fields["area"].initial = areas[0].key

    @property
    def place(self) -> Area:
        return self.areas[self.chosen["area"]]


class MonthForm(AreaForm):
    month = choice(_("月份"), [])
    field_order = ["month", "area"]

    def __init__(self, *args, month: str, **kwargs):
        super().__init__(*args, **kwargs)
        offer_months(self.fields["month"], month)


def offer_months(field, initial: str) -> None:
    newest = clock.month_of(clock.today())
    months = [periods.shifted(newest, -n) for n in range(MONTHS_BACK)]
    field.choices = [(month, periods.month_label(month)) for month in months]
    field.initial = initial


class RankingForm(Chosen):
    kind = choice(_("对象"), KINDS, initial="station")
    by = choice(_("指标"), MEASURES, initial="composite")
    order = choice(_("名次"), ORDERS, initial="value")
    span = choice(_("时段"), SPANS, initial="month")
    month = choice(_("月份"), [])
    sign = choice(_("同比变化"), SIGNS, initial="raw")

    def __init__(self, *args, month: str, **kwargs):
        super().__init__(*args, **kwargs)
        offer_months(self.fields["month"], month)


class YearsForm(AreaForm):
    year = choice(_("年度"), [])
    against = choice(_("对比年度"), [])
    edition = choice(_("评价标准"), Edition.choices)
    rule = choice(_("综合指数规则"), [])
    item = choice(_("图中指标"), ITEMS, initial="pm25")
    field_order = ["area", "year", "against", "edition", "rule", "item"]

    def __init__(self, *args, rules, today: dt.date, **kwargs):
        """``rules``: newest first."""
        super().__init__(*args, **kwargs)
        years = yearly.choices(today)
        offer(self, "year", choices=_named(years))
        offer(self, "against", choices=_named(year - 1 for year in years))
        self.fields["year"].initial = str(today.year)
        offer(self, "rule", choices=[(str(rule.pk), rule.name) for rule in rules])
        self._by_default(min(today, dt.date(self._year(today), 12, 31)), rules)

    def _year(self, today: dt.date) -> int:
        return next((year for year in yearly.choices(today) if str(year) == self.data.get("year")), today.year)

    def _by_default(self, last: dt.date, rules) -> None:
        """The year before the one that is looked at, the edition at its end, and the rule in force at its beginning."""
        self.fields["against"].initial = str(last.year - 1)
        standing = next((rule for rule in rules if rule.effective_from <= last.replace(month=1, day=1)), None)
        self.fields["edition"].initial = tables.edition_on(last)
        self.fields["rule"].initial = str(standing.pk) if standing else ""

    def clean(self):
        clean = super().clean()
        if clean.get("year") and clean.get("against") and clean["against"] >= clean["year"]:
            self.add_error("against", _("对比年度应早于年度。"))
        return clean


def _named(years: Iterable[int]) -> list[tuple[str, str]]:
    return [(str(year), _("%(year)d年") % {"year": year}) for year in years]


class SpanForm(Chosen):
    span = choice(_("时段"), [(key, key) for key in course.SPANS], initial="24")
