"""The ranking of a month as a picture for a chat group."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from common import clock
from scorecards import access, board
from scorecards.charts.picture import picture as drawing
from scorecards.charts.picture import title
from scorecards.services import settling
from scorecards.words import Kind


@require_GET
def picture(request, month):
    district = access.district_of(request)
    groups = board.groups(access.cards_of(request, month))
    kind = request.GET.get("kind") or Kind.TOWNSHIP
    group = next((each for each in groups if each.kind == kind), None)
    if group is None:
        raise Http404
    context = {
        "month": month,
        "kind": kind,
        "title": title(kind, district, month),
        "tabs": [{"label": each.label, "url": f"?kind={each.kind}", "active": each is group, "count": len(each.standings)} for each in groups],
        "drawing": drawing(group, district=district, month=month, stamp=settling.stamp(district.pk, month), at=clock.now()),
    }
    return render(request, "scorecards/picture.html", context)
