"""The last morning: one row in every state that the months before may have left empty, so that a visitor finds each step to try."""

import datetime as dt

from airduty.demo import pictures
from airduty.demo.life import Life
from common import clock
from grids import people
from grids import services as grids
from grids.models import Membership, Organisation
from grids.roles import PARTIES, PostRole, Role
from inspections import hollow
from inspections.models import Finding, HollowKind, SavedView
from inspections.services import hollow as hollow_grids
from inspections.words import Source
from rectification.models import TaskPhoto
from rectification.services import advance, routing


def show(life: Life) -> None:
    """Everything through the services, at the present moment of the demonstration."""
    Showcase(life).show()


class Showcase:
    def __init__(self, life: Life):
        self.life, self.place, self.rng = life, life.place, life.rng
        shown = self.place.townships[1]
        self.villages = [grid for grid in self.place.villages if grid.parent_id == shown.pk]
        self.walker = next(self.place.reporters[grid.pk][0] for grid in self.villages if self.place.reporters.get(grid.pk))

    def show(self) -> None:
        for step in (
            self.waiting,
            self.ended,
            self.long_term,
            self.from_above,
            self.stopped,
            self.asked,
            self.corrected,
            self.covert,
            self.stand_in,
            self.answered,
            self.views,
            self.books,
            self.life.watch.show,
        ):
            step()

    def reported(self, code: str, *, by=None, source=Source.GRID_PATROL) -> Finding:
        return self.life.submit(code, self.villages[0], by=by or self.walker, source=source)

    def registered(self, code: str, **more) -> Finding:
        finding = self.reported(code, **more)
        return advance(finding, "register", by=self.life.office, version=finding.version, not_same=True)

    def assigned(self, code: str, *, due_at=None, kind=None, **more) -> Finding:
        finding = self.registered(code, **more)
        parties = [{"organisation": party.organisation, "role": party.role, "due_at": due_at} for party in self._parties(finding)]
        return advance(finding, "assign", by=self.life.office, assignees=parties, kind=kind)

    def _parties(self, finding: Finding):
        return routing.propose(finding) or [routing.Party(self.place.units["城管局"], "sector")]

    def accepted(self, code: str, **more) -> list:
        return [advance(task, "accept", by=self.handler(task)) for task in self.assigned(code, **more).tasks.order_by("pk")]

    def handler(self, task):
        return people.members_of(task.organisation, PARTIES).last()

    def feed_back(self, task, *, conclusion: str = "rectified", note: str = "已整改到位"):
        by = self.handler(task)
        picture = pictures.draw(self.rng, task.finding.field.code, after=True)
        TaskPhoto.objects.create(task=task, photo=pictures.keep(picture, by=by), uploaded_by=by)
        return advance(task, "feedback", by=by, note=note, conclusion=conclusion)

    def books(self) -> None:
        self.life.months.show(clock.now())

    # --- one method per situation ---------------------------------------------------------------------------------------------------
    def waiting(self) -> None:
        for code in ("bare-ground", "site-six", "catering-purifier"):
            self.reported(code)
        self.registered("road-dust")
        self.assigned("bare-ground")
        for task in self.accepted("spraying"):
            self.feed_back(task)

    def ended(self) -> None:
        into = self.assigned("site-six")
        advance(self.reported("site-six"), "merge", by=self.life.office, note="与在办问题为同一处", into=into)
        advance(self.registered("other"), "void", by=self.life.director, note="重复录入，作废")

    def long_term(self) -> None:
        due = clock.at(clock.today() + dt.timedelta(days=150), dt.time(23, 59, 59))
        for task in self.accepted("long-term", due_at=due, kind="long_term"):
            days = [clock.today() + dt.timedelta(days=n) for n in (40, 90, 145)]
            plan = [
                {"due_on": day, "target": target, "percent": share}
                for day, target, share in zip(days, ("完成设计和招标", "主体完工", "验收投用"), (30, 80, 100), strict=True)
            ]
            task = advance(task, "milestones", by=self.handler(task), note="分三个阶段实施", milestones=plan)
            advance(task, "approve", by=self.life.director, note="同意按方案实施")

    def from_above(self) -> None:
        for task in self.accepted("superior-issue", by=self.life.office, source=Source.CENTRAL_INSPECTION):
            task = self.feed_back(task)
            advance(task, "pass", by=self.life.supervision)

    def stopped(self) -> None:
        tasks = self.accepted("site-six")
        for task in tasks:
            self.feed_back(task, conclusion="stopped", note="已责令停工，防尘措施待完善")
        for task, other in zip(tasks, reversed(tasks), strict=True):
            advance(task, "pass", by=self.handler(other))

    def asked(self) -> None:
        objection, refusal, *_rest = [*self.assigned("vocs").tasks.order_by("pk"), None]
        advance(objection, "object_date", by=self.handler(objection), note="治理设备采购需要时间", wanted_at=objection.due_at + dt.timedelta(days=7))
        if refusal is not None:
            advance(refusal, "refuse", by=self.handler(refusal), note="该企业不在我单位监管名录")
        task = self.accepted("bare-ground")[0]
        advance(
            task,
            "extend",
            by=self.handler(task),
            note="连续降雨，预计三日后完成",
            reason_code="weather",
            wanted_at=task.due_at + dt.timedelta(days=2),
        )

    def corrected(self) -> None:
        finding = self.assigned("catering-none")
        advance(finding, "correct", by=self.life.office, note="经核对，地址登记有误", corrected={"address": f"{finding.address}（二层）"})

    def covert(self) -> None:
        self.reported("scattered", by=self.life.supervision, source=Source.COVERT_VISIT)

    def stand_in(self) -> None:
        unit = Organisation.objects.get(pk=self.place.townships[2].organisation_id)
        manager = Membership.objects.get(organisation=unit, role=Role.TOWN_MANAGER)
        substitute = people.members_of(unit, {Role.TOWN_HANDLER}).first()
        today = clock.today()
        grids.hand_over(manager, substitute=substitute, starts_on=today, ends_on=today + dt.timedelta(days=5), reason="外出培训", by=None)

    def answered(self) -> None:
        """A chief says why a post of his grid is vacant."""
        found = hollow.signs(self.place.district, today=clock.today(), limits=hollow_grids.limits_of(self.place.district))
        for sign in found:
            chief = people.holders_of(sign.grid, {PostRole.CHIEF}).first()
            if chief and sign.kind == HollowKind.VACANT:
                hollow_grids.rebut(sign.grid, sign.kind, "上任上月退休，接任者已报区里，预计本周任命。", by=chief)
                return

    def views(self) -> None:
        SavedView.objects.create(user=self.life.office, page="ledger", name="扬尘逾期", query="field=dust&overdue=1")
