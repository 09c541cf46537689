"""A true alarm becomes one row of the ledger, with place, times, words and pictures; its tasks follow what the person on the spot has done."""

import uuid
from typing import Any

from alarms.models import Alarm, SignalPicture
from alarms.services import defaults, pictures
from alarms.words import AlarmKind, OnSite, SourceKind
from common import clock, language
from inspections.models import Finding
from inspections.services import photos as finding_photos
from inspections.services.submit import submit
from inspections.words import Severity, Source
from rectification.models import Task, TaskPhoto
from rectification.services import advance as advance_task
from rectification.services import parts
from rectification.words import Conclusion

NAMESPACE = uuid.UUID("6f2d5f0e-63a5-4b4e-9c1d-1f4a0a8f7c11")
MOST_PHOTOS = 9
SOURCES: dict[str, Source] = {AlarmKind.STATION: Source.STATION, AlarmKind.DUST: Source.ONLINE_MONITOR, AlarmKind.OFFLINE: Source.ONLINE_MONITOR}


def look_through(alarm: Alarm) -> None:
    """Before the transaction: pictures that still wait become evidence now, so that the finding can have them."""
    for picture in SignalPicture.objects.filter(signal__alarm=alarm, photo=None, refused="").order_by("pk")[:MOST_PHOTOS]:
        pictures.take_in(picture)


def to_ledger(alarm: Alarm, *, by) -> Finding | None:
    """The finding of this alarm: however often it is asked for, it is one. None where the kind of alarm makes none. ``by=None``: found on the spot."""
    problem_type = defaults.rule_of(alarm.district_id, alarm.kind).problem_type
    if problem_type is None or alarm.finding_id:
        return alarm.finding
    shown = _photos(alarm)
    clean = {
        "uuid": uuid.uuid5(NAMESPACE, str(alarm.uuid)),
        "problem_type": problem_type,
        "source": Source.COMPLAINT if alarm.source.kind == SourceKind.CITIZEN else SOURCES.get(alarm.kind, Source.SKY_GUARD),
        "grid": alarm.grid,
        "site": alarm.site,
        "lon": alarm.lon,
        "lat": alarm.lat,
        "address": alarm.address or alarm.source.name,
        "text": alarm.text,
        "captured_at": alarm.first_signal_at,
        "saved_at": alarm.first_signal_at,
        "severity": Severity.SERIOUS if alarm.level == "red" else "",
        "photos": [{"sha256": photo.sha256, "size": photo.size} for photo in shown],
    }
    with language.official():
        finding = submit(clean, by=by).finding
        finding_photos.link_sent(finding, by=by, shown={photo.sha256 for photo in shown})
    return finding


def _photos(alarm: Alarm) -> list:
    rows = SignalPicture.objects.filter(signal__alarm=alarm).exclude(photo=None).select_related("photo").order_by("signal__received_at", "position")
    return list({row.photo_id: row.photo for row in rows}.values())[:MOST_PHOTOS]


def follow(alarm: Alarm, *, by, note: str = "", done: bool = False) -> None:
    """What the person has done on the spot is not asked of the same person again: their unit's tasks take the same steps."""
    if alarm.finding_id is None or by is None:
        return
    tasks = Task.objects.filter(finding=alarm.finding_id).select_related("finding__field__headquarters", "finding__problem_type", "organisation")
    for task in tasks:
        if parts.is_party(by, task):
            _follow(alarm, task, by=by, note=note, done=done)


def _follow(alarm: Alarm, task: Task, *, by, note: str, done: bool) -> None:
    wanted = ["accept", *(["arrive"] if alarm.arrived_at else []), *(["feedback"] if done else [])]
    for action in wanted:
        if action not in parts.actions_for(by, task):
            continue
        details: dict[str, Any] = {}
        if action == "feedback":
            for taken in alarm.photos.filter(uploaded_by=by):
                TaskPhoto.objects.get_or_create(task=task, photo_id=taken.photo_id, defaults={"uploaded_by": by})
            if not TaskPhoto.objects.filter(task=task, event=None, uploaded_by=by).exists():
                continue
            details = {"conclusion": Conclusion.NOT_FOUND if alarm.on_site == OnSite.NOTHING else Conclusion.RECTIFIED}
        task = advance_task(task, action, by=by, note=note or str(clock.hour(clock.now())), **details)
