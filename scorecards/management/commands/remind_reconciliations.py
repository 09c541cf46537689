from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from common import clock
from scorecards.services import reconcile_clock


class Command(BaseCommand):
    help = "Remind the units whose reconciliation sheet is due tomorrow or overdue and not answered; who has been told is not told again."

    def handle(self, **options):
        self.stdout.write(_("已提醒 %(count)s 个单位。") % {"count": reconcile_clock.remind_silent(clock.now())})
