"""What has become of stations' anomalies (``settings.AIR_ALARMS``): their alarms, as far as the person may open them."""

import json

from alarms.models import Alarm, AlarmSignal
from alarms.words import SourceKind


def alarms_of(user, anomalies) -> dict[int, dict]:
    """Anomaly → label, address, state and cause of its alarm. The label is told to everybody, the address to who may see the alarm.

    One whose rise came after its alarm was over has two: shown is the newer.
    """
    hours, districts = {each.hour for each in anomalies}, {each.district_id for each in anomalies}
    signals = AlarmSignal.objects.filter(source__kind=SourceKind.STATION, source__district__in=districts, occurred_at__in=hours, alarm__isnull=False)
    raised = {_anomaly(signal): signal.alarm for signal in signals.select_related("alarm").order_by("pk")}
    open_to = set(Alarm.objects.visible_to(user).filter(pk__in=[alarm.pk for alarm in raised.values()]).values_list("pk", flat=True))
    return {each.pk: _told(alarm, alarm.pk in open_to) for each in anomalies if (alarm := raised.get(each.pk))}


def _anomaly(signal: AlarmSignal) -> int | None:
    return json.loads(bytes(signal.raw)).get("anomaly")


def _told(alarm: Alarm, may_open: bool) -> dict:
    return {
        "label": alarm.number,
        "url": alarm.get_absolute_url() if may_open else "",
        "state": alarm.get_state_display(),
        "cause": alarm.get_cause_display(),
        "controlled_at": alarm.controlled_at,
    }
