"""October 2026 of a small district on its way to be settled: marks of several makers, and one person for each role."""

from contextlib import contextmanager

from common import clock
from scorecards import services
from scorecards.models import Scorecard, ScoreRow
from scorecards.services import closing
from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import step, task_of

IN_TIME, TOO_LATE, SETTLING = beijing(3, 10, month=11), beijing(6, 9, month=11), beijing(10, 9, month=11)
"""The appeals of October end with 5 November, three working days before the 10th."""


@contextmanager
def at(moment):
    with clock.standing(moment):
        yield


class Scene:
    """``overdue``: nobody's act. ``found``: 督查局 found it. ``returned``: the office sent it back. ``overturned``: the second looker did."""

    def __init__(self):
        self.district = district = MarkedDistrictFactory()
        self.unit, self.other = district._town_a, district._town_b
        self.people = {
            "town": UserFactory(town_manager=self.unit),
            "handler": UserFactory(town_handler=self.unit),
            "other_town": UserFactory(town_manager=self.other),
            "dept": UserFactory(dept_manager=district.housing),
            "staff": UserFactory(office_staff=district),
            "director": UserFactory(office_director=district),
            "supervision": UserFactory(supervision=district),
            "finder": UserFactory(supervision=district),
            "leader": UserFactory(leader=district),
            "second": UserFactory(leader=district),
            "third": UserFactory(leader=district),
            "auditor": UserFactory(auditor=district),
            "member": UserFactory(member=district.villages[0]),
        }
        with at(beijing(31, 12)):
            self._marks()
        with at(beijing(2, 9, month=11)):
            services.build(MONTH, district=district)

    def __getitem__(self, role):
        """Afresh, because rights are kept on the object."""
        return type(self.people[role]).objects.get(pk=self.people[role].pk)

    def _marks(self) -> None:
        late = task_of(self.district, at=beijing(1), due=beijing(5))
        step(step(late, "accept", beijing(1, 1)), "feedback", beijing(7))
        FindingFactory(
            district=self.district,
            grid=self.district.villages[0],
            source="district_supervision",
            reporter=self.people["finder"],
            captured_at=beijing(8),
        )
        self._sent_back("return", by=self.people["staff"], part="verifier")
        self._sent_back("overturn", by=self.people["supervision"], part="second_looker")

    def _sent_back(self, action: str, *, by, part: str) -> None:
        task = step(task_of(self.district, at=beijing(10), due=beijing(30)), "accept", beijing(10, 1))
        step(task, "feedback", beijing(12))
        step(task, action, beijing(13), part=part)
        task.events.filter(action=action).update(by=by)
        step(task, "feedback", beijing(14))
        step(task, "pass", beijing(15))

    # --- what is there --------------------------------------------------------------------------------------------------------------
    @property
    def card(self) -> Scorecard:
        return Scorecard.objects.get(district=self.district, month=MONTH, organisation=self.unit)

    def row(self, indicator: str, nth: int = 0) -> ScoreRow:
        return ScoreRow.objects.filter(scorecard=self.card, line__indicator=indicator, event_key__gt="").order_by("id")[nth]

    def key(self, indicator: str, nth: int = 0) -> str:
        return self.row(indicator, nth).event_key

    def propose(self, role: str = "director"):
        with at(SETTLING):
            return closing.propose(self.district, MONTH, by=self[role])

    def approve(self, settlement, role: str = "leader"):
        with at(SETTLING):
            return closing.approve(settlement, by=self[role], version=settlement.version)

    def settle(self):
        return self.approve(self.propose())
