"""A real start: an empty district with its editable defaults, and the first administrator with a one-time password."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from grids.models import Grid
from grids.services.start import set_up_district


class Command(BaseCommand):
    help = "Make a district with office, headquarters, fields and rules, and its first administrator. The password is printed once."

    def add_arguments(self, parser):
        parser.add_argument("--name", required=True, help="Name of the district as it stands on papers")
        parser.add_argument("--code", help="Code of the district, e.g. its administrative code; default: D and the next number")
        parser.add_argument("--admin", required=True, metavar="USERNAME", help="Sign-in name of the first administrator")
        parser.add_argument("--admin-name", default="", help="His or her name")
        parser.add_argument("--admin-phone", default="", help="His or her telephone")

    def handle(self, *, name, code, admin, admin_name, admin_phone, **options):
        code = code or f"D{Grid.objects.districts().count() + 1:02}"
        try:
            district, user, password = set_up_district(code=code, name=name, admin=admin, admin_name=admin_name, admin_phone=admin_phone)
        except ValidationError as refused:
            raise CommandError("；".join(refused.messages)) from refused
        self.stdout.write(f"District {district.name} ({district.code}) is ready.")
        self.stdout.write(f"Administrator: {user.username}")
        self.stdout.write(f"One-time password, valid {settings.ONE_TIME_PASSWORD_HOURS} hours, shown only here: {password}")
        self.stdout.write(f"Sign in at {settings.BASE_URL} and change it. Then add townships and people: settings, or manage.py import_roster F.xlsx")
