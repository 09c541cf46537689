"""Units, grids and the 一长三员网络表 from a workbook. Only looks, unless --commit is given."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from airduty import roster
from grids.models import Grid


class Command(BaseCommand):
    help = "Import units, grids and their people from F.xlsx. Without --commit nothing is written: the same checks, then everything is taken back."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="F.xlsx")
        parser.add_argument("--district", metavar="CODE", help="Code of the district; needed when there are several")
        parser.add_argument("--commit", action="store_true", help="Write, if every row is right")
        parser.add_argument("--partial", action="store_true", help="With --commit: write the rows that are right, leave out the others")
        parser.add_argument("--passwords-out", metavar="FILE", help="New .xlsx for the one-time passwords, readable by you only")

    def handle(self, *, file, district, commit, partial, passwords_out, **options):
        found = self.district(district)
        target = Path(passwords_out) if passwords_out else None
        if target and target.exists():
            raise CommandError(f"{target} exists already; name a new file.")
        try:
            outcome = roster.run(file, district=found, by=None, dry_run=not commit, partial=partial)
        except ValidationError as refused:
            raise CommandError("；".join(refused.messages)) from refused
        except OSError as error:
            raise CommandError(f"Cannot read {file}: {error.strerror}") from error
        self.tell(outcome)
        if outcome.written and outcome.accounts:
            self.hand_out(found, outcome.accounts, target)
        if commit and not outcome.written:
            raise CommandError("Nothing was written: correct the rows above, or leave them out with --partial.")

    def district(self, code) -> Grid:
        districts = Grid.objects.districts()
        found = list(districts.filter(code=code) if code else districts[:2])
        if len(found) != 1:
            known = ", ".join(f"{one.code} ({one.name})" for one in districts) or "none; run setup_district first"
            raise CommandError(f"Say which district with --district CODE. Districts: {known}")
        return found[0]

    def tell(self, outcome) -> None:
        for part in outcome.parts:
            counts = part.result
            self.stdout.write(f"{part.title}: {counts.created} new, {counts.updated} changed, {counts.unchanged} as before, {counts.bad_rows} wrong")
            for error in counts.errors:
                self.stdout.write(f"  {error}")
        if outcome.unknown_columns:
            self.stdout.write(f"Columns not read: {', '.join(outcome.unknown_columns)}")
        self.stdout.write(f"{len(outcome.accounts)} accounts {'made' if outcome.written else 'to be made'}, {len(outcome.ended)} posts end.")
        self.stdout.write("Written." if outcome.written else "Nothing was written.")

    def hand_out(self, district, accounts, target) -> None:
        rows = roster.account_rows(accounts)
        if target is None:
            self.stdout.write("One-time passwords, shown only here:")
            for row in rows:
                self.stdout.write("\t".join(row))
            return
        target.touch(mode=0o600)
        target.write_bytes(roster.accounts_book(district, rows).bytes())
        self.stdout.write(f"One-time passwords are in {target}.")
