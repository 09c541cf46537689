"""A round and its objects as a person may see them.

What a visit found is on the ledger, without a name. Beside the name of who went there it is shown only to those who may know the reporter:
to others the row says that the object was visited and no more (design 4: the reporter is shown to nobody whom the report concerns).
"""

from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inspections import access
from inspections.models import Checklist, Patrol, Visit
from inspections.services import checklists
from inspections.words import AnswerType, Flag


@dataclass
class VisitRow:
    visit: Visit
    user: object
    lists: dict = field(default_factory=dict)
    typed: dict = field(default_factory=dict)
    """Code of a mark → the answer to it that was refused."""

    @property
    def is_open(self) -> bool:
        """Whether what was found may be shown to this person."""
        return access.sees_finder(self.user, self.visit)

    @property
    def conclusion(self) -> str:
        if not self.visit.conclusion:
            return str(self.visit.get_state_display())
        return self.visit.get_conclusion_display() if self.is_open else _("已到访")

    @property
    def tone(self) -> str:
        if not self.visit.conclusion:
            return "off" if self.visit.state == "dropped" else "soon"
        return "late" if self.is_open and self.visit.conclusion == "problem" else "done"

    @property
    def score(self) -> str:
        return f"{self.visit.score / 100:.2f}" if self.visit.score is not None and self.is_open else ""

    @cached_property
    def answers(self) -> list[dict]:
        """Items as answered, with their verdicts."""
        if not self.is_open:
            return []
        stated = [self.lists.get((self.visit.checklist_id,)), *(self.lists.get((each["code"], each["version"])) for each in self.visit.addons)]
        return [self._answer(item) for each in stated if each for item in each.items.all() if item.code in self.visit.answers]

    @property
    def failed(self) -> int:
        return sum(answer["failed"] for answer in self.answers)

    def _answer(self, item) -> dict:
        answer = self.visit.answers[item.code]
        word = checklists.verdict(item, answer, self.visit.site.attributes)
        value = VERDICTS.get(answer["value"], answer["value"]) if item.answer_type == AnswerType.PASS_FAIL else f"{answer['value']}{item.unit}"
        return {"item": item, "value": _("不适用") if answer["value"] == "na" else value, "failed": word == checklists.FAIL, "note": answer["note"]}

    @property
    def photos(self) -> list[dict]:
        slots = [slot for slot in self.visit.photos.all() if slot.photo_id] if self.is_open else []
        return [
            {
                "url": self._address(slot, "320"),
                "full_url": self._address(slot, "1600"),
                "caption": _("从相册选取") if slot.from_album else "",
                "alt": "",
            }
            for slot in slots
        ]

    def _address(self, slot, variant: str) -> str:
        return reverse("patrols:photo", args=[self.visit.uuid, slot.sha256, variant])

    @property
    def findings(self) -> list:
        return list(self.visit.findings.all()) if self.is_open else []

    @property
    def flags(self) -> list[dict]:
        known = [each for each in self.visit.flags if each["code"] in Flag.values]
        return [each | {"label": str(Flag(each["code"]).label), "typed": self.typed.get(each["code"], "")} for each in known]

    @property
    def may_answer(self) -> bool:
        return self.visit.person_id == getattr(self.user, "pk", None)


VERDICTS = {"pass": gettext_lazy("合格"), "fail": gettext_lazy("不合格")}


def visit_rows(patrol: Patrol, user) -> list[VisitRow]:
    """In the order of the round. A constant number of queries."""
    visits = list(patrol.visits.select_related("site__kind").prefetch_related("photos", "findings__problem_type").order_by("position", "pk"))
    wanted = {visit.checklist_id for visit in visits if visit.checklist_id}
    codes = {each["code"] for visit in visits for each in visit.addons}
    lists: dict = {}
    if wanted or codes:
        rows = Checklist.objects.filter(district=patrol.district_id).prefetch_related("items")
        for each in rows.filter(pk__in=wanted) | rows.filter(code__in=codes):
            lists[(each.pk,)] = lists[each.code, each.version] = each
    return [VisitRow(visit, user, lists) for visit in visits]
