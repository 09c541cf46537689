"""One month of one district as the indicators see it: its bounds, its units, whose ground and field is whose, what was corrected afterwards."""

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.lookups import In

from common import clock
from grids.models import Field, Grid, Headquarters, Organisation, StructureChange
from grids.roles import OrganisationKind
from inspections.models import Finding, FindingEvent, ProblemType
from rectification.models import TaskEvent
from scorecards.words import PARTIES, Kind

CORRECTING = ("correct", "regrid", "register")
"""Steps on a finding that put its columns right and say so: ``details: {"changes": {column: [old, new]}}``."""


@dataclass
class Month:
    """``start`` and ``end`` bound the Beijing month half-open; ``end`` is the cut-off."""

    name: str
    district_id: int
    units: dict[int, str]
    """Organisation → kind of scheme."""
    start: dt.datetime = field(init=False)
    end: dt.datetime = field(init=False)

    def __post_init__(self):
        self.start, self.end = clock.month_bounds(self.name)

    def within(self, name: str) -> Q:
        return Q(**{f"{name}__gte": self.start, f"{name}__lt": self.end})

    def units_of(self, *kinds: str) -> list[int]:
        return [pk for pk, each in self.units.items() if each in kinds]

    @cached_property
    def parties(self) -> list[int]:
        """Marked units that have tasks."""
        return self.units_of(*PARTIES)

    @property
    def last_day(self) -> dt.date:
        return clock.beijing(self.end).date() - dt.timedelta(days=1)

    @cached_property
    def grids_of_township(self) -> dict[int, list[int]]:
        """Township → its grids and all below them; a lower grid that names another township belongs to that one."""
        townships = set(Organisation.objects.filter(district_id=self.district_id, kind=OrganisationKind.TOWNSHIP).values_list("pk", flat=True))
        owners: dict[str, int] = {}
        found: dict[int, list[int]] = {pk: [] for pk in townships}
        for pk, path, organisation_id in (
            Grid.objects.filter(district_id=self.district_id).order_by("path").values_list("pk", "path", "organisation_id")
        ):
            above = path[: path.rstrip("/").rfind("/") + 1]
            own = self.carried["grids"].get(pk, organisation_id)
            owner = own if own in townships else owners.get(above)
            if owner:
                owners[path] = owner
                found[owner].append(pk)
        return found

    @cached_property
    def carried(self) -> dict[str, dict[int, int]]:
        """``grids``, ``leads`` (headquarters), ``fields`` → the unit that had it at the cut-off, where a merging of units has given it away since.

        A unit that left before the month's end by its date, though on record later, has no card: what it had counts for its heir.
        """
        found: dict[str, dict[int, int]] = {"grids": {}, "leads": {}, "fields": {}}
        later = StructureChange.objects.filter(district_id=self.district_id, kind=StructureChange.Kind.MERGED, at__gte=self.end)
        later = later.filter(Q(organisation__in=list(self.units)) | Q(organisation__kind=OrganisationKind.HEADQUARTERS), carried__has_key="grids")
        for unit, carried in later.order_by("-at", "-id").values_list("organisation_id", "carried"):
            for name, had in found.items():
                had |= dict.fromkeys(carried[name], unit)
        return found

    @cached_property
    def headquarters_then(self) -> dict[int, Headquarters]:
        """Field → the headquarters it belonged to."""
        bodies = {each.organisation_id: each for each in Headquarters.objects.filter(organisation__district_id=self.district_id)}
        now = Field.objects.filter(district_id=self.district_id, headquarters__isnull=False).values_list("pk", "headquarters__organisation_id")
        return {pk: bodies[self.carried["fields"].get(pk, unit)] for pk, unit in now}

    @cached_property
    def fields_of_department(self) -> dict[int, list[int]]:
        """Department → fields whose headquarters it leads."""
        found: dict[int, list[int]] = {}
        for pk, body in self.headquarters_then.items():
            if lead := self.carried["leads"].get(body.pk, body.lead_unit_id):
                found.setdefault(lead, []).append(pk)
        return found

    @cached_property
    def fields_of_headquarters(self) -> dict[int, list[int]]:
        """Organisation of a marked headquarters → its fields."""
        found: dict[int, list[int]] = {}
        for pk, body in self.headquarters_then.items():
            if self.units.get(body.organisation_id) == Kind.HEADQUARTERS:
                found.setdefault(body.organisation_id, []).append(pk)
        return found

    def types_of_field(self, code: str) -> list[int]:
        return list(ProblemType.objects.filter(district_id=self.district_id, field__code=code).order_by().values_list("pk", flat=True))

    @cached_property
    def corrections(self) -> dict[str, dict[int, object]]:
        """Column → finding → the value it had at the cut-off, for findings put right since."""
        later = FindingEvent.objects.filter(action__in=CORRECTING, at__gte=self.end, details__has_key="changes").order_by("at", "id")
        events = list(later.values_list("finding_id", "details"))
        mine = Finding.objects.filter(pk__in={pk for pk, _details in events}, district_id=self.district_id, received_at__lt=self.end)
        known = set(mine.values_list("pk", flat=True))
        found: dict[str, dict[int, object]] = {}
        for pk, details in events:
            for name, (old, _new) in details["changes"].items() if pk in known else ():
                found.setdefault(name, {}).setdefault(pk, old)
        return found

    def then(self, name: str, *, finding: str = ""):
        """Expression of a finding's column as it stood at the cut-off. ``finding``: path to the finding, ``"finding__"`` from a task."""
        key = f"{finding[:-2]}_id" if finding else "pk"
        column: Any = Finding._meta.get_field(name)
        now = F(f"{finding}{column.attname}")
        old = self.corrections.get(name, {})
        whens = [When(**{key: pk}, then=Value(value)) for pk, value in sorted(old.items())]
        target = column.target_field if column.is_relation else column
        return Case(*whens, default=now, output_field=type(target)() if column.is_relation else column.clone()) if whens else now

    @cached_property
    def handed_on(self) -> dict[int, list[int]]:
        """Unit → its tasks at the cut-off that a merging of units has given to another since."""
        found: dict[int, list[int]] = {}
        seen: set[int] = set()
        later = TaskEvent.objects.filter(action="succeed", at__gte=self.end, task__district_id=self.district_id, details__has_key="from_id")
        for task, details in later.order_by("at", "id").values_list("task_id", "details"):
            if task not in seen:
                found.setdefault(details["from_id"], []).append(task)
            seen.add(task)
        return found

    def unit_of_task(self, *, task: str = ""):
        """Expression: whose duty a task was at the cut-off. ``task``: path to the task, ``"task__"`` from its events."""
        whens = [When(**{f"{task}pk__in": tasks}, then=Value(unit)) for unit, tasks in sorted(self.handed_on.items())]
        now = F(f"{task}organisation_id")
        return Case(*whens, default=now, output_field=IntegerField()) if whens else now

    def township_of_ground(self, *, finding: str = ""):
        """Expression: the marked township in whose grids the finding lay."""
        grids = {unit: self.grids_of_township.get(unit, []) for unit in self.units_of(Kind.TOWNSHIP)}
        return self._owner(self.then("grid", finding=finding), grids)

    def department_of_field(self, *, finding: str = ""):
        """Expression: the marked department that leads the finding's field."""
        fields = {unit: self.fields_of_department.get(unit, []) for unit in self.units_of(Kind.DEPARTMENT)}
        return self._owner(self.then("field", finding=finding), fields)

    def headquarters_of_field(self, *, finding: str = ""):
        """Expression: the marked headquarters of the finding's field."""
        return self._owner(self.then("field", finding=finding), self.fields_of_headquarters)

    def township_of_grid(self, column: str):
        """Expression: the marked township whose grid the column names, of rows that lie in a grid themselves."""
        return self._owner(F(column), {unit: self.grids_of_township.get(unit, []) for unit in self.units_of(Kind.TOWNSHIP)})

    @staticmethod
    def _owner(expression, owned: dict[int, list[int]]):
        whens = [When(In(expression, members), then=Value(unit)) for unit, members in owned.items() if members]
        return Case(*whens, default=Value(None), output_field=IntegerField())
