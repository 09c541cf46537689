"""One timeline of everything that happened to a finding: its own steps, its parties', and who was told what (newest first)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from inspections.models import FindingEvent
from notices.models import Notice, State
from rectification import blind, sentences
from rectification.models import TaskEvent
from rectification.services import telling


@dataclass
class Line:
    """One entry; where it is about telling, ``notices`` are behind it and ``people`` says to whom."""

    title: str
    at: dt.datetime
    by: str = ""
    note: str = ""
    tone: str = ""
    more: list[str] = field(default_factory=list)
    photos: list = field(default_factory=list)
    people: list = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    key: tuple = ()


def lines(finding, tasks, *, user, finding_events, task_events, notices, photos=()) -> list[Line]:
    by_task = {task.pk: task for task in tasks}
    found = [_of_finding(event, finding, user) for event in finding_events]
    found += [_of_task(event, by_task[event.task_id], photos) for event in blind.shown_events(task_events, user)]
    found += _of_notices(notices)
    return list(_folded(sorted(found, key=lambda line: (line.at, line.key), reverse=True), about=telling.about(finding)))


def _of_finding(event: FindingEvent, finding, user) -> Line:
    hidden = event.action in ("submit", "rebound") and not blind.sees_reporter(user, finding)
    by = "" if hidden else doer(event)
    return Line(
        sentences.of_finding(event), event.at, by, event.note, sentences.TONES.get(event.action, ""), sentences.more(event), key=(2, event.pk)
    )


def _of_task(event: TaskEvent, task, photos) -> Line:
    mine = [each for each in photos if each.event_id == event.pk]
    tone = sentences.TONES.get(event.action, "")
    return Line(sentences.of_task(event, task.organisation), event.at, doer(event), event.note, tone, sentences.more(event), mine, key=(1, event.pk))


def doer(event) -> str:
    return event.by_name or str(_("系统"))


# --- who was told -------------------------------------------------------------------------------------------------------------------
def notices_of(finding, tasks, *, user) -> list[Notice]:
    """All notices about a finding and its tasks, less what would tell of a running second look or of the reporter."""
    keys = [str(task.pk) for task in tasks]
    about = Q(subject_type="inspections.Finding", subject_id=str(finding.pk)) | Q(subject_type="rectification.Task", subject_id__in=keys)
    drawn = {str(task.pk) for task in tasks if task.is_looked_at_twice}
    keeps_reporter = blind.sees_reporter(user, finding)
    found = Notice.objects.filter(about, district_id=finding.district_id).select_related("recipient", "robot").order_by("created_at", "pk")
    return [
        notice
        for notice in found
        if not blind.hides_notice(notice, drawn_tasks=drawn, user=user) and (keeps_reporter or notice.recipient_id != finding.reporter_id)
    ]


def _of_notices(notices) -> list[Line]:
    """One for each telling: the same event at the same moment, to several people by several channels, each in their own language."""
    grouped: dict[tuple, list[Notice]] = {}
    for notice in notices:
        grouped.setdefault((notice.created_at, notice.event_key), []).append(notice)
    return [Line(_in_readers_words(group), at, notices=group, key=(0, group[0].pk)) for (at, _event), group in grouped.items()]


def _folded(found: list[Line], *, about: str) -> Iterator[Line]:
    """Tellings between which nothing happened become one line: ten days of reminders must not hide what people did."""
    for is_telling, group in groupby(found, key=lambda line: bool(line.notices)):
        stretch = list(group)
        yield from [_telling(stretch, about=about)] if is_telling else stretch


def _telling(tellings: list[Line], *, about: str) -> Line:
    notices = [notice for each in tellings for notice in each.notices]
    text = _("已通知%(people)s人，%(opened)s人已打开：%(title)s") % {
        "people": len({notice.recipient_id for notice in notices if notice.recipient_id}),
        "opened": len({notice.recipient_id for notice in notices if notice.opened_at}),
        "title": _("、").join(dict.fromkeys(_without(each.title, about) for each in tellings)),
    }
    failed = any(notice.state == State.DEAD for notice in notices)
    people = [told(notice) | {"title": _without(each.title, about)} for each in tellings for notice in each.notices]
    return Line(text, tellings[0].at, str(_("系统")), tone="late" if failed else "", people=people)


def _without(title: str, about: str) -> str:
    """On its own page the problem need not be named again; a title in another language than the reader's is quoted whole."""
    return title.replace(about, "").strip("：，: ,")


def _in_readers_words(group: list[Notice]) -> str:
    """The title as somebody was told it who has chosen the reader's language, if anybody has."""
    reading = get_language()
    return next(
        (notice.title for notice in group if notice.recipient and (notice.recipient.language or settings.LANGUAGE_CODE) == reading), group[0].title
    )


def told(notice: Notice) -> dict:
    """To whom, by what, sent and opened when, or why not."""
    return {
        "person": notice.told,
        "channel": notice.get_channel_display(),
        "state": notice.get_state_display(),
        "sent_at": notice.sent_at,
        "opened_at": notice.opened_at,
        "not_before": notice.not_before if notice.state in (State.PENDING, State.RETRY) else None,
        "why": notice.last_error,
    }
