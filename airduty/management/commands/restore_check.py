"""Restore the newest backup of DIR into a throw-away database and look it over.

Exit code: 0 in order, 1 not finished or damaged, 2 cannot be restored, 3 other rows or migrations than its manifest says, 4 audit record.
"""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from airduty import restoring


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", type=Path, help="where backups are, or one backup")
        parser.add_argument("--files", type=int, default=100, metavar="N", help="originals to hash again, drawn by lot (default 100)")

    def handle(self, *, folder, files, **options):
        outcome = restoring.check(folder.resolve(), photos=files)
        for sentence in outcome.sentences:
            self.stderr.write(sentence)
        self.stdout.write(f"{outcome.backup}: {'NOT in order' if outcome.exit_code else 'restored and in order'}, {outcome.seconds} s.")
        if outcome.exit_code:
            sys.exit(outcome.exit_code)
