from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from grids.models import Grid
from scorecards.models import MONTH
from scorecards.services import consequences, money


class Command(BaseCommand):
    help = "Compare the last settled months, or one, with the rules of ladders and money and propose what is not there yet."

    def add_arguments(self, parser):
        parser.add_argument("month", nargs="?", help="YYYY-MM")
        parser.add_argument("--district", help="code of one district")

    def handle(self, *, month, district, **options):
        districts = Grid.objects.districts().order_by("pk")
        districts = districts.filter(code=district) if district else districts
        if not districts:
            raise CommandError(_("没有找到这个区县。"))
        if month:
            MONTH(month)
        for each in districts:
            for one in [month] if month else consequences.recent_months(each):
                self.propose(each, one)

    def propose(self, district, month):
        made, table = consequences.propose(district, month), money.draw_up(district, month)
        said = {"district": district, "month": month, "count": len(made)}
        self.stdout.write(_("%(district)s %(month)s：新提出 %(count)s 条奖惩建议。") % said)
        if table:
            self.stdout.write(_("%(district)s %(month)s：已测算奖惩资金表。") % said)
