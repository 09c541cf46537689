from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from common import clock
from grids.models import Grid
from scorecards.services import posting


class Command(BaseCommand):
    help = "Book what has happened and is not in the accounts yet, and work out the accounts of the open months. Safe to run twice."

    def handle(self, **options):
        for district in Grid.objects.districts().order_by("pk"):
            posted = posting.post(district, now=clock.now())
            text = _("%(district)s：登账 %(lines)s 笔，更新 %(accounts)s 户。")
            self.stdout.write(text % {"district": district, "lines": posted.lines, "accounts": posted.accounts})
