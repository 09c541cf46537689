"""An existing 整改台账, or a city's list of service requests, into the ledger: shows what would happen; ``--commit`` writes it."""

import csv
import datetime as dt
import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from audit.services import record
from common.errors import NotYourRole
from grids.models import Grid
from grids.roles import OFFICE
from inspections.services import service_requests
from inspections.services.importing import LedgerImport, columns
from inspections.words import Source
from sheets import importing
from sheets.reading import read_table

FEW = 20
"""Single rows told of each reason, when there are very many."""


class Command(BaseCommand):
    help = (
        "Import an existing rectification ledger (整改台账) from .xlsx or .csv, or a list of service requests (12345, 311) of any length, "
        "which is known by its header. Without --commit nothing is written."
    )

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--district", metavar="CODE", help="code of the district (needed when there are several)")
        parser.add_argument("--commit", action="store_true", help="write the rows; default: only show what would happen")
        parser.add_argument("--partial", action="store_true", help="with --commit: write the good rows although others are wrong")
        parser.add_argument("--by", metavar="USERNAME", help="office person in whose name rows are entered (default: the first of the office)")
        requests = parser.add_argument_group("lists of service requests")
        requests.add_argument(
            "--timezone", default="Asia/Shanghai", metavar="NAME", help="clocks of times without an offset (default: Asia/Shanghai)"
        )
        requests.add_argument("--day-first", action="store_true", help="05/03/2026 is the fifth of March (default: the third of May)")
        requests.add_argument("--as-of", metavar="TIME", help="when the list was drawn up, for what was open then (default: its newest moment)")
        requests.add_argument("--words", metavar="FILE", help=".csv of two columns: word of the file, name of our unit or problem type")
        requests.add_argument("--unit", default="", metavar="NAME", help="our unit for units that are not known")
        requests.add_argument("--type", default="", dest="kind", metavar="CODE", help="our problem type for kinds that are not known")
        requests.add_argument("--new-units", action="store_true", help="make the units that are not known (--by must be the office's director)")
        requests.add_argument(
            "--source", default=str(Source.COMPLAINT), choices=Source.values, help="where the requests came from (default: complaint)"
        )
        requests.add_argument("--all", action="store_true", help="list every row that differs or is refused")

    def handle(self, *, file, district, commit, partial, by, **options):
        root = self._district(district)
        person = self._person(root, by)
        try:
            if service_requests.recognised(file):
                self._take_requests(file, root, person, commit=commit, partial=partial, **options)
            else:
                self._take_ledger(file, root, person, commit=commit, partial=partial)
        except (ValidationError, OSError, NotYourRole) as refused:
            raise CommandError("；".join(getattr(refused, "messages", [str(refused)]))) from refused

    # --- a ledger -------------------------------------------------------------------------------------------------------------------
    def _take_ledger(self, file, root, person, *, commit: bool, partial: bool):
        sheet_columns = columns()
        table = read_table(file, sheet_columns)
        book = LedgerImport(root, by=person)
        result = importing.run(table.rows, book.apply, partial=partial, dry_run=not commit, errors=table.errors, columns=sheet_columns)
        self._tell(table, result)
        if result.written:
            self._record(root, person, "ledger", result, refused=result.bad_rows)
        elif commit:
            raise CommandError("Nothing was written, because some rows are wrong. Correct them, or add --partial to write the good ones.")

    def _record(self, root, person, kind: str, result, *, refused: int):
        payload = {"kind": kind, "created": result.created, "updated": result.updated, "refused": refused}
        record("import", "sheets.import", by=person, district_id=root.pk, payload=payload)

    # --- service requests -----------------------------------------------------------------------------------------------------------
    def _take_requests(self, file, root, person, *, commit: bool, partial: bool, **options):
        zone = self._zone(options["timezone"])
        begun = time.monotonic()
        outcome = import_string(settings.REQUESTS_IMPORTED)(
            lambda: service_requests.read(file, zone=zone, day_first=options["day_first"]),
            **self._options(zone, **options),
            district=root,
            by=person,
            commit=commit,
            partial=partial,
            tick=lambda n: self.stderr.write(f"{n} rows"),
        )
        written = commit and (partial or not outcome.errors)
        self._tell_requests(outcome, written=written, seconds=time.monotonic() - begun, whole=options["all"])
        if written:
            self._record(root, person, "service_requests", outcome, refused=len(outcome.errors))
        elif commit:
            raise CommandError("Nothing was written, because some rows are wrong. Correct them, or add --partial to write the good ones.")

    def _options(self, zone: ZoneInfo, **options) -> dict:
        as_of = service_requests.moment(options["as_of"], zone) if options["as_of"] else None
        names = ("unit", "kind", "source", "new_units")
        return {"words": self._words(options["words"]), "as_of": as_of, **{name: options[name] for name in names}}

    def _words(self, path: str | None) -> dict[str, str]:
        if not path:
            return {}
        with open(path, encoding="utf-8-sig", newline="") as stream:
            return {line[0]: line[1] for line in csv.reader(stream) if len(line) > 1}

    def _zone(self, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise CommandError(f"There is no time zone {name}; write it like America/New_York.") from unknown

    def _tell_requests(self, outcome, *, written: bool, seconds: float, whole: bool):
        for group in importing.grouped(outcome.errors):
            rows = ", ".join(map(str, group.rows)) + ("…" if group.count > len(group.rows) else "")
            self.stderr.write(f"{group.count} × {group.column_title} “{group.value}”: {group.message} ({rows})")
        for note in outcome.notes if whole else outcome.notes[:FEW]:
            self.stderr.write(str(note))
        verb = "Written" if written else "Would be written"
        self.stdout.write(
            f"{verb}: {outcome.created} new, {outcome.updated} updated, {outcome.unchanged} unchanged, {len(outcome.errors)} rows refused."
        )
        self.stdout.write(f"{outcome.good / max(seconds, 0.001):.0f} rows per second; open requests judged as of {_shown(outcome.as_of)}.")
        self.stdout.write(outcome.sentence)
        for each in outcome.differing if whole else outcome.differing[:FEW]:
            self.stdout.write(f"  {each}")
        if not whole and len(outcome.differing) > FEW:
            self.stdout.write(f"  … {len(outcome.differing) - FEW} more; --all lists them")

    # --- who and where --------------------------------------------------------------------------------------------------------------
    def _district(self, code):
        found = Grid.objects.districts().filter(**({"code": code} if code else {}))
        if found.count() != 1:
            raise CommandError(
                "Name the district with --district CODE. There are: " + ", ".join(Grid.objects.districts().values_list("code", flat=True))
            )
        return found.get()

    def _person(self, district, username):
        people = get_user_model().objects.filter(is_active=True, memberships__organisation__district=district, memberships__role__in=OFFICE)
        person = people.filter(**({"username": username} if username else {})).order_by("pk").first()
        if person is None:
            raise CommandError("Nobody of the district's office can be found to enter the rows; name one with --by USERNAME.")
        return person

    def _tell(self, table, result):
        for error in result.errors:
            self.stderr.write(str(error))
        if table.unknown_columns:
            self.stdout.write("Columns not read: " + "、".join(table.unknown_columns))
        verb = "Written" if result.written else "Would be written"
        self.stdout.write(f"{verb}: {result.created} new, {result.updated} updated, {result.unchanged} unchanged, {result.bad_rows} rows refused.")


def _shown(moment: dt.datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "-"
