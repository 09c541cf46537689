"""Shares of true and false by source and by kind, and how the clocks were kept; over the alarms a person may see."""

from dataclasses import dataclass, field

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from alarms.models import AlarmClock, AlarmSource
from alarms.words import AlarmKind, AlarmState, ClockName, FalseReason


@dataclass
class Row:
    """One source or kind."""

    title: str
    total: int = 0
    true: int = 0
    false: int = 0
    reasons: dict = field(default_factory=dict)
    source: AlarmSource | None = None
    query: str = ""

    @property
    def judged(self) -> int:
        return self.true + self.false

    @property
    def share(self) -> int | None:
        """Percent of judged alarms that were false; nothing to say without any."""
        return round(self.false * 100 / self.judged) if self.judged else None

    @property
    def main_reasons(self) -> str:
        best = sorted(self.reasons.items(), key=lambda pair: -pair[1])[:3]
        return _("；").join(f"{FalseReason(code).label} {count}" for code, count in best)


COUNTS = {
    "total": Count("pk"),
    "true": Count("pk", filter=Q(judgement="true")),
    "false": Count("pk", filter=Q(state=AlarmState.FALSE)),
}


def by_source(alarms) -> list[Row]:
    rows = {}
    counted = alarms.order_by().values("source").annotate(**COUNTS)
    sources = AlarmSource.objects.in_bulk([each["source"] for each in counted])
    for each in counted:
        source = sources[each["source"]]
        figures = {name: each[name] for name in COUNTS}
        rows[source.pk] = Row(source.name, **figures, source=source, query=f"box=all&source={source.pk}")
    for key, reason, count in _reasons(alarms, "source"):
        rows[key].reasons[reason] = count
    return sorted(rows.values(), key=lambda row: (-(row.share or 0), -row.total, row.title))


def by_kind(alarms) -> list[Row]:
    rows = {}
    for each in alarms.order_by().values("kind").annotate(**COUNTS):
        rows[each["kind"]] = Row(str(AlarmKind(each["kind"]).label), **{name: each[name] for name in COUNTS}, query=f"box=all&kind={each['kind']}")
    for key, reason, count in _reasons(alarms, "kind"):
        rows[key].reasons[reason] = count
    return [rows[kind] for kind in AlarmKind.values if kind in rows]


def _reasons(alarms, name: str):
    false = alarms.filter(state=AlarmState.FALSE).order_by()
    return false.values_list(name, "false_reason").annotate(Count("pk"))


@dataclass
class Kept:
    """How often one clock was kept."""

    title: str
    total: int
    late: int

    @property
    def share(self) -> int | None:
        return round((self.total - self.late) * 100 / self.total) if self.total else None


def clocks(alarms) -> list[Kept]:
    """Of each clock that was met or has run out. Met too late is late, whether or not a scan came before."""
    rows = AlarmClock.objects.filter(alarm__in=alarms.values("pk")).exclude(met_at=None, late_at=None).order_by()
    late = Count("pk", filter=Q(late_at__isnull=False) | Q(met_at__gt=F("due_at")))
    counted = {each["name"]: each for each in rows.values("name").annotate(total=Count("pk"), late=late)}
    return [Kept(str(name.label), counted[name]["total"], counted[name]["late"]) for name in ClockName if name in counted]
