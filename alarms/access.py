"""What a person is towards an alarm, and who keeps sources, rules and rosters."""

from alarms.models import Alarm, Call
from alarms.workflow import Part, allowed
from grids import scope
from grids.roles import OFFICE, SETTINGS_KEEPERS, TOWN, WHOLE_DISTRICT


def is_operator(user, district_id: int | None = None) -> bool:
    rights = scope.rights(user)
    return rights.in_district(district_id, OFFICE) if district_id else rights.has(*OFFICE)


def operating_district(user) -> int | None:
    """The first district in whose office the person sits."""
    return min(scope.rights(user).districts_with(OFFICE), default=None)


def keeps_sources(user, district_id: int | None = None) -> bool:
    """Of this district; of any, without one."""
    rights = scope.rights(user)
    return rights.in_district(district_id, SETTINGS_KEEPERS) if district_id else rights.has(*SETTINGS_KEEPERS)


def reads_sources(user) -> bool:
    return scope.rights(user).has(*WHOLE_DISTRICT, *SETTINGS_KEEPERS)


def keeps_roster(user, organisation) -> bool:
    rights = scope.rights(user)
    return rights.in_district(organisation.district_id, OFFICE | SETTINGS_KEEPERS) or rights.in_organisation(organisation.pk, TOWN)


def is_crew(user, alarm: Alarm) -> bool:
    """Who was called, and whoever keeps the place: its grid people and its township."""
    rights = scope.rights(user)
    at_home = (rights.is_field or rights.has(*TOWN)) and any(alarm.grid_path.startswith(path) for path in rights.paths)
    return at_home or Call.objects.filter(alarm=alarm, person=user).exclude(duty="office").exists()


def towards(user, alarm: Alarm) -> set[Part]:
    if user is None:
        return {Part.SYSTEM}
    held = {Part.OPERATOR} if is_operator(user, alarm.district_id) else set()
    return held | ({Part.CREW} if not alarm.for_operator and is_crew(user, alarm) else set())


def actions_for(user, alarm: Alarm) -> list[str]:
    """Actions to offer this person now, in the table's order; nothing that would be refused."""
    return [action for action in allowed(alarm.state, towards(user, alarm)) if is_ready(alarm, action)]


def is_ready(alarm: Alarm, action: str) -> bool:
    """Narrower than the table: what was judged true stays true, faults are resolved and never sent to anybody."""
    if action in ("judge_true", "judge_false") and alarm.judgement == "true":
        return False
    if action == "judge_unclear" or (action == "judge_true" and alarm.kind == "fault"):
        return not alarm.for_operator
    if action == "resolve":
        return alarm.for_operator
    return not (action == "close" and alarm.on_site == "nothing" and alarm.judgement != "true")


def sees_caller(user, alarm: Alarm) -> bool:
    """The name and number of who called in: the office alone."""
    return is_operator(user, alarm.district_id)
