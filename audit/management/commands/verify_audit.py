import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from audit import verify


class Command(BaseCommand):
    help = "Verify the audit chains. Exit code: 0 in order, 1 chain, 2 anchor, 3 a row changed past the record, 4 a file."

    def add_arguments(self, parser):
        parser.add_argument("--state", action="store_true", help="compare every audited row with its last event")
        parser.add_argument("--files", type=int, default=0, metavar="N", help="hash N stored photos drawn at random again")
        parser.add_argument("--anchor", type=Path, metavar="FILE", help="anchors kept outside (one JSON line each)")
        parser.add_argument("--district", type=int, metavar="ID", help="only this district's chain (0: the system's)")

    def handle(self, *args, state, files, anchor, district, **options):
        if anchor and not anchor.exists():
            raise CommandError(f"{anchor} does not exist", returncode=2)
        outcome = verify.run(state=state, files=files, anchor_file=anchor, district=district)
        for fault in outcome.faults:
            self.stderr.write(f"{fault['kind']}: {fault['where']}: {fault['what']}")
        self.stdout.write(
            f"{outcome.events} events, {outcome.redacted} redacted, {outcome.rows} rows, {outcome.files} files: "
            + ("in order" if outcome.exit_code == 0 else f"NOT in order ({outcome.exit_code})")
        )
        if outcome.exit_code:
            sys.exit(outcome.exit_code)
