"""Monitors that say nothing (domain 9.4): a problem after two hours, a serious one after twenty-four; over when they are heard again."""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from alarms.models import Alarm, AlarmSource, MonitorRule
from alarms.services import defaults, dispatching, effects, merging, telling
from alarms.services.advance import advance
from alarms.services.merging import Signal
from alarms.words import OPEN_STATES, AlarmKind, AlarmState, Judgement, SourceKind
from audit.services import record
from common import clock, language
from common.apart import Apart
from common.errors import Conflict
from common.templatetags.ui import moment
from inspections.models import Finding
from inspections.services import corrections
from inspections.words import Severity

SERIOUS = "red"


def watch() -> dict[str, int]:
    """Every monitor in use; safe to run twice."""
    now = clock.now()
    with Apart("alarms.watch_monitors") as each:
        return {"back": sum(each(_running(), _is_back)), "gone": sum(each(_silent(now), lambda source: _look(source, now)))}


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


def _look(source: AlarmSource, now: dt.datetime) -> bool:
    rule = defaults.monitor_rule_of(source.district_id)
    silent = now - (source.heard_at or source.made_at)
    if silent < dt.timedelta(hours=rule.offline_hours):
        return False
    with transaction.atomic(), language.official():
        return _noted(source, serious=silent >= dt.timedelta(hours=rule.serious_hours), hours=int(silent.total_seconds() // 3600), now=now)


def _noted(source: AlarmSource, *, serious: bool, hours: int, now: dt.datetime) -> bool:
    """One alarm for one silence, closed by the operator or not; when it becomes serious while it runs its level rises, once."""
    rule = merging.held_rule(source.district_id, AlarmKind.OFFLINE)
    running = _of_this_silence(source)
    if running is None:
        _begin(source, rule, serious=serious, hours=hours, now=now)
        return True
    if not running.is_open or not serious or running.level == SERIOUS:
        return False
    Alarm.objects.filter(pk=running.pk).update(level=SERIOUS)
    _raise_severity(running.finding)
    dispatching.note(running, "serious", now=now, details={"hours": hours})
    telling.to_operators(running, event="serious", title=lambda: _("离线已超过一天：%(about)s") % {"about": telling.about(running)})
    return True


def _of_this_silence(source: AlarmSource) -> Alarm | None:
    """The newest alarm that still runs, or that was raised since the device was last heard."""
    since = source.heard_at or source.made_at
    found = Alarm.objects.filter(Q(state__in=OPEN_STATES) | Q(first_signal_at__gte=since), kind=AlarmKind.OFFLINE, source=source)
    return found.select_related("source", "grid", "finding").order_by("-pk").first()


def _raise_severity(finding: Finding | None) -> None:
    """The problem on the ledger becomes serious with it, as a correction that says why."""
    if finding and finding.is_open and finding.severity != Severity.SERIOUS:
        corrections.apply(finding, {"severity": Severity.SERIOUS}, note=_("设备离线已超过一天。"), by=None)


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
