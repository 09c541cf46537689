"""Who is told of what, as rows of the outbox in the same transaction; and the link by which a call is answered without signing in."""

from copy import copy

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from alarms.models import Alarm, Call, Dispatch
from alarms.sentences import LEVELS
from alarms.services import duty
from alarms.words import OPEN_STATES, AlarmKind, AlarmState, Duty
from common import clock
from notices.services import Text, queue, tell_groups
from notices.words import Channel

SALT = "alarms.answer"
LINK_SECONDS = 12 * 3600
BUFFER_M = 50
CALLING = (Channel.INBOX, Channel.SMS, Channel.VOICE)
"""At once and together (domain 9.5); a push follows the inbox by itself."""
STILL_BURNING = (AlarmState.DISPATCHED, AlarmState.ACCEPTED, AlarmState.ARRIVED)
"""While it makes sense to ask whoever is near."""


def place(alarm: Alarm) -> str:
    """As people say where: grid and address, or from which device in which direction."""
    said, grid = alarm.address or alarm.source.name, alarm.grid.name if alarm.grid else ""
    if alarm.distance_m and alarm.bearing is not None:
        facts = {"source": said, "degrees": round(alarm.bearing), "metres": round(alarm.distance_m)}
        said = _("%(source)s，方位%(degrees)s°约%(metres)s米") % facts
    return said if said.startswith(grid) else f"{grid} {said}"


def about(alarm: Alarm) -> str:
    return _("%(kind)s %(number)s：%(place)s") % {"kind": alarm.get_kind_display(), "number": alarm.number, "place": place(alarm)}


def what(alarm: Alarm) -> str:
    """What was seen, and what must not be done about it (domain 9.1)."""
    said = alarm.text or alarm.source.name
    looks = alarm.bearing is not None and not alarm.distance_m
    bearing = _("，方位%(degrees)s°") % {"degrees": round(alarm.bearing)} if looks else ""
    warning = _("。%(warning)s") % {"warning": no_intervention(alarm)} if alarm.kind == AlarmKind.STATION else ""
    return f"{said}{bearing}{warning}"


def no_intervention(alarm: Alarm) -> str:
    """Printed on every alarm of a station: interfering with sampling is falsification of data (domain 9.1)."""
    station = duty.station_of(alarm)
    metres = station.buffer_m if station else BUFFER_M
    words = _("站点周边%(metres)s米内严禁喷淋、喷雾、遮挡采样口或为数据疏导交通，只查找和处置周边污染源")
    return words % {"metres": metres}


def to_operators(alarm: Alarm, *, event: str, title: Text, body: Text = "", urgent: bool = False, channels=(Channel.INBOX,)) -> None:
    queue(
        to=duty.operators(alarm.district_id),
        title=title,
        body=body or (lambda: what(alarm)),
        url=alarm.get_absolute_url(),
        dedup_key=f"alarm-{event}:{alarm.pk}",
        kind=f"alarm.{event.partition('-')[0]}",
        subject=alarm,
        channels=channels,
        district_id=alarm.district_id,
        urgent=urgent,
    )


def raised(alarm: Alarm) -> None:
    to_operators(alarm, event="raise", title=lambda: _("新报警，请研判：%(about)s") % {"about": about(alarm)}, urgent=True)


def call(alarm: Alarm, dispatch: Dispatch, people) -> None:
    """Everybody of this rung by every channel at once; each channel of each person is a call on record."""
    for person in people:
        for channel in CALLING:
            _call(alarm, dispatch, person, channel)


def _call(alarm: Alarm, dispatch: Dispatch, person, channel: str) -> None:
    """All channels share the key of the event, so that the outbox knows on which the person has been told when one gives up."""
    event = f"alarm-call:{dispatch.pk}"
    made = _on_record(alarm, dispatch, person, channel, event=event)
    queue(
        to=[person],
        title=lambda: _("请立即到场处置：%(about)s") % {"about": about(alarm)},
        body=lambda: _("%(what)s。请在%(at)s前接单。") % {"what": what(alarm), "at": _accept_until(alarm)},
        url=reverse("mobile_alarms:answer", args=[token(made)]) if channel == Channel.SMS else reverse("mobile_alarms:alarm", args=[alarm.uuid]),
        dedup_key=event,
        kind="alarm.dispatch",
        subject=alarm,
        channels=[channel],
        district_id=alarm.district_id,
        urgent=True,
    )


def _on_record(alarm: Alarm, dispatch: Dispatch, person, channel: str, *, event: str) -> Call:
    return Call.objects.create(
        alarm=alarm, dispatch=dispatch, person=person, duty=dispatch.duty, channel=channel, called_at=dispatch.at,
        notice_key=f"{event}:u{person.pk}:{channel}",
    )  # fmt: skip


def call_office(alarm: Alarm, dispatch: Dispatch, *, title: Text) -> None:
    """The last rung: told, not sent, by every channel; each is a call on record as those before."""
    to_operators(alarm, event="unanswered", title=title, urgent=True, channels=CALLING)
    for person in duty.operators(alarm.district_id):
        for channel in CALLING:
            _on_record(alarm, dispatch, person, channel, event=f"alarm-unanswered:{alarm.pk}")


def _accept_until(alarm: Alarm) -> str:
    due = alarm.clocks.filter(name="accept").values_list("due_at", flat=True).first()
    return clock.hour(due) if due else ""


def to_groups(alarm: Alarm, *, event: str, title: Text) -> None:
    tell_groups(
        title=title,
        body=lambda: what(alarm),
        url=alarm.get_absolute_url(),
        dedup_key=f"alarm-{event}:{alarm.pk}",
        kind="alarm.dispatch",
        district_id=alarm.district_id,
        subject=alarm,
        urgent=True,
    )


def to_called(alarm: Alarm, *, event: str, title: Text, without=None, channels=(Channel.INBOX,)) -> None:
    """Those who were called to go: somebody else goes, or nobody has to. The office was called to see to it."""
    calls = alarm.calls.exclude(duty=Duty.OFFICE, dispatch__isnull=False).select_related("person")
    called = {each.person_id: each.person for each in calls if each.person_id != getattr(without, "pk", None)}
    queue(
        to=called.values(),
        title=title,
        url=reverse("mobile_alarms:alarm", args=[alarm.uuid]),
        dedup_key=f"alarm-{event}:{alarm.pk}",
        kind=f"alarm.{event.partition('-')[0]}",
        subject=alarm,
        channels=channels,
        district_id=alarm.district_id,
        urgent=True,
    )


def token(made: Call) -> str:
    return signing.dumps(made.pk, salt=SALT, compress=False)


def call_of(text: str) -> Call | None:
    """The call of a link that is not too old."""
    try:
        pk = signing.loads(text, salt=SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        return None
    return Call.objects.select_related("alarm__source", "alarm__grid", "person").filter(pk=pk, person__is_active=True).first()


def still_wanted(notice) -> bool:
    """Whether a notice that has not gone out yet still means something (``settings.NOTICE_STILL_WANTED``)."""
    alarm = Alarm.objects.filter(pk=notice.subject_id).first() if notice.subject_id.isdigit() else None
    if alarm is None or notice.channel == Channel.INBOX:
        return True
    if notice.kind == "alarm.dispatch" and not notice.recipient_id:
        return alarm.state in STILL_BURNING
    if notice.kind in ("alarm.unanswered", "alarm.dispatch"):
        return alarm.state == AlarmState.DISPATCHED
    return alarm.state in OPEN_STATES or notice.kind not in ("alarm.raise", "alarm.late")


# --- more of a running alarm ----------------------------------------------------------------------------------------------------------
def risen(alarm: Alarm, *, text: str) -> None:
    """Once for each level."""
    said = {"level": LEVELS.get(alarm.level, alarm.level)}
    _more(alarm, event=f"rise-{alarm.level}", title=lambda: _("级别升为%(level)s：%(about)s") % {**said, "about": about(alarm)}, text=text)


def seen_again(alarm: Alarm, *, text: str) -> None:
    """After the feedback, once for each: a camera goes on sending every few seconds."""
    moment = int(alarm.fed_back_at.timestamp()) if alarm.fed_back_at else 0
    _more(alarm, event=f"again-{moment}", title=lambda: _("反馈后又有报警信号，请核实现场：%(about)s") % {"about": about(alarm)}, text=text)


def _more(alarm: Alarm, *, event: str, title: Text, text: str) -> None:
    """To the operators with the new words, whatever words the alarm keeps, and to those who were called."""
    told = copy(alarm)
    told.text = text
    to_operators(alarm, event=event, title=title, body=lambda: what(told), urgent=True)
    to_called(alarm, event=f"{event}-crew", title=title, channels=(Channel.INBOX, Channel.SMS))
