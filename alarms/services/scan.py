"""What time brings: not judged in time, nobody answers, a limit has passed. Level-triggered; running twice, or late, changes nothing twice."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

import notices.services
from alarms.models import Alarm, AlarmClock
from alarms.services import dispatching, pictures, telling
from alarms.services.advance import advance
from alarms.words import OPEN_STATES, AlarmState, ClockName, Duty
from audit.services import record
from common import clock, language
from common.apart import Apart
from common.errors import Conflict
from notices.models import Notice


def scan() -> dict[str, int]:
    """Every alarm that waits for something; how many were moved. Each in its own transaction, so that one does not hold up the others."""
    now = clock.now()
    with Apart("alarms.scan") as each:
        judged = sum(each(_unjudged(now), _send_unjudged))
        called = sum(each(_waiting(), lambda pk: _call_on(pk, now)))
        late = sum(each(_late(now), lambda pk: _stamp(pk, now)))
        notices.services.beat("alarms")
        return {"judged": judged, "called": called, "late": late, "pictures": pictures.look_through()}


def _unjudged(now: dt.datetime) -> list[Alarm]:
    waiting = AlarmClock.objects.filter(name=ClockName.JUDGE, met_at=None, due_at__lte=now, alarm__state=AlarmState.RAISED).select_related("alarm")
    return [row.alarm for row in waiting.order_by("due_at") if not row.alarm.for_operator]


def _send_unjudged(alarm: Alarm) -> bool:
    """Not judged in time: it goes out as unclear, and the operator's clock is late."""
    try:
        advance(alarm, "judge_unclear", by=None)
    except Conflict:
        return False  # the operator was faster by a moment
    return True


def _waiting() -> list[int]:
    return list(Alarm.objects.filter(state=AlarmState.DISPATCHED).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _call_on(pk: int, now: dt.datetime) -> bool:
    """The next in line, where the last has had his minutes and nobody has accepted."""
    alarm = Alarm.objects.held(pk)
    last = alarm.dispatches.order_by("-rung").first()
    if alarm.state != AlarmState.DISPATCHED or (last and not _is_over(alarm, last, now)):
        return False
    with language.official():
        made = dispatching.call_next(alarm, now=now)
        if made:
            record("alarm.dispatch", alarm, by=None, district_id=alarm.district_id, payload={"rung": made.rung, "duty": str(made.duty)})
    return made is not None


def _is_over(alarm: Alarm, last, now: dt.datetime) -> bool:
    """Whoever has picked up the telephone has until the limit for accepting; who has not, has the minutes of an answer."""
    if last.duty == Duty.OFFICE or now < last.at + dt.timedelta(minutes=alarm.answer_minutes):
        return False
    keys = list(last.calls.values_list("notice_key", flat=True))
    if not Notice.objects.filter(dedup_key__in=keys, answered_at__isnull=False).exists():
        return True
    due = alarm.clocks.filter(name=ClockName.ACCEPT).values_list("due_at", flat=True).first()
    return due is not None and now > due


def _late(now: dt.datetime) -> list[int]:
    rows = AlarmClock.objects.filter(met_at=None, late_at=None, due_at__lt=now, alarm__state__in=OPEN_STATES)
    return list(rows.order_by("due_at").values_list("pk", flat=True))


@transaction.atomic
def _stamp(pk: int, now: dt.datetime) -> bool:
    """Once, in the history and to the operator."""
    row = AlarmClock.objects.select_related("alarm__source", "alarm__grid").get(pk=pk)
    if not AlarmClock.objects.filter(pk=pk, met_at=None, late_at=None).update(late_at=now):
        return False
    alarm, name = row.alarm, ClockName(row.name)
    with language.official():
        dispatching.note(alarm, "late", now=now, details={"clock": row.name, "due_at": row.due_at.isoformat()})
        telling.to_operators(
            alarm,
            event=f"late-{row.name}",
            title=lambda: _("%(clock)s超时：%(about)s") % {"clock": name.label, "about": telling.about(alarm)},
            urgent=name != ClockName.REPORT,
        )
    return True
