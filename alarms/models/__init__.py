from alarms.models.alarms import WITHOUT_CREW, Alarm, AlarmClock, AlarmPhoto, AlarmStep, Call, Dispatch
from alarms.models.duty import DutyShift
from alarms.models.rules import AlarmNumber, AlarmRule, DustLimit, MonitorRule
from alarms.models.sources import AlarmSignal, AlarmSource, MonitorReading, SignalPicture

__all__ = [
    "WITHOUT_CREW",
    "Alarm",
    "AlarmClock",
    "AlarmNumber",
    "AlarmPhoto",
    "AlarmRule",
    "AlarmSignal",
    "AlarmSource",
    "AlarmStep",
    "Call",
    "Dispatch",
    "DustLimit",
    "DutyShift",
    "MonitorReading",
    "MonitorRule",
    "SignalPicture",
]
