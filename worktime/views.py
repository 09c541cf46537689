import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common import clock
from worktime import calendar, editing, importing, months
from worktime.forms import DayForm, DutyHoursForm, ImportForm
from worktime.services import missing_year_warning

YEARS = range(2020, 2100)


@require_GET
def this_year(request):
    return redirect("worktime:calendar", clock.today().year)


@require_GET
def calendar_page(request, year):
    return page(request, year)


@require_http_methods(["GET", "POST"])
def day(request, year, date):
    found = read_date(year, date)
    editing.check_may_edit(request.user)
    before = calendar.load().day(found)
    initial = {"is_workday": "1" if before.is_workday else "0", "name": before.name}
    form = DayForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        editing.set_day(found, **form.cleaned_data, by=request.user)
        messages.success(request, _("已修改 %(date)s。此前下达的时限不变。") % {"date": date})
        return redirect("worktime:calendar", year)
    return page(request, year, day_form=form, chosen=before, chosen_title=months.title(before))


@require_POST
def import_year(request, year):
    """First press: read and show; second press: import. A file is only read into the text, so nothing is imported unseen."""
    editing.check_may_edit(request.user)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, year, import_form=form)
    try:
        return _import(request, year, form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return page(request, year, import_form=form)


def _import(request, year, cleaned):
    text = importing.lines_of_file(cleaned["file"]) if cleaned["file"] else cleaned["text"]
    reading = importing.read_lines(text, year=year)
    if reading.errors:
        raise ValidationError(reading.errors)
    entries = list(reading.entries.values())
    if "confirmed" not in request.POST or cleaned["file"]:
        return page(request, year, import_form=ImportForm(initial={"text": text}), preview=sorted(entries, key=lambda entry: entry.date))
    count = editing.import_year(year, entries, by=request.user)
    done = ngettext(
        "已导入 %(year)d 年，%(count)d 天有变化。此前下达的时限不变。", "已导入 %(year)d 年，%(count)d 天有变化。此前下达的时限不变。", count
    )
    messages.success(request, done % {"year": year, "count": count})
    return redirect("worktime:calendar", year)


@require_POST
def duty_hours(request, year):
    editing.check_may_edit(request.user)
    form = DutyHoursForm(request.POST)
    if form.is_valid():
        try:
            editing.set_duty_hours(form.cleaned_data["spans"], by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("值守时段已保存。此前下达的时限不变。"))
            return redirect("worktime:calendar", year)
    return page(request, year, hours_form=form)


def page(request, year, **forms):
    """The year with all its forms; 422 when one of them comes back refused."""
    if year not in YEARS:
        raise Http404
    found, today = calendar.load(), clock.today()
    context = {
        "year": year,
        "months": months.months(found, year, today=today),
        "totals": months.totals(found, year),
        "lines": months.as_lines(found, year),
        "spans": found.spans,
        "missing_year": missing_year_warning(today),
        "may_edit": editing.may_edit(request.user),
        "import_form": ImportForm(),
        "hours_form": DutyHoursForm(spans=found.spans),
        "day_form": None,
    }
    refused = any(form.errors for name, form in forms.items() if name.endswith("_form"))
    return render(request, "worktime/calendar.html", context | forms, status=422 if refused else 200)


def read_date(year: int, text: str) -> dt.date:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if found.year != year or year not in YEARS:
        raise Http404
    return found
