"""Monitors that say nothing (domain 9.4): a problem after two hours, a serious one after twenty-four; over when they are heard again."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from alarms.models import Alarm, AlarmSource, MonitorRule
from alarms.services import defaults, dispatching, effects, merging, raising, telling
from alarms.services.advance import advance
from alarms.services.merging import Signal
from alarms.words import OPEN_STATES, AlarmKind, AlarmState, Judgement, SourceKind
from audit.services import record
from common import clock, language
from common.apart import Apart
from common.errors import Conflict
from common.templatetags.ui import moment
from notices.models import Heartbeat
from notices.services import beat

SERIOUS = "red"
WATCHING, GAP_BEGAN, GAP_ENDED = "monitors", "monitors-gap-began", "monitors-gap-ended"
"""Signs of life: of this watch, and of the two ends of the last time that nobody watched."""
LONGEST_PAUSE = dt.timedelta(minutes=15)
"""The watch runs every five minutes. Longer than this we were down ourselves, and heard nobody."""


def watch() -> dict[str, int]:
    """Every monitor in use; safe to run twice."""
    now = clock.now()
    _beat()
    presence = _presence(now)
    with Apart("alarms.watch_monitors") as each:
        return {"back": sum(each(_running(), _is_back)), "gone": sum(each(_silent(now), lambda source: _look(source, now, presence)))}


# --- were we there ourselves ------------------------------------------------------------------------------------------------------------
def _beat() -> None:
    """A sign of life, by the machine's clock; where the last is too old, the gap between the two is noted."""
    last = _beat_at(WATCHING)
    beat(WATCHING)
    now = _beat_at(WATCHING)
    if last and now - last > LONGEST_PAUSE:
        for name, moment in ((GAP_BEGAN, last), (GAP_ENDED, now)):
            Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": moment})


def _beat_at(name: str) -> dt.datetime | None:
    return Heartbeat.objects.filter(name=name).values_list("beat_at", flat=True).first()


@dataclass(frozen=True)
class Presence:
    """The last time that nobody watched, as the product's clock would have shown it."""

    began: dt.datetime | None
    ended: dt.datetime | None

    def silence(self, since: dt.datetime, now: dt.datetime) -> dt.timedelta:
        """How long we have listened in vain."""
        if self.began is None or self.ended is None or since >= self.ended:
            return now - since
        return now - self.ended + max(self.began - since, dt.timedelta())

    def is_back_for(self, least: dt.timedelta, now: dt.datetime) -> bool:
        return self.ended is None or now - self.ended >= least


def _presence(now: dt.datetime) -> Presence:
    ahead = now - timezone.now()
    began, ended = (moment and moment + ahead for moment in (_beat_at(GAP_BEGAN), _beat_at(GAP_ENDED)))
    return Presence(began, ended)


# --- the monitors -----------------------------------------------------------------------------------------------------------------------
def _running():
    return list(Alarm.objects.filter(kind=AlarmKind.OFFLINE, state__in=OPEN_STATES).select_related("source"))


def _is_back(alarm: Alarm) -> bool:
    """Heard of since the alarm was raised: over, by itself."""
    heard = alarm.source.heard_at
    if heard is None or heard <= alarm.first_signal_at:
        return False
    with language.official():
        note = _("设备于%(moment)s恢复在线。") % {"moment": moment(heard)}
    try:
        advance(alarm, "resolve", by=None, note=note)
    except Conflict:  # the operator was quicker
        return False
    return True


def _silent(now: dt.datetime):
    shortest = min(MonitorRule.objects.values_list("offline_hours", flat=True), default=2)
    since = now - dt.timedelta(hours=shortest)
    monitors = AlarmSource.objects.filter(kind=SourceKind.DUST_MONITOR, is_active=True).filter(
        Q(heard_at__lt=since) | Q(heard_at=None, made_at__lt=since)
    )
    return list(monitors.select_related("site", "grid").order_by("pk"))


def _look(source: AlarmSource, now: dt.datetime, presence: Presence) -> bool:
    """Counted is only while we listened ourselves; after a gap of ours everybody is given as long as for a problem to be heard again."""
    rule = defaults.monitor_rule_of(source.district_id)
    least = dt.timedelta(hours=rule.offline_hours)
    silent = presence.silence(source.heard_at or source.made_at, now)
    if silent < least or not presence.is_back_for(least, now):
        return False
    with transaction.atomic(), language.official():
        return _noted(source, serious=silent >= dt.timedelta(hours=rule.serious_hours), hours=int(silent.total_seconds() // 3600), now=now)


def _noted(source: AlarmSource, *, serious: bool, hours: int, now: dt.datetime) -> bool:
    """One alarm for one silence, closed by the operator or not; when it becomes serious while it runs its level rises, once."""
    rule = merging.held_rule(source.district_id, AlarmKind.OFFLINE)
    found = _of_this_silence(source)
    if found is None:
        _begin(source, rule, serious=serious, hours=hours, now=now)
        return True
    return serious and _made_serious(Alarm.objects.held(found.pk), hours=hours, now=now)


def _made_serious(alarm: Alarm, *, hours: int, now: dt.datetime) -> bool:
    if not alarm.is_open or alarm.level == SERIOUS:
        return False
    was, alarm.level = alarm.level, SERIOUS
    alarm.save(update_fields=["level"])
    dispatching.note(alarm, "serious", now=now, details={"hours": hours})
    telling.to_operators(alarm, event="serious", title=lambda: _("离线已超过一天：%(about)s") % {"about": telling.about(alarm)})
    raising.raise_severity(alarm.finding, note=_("设备离线已超过一天。"))
    record("alarm.serious", alarm, by=None, district_id=alarm.district_id, payload={"from": was, "to": SERIOUS, "hours": hours})
    return True


def _of_this_silence(source: AlarmSource) -> Alarm | None:
    """The newest alarm that still runs, or that was raised since the device was last heard."""
    since = source.heard_at or source.made_at
    found = Alarm.objects.filter(Q(state__in=OPEN_STATES) | Q(first_signal_at__gte=since), kind=AlarmKind.OFFLINE, source=source)
    return found.order_by("-pk").first()


def _begin(source: AlarmSource, rule, *, serious: bool, hours: int, now: dt.datetime) -> None:
    said = _("%(source)s离线已有%(hours)s小时。") % {"source": source.name, "hours": hours}
    signal = Signal(source=source, kind=AlarmKind.OFFLINE, text=said, level=SERIOUS if serious else "", lon=source.lon, lat=source.lat)
    alarm = merging.begin(signal, rule, now=now)
    Alarm.objects.filter(pk=alarm.pk).update(state=AlarmState.WATCHED, judgement=Judgement.TRUE, judged_at=now, version=2)
    dispatching.note(alarm, "raise", now=now, details={"source": source.name}, text=said)
    alarm.refresh_from_db()
    effects.put_on_ledger(alarm, by=None, now=now)
    telling.raised(alarm)
    alarm.refresh_from_db()
    record("alarm.raise", alarm, by=None, district_id=alarm.district_id, payload={"source": source.pk, "text": said})
