"""What a person may not know of a row: the running second look, the reporter (design 4)."""

from grids import scope
from grids.roles import OFFICE, Role
from rectification.words import TaskState

ASKING = ("task.draw", "reminder.verify_overdue")
KEEPS_ORDER = OFFICE | {Role.SUPERVISION}


def sees_reporter(user, finding) -> bool:
    return finding.reporter_id == user.pk or scope.rights(user).in_district(finding.district_id, KEEPS_ORDER)


def shown_events(events, user) -> list:
    """Events of a task without the first verifier's result while the second look runs; its author still sees what he did himself."""
    return [event for event in events if event.action != "draw" or event.task.state != TaskState.SECOND_LOOK or event.by_id == user.pk]


def hides_notice(notice, *, drawn_tasks: set[str], user) -> bool:
    """Who is asked or reminded to look is, until a drawn task is decided, everybody's own business."""
    return notice.kind in ASKING and notice.subject_id in drawn_tasks and notice.recipient_id != user.pk
