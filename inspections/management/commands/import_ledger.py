"""An existing 整改台账 into the ledger: shows what would happen; ``--commit`` writes it."""

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from audit.services import record
from grids.models import Grid
from grids.roles import OFFICE
from inspections.services.importing import LedgerImport, columns
from sheets import importing
from sheets.reading import read_table


class Command(BaseCommand):
    help = "Import an existing rectification ledger (整改台账) from .xlsx or .csv. Without --commit nothing is written."

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--district", metavar="CODE", help="code of the district (needed when there are several)")
        parser.add_argument("--commit", action="store_true", help="write the rows; default: only show what would happen")
        parser.add_argument("--partial", action="store_true", help="with --commit: write the good rows although others are wrong")
        parser.add_argument("--by", metavar="USERNAME", help="office person in whose name rows are entered (default: the first of the office)")

    def handle(self, *, file, district, commit, partial, by, **options):
        root = self._district(district)
        person = self._person(root, by)
        try:
            sheet_columns = columns()
            table = read_table(file, sheet_columns)
            book = LedgerImport(root, by=person)
            result = importing.run(table.rows, book.apply, partial=partial, dry_run=not commit, errors=table.errors, columns=sheet_columns)
        except (ValidationError, OSError) as refused:
            raise CommandError("；".join(getattr(refused, "messages", [str(refused)]))) from refused
        self._tell(table, result)
        if result.written:
            payload = {"kind": "ledger", "created": result.created, "updated": result.updated, "refused": result.bad_rows}
            record("import", "sheets.import", by=person, district_id=root.pk, payload=payload)
        elif commit:
            raise CommandError("Nothing was written, because some rows are wrong. Correct them, or add --partial to write the good ones.")

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
