from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from common import clock
from grids.models import Grid
from scorecards.services import accounts, posting


class Command(BaseCommand):
    help = "Post what is outstanding, then check that accounts add up, go on, are the sum of their lines and hold what the ledger says is open."

    def handle(self, **options):
        wrong = 0
        for district in Grid.objects.districts().order_by("pk"):
            posting.post(district, now=clock.now())
            faults = accounts.check(district)
            wrong += len(faults)
            self.stdout.write("\n".join(f"{district}: {fault}" for fault in faults or [_("账目无误")]))
        if wrong:
            raise CommandError(_("账目有 %(count)s 处不符。") % {"count": wrong})
