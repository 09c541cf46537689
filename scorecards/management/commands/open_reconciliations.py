from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from common import clock
from scorecards.services import reconcile_clock


class Command(BaseCommand):
    help = "Open the reconciliation sheets of the week and of last month that are to be opened by now; what is open already stays as it is."

    def handle(self, **options):
        self.stdout.write(_("已开对账单 %(count)s 张。") % {"count": len(reconcile_clock.open_due(clock.now()))})
