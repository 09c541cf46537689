"""An existing ledger of supervised objects into the register: shows what would happen; ``--apply`` writes it."""

import time

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from grids.models import Grid
from grids.roles import OFFICE
from registers import imports
from registers.models import SiteKind
from sheets.importing import grouped

LISTED = 50
"""Lines up to which every cell is named."""


class Command(BaseCommand):
    help = "Import a ledger of supervised objects (工地台账, 餐饮台账 …) from .xlsx or .csv. Without --apply nothing is written."

    def add_arguments(self, parser):
        parser.add_argument("kind", metavar="KIND", help="code or name of the kind: construction, 工地")
        parser.add_argument("file")
        parser.add_argument("--district", metavar="CODE", help="code of the district (needed when there are several)")
        parser.add_argument("--apply", action="store_true", help="write the rows; default: only show what would happen")
        parser.add_argument("--partial", action="store_true", help="with --apply: write the good rows although others are wrong")
        parser.add_argument("--by", metavar="USERNAME", help="office person in whose name rows are entered (default: the first of the office)")

    def handle(self, *, kind, file, district, apply, partial, by, **options):
        begun = time.monotonic()
        root = self._district(district)
        found, person = self._kind(root, kind), self._person(root, by)
        try:
            checked = imports.check(file, found, by=person)
            result = imports.apply(checked, partial=partial) if apply else checked.result
        except (ValidationError, OSError) as refused:
            raise CommandError("；".join(getattr(refused, "messages", [str(refused)]))) from refused
        self._tell(checked, result)
        self.stdout.write(f"{len(checked.table.rows)} rows in {time.monotonic() - begun:.1f} s.")
        if apply and not result.written:
            raise CommandError("Nothing was written, because some rows are wrong. Correct them, or add --partial to write the good ones.")

    def _district(self, code):
        found = Grid.objects.districts().filter(**({"code": code} if code else {}))
        if found.count() != 1:
            codes = ", ".join(Grid.objects.districts().values_list("code", flat=True))
            raise CommandError(f"Name the district with --district CODE. There are: {codes}")
        return found.get()

    def _kind(self, district, word) -> SiteKind:
        kinds = SiteKind.objects.filter(district=district).select_related("district")
        found = kinds.filter(Q(code=word) | Q(name=word)).first()
        if found is None:
            offered = ", ".join(f"{kind.code} ({kind.name})" for kind in kinds)
            raise CommandError(f"There is no kind {word!r}. There are: {offered}")
        return found

    def _person(self, district, username):
        people = get_user_model().objects.filter(is_active=True, memberships__organisation__district=district, memberships__role__in=OFFICE)
        person = people.filter(**({"username": username} if username else {})).order_by("pk").first()
        if person is None:
            raise CommandError("Nobody of the district's office can be found to enter the rows; name one with --by USERNAME.")
        return person

    def _list(self, told, out, what):
        """Row by row, or summed up where nobody would read so many lines."""
        if len(told) <= LISTED:
            for each in told:
                out.write(f"{what}: {each}")
            return
        for group in grouped(told):
            rows = "、".join(map(str, group.rows)) + ("…" if group.count > len(group.rows) else "")
            out.write(f"{what}, {group.count} ×: {group.column_title} “{group.value[:40]}” {group.message} (rows {rows})")

    def _tell(self, checked, result):
        self.stdout.write(f"Sheet “{checked.table.sheet}”, header in row {checked.table.header_row}.")
        self._list(result.errors, self.stderr, "Refused")
        self._list(checked.plan.notes, self.stdout, "Taken, but wants a look")
        if checked.table.unknown_columns:
            self.stdout.write("Columns not read: " + "、".join(checked.table.unknown_columns))
        verb = "Written" if result.written else "Would be written"
        self.stdout.write(f"{verb}: {result.created} new, {result.updated} updated, {result.unchanged} unchanged, {result.bad_rows} rows refused.")
