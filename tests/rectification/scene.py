"""A small district with one person of each role, and rows in any state of both tables."""

import datetime as dt
from functools import cached_property

from common import clock
from rectification.words import TaskState as T
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.inspections import FindingFactory, ProblemTypeFactory
from tests.factories.rectification import LookBackFactory, TaskFactory, TaskRequestFactory

DAY = dt.timedelta(days=1)


class Scene:
    """``scene.task("fed_back")`` is the township's; the housing department has the other side."""

    def __init__(self):
        self.district = DistrictFactory()
        district = self.district
        self.type = ProblemTypeFactory(district=district, field=district.dust, needs_after_photo=False)
        self.people = {
            "member": UserFactory(member=district.villages[0]),
            "office": UserFactory(office_staff=district),
            "director": UserFactory(office_director=district),
            "supervision": UserFactory(supervision=district),
            "leader": UserFactory(leader=district),
            "commander": UserFactory(commander=district.dust),
            "staff": UserFactory(hq_staff=district.dust),
            "town": UserFactory(town_handler=district.town_a.organisation),
            "manager": UserFactory(town_manager=district.town_a.organisation),
            "department": UserFactory(dept_handler=district.housing),
            "stranger": UserFactory(town_handler=district.town_b.organisation),
        }

    def __getitem__(self, name):
        return self.people[name]

    @cached_property
    def now(self):
        return clock.now()

    def finding(self, state="assigned", **more):
        numbered = {"number": None, "registered_at": None} if state == "reported" else {}
        defaults = {"district": self.district, "problem_type": self.type, "state": state, "reporter": self["member"], "risk": "low"}
        finding = FindingFactory(**defaults | numbered | more)
        if state in ("rectified", "struck_off", "looked_back", "stopped_pending"):
            self.both(finding, "passed")
        elif state == "assigned":
            self.both(finding, "accepted")
        if state == "struck_off":
            LookBackFactory(finding=finding, planned_on=clock.today() - DAY, window_from=clock.today() - 5 * DAY, window_to=clock.today() + 5 * DAY)
        return finding

    def both(self, finding, state, **more):
        return self.party(finding, state, **more), self.party(finding, state, role="sector", organisation=self.district.housing, **more)

    def party(self, finding, state, **more):
        dates = {}
        if state in ("fed_back", "second_look", "passed"):
            dates |= {"fed_back_at": self.now, "conclusion": "rectified", "verify_due_at": self.now + DAY}
        if state == "passed":
            dates["passed_at"] = self.now
        if state == "suspended":
            dates |= {"suspended_at": self.now - DAY, "suspended_until": self.now + 9 * DAY}
        if state in ("refused", "transferred", "void"):
            dates["ended_at"] = self.now
        if state not in ("assigned", "refused"):
            dates["accepted_at"] = self.now
        return TaskFactory(finding=finding, state=state, **{"assigned_at": self.now - DAY, "accept_due_at": self.now + DAY} | dates | more)

    def task(self, state="assigned", *, other="accepted", finding=None, **more):
        """The township's task in ``state``; the department's in ``other``."""
        finding = finding or FindingFactory(
            district=self.district, problem_type=self.type, state="assigned", reporter=self["member"], risk=more.pop("risk", "low")
        )
        task = self.party(finding, state, **more)
        if other:
            self.party(finding, other, role="sector", organisation=self.district.housing)
        return task

    def request(self, task, kind="extension", **more):
        wanted = {"wanted_at": task.due_at + DAY} if kind in ("extension", "date_objection", "suspension") else {}
        return TaskRequestFactory(task=task, kind=kind, asked_by=self["town"], previous_due_at=task.due_at, **wanted | more)


ALL_TASK_STATES = list(T)
