"""An independent month: plain Python over exported rows, with nothing of the product but the rows.

``export(district)`` dumps the tables; ``recompute(tables, start, end)`` works out on-time rates and the deductions for overdue, rework and rebound
from histories alone, and the deduction for what others found on a township's ground.
"""

from collections import defaultdict
from math import ceil

OTHERS_WHO_LOOKED = {"headquarters", "department", "media", "leader"}
OPEN = {"assigned", "accepted", "returned"}
HANDED_IN = {"fed_back", "second_look", "passed"}


def export(district) -> dict[str, list[dict]]:
    from grids.models import Grid
    from inspections.models import Finding
    from rectification.models import LookBack, Task, TaskEvent, TaskRequest

    return {
        "grids": list(Grid.objects.filter(district=district).values()),
        "findings": list(Finding.objects.filter(district=district).values()),
        "tasks": list(Task.objects.filter(district=district).values()),
        "events": list(TaskEvent.objects.filter(task__district=district).order_by("at", "id").values()),
        "requests": list(TaskRequest.objects.filter(task__district=district).order_by("decided_at", "id").values()),
        "look_backs": list(LookBack.objects.filter(district=district).values()),
    }


def task_then(task: dict, events: list[dict], requests: list[dict], end) -> dict:
    """State, feedback, pass and due date at ``end``, replayed step by step."""
    then = {"state": "assigned", "fed_back": None, "passed": None, "due": task["original_due_at"]}
    for event in events:
        if event["at"] >= end:
            break
        then["state"] = event["to_state"] or then["state"]
        if event["action"] == "feedback":
            then["fed_back"] = event["at"]
        if event["action"] in ("pass", "confirm"):
            then["passed"] = event["at"]
        if event["action"] in ("resume", "return", "overturn") and isinstance(event["details"].get("due_at"), list):
            then["due"] = type(task["due_at"]).fromisoformat(event["details"]["due_at"][1])
    for request in requests:
        if request["state"] == "approved" and request["granted_due_at"] and request["decided_at"] < end:
            then["due"] = max(then["due"], request["granted_due_at"])
    return then


def recompute(tables: dict[str, list[dict]], *, start, end) -> dict[int, dict]:
    """Organisation → {"on_time": (hits, total), "overdue": hundredths, "rework": …, "rebound": …, "missed": …, "rows": {indicator: {task ids}}}."""
    events, requests = defaultdict(list), defaultdict(list)
    for event in tables["events"]:
        events[event["task_id"]].append(event)
    for request in tables["requests"]:
        requests[request["task_id"]].append(request)
    found: dict[int, dict] = defaultdict(lambda: {"on_time": [0, 0], "overdue": 0, "rework": 0, "rebound": 0, "missed": 0, "ids": set()})
    for task in tables["tasks"]:
        if task["assigned_at"] < end and task["must_feed_back"]:
            _judge(task, task_then(task, events[task["id"]], requests[task["id"]], end), found[task["organisation_id"]], start, end)
            sent_back = [e for e in events[task["id"]] if e["action"] in ("return", "overturn") and start <= e["at"] < end]
            found[task["organisation_id"]]["rework"] -= sum(500 if e["details"].get("false_fix") else 30 for e in sent_back)
    for look_back in tables["look_backs"]:
        if look_back["result"] == "rebound" and start <= look_back["done_at"] < end:
            for task in tables["tasks"]:
                if task["finding_id"] == look_back["finding_id"] and task["passed_at"] and task["passed_at"] < look_back["done_at"]:
                    found[task["organisation_id"]]["rebound"] -= 200
    township = {grid["id"]: grid["organisation_id"] for grid in tables["grids"]}
    for finding in tables["findings"]:
        if finding["source"] in OTHERS_WHO_LOOKED and start <= finding["received_at"] < end and finding["ended_at"] is None:
            found[township[finding["grid_id"]]]["missed"] -= 50
    return found


def _judge(task: dict, then: dict, unit: dict, start, end) -> None:
    if then["state"] == "passed" and then["passed"] >= start:
        unit["on_time"][1] += 1
        unit["on_time"][0] += then["fed_back"] <= then["due"]
        unit["ids"].add(task["id"])
    elif then["state"] in OPEN and then["due"] < end:
        unit["on_time"][1] += 1
        unit["ids"].add(task["id"])
    stop = end if then["state"] in OPEN else then["fed_back"] if then["state"] in HANDED_IN else None
    if stop and min(stop, end) > max(then["due"], start):
        days = (min(stop, end) - max(then["due"], start)).total_seconds() / 86400
        unit["overdue"] -= min(300, 50 * ceil(days / 3))
