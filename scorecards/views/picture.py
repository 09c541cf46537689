"""The ranking of a month as a picture for a chat group."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common import clock
from scorecards import access, board
from scorecards.charts.picture import picture as drawing
from scorecards.services import settling
from scorecards.views import ranking
from scorecards.words import Kind


@require_GET
def picture(request, month):
    district = access.district_of(request)
    groups = board.groups(access.cards_of(request, month))
    kind = request.GET.get("kind") or Kind.TOWNSHIP
    group = next((each for each in groups if each.kind == kind), None)
    if group is None:
        raise Http404
    title = _("%(district)s%(title)s") % {"district": district.name, "title": ranking.title(month, kind)}
    context = {
        "month": month,
        "kind": kind,
        "title": title,
        "tabs": [{"label": each.label, "url": f"?kind={each.kind}", "active": each is group, "count": len(each.standings)} for each in groups],
        "drawing": drawing(group, title=title, district=district, stamp=settling.stamp(district.pk, month), at=clock.now()),
    }
    return render(request, "scorecards/picture.html", context)
