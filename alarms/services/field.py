"""Alarms that a person is called to, as a phone shows them first (``settings.FIELD_ORDERS``)."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from alarms.models import Alarm, Call
from alarms.services.telling import place
from alarms.words import AlarmState, Duty

MOST = 5
AT_WORK = (AlarmState.ACCEPTED, AlarmState.ARRIVED, AlarmState.CONTROLLED)


def calls_of(user) -> list[dict]:
    """Those that call the person to go and nobody has accepted, then those that the person has accepted and not reported yet. One query."""
    calling = Q(state=AlarmState.DISPATCHED, pk__in=Call.objects.filter(person=user).exclude(duty=Duty.OFFICE).values("alarm_id"))
    alarms = Alarm.objects.visible_to(user).filter(calling | Q(state__in=AT_WORK, accepted_by=user)).select_related("grid", "source")
    return [_call(each) for each in alarms.order_by("-state", "pk")[:MOST]]


def _call(alarm: Alarm) -> dict:
    return {
        "url": reverse("mobile_alarms:alarm", args=[alarm.uuid]),
        "title": _("报警：%(kind)s %(number)s") % {"kind": alarm.get_kind_display(), "number": alarm.number},
        "words": place(alarm),
        "button": _("去接单") if alarm.state == AlarmState.DISPATCHED else _("继续办理"),
    }
