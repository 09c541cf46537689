"""The desk (工作台): what waits for me, what is late, what is new. People of the street begin at /m/; auditors and administrators have their own."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from airduty.navigation import items
from airquality.boards import now as air_now
from airquality.models import Station
from common import clock
from grids import scope
from grids.models import Grid
from grids.roles import OFFICE, Role
from notices.models import Notice
from rectification.desk import Desk
from rectification.services import visits
from scorecards.models import Reconciliation
from worktime.services import missing_year_warning

SHEETS = 5
"""Reconciliation sheets that a person may have waiting: their own units' of the week and the month."""


@require_GET
def home(request):
    rights = scope.rights(request.user)
    if rights.is_field and "desktop" not in request.GET:
        return redirect("/m/")
    if not rights.seats and not rights.post_roles:
        return render(request, "airduty/home_empty.html")
    if rights.only_serves:
        return render(request, "airduty/home_service.html", {"cards": cards(request), **worries(rights)})
    desk = Desk(request.user)
    since = visits.news_since(request.user, now=desk.now)
    context = {
        "desk": desk,
        "waiting": desk.waiting,
        "late": desk.late,
        "news": desk.news(since),
        "month": desk.month(),
        "sheets": Reconciliation.objects.waiting_for(request.user).select_related("organisation")[:SHEETS],
        "since": since,
        "air": air(request.user, rights),
        **worries(rights),
    }
    return render(request, "airduty/home.html", context)


def air(user, rights) -> air_now.Now | None:
    """The air now, for those who see the whole district; None where nothing is measured."""
    district = Grid.objects.districts().filter(pk__in=rights.whole_district_ids).order_by("pk").first()
    stations = list(Station.objects.visible_to(user).of(district).active()) if district else []
    return air_now.board(user, district, stations) if stations else None


def cards(request) -> list[dict]:
    """The pages an auditor or administrator works on, as the side shows them."""
    texts = {
        "audit:events": _("谁在何时做了什么；按人、对象和日期查"),
        "settings": _("单位、网格、人员、日历、规则和账号"),
        "grids:tree": _("网格树、岗位和空岗"),
        "grids:headquarters": _("指挥部、牵头单位和成员单位"),
    }
    return [item | {"text": texts.get(item["name"], "")} for item in items(request) if item["name"] != "home"]


def worries(rights) -> dict:
    """What keeps the office and administrators from sleeping: letters that could not be sent, a calendar not announced."""
    keepers = rights.has(*OFFICE, Role.SYSADMIN)
    districts = rights.districts_with(OFFICE | {Role.SYSADMIN})
    missing = missing_year_warning(clock.today()) if keepers else None
    return {
        "dead": Notice.objects.filter(district_id__in=districts).dead()[:100].count() if keepers else 0,
        "missing_year": missing,
        "calendar_url": reverse("worktime:calendar", args=[missing]) if missing else "",
        "outbox_url": reverse("notices:outbox"),
    }
