"""Days, months and years of a station, a township or the district."""

import datetime as dt

from django.views.decorators.http import require_GET

from airquality import access, charts, figures
from airquality.aqi import tables
from airquality.boards import areas, calendars, daily, ranked, yearly
from airquality.boards import periods as spans
from airquality.forms_pages import FIRST_DAY, DayForm, MonthForm, YearsForm
from airquality.models import CompositeIndexRule, ExcludedDay
from airquality.views.frame import show
from common import clock


@require_GET
def day(request):
    district = access.district_of(request)
    today = clock.today()
    form = DayForm(request.GET, initial={"date": today - dt.timedelta(days=1)})
    date = form.chosen["date"]
    lines = daily.lines(access.stations_of(request, district, since=date), date)
    whole = daily.mean_of(lines)
    context = {
        "form": form,
        "date": date,
        "previous": date - dt.timedelta(days=1),
        "next": date + dt.timedelta(days=1) if date < today else None,
        "is_today": date == today,
        "lines": lines,
        "heads": daily.ITEMS,
        "whole": whole,
        "whole_cells": daily.cells_of(whole, daily.lacking_of(lines)) if whole else [],
        "assessed": daily.mean_of(lines, with_excluded=False),
        "excluded": ExcludedDay.objects.visible_to(request.user).of(district).filter(day=date).select_related("station"),
        "edition": tables.edition_on(date),
    }
    return show(request, "airquality/day.html", district, **context)


@require_GET
def month(request):
    district, today = access.district_of(request), clock.today()
    places = areas.every(district, access.stations_of(request, district, since=FIRST_DAY))
    form = MonthForm(request.GET, areas=places, month=clock.month_of(today - dt.timedelta(days=1)))
    chosen = form.chosen["month"]
    first, last = spans.bounds(chosen)
    values = figures.daily_values(form.place.stations, dt.date(first.year, 1, 1), dt.date(first.year, 12, 31))
    days = figures.together(values, form.place.lacking)
    weeks = calendars.month([each for each in days if first <= each.day <= last], first, today=today)
    rule = figures.rule_for(district, first)
    both = [_month(values, form.place.lacking, first, last, rule, with_excluded=each) for each in (False, True)]
    context = {
        "form": form,
        "area": form.place,
        "month": chosen,
        "month_label": spans.month_label(chosen),
        "earlier": spans.shifted(chosen, -1),
        "later": spans.shifted(chosen, 1) if chosen < clock.month_of(today) else "",
        "weeks": weeks,
        "missing": calendars.missing(weeks),
        "period": both[0],
        "with_excluded": both[1],
        "levels": calendars.by_level(both[0]),
        "weekdays": calendars.weekdays(),
        "strip": calendars.strip(days, first.year, today=today),
        "period_words": ranked.period_words(rule),
        "rule_words": ranked.rule_words(rule),
        "incomplete": calendars.incomplete(both[1], last, today=today, lacking=form.place.lacking),
        "edition": tables.edition_on(last),
    }
    return show(request, "airquality/month.html", district, **context)


def _month(values, lacking, first: dt.date, last: dt.date, rule, *, with_excluded: bool) -> figures.Period:
    days = figures.together((value for value in values if first <= value.day <= last), lacking, every=with_excluded)
    return figures.period(days, first, last, rule=rule, with_excluded=with_excluded)


@require_GET
def years(request):
    district, today = access.district_of(request), clock.today()
    rules = list(CompositeIndexRule.objects.visible_to(request.user).of(district))
    places = areas.every(district, access.stations_of(request, district, since=FIRST_DAY))
    form = YearsForm(request.GET, areas=places, rules=rules, today=today)
    chosen = form.chosen
    rule = next((each for each in rules if str(each.pk) == chosen["rule"]), None)
    year, against = int(chosen["year"]), int(chosen["against"])
    found = yearly.years(form.place, year=year, against=min(against, year - 1), edition=chosen["edition"], rule=rule, today=today)
    context = {
        "form": form,
        "area": form.place,
        "found": found,
        "items": yearly.ITEMS,
        "period_words": ranked.period_words(rule),
        "rule_words": ranked.rule_words(rule),
        "item": chosen["item"],
        "chart": charts.months(found, chosen["item"]),
    }
    return show(request, "airquality/years.html", district, **context)
