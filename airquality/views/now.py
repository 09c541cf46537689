"""The air now: map, cards, district, advice. The part below the heading renews itself."""

from django.views.decorators.http import require_GET

from airquality import access
from airquality.boards import now as boards
from airquality.views.frame import show


@require_GET
def now(request):
    district = access.district_of(request)
    board = boards.board(request.user, district, access.stations_of(request, district))
    return show(request, "airquality/_now.html" if request.htmx else "airquality/now.html", district, board=board)
