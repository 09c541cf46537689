"""Telling groups: one row for each robot of the district that listens."""

import datetime as dt

from django.db import models

from common import clock, language
from notices import quiet
from notices.models import Notice, Robot
from notices.services.telling import TITLE_LENGTH, Text, insert, spoken, subject_of
from notices.words import Topic


def tell_groups(
    *,
    title: Text,
    body: Text = "",
    url: str = "",
    dedup_key: str,
    kind: str,
    district_id: int,
    subject: models.Model | None = None,
    not_before: dt.datetime | None = None,
    urgent: bool = False,
) -> int:
    """Put one row per active robot of the district that listens to this kind into the outbox, in the caller's transaction; how many are new.

    ``kind`` begins with a topic and a dot (``alarm.dispatch``); another one is a mistake in the code and raises ``ValueError``.
    """
    topic = Topic(kind.partition(".")[0])
    robots = Robot.objects.listening_to(topic, district_id=district_id)
    if not robots:
        return 0
    with language.official():
        said, more = spoken(title)[:TITLE_LENGTH], spoken(body)
    now = clock.now()
    fields = subject_of(subject) | {
        "title": said,
        "body": "" if more in said else more,
        "url": url,
        "kind": kind,
        "district_id": district_id,
        "urgent": urgent,
        "created_at": now,
    }
    moment = max(not_before, now) if not_before else now
    return insert({row.dedup_key: row for row in _rows(robots, dedup_key, moment, fields)})


def _rows(robots: list[Robot], dedup_key: str, moment: dt.datetime, fields: dict) -> list[Notice]:
    return [
        Notice(
            robot=robot,
            channel=robot.channel,
            dedup_key=f"{dedup_key}:r{robot.pk}:{robot.channel}",
            not_before=quiet.earliest(moment, channel=robot.channel, urgent=fields["urgent"]),
            **fields,
        )
        for robot in robots
    ]
