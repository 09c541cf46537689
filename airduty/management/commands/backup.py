"""Back up database, originals and anchors into a folder of their own below DIR, linked to the backup before where nothing has changed."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from airduty import backup


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--keep", type=int, default=0, metavar="N", help="remove all but the newest N (default: keep all)")

    def handle(self, *, folder, keep, **options):
        try:
            made = backup.make(folder.resolve(), keep=keep)
        except backup.BackupFailed as error:
            raise CommandError(f"No backup was made: {error}") from error
        self.stdout.write(
            f"{made['folder']}: {sum(made['counts'].values())} rows, {len(made['files'])} files, {made['bytes'] / 1e6:.1f} MB, {made['seconds']} s."
        )
        if wrong := [*made["damaged"], *made["missing"]]:
            raise CommandError(
                f"The backup is made, but {len(wrong)} originals are damaged or missing in MEDIA_ROOT, first {wrong[0]}.", returncode=2
            )
