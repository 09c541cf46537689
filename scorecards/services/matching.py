"""Laying a list from above beside the ledger: upload, compare every row, say what changed since the last upload of the same list."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

import evidence.services
import sheets.services
from audit.services import record
from common import clock
from common.errors import Conflict, NotYourRole
from evidence import storage
from grids import scope
from grids.models import Grid
from grids.roles import OFFICE
from inspections.models import Finding
from inspections.words import CLOSED_STATES, ON_LEDGER
from rectification.models import Task
from rectification.words import LEFT
from scorecards.models import ListMatch, MatchRow
from scorecards.services import match_reading
from scorecards.services.match_pairs import Pool, pair
from scorecards.services.settling import hold
from scorecards.words import Handling, MatchResult
from sheets.cells import choice_key
from sheets.models import Job

AT_ONCE = 300
"""Longer lists are compared in the background."""
CHANGES_KEPT = 500
COMPARED = ("due_on", "status", "unit", "text", "address")


def insist_office(user, district_id: int) -> None:
    if not scope.rights(user).in_district(district_id, OFFICE):
        raise NotYourRole(_("上级清单由攻坚办上传和核对。"))


# --- upload -------------------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Uploaded:
    match: ListMatch
    is_same: bool = False
    """The same file under the same name again: nothing new was stored."""
    job: Job | None = None


def upload(district: Grid, file, *, name: str, source: str, by) -> Uploaded:
    """Keep the list and compare it, at once or in the background. Raises ``ValidationError`` when it cannot be read."""
    insist_office(by, district.pk)
    read = match_reading.read(file, district=district)
    file.seek(0)
    try:
        with transaction.atomic():
            return _upload(district, file, read, name=name.strip(), source=source, by=by)
    except IntegrityError as error:
        raise Conflict(_("同名清单刚由他人上传，请刷新后查看。"), code="uploaded_meanwhile") from error


def _upload(district: Grid, file, read: match_reading.Read, *, name: str, source: str, by) -> Uploaded:
    hold(district.pk)
    last = ListMatch.objects.filter(district=district, name=name, following=None).select_related("file").first()
    stored = evidence.services.store_file(file, name=file.name, size=file.size, by=by)
    if last and last.file.sha256 == stored.sha256 and last.source == source:
        stored.delete()
        return Uploaded(last, is_same=True)
    match = ListMatch.objects.create(
        district=district, name=name, source=source, file=stored, uploaded_by=by, uploaded_at=clock.now(), previous=last, unread=read.unread
    )
    record("list_match.upload", match, by=by, district_id=district.pk, payload={"name": name, "rows": len(read.rows), "sha256": stored.sha256})
    if len(read.rows) > AT_ONCE:
        job = sheets.services.start(
            "match_list", params={"match": match.pk}, by=by, district_id=district.pk, title=_("核对清单：%(name)s") % {"name": name}
        )
        return Uploaded(match, job=job)
    _write(match, compared(match, read.rows), by=by)
    return Uploaded(match)


def run(job: Job) -> sheets.services.Result:
    """Runner of the background job. Run again after an interruption, it begins anew; a list that stands is left alone."""
    by = get_user_model().objects.get(pk=job.requested_by_id)
    match = ListMatch.objects.visible_to(by).select_related("district", "file", "previous").filter(pk=job.params["match"]).first()
    if match is None:
        raise ValidationError(_("清单已不存在。"))
    if match.matched_at is None:
        rows = match_reading.read(storage.file_path(match.file.sha256), district=match.district).rows
        sheets.services.progress(job, 0, len(rows))
        found = compared(match, rows, tick=lambda n: sheets.services.progress(job, n, len(rows)))
        sheets.services.progress(job, len(rows), len(rows))
        with transaction.atomic():
            _write(match, found, by=by)
    return sheets.services.Result(message=in_words(match))


def in_words(match: ListMatch) -> str:
    found = [row.result for row in MatchRow.objects.filter(list_match=match).only("result")]
    counts = {result.value: found.count(result) for result in MatchResult}
    return _("一致 %(matched)s 行，本区缺 %(missing_here)s 行，上级缺 %(missing_there)s 行，不一致 %(differing)s 行") % counts


# --- comparing ----------------------------------------------------------------------------------------------------------------------
@dataclass
class Compared:
    rows: list[MatchRow]
    missing_there: list[MatchRow] = field(default_factory=list)
    changes: dict = field(default_factory=dict)


def compared(match: ListMatch, rows: list[MatchRow], *, tick: Callable[[int], None] | None = None) -> Compared:
    before = list(match.previous.rows.all()) if match.previous else []
    _keep_hand_made(rows, before)
    pair(rows, Pool(match, rows), tick=tick)
    facts = Facts([row.finding_id for row in rows if row.finding_id])
    seen: set[int] = set()
    for row in rows:
        row.list_match = match
        judge(row, facts, twice=row.finding_id in seen)
        seen.add(row.finding_id)
    found = Compared(rows, _missing_there(match, rows, taken=seen))
    _keep_notes(found, before)
    found.changes = _changes([row for row in before if row.number], rows) if match.previous else {}
    return found


class Facts:
    """What of our rows is compared, read at once for all of them."""

    def __init__(self, findings: list[int]):
        wanted = ("pk", "state", "superior_due_at", "superior_accepted_at")
        self.of = {row["pk"]: row for row in Finding.objects.filter(pk__in=findings).values(*wanted)}
        self.parties: dict[int, set[int]] = {}
        duties = Task.objects.filter(finding__in=findings).exclude(state__in=LEFT).order_by()
        for finding, unit in duties.values_list("finding_id", "organisation_id"):
            self.parties.setdefault(finding, set()).add(unit)


def judge(row: MatchRow, facts: Facts, *, twice: bool = False) -> None:
    """Set ``result`` and ``differs`` from what ``row`` says and what we have."""
    if row.finding_id is None:
        row.result, row.differs = MatchResult.MISSING_HERE, []
        return
    ours = facts.of[row.finding_id]
    row.differs = [*_deadline(row, ours), *_status(row, ours), *_unit(row, facts.parties.get(row.finding_id, set()))]
    row.differs += ["twice"] if twice else []
    row.result = MatchResult.DIFFERING if row.differs else MatchResult.MATCHED


def _deadline(row: MatchRow, ours: dict) -> list[str]:
    due = ours["superior_due_at"]
    is_open = ours["state"] in ON_LEDGER
    return ["deadline"] if row.due_on and is_open and (due is None or clock.beijing(due).date() != row.due_on) else []


def _status(row: MatchRow, ours: dict) -> list[str]:
    """Struck off here is not struck off there: the superior's acceptance is compared with the superior's word."""
    if row.is_done is None:
        return []
    if row.is_done != (ours["superior_accepted_at"] is not None):
        closed_here_only = not row.is_done and ours["superior_accepted_at"] is None
        return [] if closed_here_only else ["status"]
    return ["unreported"] if not row.is_done and ours["state"] in CLOSED_STATES else []


def _unit(row: MatchRow, parties: set[int]) -> list[str]:
    return ["unit"] if row.organisation_id and parties and row.organisation_id not in parties else []


def _missing_there(match: ListMatch, rows: list[MatchRow], *, taken: set[int]) -> list[MatchRow]:
    """Our open rows of the same source, ordered in the days the list covers, that it does not have."""
    ours = Finding.objects.filter(district_id=match.district_id, source=match.source, state__in=ON_LEDGER, is_sealed=False)
    days = [row.ordered_on for row in rows if row.ordered_on]
    if days:
        ours = ours.filter(captured_at__gte=clock.at(min(days)), captured_at__lte=clock.end_of(max(days)))
    left = ours.exclude(pk__in=taken - {None}).order_by("pk").values("pk", "superior_number", "text", "address")
    return [
        MatchRow(
            list_match=match,
            finding_id=each["pk"],
            result=MatchResult.MISSING_THERE,
            superior_number=each["superior_number"],
            text=each["text"],
            address=each["address"],
        )
        for each in left
    ]


# --- against the upload before ------------------------------------------------------------------------------------------------------
def _key(row: MatchRow) -> str:
    return choice_key(row.superior_number) or choice_key(f"{row.text}{row.address}")


def _keep_hand_made(rows: list[MatchRow], before: list[MatchRow]) -> None:
    """What a person has said, this one of ours or none, stays said when the list comes again."""
    kept = {_key(row): row for row in before if row.number and row.how == "hand"}
    for row in rows:
        if old := kept.get(_key(row)):
            row.finding_id, row.how, row.likeness = old.finding_id, "hand", old.likeness


def _keep_notes(found: Compared, before: list[MatchRow]) -> None:
    """What was put on the list of things to be told above stays there while nothing about it has changed."""
    noted = {(row.number is None, row.finding_id or _key(row)): row for row in before if row.handling == Handling.REPORTED}
    for row in [*found.rows, *found.missing_there]:
        old = noted.get((row.number is None, row.finding_id or _key(row)))
        if old and (old.result, old.differs) == (row.result, row.differs):
            row.handling, row.note, row.handled_by_id, row.handled_at = old.handling, old.note, old.handled_by_id, old.handled_at


def _changes(before: list[MatchRow], rows: list[MatchRow]) -> dict:
    old, new = {_key(row): row for row in before}, {_key(row): row for row in rows}
    changed = [(row, what) for key, row in new.items() if key in old and (what := [n for n in COMPARED if getattr(row, n) != getattr(old[key], n)])]
    found = {
        "added": [_said(row) for key, row in new.items() if key not in old],
        "gone": [_said(row) for key, row in old.items() if key not in new],
        "changed": [_said(row) | {"what": what, "before": _words(old[_key(row)], what), "after": _words(row, what)} for row, what in changed],
    }
    return {name: each[:CHANGES_KEPT] for name, each in found.items()} | {"counts": {name: len(each) for name, each in found.items()}}


def _words(row: MatchRow, names: list[str]) -> list[str]:
    return [str(getattr(row, name) or "")[:200] for name in names]


def _said(row: MatchRow) -> dict:
    return {"row": row.number, "number": row.superior_number, "text": row.text[:60]}


def _write(match: ListMatch, found: Compared, *, by) -> None:
    """All rows at once; a second worker that has done the same writes nothing."""
    stands = ListMatch.objects.filter(pk=match.pk, matched_at=None).update(matched_at=clock.now(), changes=found.changes)
    if not stands:
        return
    MatchRow.objects.bulk_create([*found.rows, *found.missing_there], batch_size=1_000)
    match.refresh_from_db()
    counts = {result.value: sum(row.result == result for row in [*found.rows, *found.missing_there]) for result in MatchResult}
    record("list_match.match", match, by=by, district_id=match.district_id, payload=counts)
