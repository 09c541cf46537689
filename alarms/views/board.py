"""The board of what runs, its map, the list of all, and the way out."""

import datetime as dt

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from alarms import access, bearings, case, clocks, exports
from alarms.filters import BOXES, filtered
from alarms.models import Alarm, AlarmSource
from alarms.services import telling
from alarms.words import OPEN_STATES, AlarmState
from common import clock
from grids import geometry, scope
from grids.models import Grid

PAGE_SIZE = 20
LONGEST = 60
"""Alarms on the board; the list has all."""
FAR_OFF = dt.datetime.max.replace(tzinfo=dt.UTC)


class Row:
    """One running alarm on the board."""

    def __init__(self, alarm: Alarm, now: dt.datetime):
        self.alarm, self.now = alarm, now
        self.clock = clocks.following(alarm, now)
        self.place = telling.place(alarm)

    @property
    def tone(self) -> str:
        late = self.clock and self.clock.tone == "late"
        return "late" if late else case.TONES.get(self.alarm.state, "")

    @property
    def due(self) -> dt.datetime:
        return self.clock.row.due_at if self.clock else FAR_OFF


def running(request) -> list[Row]:
    """What waits for judging first, then what is under way, each by what is due next; faults of devices last. The newest of each, where there are
    too many.
    """
    found = Alarm.objects.visible_to(request.user).open().by_urgency().for_list()[:LONGEST]
    rows = [Row(alarm, clock.now()) for alarm in found]
    return sorted(rows, key=lambda row: (row.alarm.urgency, row.due))


def figures(request) -> dict:
    """The day in numbers, each with the list behind it."""
    today = clock.at(clock.today())
    mine = Alarm.objects.visible_to(request.user)
    counts = mine.aggregate(
        raised=Count("pk", filter=Q(state=AlarmState.RAISED), distinct=True),
        crew=Count("pk", filter=Q(state__in=("dispatched", "accepted", "arrived", "controlled")), distinct=True),
        fed_back=Count("pk", filter=Q(state=AlarmState.FED_BACK), distinct=True),
        late=Count("pk", filter=Q(state__in=OPEN_STATES, clocks__late_at__isnull=False), distinct=True),
        today=Count("pk", filter=Q(first_signal_at__gte=today), distinct=True),
        false=Count("pk", filter=Q(first_signal_at__gte=today, state=AlarmState.FALSE), distinct=True),
    )
    day = f"day_from={clock.today():%Y-%m-%d}"
    labels = (
        ("raised", _("待研判"), "box=raised"), ("crew", _("处置中"), "box=crew"), ("fed_back", _("待复看"), "box=fed_back"),
        ("late", _("超时"), "box=late"), ("today", _("今日报警"), f"box=all&{day}"), ("false", _("今日误报"), f"box=false&{day}"),
    )  # fmt: skip
    address = reverse("alarms:list")
    return [{"name": name, "label": label, "count": counts[name], "url": f"{address}?{query}"} for name, label, query in labels]


def board_context(request) -> dict:
    return {"rows": running(request), "figures": figures(request), "now": clock.now(), "is_operator": access.is_operator(request.user)}


@require_GET
@scope.for_the_campaign
def board(request):
    return render(request, "alarms/board.html", board_context(request))


@require_GET
@scope.for_the_campaign
def board_rows(request):
    """The list alone, asked for again and again."""
    return render(request, "alarms/_board.html", board_context(request))


@require_GET
@scope.for_the_campaign
def map_data(request):
    """Places of what runs, small enough to be asked for every ten seconds. ``?whole=1``: with outlines of townships and the cameras' view."""
    points = [_point(row) for row in running(request) if row.alarm.lon is not None]
    answer = {"now": clock.now().isoformat(), "alarms": points}
    if request.GET.get("whole"):
        answer |= {"outlines": _outlines(request), "sources": _sources(request)}
    return JsonResponse(answer)


def _point(row: Row) -> dict:
    alarm = row.alarm
    return {
        "id": alarm.pk, "number": alarm.number, "lon": alarm.lon, "lat": alarm.lat, "kind": alarm.get_kind_display(), "place": row.place,
        "state": alarm.get_state_display(), "tone": row.tone, "url": alarm.get_absolute_url(), "clock": row.clock.title if row.clock else "",
        "due": row.due.isoformat() if row.clock else "",
    }  # fmt: skip


def _outlines(request, *, deepest: int = 2) -> dict:
    """Borders of townships, and of villages where wanted; bare ground without marks."""
    shown = Grid.objects.visible_to(request.user).active(clock.today()).filter(level__gte=2, level__lte=deepest)
    return geometry.feature_collection(shown, quiet=lambda grid: True)


@require_GET
@scope.for_the_campaign
def outlines(request):
    """Borders for the small maps."""
    return JsonResponse(_outlines(request, deepest=3))


def _sources(request) -> list[dict]:
    found = AlarmSource.objects.visible_to(request.user).filter(is_active=True, lon__isnull=False)[:500]
    return [{"name": each.name, "kind": each.kind, "lon": each.lon, "lat": each.lat, "view": _view(each)} for each in found]


def _view(source: AlarmSource) -> list:
    if source.bearing is None or not source.view_degrees or not source.range_m:
        return []
    return bearings.sector(source.lon, source.lat, bearing=source.bearing, view=source.view_degrees, metres=source.range_m)


# --- the list ---------------------------------------------------------------------------------------------------------------------------
@require_GET
@scope.for_the_campaign
def alarms(request):
    found = filtered(request)
    page = Paginator(found.qs.for_list().order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    now = clock.now()
    context = {
        "page": page,
        "rows": [Row(alarm, now) for alarm in page],
        "form": found.form,
        "fields": [field for field in found.form if not field.is_hidden],
        "keep": [(name, value) for name in ("grid", "box") if (value := request.GET.get(name))],
        "chips": chips(request),
        "query": address(request, page=None)[1:],
        "now": now,
    }
    return render(request, "alarms/list.html", context)


def chips(request) -> list[dict]:
    chosen = request.GET.get("box", "")
    return [
        {"label": label, "count": None, "url": address(request, box=box, page=None), "active": box == (chosen or "all"), "late": False}
        for box, label in BOXES
    ]


def address(request, **changes) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"


@require_POST
@scope.for_the_campaign
def export(request):
    return exports.answer(filtered(request), by=request.user, form="csv" if request.POST.get("format") == "csv" else "xlsx")
