"""The part of ``table.py`` about alarms. The world's alarm waits to be judged in the first village; the crew are those who keep that village."""

from alarms.views.mobile import ON_SITE
from alarms.workflow import STEPS

AT_WORK = {"GET": "403 auditor sysadmin; 200 *", "POST": "405 *"}
KEPT = {"GET": "200 keepers; 403 *", "POST": "422 keepers; 403 *"}
CREW, OFFICE, OTHERS = "member chief town town_manager", "office director", "supervision leader other_dept"
SEEN = f"200 {CREW} {OFFICE} {OTHERS}; 404 *"


def _step(parts: str, status: int) -> dict:
    """``parts`` may take it; who sees the alarm otherwise is told that it is not theirs."""
    others = " ".join(who for who in f"{CREW} {OFFICE} {OTHERS}".split() if who not in parts.split())
    return {"GET": f"200 {parts}; 403 {others}; 404 *", "POST": f"{status} {parts}; 403 {others}; 404 *"}


BOTH = f"{CREW} {OFFICE}"
SENT = {
    "judge_true": _step(OFFICE, 302),
    "judge_unclear": _step(OFFICE, 302),
    "judge_false": _step(OFFICE, 422),
    "accept": _step(CREW, 409),
    "arrive": _step(CREW, 409),
    "control": _step(CREW, 409),
    "feedback": _step(CREW, 422),
    "close": _step(OFFICE, 409),
    "send_back": _step(OFFICE, 422),
    "resolve": _step(OFFICE, 422),
    "call": _step(OFFICE, 422),
    "comment": _step(BOTH, 422),
}

ALARMS = {
    "api-alarms": {"GET": "200 *", "POST": "405 *"},
    "api-alarm-intake": {"GET": "401 *", "POST": "401 *"},
    **{f"alarms:{name}": AT_WORK for name in ("board", "rows", "map", "outlines", "list", "statistics")},
    "alarms:export": {"GET": "405 *", "POST": "403 auditor sysadmin; 200 *"},
    "alarms:new": {"GET": "200 office director foreign; 403 *", "POST": "422 office director foreign; 403 *"},
    "alarms:picture": {"GET": "404 *", "POST": "405 *"},
    "alarms:photo": {"GET": "404 *", "POST": "405 *"},
    "alarms:sources": {"GET": "200 office keepers supervision leader foreign; 403 *", "POST": "405 *"},
    "alarms:source": {"GET": "200 office keepers supervision leader; 404 foreign; 403 *", "POST": "405 *"},
    "alarms:new-source": KEPT,
    "alarms:edit-source": KEPT,
    "alarms:source-key": {"GET": "405 *", "POST": "200 keepers; 403 *"},
    "alarms:source-test": {"GET": "405 *", "POST": "302 keepers; 403 *"},
    "alarms:duty": {"GET": "403 auditor sysadmin; 200 *", "POST": "422 office director town town_manager other_town foreign; 403 *"},
    "alarms:remove-shift": {"GET": "405 *", "POST": "302 office keepers town town_manager; 404 auditor foreign; 403 *"},
    "alarms:rules": KEPT,
    "alarms:alarm": {"GET": SEEN, "POST": "405 *"},
    **{f"alarms:step {action}": answers for action, answers in SENT.items()},
    "mobile_alarms:list": {"GET": "200 *", "POST": "405 *"},
    "mobile_alarms:answer": {"GET": "410 *", "POST": "410 *"},
    "mobile_alarms:alarm": {"GET": SEEN, "POST": "405 *"},
    **{f"mobile_alarms:step {action}": SENT[action] for action in ON_SITE},
}
OPEN = {"mobile_alarms:answer"}
"""The link of a short message."""


def addresses(world) -> dict[str, dict]:
    """URL name → its arguments, of those that name a row."""
    alarm, source = {"uuid": world.alarm.uuid}, {"pk": world.alarm.source_id}
    return {
        "api-alarm-intake": {"source": world.alarm.source.slug},
        **{f"alarms:{name}": source for name in ("source", "edit-source", "source-key", "source-test")},
        **{f"alarms:{name}": {"pk": 0, "variant": "320"} for name in ("picture", "photo")},
        "alarms:remove-shift": {"pk": world.shift.pk},
        "alarms:alarm": alarm,
        "mobile_alarms:alarm": alarm,
        "mobile_alarms:answer": {"token": "unknown"},
    }


def steps(world) -> dict[str, dict[str, dict]]:
    """URL name → step → arguments."""
    alarm = {"uuid": world.alarm.uuid}
    return {
        "alarms:step": {action: alarm | {"action": action} for action in STEPS},
        "mobile_alarms:step": {action: alarm | {"action": action} for action in ON_SITE},
    }
