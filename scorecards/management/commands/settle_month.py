from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import Conflict, NotYourRole
from grids.models import Grid
from scorecards.models import MONTH, Scheme
from scorecards.services import closing
from scorecards.words import SettlementState

MARKS = {True: "[x]", False: "[ ]", None: " - "}


class Command(BaseCommand):
    help = (
        "Say what stands in the way of settling a month; with --propose or --approve take the step in the name of that person. "
        "A month that is settled is worked out anew and compared."
    )

    def add_arguments(self, parser):
        parser.add_argument("month", help="YYYY-MM")
        parser.add_argument("--district", help="code of one district")
        parser.add_argument("--propose", metavar="USERNAME", help="somebody of the office")
        parser.add_argument("--approve", metavar="USERNAME", help="a district leader, another person")

    def handle(self, *, month, district, propose, approve, **options):
        try:
            MONTH(month)
            for each in self.districts(district):
                self.settle(each, month, propose=propose, approve=approve)
        except ValidationError as refused:
            raise CommandError("\n".join(refused.messages)) from refused
        except (Conflict, NotYourRole) as refused:
            raise CommandError(str(refused)) from refused

    def districts(self, code):
        found = Grid.objects.districts().filter(pk__in=Scheme.objects.order_by().values("district_id"))
        found = list(found.filter(code=code) if code else found)
        if not found:
            raise CommandError(_("没有找到设有考核方案的区县。"))
        return found

    def settle(self, district, month, *, propose, approve):
        if propose:
            closing.propose(district, month, by=self.person(propose))
        if approve:
            settlement = closing.settlement_of(district, month)
            closing.approve(settlement, by=self.person(approve), version=settlement.version)
        self.report(district, month)

    def person(self, username):
        found = User.objects.filter(username=username, is_active=True).first()
        if found is None:
            raise CommandError(_("没有账号 %(name)s。") % {"name": username})
        return found

    def report(self, district, month):
        settlement = closing.settlement_of(district, month)
        self.stdout.write(f"{district} {month} {settlement.get_state_display()} {settlement.digest}".strip())
        if settlement.state != SettlementState.SETTLED:
            for item in closing.checklist(district, month):
                self.stdout.write(f"  {MARKS[item.is_met]} {item.label} {item.words}")
            return
        found = closing.compare(settlement, by=None)
        self.stdout.write(f"  {found.in_words}")
        if not found.is_equal:
            raise CommandError(_("重新核算与结账时不一致。"))
