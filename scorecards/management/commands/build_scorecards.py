from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from grids.models import Grid
from scorecards import services
from scorecards.models import Scheme


class Command(BaseCommand):
    help = "Build a month's scorecards of every district that has a scheme; a month that stands is worked out again and written only if it differs."

    def add_arguments(self, parser):
        parser.add_argument("month", help="YYYY-MM")
        parser.add_argument("--district", help="code of one district")

    def handle(self, *, month, district, **options):
        districts = Grid.objects.districts().filter(pk__in=Scheme.objects.order_by().values("district_id"))
        if district:
            districts = districts.filter(code=district)
        if not districts:
            raise CommandError(_("没有找到设有考核方案的区县。"))
        for each in districts:
            self.build(month, each)

    def build(self, month, district):
        try:
            built = services.build(month, district=district, rebuild=True)
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from error
        text = (
            _("%(district)s %(month)s：已生成 %(count)s 张计分卡。")
            if built.changed
            else _("%(district)s %(month)s：%(count)s 张计分卡与已有结果一致，未作改动。")
        )
        self.stdout.write(text % {"district": district, "month": month, "count": len(built.cards)})
