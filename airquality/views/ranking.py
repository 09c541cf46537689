"""Who has the better air: stations by level, townships; the same rows as a sheet."""

import datetime as dt
from urllib.parse import urlencode

from django.http import Http404
from django.views.decorators.http import require_GET

from airquality import access, exports
from airquality.boards import ranked
from airquality.forms_pages import RankingForm
from airquality.views.frame import show
from common import clock
from sheets import services as sheets


@require_GET
def ranking(request):
    district = access.district_of(request)
    form, asked, found, without = _found(request, district)
    context = {
        "form": form,
        "asked": asked,
        "title": ranked.title(asked),
        "columns": exports.columns(asked),
        "groups": exports.groups(asked, found, without),
        "span": exports.span(asked),
        "query": urlencode(form.chosen),
    }
    return show(request, "airquality/ranking.html", district, **context)


@require_GET
def sheet(request, form):
    if form not in exports.FORMS:
        raise Http404
    district = access.district_of(request)
    _form, asked, found, without = _found(request, district)
    content = exports.workbook(asked, found, without) if form == "xlsx" else exports.csv(asked, found, without)
    facts = {"kind": "airquality.ranking", "filters": exports.filters(asked), "district_id": district.pk}
    name, count = f"{ranked.title(asked)}.{form}", len(exports.rows(asked, found, without))
    return sheets.export_response(content, name, by=request.user, row_count=count, **facts)


def _found(request, district):
    form = RankingForm(request.GET, month=clock.month_of(clock.today() - dt.timedelta(days=1)))
    asked = ranked.asked(district, form.chosen, today=clock.today())
    found = ranked.ranking(district, asked)
    return form, asked, found, ranked.without_station(found, access.stations_of(request, district, since=asked.first))
