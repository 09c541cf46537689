"""How far the problems received in a month had come when it ended."""

from dataclasses import dataclass, field

from django.db.models import BooleanField, Case, CharField, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inspections.models import Finding, FindingEvent
from inspections.words import FindingState
from rectification.models import Task, TaskEvent
from scorecards.charts.colours import BLUES, DEEP, EDGE, GREY, piece
from scorecards.indicators.month import Month

STEPS = {
    "received": gettext_lazy("收到"),
    "registered": gettext_lazy("受理"),
    "assigned": gettext_lazy("交办"),
    "fed_back": gettext_lazy("反馈"),
    "passed": gettext_lazy("核查通过"),
    "struck_off": gettext_lazy("销号"),
}
"""In their order; who has come to one has passed all before it."""
ORDER = list(STEPS)
ENDS = (FindingState.REJECTED, FindingState.MERGED, FindingState.VOID)
RETURNED = ("return", "overturn", "reopen")


@dataclass
class Step:
    """Of the problems that came so far: how many went on, stayed, or ended here."""

    code: str
    reached: int = 0
    onward: int = 0
    ended: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ENDS, 0))
    returned: int = 0
    """Sent back at least once, among those that came so far."""

    @property
    def label(self) -> str:
        return str(STEPS[self.code])

    @property
    def is_last(self) -> bool:
        return self.code == ORDER[-1]

    @property
    def gone(self) -> int:
        return sum(self.ended.values())

    @property
    def stayed(self) -> int:
        return 0 if self.is_last else self.reached - self.onward - self.gone


# --- which ---------------------------------------------------------------------------------------------------------------------------
def received(user, month: Month) -> QuerySet:
    """Problems received in the month that the person sees, with ``step`` (how far), ``end`` and ``returned`` as they stood at the cut-off."""
    mine = Finding.objects.visible_to(user).filter(month.within("received_at"), district_id=month.district_id)
    return mine.annotate(
        step=_step(month), end=_end(month), returned=Case(When(_returned(month), then=True), default=False, output_field=BooleanField())
    )


def _step(month: Month):
    known = {
        "struck_off": Q(struck_off_at__lt=month.end),
        "passed": Q(rectified_at__lt=month.end) | _was(month, "rectify", "resume"),
        "fed_back": Q(Exists(Task.objects.filter(finding=OuterRef("pk"), fed_back_at__lt=month.end))) | _did(month, "feedback"),
        "assigned": Q(assigned_at__lt=month.end) | _was(month, "assign"),
        "registered": Q(registered_at__lt=month.end) | _was(month, "register"),
    }
    whens = [When(condition, then=Value(ORDER.index(code))) for code, condition in known.items()]
    return Case(*whens, default=Value(0), output_field=IntegerField())


def _was(month: Month, *actions: str) -> Q:
    return Q(Exists(FindingEvent.objects.filter(finding=OuterRef("pk"), action__in=actions, at__lt=month.end)))


def _did(month: Month, *actions: str) -> Q:
    return Q(Exists(TaskEvent.objects.filter(task__finding=OuterRef("pk"), action__in=actions, at__lt=month.end)))


def _returned(month: Month) -> Q:
    return _did(month, *RETURNED)


def _end(month: Month):
    """Refused, merged and void are final: the row itself proves when it ended."""
    return Case(When(state__in=ENDS, ended_at__lt=month.end, then=F("state")), default=Value(""), output_field=CharField())


def part(found: QuerySet, *, step: str, which: str) -> QuerySet:
    """Those behind one figure: ``which`` is a state it ended in, ``gone`` (any of these), ``onward``, ``stayed``, ``returned``, or empty for all that came so far."""
    place = ORDER.index(step)
    if which in ENDS:
        return found.filter(step=place, end=which)
    if which == "gone":
        return found.filter(step=place).exclude(end="")
    if which == "onward":
        return found.filter(step__gt=place)
    if which == "stayed":
        return found.filter(step=place, end="")
    found = found.filter(step__gte=place)
    return found.filter(returned=True) if which == "returned" else found


# --- figures -------------------------------------------------------------------------------------------------------------------------
def flow(user, month: Month) -> list[Step]:
    """One query."""
    steps = [Step(code) for code in ORDER]
    for each in received(user, month).order_by().values("step", "end", "returned").annotate(count=Count("pk")):
        count, came = each["count"], each["step"]
        for place, step in enumerate(steps[: came + 1]):
            step.reached += count
            step.onward += count if place < came else 0
            step.returned += count if each["returned"] else 0
        if each["end"]:
            steps[came].ended[each["end"]] += count
    return steps


# --- chart ---------------------------------------------------------------------------------------------------------------------------
def stairs(steps: list[Step], *, addresses: dict[tuple[str, str], str]) -> dict:
    """A stepped funnel: each step is as long as what the one above it handed on."""
    shown = steps[::-1]
    counts = {
        "onward": (_("进入下一步或已销号"), DEEP, [step.reached if step.is_last else step.onward for step in shown]),
        "stayed": (_("停在这一步"), BLUES[1], [step.stayed for step in shown]),
        "gone": (_("不予受理、并案、作废"), GREY, [step.gone for step in shown]),
    }
    return {
        "grid": {"left": 8, "right": 24, "top": 56, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0, "itemWidth": 14, "itemHeight": 10},
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {
            "type": "category",
            "data": [f"{step.label} {step.reached}" for step in shown],
            "axisTick": {"show": False},
            "axisLine": {"show": False},
        },
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "series": [_series(name, colour, shown, values, code, addresses) for code, (name, colour, values) in counts.items()],
    }


def _series(name: str, colour: str, steps: list[Step], counts: list[int], code: str, addresses) -> dict:
    data = [piece(count, addresses[step.code, "" if step.is_last else code]) for step, count in zip(steps, counts, strict=True)]
    return {"type": "bar", "stack": "steps", "name": name, "data": data, "barMaxWidth": 26, "itemStyle": {"color": colour, **EDGE}}
