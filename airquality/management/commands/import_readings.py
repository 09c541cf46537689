"""A file of the published national feed into the readings; what is in the file twice, or already here, changes nothing."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from airquality.services import importing, intake
from airquality.words import Source, Status
from grids.models import Grid

MAX_BYTES = 200_000_000
FEW = 20


class Command(BaseCommand):
    help = (
        "Import hourly readings from a .csv in the national layout (timepoint,stationcode,…,pm2_5,…), the long one (date,hour,type,1001A,…) or our own "
        "(station,hour,so2,…). A swap of o3 and o3_24h is detected and put right. Stations that the file places and the district lacks are entered "
        "and kept out of use."
    )

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--district", metavar="CODE", help="code of the district (needed when there are several)")
        parser.add_argument("--reviewed", action="store_true", help="the values are reviewed ones (default: real-time)")
        parser.add_argument("--known-only", action="store_true", help="leave out stations that the district does not have")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--all", action="store_true", help="list every refused row")

    def handle(self, *, file, district, reviewed, known_only, dry_run, **options):
        sender = intake.Sender(Source.FILE, Path(file).name)
        status = Status.REVIEWED if reviewed else Status.REAL_TIME
        try:
            result = importing.import_file(
                self._content(file), district=self._district(district), sender=sender, status=status, dry_run=dry_run, known_only=known_only
            )
        except ValidationError as refused:
            raise CommandError("；".join(refused.messages)) from refused
        self._tell(result, dry_run=dry_run, whole=options["all"])

    def _content(self, file: str) -> bytes:
        try:
            if Path(file).stat().st_size > MAX_BYTES:
                raise CommandError(f"The file is larger than {MAX_BYTES} bytes; split it by month.")
            return Path(file).read_bytes()
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error}") from error

    def _district(self, code) -> Grid:
        found = Grid.objects.districts().filter(**({"code": code} if code else {}))
        if found.count() != 1:
            raise CommandError(
                "Name the district with --district CODE. There are: " + ", ".join(Grid.objects.districts().values_list("code", flat=True))
            )
        return found.get()

    def _tell(self, result, *, dry_run: bool, whole: bool):
        found = result.outcome
        for refusal in found.refused if whole else found.refused[:FEW]:
            self.stderr.write(f"Line {refusal.index}, {refusal.field or 'row'}: {refusal.reason} {refusal.remedy}")
        if len(found.refused) > FEW and not whole:
            self.stderr.write(f"… {len(found.refused) - FEW} more; --all lists them")
        self._tell_swap(result.swap)
        if result.new_stations:
            self.stdout.write(f"{len(result.new_stations)} stations entered from the file and kept out of use until the office says otherwise.")
        if result.others:
            self.stdout.write(f"{result.others} rows of stations that the district does not have were left out: {', '.join(result.unknown[:FEW])}")
        verb = "Would be taken" if dry_run else "Taken"
        self.stdout.write(f"{verb}: {found.new} new, {found.unchanged} unchanged, {found.corrected} corrected, {len(found.refused)} rows refused.")

    def _tell_swap(self, swap):
        if swap.any_swapped:
            self.stdout.write(
                f"The columns o3 and o3_24h are swapped: in {swap.above} of {swap.differing} rows that differ the hour would be above the day's "
                "highest hour. They were read the other way round."
            )
        if swap.undecided:
            self.stdout.write(f"Of {swap.undecided} hours it cannot be told whether o3 and o3_24h are swapped; they were read as labelled.")
