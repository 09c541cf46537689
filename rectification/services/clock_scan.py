"""What time alone brings about: lateness stamped, suspensions ended, hidden look-backs and rechecks called. Safe to run twice."""

import datetime as dt
from contextlib import suppress

from django.utils.translation import gettext_lazy

import notices.services
from common import clock
from common.apart import Apart
from common.errors import Conflict
from inspections.models import Finding
from inspections.words import FindingState
from rectification.models import LookBack, Task
from rectification.services import request_steps, task_steps, telling
from rectification.services.advance import advance


def scan(now: dt.datetime) -> None:
    task_steps.stamp_late(now)
    today = clock.beijing(now).date()
    with Apart("rectification.scan_clocks") as each:
        each(request_steps.resume_due(now), end_suspension)
        each(LookBack.objects.due(today).select_related("finding__problem_type"), call_look_back)
        each(Finding.objects.filter(state=FindingState.STOPPED_PENDING, recheck_on__lte=today).select_related("problem_type"), call_recheck)


def end_suspension(task: Task) -> None:
    with suppress(Conflict):  # resumed by a person at this moment
        advance(task, "resume", by=None)


def call_look_back(look_back: LookBack) -> None:
    """On its hidden day a look-back is told to the office and 督查局, and only then."""
    _call(look_back.finding, key=f"look-back:{look_back.pk}", kind="look_back.due", title=gettext_lazy("今日回头看：%(about)s"))


def call_recheck(finding: Finding) -> None:
    _call(finding, key=f"recheck:{finding.pk}:{finding.recheck_on}", kind="recheck.due", title=gettext_lazy("停而未改，今日复查：%(about)s"))


def _call(finding: Finding, *, key: str, kind: str, title) -> None:
    notices.services.queue(
        to=[*telling.office_people(finding.district_id), *telling.supervision_people(finding.district_id)],
        title=lambda: title % {"about": telling.about(finding)},
        url=finding.get_absolute_url(),
        dedup_key=key,
        kind=kind,
        subject=finding,
        district_id=finding.district_id,
    )
