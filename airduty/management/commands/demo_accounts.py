"""List the accounts of the demonstration: one for each role, with a point inside the grid."""

import json

from django.core.management.base import BaseCommand, CommandError

from accounts.demo import demo_accounts

SHOWN = ("role", "username", "password", "organisation", "grid", "lon", "lat")


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *, json: bool, **options):
        rows = demo_accounts()
        if not rows:
            raise CommandError("There is no demonstration here. `make run` or `manage.py seed_demo` makes one.")
        self.stdout.write(as_json(rows) if json else as_lines(rows))


def as_json(rows: list[dict]) -> str:
    return json.dumps([{name: row[name] for name in SHOWN} for row in rows], ensure_ascii=False, indent=1)


def as_lines(rows: list[dict]) -> str:
    return "\n".join(f"{row['username']:<14}{row['password']:<24}{row['label']} · {row['organisation']}" for row in rows)
