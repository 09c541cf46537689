"""A district with its defaults, one person for each role, and problems brought to any point of their life through the services."""

import io
import uuid

import evidence.services
from inspections.services.submit import submit
from rectification.models import TaskPhoto
from rectification.services import advance, routing
from tests.factories.accounts import UserFactory
from tests.factories.districts import made_district
from tests.factories.evidence import photo_bytes, sha256_of
from tests.factories.grids import centre


def made_people(district) -> dict:
    return {
        "member": UserFactory(member=district.villages[0], name="网格员甲"),
        "town": UserFactory(town_handler=district.town_a.organisation, name="乡办甲"),
        "town_manager": UserFactory(town_manager=district.town_a.organisation, name="乡办负责人甲"),
        "dept": UserFactory(dept_handler=district.housing, name="部门甲"),
        "ecology": UserFactory(dept_handler=district.ecology, name="部门乙"),
        "commander": UserFactory(commander=district.dust, name="指挥长甲"),
        "office": UserFactory(office_staff=district, name="攻坚办甲"),
        "director": UserFactory(office_director=district, name="主任甲"),
        "supervision": UserFactory(supervision=district, name="督查员甲"),
        "leader": UserFactory(leader=district, name="区领导甲"),
    }


class Lives:
    """``lives.accepted()`` and so on answer the row at that point; ``people`` by role."""

    def __init__(self):
        self.district = made_district()
        self.people = made_people(self.district)
        self._photos = iter(range(500, 5000))

    # --- findings -----------------------------------------------------------------------------------------------------------------
    def reported(self, code: str = "bare-ground", *, by: str = "member", **more):
        lon, lat = centre(self.district.villages[0])
        content = {"uuid": uuid.uuid4(), "problem_type": self.district.problem_types.get(code=code), "text": "黄土未覆盖", "lon": lon, "lat": lat}
        return submit(content | more, by=self.people[by]).finding

    def registered(self, **more):
        return advance(self.reported(**more), "register", by=self.people["office"], risk="low", not_same=True)

    def assigned(self, *, due_at=None, kind=None, **more):
        finding = self.registered(**more)
        parties = [{"organisation": party.organisation, "role": party.role, "due_at": due_at} for party in routing.propose(finding)]
        return advance(finding, "assign", by=self.people["office"], assignees=parties, kind=kind)

    def stopped(self):
        return self._passed(conclusion="stopped")

    def rectified(self):
        return self._passed(conclusion="rectified")

    def struck_off(self):
        return advance(self.rectified(), "strike_off", by=self.people["director"])

    def _passed(self, *, conclusion: str):
        finding = self.assigned()
        for task, party, other in zip(finding.tasks.order_by("pk"), ("town", "dept"), ("dept", "town"), strict=True):
            self._feed_back(task, party, conclusion)
            advance(task, "pass", by=self.people[other])
        finding.refresh_from_db()
        return finding

    # --- the township's task --------------------------------------------------------------------------------------------------------
    def task(self, **more):
        return self.assigned(**more).tasks.get(role="territorial")

    def fire(self):
        """Registers and dispatches itself."""
        return self.reported("straw-fire").tasks.get(role="territorial")

    def accepted(self, **more):
        return advance(self.task(**more), "accept", by=self.people["town"])

    def fed_back(self):
        return self._feed_back(self.task(), "town", "rectified")

    def drawn(self, chance):
        """Passed by the other party and drawn for a second look."""
        chance(True)
        task = advance(self.fed_back(), "pass", by=self.people["dept"])
        chance(False)
        return task

    def asked(self, action: str, **details):
        return advance(self.accepted(), action, by=self.people["town"], note="连续降雨，无法施工", **details)

    def suspended(self, until):
        task = self.asked("suspend", wanted_at=until)
        return advance(task, "approve", by=self.people["commander"])

    def _feed_back(self, task, who: str, conclusion: str):
        by, content = self.people[who], photo_bytes(next(self._photos), size=(320, 240))
        task = advance(task, "accept", by=by)
        photo = evidence.services.store(io.BytesIO(content), sha256=sha256_of(content), size=len(content), by=by)
        TaskPhoto.objects.create(task=task, photo=photo, uploaded_by=by)
        return advance(task, "feedback", by=by, note="已覆盖", conclusion=conclusion)
