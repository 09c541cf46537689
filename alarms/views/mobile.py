"""On the phone: what I am called to, one alarm, its steps; and the page behind a short message, which asks for no sign-in."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from alarms import case, clocks
from alarms.models import WITHOUT_CREW, Alarm, Call
from alarms.services import advance, telling
from alarms.views.board import Row
from alarms.views.detail import take_step
from alarms.views.frame import alarm_of
from common import clock
from common.errors import Conflict, NotYourRole

MOST = 50
ON_SITE = ("accept", "arrive", "control", "feedback", "comment")


@require_GET
def alarms(request):
    """Running alarms: first those that call me, then those that lie in what I keep."""
    called = Exists(Call.objects.filter(person=request.user, alarm=OuterRef("pk")))
    running = Alarm.objects.visible_to(request.user).open().exclude(kind__in=WITHOUT_CREW).annotate(is_called=called)
    now = clock.now()
    rows = [Row(alarm, now) for alarm in running.for_list().order_by("-is_called", "-pk")[:MOST]]
    rows.sort(key=lambda row: (not row.alarm.is_called, row.due))
    return render(request, "alarms/mobile_list.html", {"rows": rows, "now": now})


@require_GET
def alarm(request, uuid):
    found = case.read(request.user, uuid=uuid)
    if found is None:
        raise Http404
    return render(request, "alarms/mobile_alarm.html", {"case": found, "alarm": found.alarm, "now": found.now})


@require_http_methods(["GET", "POST"])
def step(request, uuid, action):
    if action not in ON_SITE:
        raise Http404
    return take_step(request, alarm_of(request, uuid), action)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def answer(request, token):
    """The link of a short message: accepts for the person it was sent to, and nothing else. It ends after twelve hours."""
    made = telling.call_of(token)
    if made is None:
        return render(request, "alarms/mobile_answer.html", {"gone": True}, status=410)
    if request.method == "POST":
        refused = _accepted(made)
        if not refused:
            return redirect("mobile_alarms:answer", token)
        return render(request, "alarms/mobile_answer.html", _about(made) | {"refused": refused}, status=409)
    return render(request, "alarms/mobile_answer.html", _about(made))


def _accepted(made: Call) -> str:
    """Why it could not be accepted; nothing when it could, now or before."""
    try:
        advance.advance(made.alarm, "accept", by=made.person)
    except (Conflict, NotYourRole) as lost:
        return str(lost)
    except ValidationError as lost:
        return _("；").join(lost.messages)
    return ""


def _about(made: Call) -> dict:
    alarm, now = made.alarm, clock.now()
    alarm.refresh_from_db()
    return {
        "alarm": alarm,
        "now": now,
        "person": made.person,
        "place": telling.place(alarm),
        "warning": telling.no_intervention(alarm) if alarm.kind == "station" else "",
        "running": clocks.following(alarm, now) if alarm.is_open else None,
        "is_mine": alarm.is_open and alarm.accepted_by_id == made.person_id,
        "may_accept": alarm.state == "dispatched",
    }
