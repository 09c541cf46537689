"""Which rows make each figure, by the formulas of docs/scorecards.md. A row is a dict: unit, finding, task, hit, units, key."""

import datetime as dt
from collections.abc import Iterator

from bench.recount import places, replay, rounds
from bench.recount.papers import Papers

FOUND_BY = {
    "found_state": {"central_inspection", "central_look_back", "provincial_inspection"},
    "found_city": {"city_inspection", "superior_covert", "party_inspection", "audit"},
    "found_supervision": {"district_supervision", "covert_visit"},
}
FROM_ABOVE = FOUND_BY["found_state"] | FOUND_BY["found_city"]
SELF_FOUND = {"grid_patrol", "self_check"}
VERDICTS = {"pass", "draw", "return"}
OTHERS_WHO_LOOKED = {"headquarters", "department", "media", "leader"}
FROM_OTHERS = FROM_ABOVE | FOUND_BY["found_supervision"] | OTHERS_WHO_LOOKED
WAITING = {"fed_back", "second_look"}
OF_FIELD = {"scattered": "scattered_found", "straw": "fire_found"}
"""Field of a problem's type → the line that marks it when the township did not find it itself."""
NINETY_DAYS = dt.timedelta(days=90)
THREE_DAYS = dt.timedelta(days=3)


def row(unit: int | None, finding: int, *, task: int | None = None, hit: bool = True, units: int = 1, key: str = "") -> dict:
    return {"unit": unit, "finding": finding, "task": task, "hit": hit, "units": units, "key": key}


def is_covert(finding: dict) -> bool:
    """What a look-back found back keeps the source of the first, and is no covert visit any more."""
    return finding["source"] == "covert_visit" and not finding["rebound_of_id"]


def is_self_found(finding: dict) -> bool:
    return finding["source"] in SELF_FOUND and not finding["rebound_of_id"]


class Month:
    def __init__(self, papers: Papers):
        self.papers, self.start, self.end = papers, papers.start, papers.end
        self.findings, self.tasks = replay.findings(papers), replay.tasks(papers)
        self.place = places.Place(papers)
        self.duties = [task for task in self.tasks if task.must_feed_back and task.unit in self.place.units]
        self.referred = self._referred()

    def _referred(self) -> set[int]:
        """Tasks that a unit without power asked in time to be handed to a body that has it, and that had not been declined."""
        power = self.place.with_power
        unit = {task.id: task.unit for task in self.tasks}
        asked = [each for each in self.papers["requests"] if each["kind"] == "transfer" and each["asked_at"] <= each["previous_due_at"]]
        stands = [each for each in asked if not (each["state"] in ("declined", "withdrawn") and each["decided_at"] < self.end)]
        return {each["task_id"] for each in stands if each["organisation_id"] in power and unit[each["task_id"]] not in power}

    # --- tasks ---------------------------------------------------------------------------------------------------------------------
    def overdue_at_end(self, task: replay.Task) -> bool:
        return task.is_open and task.due < self.end and task.id not in self.referred

    def judged(self) -> Iterator[tuple[replay.Task, bool]]:
        """Tasks closed in the month or still overdue at its end, and whether on time."""
        for task in self.duties:
            if task.state == "passed" and task.passed >= self.start:
                yield task, task.fed_back <= task.due
            elif self.overdue_at_end(task):
                yield task, False

    def on_time(self) -> Iterator[tuple[str, dict]]:
        for task, hit in self.judged():
            leads = self.place.leader_of_field(self.findings[task.finding]["field_id"]) == task.unit
            of_department = "own_field_on_time" if leads else "other_field_on_time"
            code = "on_time_rate" if self.place.units[task.unit] == "township" else of_department
            yield code, row(task.unit, task.finding, task=task.id, hit=hit)

    def parts_of_judged(self) -> Iterator[tuple[str, dict]]:
        extended = {
            each["task_id"]
            for each in self.papers["requests"]
            if each["kind"] == "extension" and each["state"] == "approved" and each["decided_at"] < self.end
        }
        for task, _hit in self.judged():
            back = any(step["action"] in replay.SEND_BACKS for step in task.steps)
            for code, hit in (("closing_rate", task.state == "passed"), ("rework_rate", back), ("extension_rate", task.id in extended)):
                yield code, row(task.unit, task.finding, task=task.id, hit=hit)

    def handled(self) -> Iterator[tuple[str, dict]]:
        """What was handed in, be it verified or not, beside what was due and was not."""
        for task in self.duties:
            closed = task.state == "passed" and task.passed >= self.start
            awaiting = task.state in WAITING and task.fed_back >= self.start
            overdue, suspended, new = self.overdue_at_end(task), task.state == "suspended", task.assigned >= self.start
            in_time = (closed or awaiting) and task.fed_back <= task.due
            told = {
                "handling_rate": (closed or awaiting) if closed or awaiting or overdue else None,
                "on_time_handling": in_time if closed or awaiting or overdue else None,
                "overdue_pending": overdue if closed or awaiting or overdue else None,
                "on_time_closing": (closed and in_time) if closed or overdue else None,
                "on_time_closing_all": (closed and in_time) if closed or overdue or suspended else None,
                "dispatch_accuracy": task.left is None if new and task.state != "void" else None,
                "month_tasks": True if (new and task.state != "void") or closed or awaiting or overdue or suspended else None,
            }
            for code, hit in told.items():
                if hit is not None:
                    yield code, row(task.unit, task.finding, task=task.id, hit=hit)

    def at_end(self) -> Iterator[tuple[str, dict]]:
        for task in self.duties:
            if self.overdue_at_end(task):
                yield "open_overdue", row(task.unit, task.finding, task=task.id)
            if task.state == "suspended":
                yield "suspended", row(task.unit, task.finding, task=task.id)

    def overdue(self) -> Iterator[tuple[str, dict]]:
        """Begun spells of three days past the date inside the month."""
        for task in self.duties:
            stop = self.end if task.is_open else task.handed_in
            late = min(stop, self.end) - max(task.due, self.start) if stop and task.id not in self.referred else dt.timedelta()
            if late > dt.timedelta():
                yield "overdue", row(task.unit, task.finding, task=task.id, units=-(-late // THREE_DAYS), key=f"overdue:{task.id}")

    def sent_back(self) -> Iterator[tuple[str, dict]]:
        for task in self.duties:
            for step in task.steps:
                if step["action"] in replay.SEND_BACKS and step["at"] >= self.start and task.left is None:
                    event = row(task.unit, task.finding, task=task.id, key=f"sent_back:{step['id']}")
                    yield "rework", event
                    if step.get("false_fix"):
                        yield "false_fix", dict(event)

    def rebound(self) -> Iterator[tuple[str, dict]]:
        looked = {each["finding_id"]: each["done_at"] for each in self.papers["look_backs"] if each["result"] == "rebound"}
        for task in self.duties:
            done_at = looked.get(task.finding)
            if self.papers.within(done_at) and task.state == "passed" and task.passed < done_at:
                yield "rebound", row(task.unit, task.finding, task=task.id, key=f"rebound:{task.finding}")

    def rebound_rate(self) -> Iterator[tuple[str, dict]]:
        """Parties of problems whose 90th day after striking off was in the month, and whether found back by its end."""
        back = {each["finding_id"] for each in self.papers["look_backs"] if each["result"] == "rebound"}
        for task in self.duties:
            struck = self.findings[task.finding]["struck_off_at"]
            if struck and self.papers.within(struck + NINETY_DAYS) and task.state == "passed":
                yield "rebound_rate", row(task.unit, task.finding, task=task.id, hit=task.finding in back)

    def late_sign(self) -> Iterator[tuple[str, dict]]:
        """Every party signs, whoever only supports too."""
        for task in self.tasks:
            done = task.signed or task.fed_back
            late = done is None or done > task.sign_by
            if late and self.papers.within(task.sign_by) and task.left is None and task.unit in self.place.units:
                yield "late_sign", row(task.unit, task.finding, task=task.id, key=f"sign:{task.id}")

    # --- checks owed to the other party --------------------------------------------------------------------------------------------
    def checks(self) -> Iterator[tuple[str, dict]]:
        others = {}
        for task in self.tasks:
            others.setdefault(task.finding, []).append(task)
        for task in self.tasks:
            finding = self.findings[task.finding]
            if finding["risk"] == "low" and finding["source"] not in FROM_ABOVE:
                for at, limit, hit in owed(task.steps):
                    for other in others[task.finding]:
                        if self.papers.within(limit) and self._owes(other, task, at, limit):
                            yield "checks_on_time", row(other.unit, task.finding, task=task.id, hit=hit)

    def _owes(self, other: replay.Task, task: replay.Task, at: dt.datetime, limit: dt.datetime) -> bool:
        there = other.assigned <= at and (other.left is None or other.left >= limit)
        return there and other.unit != task.unit and self.place.units.get(other.unit) == "township"

    # --- findings ------------------------------------------------------------------------------------------------------------------
    def of_ground_and_field(self, finding: dict) -> Iterator[int]:
        for unit in (self.place.township_of_grid(finding["grid_id"]), self.place.leader_of_field(finding["field_id"])):
            if unit in self.place.units:
                yield unit

    def found(self) -> Iterator[tuple[str, dict]]:
        """Found by somebody above; a covert visit is known once it is assigned."""
        referring = {(task.unit, task.finding) for task in self.tasks if task.id in self.referred}
        for finding in self.findings.values():
            if finding["live"] and self.known_by(finding, "received_at"):
                origin = finding["rebound_of_id"]
                key = f"rebound:{origin}" if origin else f"found:{finding['id']}"
                for code, unit in self.finders(finding):
                    if (unit, finding["id"]) not in referring:
                        yield code, row(unit, finding["id"], key=key)

    def known_by(self, finding: dict, moment: str) -> bool:
        return self.papers.within(finding["assigned_at" if is_covert(finding) else moment])

    def finders(self, finding: dict) -> Iterator[tuple[str, int]]:
        """Lines that name the finding, and the unit each would mark: superiors' for township and department, others' for the township."""
        for code, sources in FOUND_BY.items():
            if finding["source"] in sources:
                yield from ((code, unit) for unit in self.of_ground_and_field(finding))
        ground = self.place.township_of_grid(finding["grid_id"])
        if ground in self.place.units:
            if finding["source"] in OTHERS_WHO_LOOKED:
                yield "missed", ground
            special = OF_FIELD.get(self.place.field_of_type(finding["problem_type_id"]))
            if special and finding["source"] not in SELF_FOUND:
                yield special, ground

    def self_found_share(self) -> Iterator[tuple[str, dict]]:
        """Of what its own people, superiors and 督查局 found on a township's ground, registered in the month."""
        for finding in self.findings.values():
            unit, own = self.place.township_of_grid(finding["grid_id"]), is_self_found(finding)
            of_either = own or any(finding["source"] in sources for sources in FOUND_BY.values())
            if unit in self.place.units and of_either and finding["live"] and self.known_by(finding, "registered_at"):
                yield "self_find_rate", row(unit, finding["id"], hit=own)

    def ledger(self) -> Iterator[tuple[str, dict]]:
        """What was registered or refused on a township's ground; and the month's findings, of its ground or reported by its people."""
        for finding in self.findings.values():
            covert, live = is_covert(finding), finding["live"]
            taken = live and self.papers.within(finding["registered_at"])
            refused = finding["state"] == "rejected" and self.papers.within(finding["ended_at"])
            ground, home = self.place.township_of_grid(finding["grid_id"]), self.place.township_of_person(finding["reporter_id"])
            filed = live and self.papers.within(finding["assigned_at"]) if covert else taken
            if ground in self.place.units:
                if filed or (refused and not covert):
                    yield "filing_rate", row(ground, finding["id"], hit=filed)
                if filed:
                    yield "miss_rate", row(ground, finding["id"], hit=finding["source"] in FROM_OTHERS)
                if covert and filed:
                    yield "month_findings", row(ground, finding["id"])
                if (taken or refused) and (not covert or home == ground):
                    yield "month_findings", row(ground, finding["id"])
            if home in self.place.units and home != ground and (taken or refused):
                yield "month_findings", row(home, finding["id"])

    def self_found(self) -> Iterator[tuple[str, dict]]:
        for finding in self.findings.values():
            if finding["live"] and finding["severity"] == "serious" and not finding["rebound_of_id"] and self.papers.within(finding["registered_at"]):
                ground, field = self.place.township_of_grid(finding["grid_id"]), self.place.leader_of_field(finding["field_id"])
                unit = ground if finding["source"] in SELF_FOUND else field if finding["source"] == "department" else None
                if unit in self.place.units:
                    yield "self_found_serious", row(unit, finding["id"], key=f"praise:{finding['id']}")

    def reports(self) -> Iterator[tuple[str, dict]]:
        for finding in self.findings.values():
            refused = finding["state"] == "rejected" and self.papers.within(finding["ended_at"])
            unit = self.place.township_of_person(finding["reporter_id"])
            if unit in self.place.units and (refused or (finding["live"] and self.papers.within(finding["registered_at"]))):
                yield "valid_reports", row(unit, finding["id"], hit=not refused)

    # --- all of them ---------------------------------------------------------------------------------------------------------------
    def rows(self) -> dict[str, list[dict]]:
        found: dict[str, list[dict]] = {}
        judges = (
            *(self.on_time, self.parts_of_judged, self.at_end, self.overdue, self.sent_back, self.rebound, self.late_sign, self.checks),
            *(self.found, self.self_found, self.self_found_share, self.rebound_rate, self.reports, self.handled, self.ledger),
        )
        for judge in judges:
            for code, each in judge():
                found.setdefault(code, []).append(each)
        for code, each in rounds.rows(self.papers, self.place):
            found.setdefault(code, []).append(each)
        return found

    def busy(self) -> set[int]:
        """Units with a task to answer for in the month, be it not due yet."""
        return {task.unit for task in self.duties if task.left is None and not (task.state == "passed" and task.passed < self.start)}


def owed(steps: list[dict]) -> Iterator[tuple[dt.datetime, dt.datetime, bool]]:
    """(when the check was given or asked for, its limit, whether in time) of every feedback and every verdict on it.

    The second looker (抽查人) gives nobody else's check; his sending back within the limit leaves nothing to look at.
    """
    waiting, limit = None, None
    for step in steps:
        if step["action"] == "feedback":
            waiting, limit = step["at"], step.get("verify_due_at")
        elif step["action"] in VERDICTS and step.get("part") != "second_looker":
            limit = step.get("verify_due_at") or limit
            if limit:
                yield step["at"], limit, step["at"] <= limit
            waiting, limit = None, None
        elif step["action"] == "overturn":
            if waiting and limit and step["at"] > limit:
                yield waiting, limit, False
            waiting, limit = None, None
    if waiting and limit:
        yield waiting, limit, False
