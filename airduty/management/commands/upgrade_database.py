"""Bring the database up to date as its owner (DATABASE_OWNER_URL), then give the working role of DATABASE_URL its rights. Safe to run again."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from airduty import databases


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        role, password = connection.settings_dict["USER"], connection.settings_dict["PASSWORD"]
        with databases.as_owner():
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
            if not settings.DATABASE_OWNER_URL:
                return
            if connection.settings_dict["USER"] == role:
                raise CommandError("DATABASE_OWNER_URL and DATABASE_URL name the same role. The one that works must not own the tables.")
            fresh = databases.let_work(role, password=password)
        self.stdout.write(f"Role {role} {'was made and ' if fresh else ''}may work in the tables and only add to the audit record.")
