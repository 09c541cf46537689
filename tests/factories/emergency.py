"""A small district that is ready for an emergency, and a warning brought to where a test begins. Through the services: rows of an emergency belong together."""

import datetime as dt
from dataclasses import dataclass

from common import clock
from emergency import defaults
from emergency.models import Episode, ListedEnterprise, Order, ReductionList
from emergency.services import decisions, lists
from emergency.texts import first_words
from grids.models import Headquarters
from tests.factories.accounts import UserFactory
from tests.factories.districts import made_district
from tests.factories.grids import OrganisationFactory, centre

CODES = ("91410100MA00000A1X", "91410100MA00000B2G", "91410100MA00000C36")
CUTS = {"yellow_cut": "30%", "orange_cut": "50%", "red_cut": "100%"}


def enterprise(found: ReductionList, n: int = 0, *, grid=None, **more) -> ListedEnterprise:
    """Not saved yet. Each colour's words say whose and of which colour they are."""
    name = f"测试企业{n}"
    facts = {
        "name": name, "credit_code": CODES[n], "address": f"工业路{n}号", "industry": "铸造", "grade": "C", "lines": "中频炉2台", "daily_power": "1000.0",
        "pm_daily": "10.00", "stop_hours": None, "contact": f"联系人{n}", "contact_phone": f"1990000010{n}", "guarantor": f"包保{n}",
        **{colour: f"{name}的{colour}措施" for colour in ("yellow", "orange", "red")}, **CUTS,
    }  # fmt: skip
    lon, lat = centre(grid) if grid else (None, None)
    return ListedEnterprise(reduction_list=found, grid=grid, lon=lon, lat=lat, **facts | more)


@dataclass
class Ready:
    """A district with its people and a list in force."""

    district: object
    office: object
    director: object
    head: object
    deputy: object
    list: ReductionList

    def words(self, kind="start", level="orange", **more) -> dict:
        return first_words(self.district, kind, level) | {"city_notice": "市应急〔2026〕3号", "ends_at": None, "forecast": None} | more

    def drafted(self, level="orange", **more):
        return decisions.draft(self.district, "start", by=self.office, **self.words(level=level, **more))

    def approved(self, level="orange", *, kind="start", **more):
        step = decisions.draft(self.district, kind, by=self.office, **self.words(kind, level, **more))
        step = decisions.submit(step, by=self.office, version=step.version)
        return decisions.approve(step, by=self.head, version=step.version)

    def running(self, level="orange", *, kind="start", **more) -> Episode:
        """Published: orders are out."""
        step = self.approved(level, kind=kind, **more)
        return decisions.publish(step, by=self.office, version=step.version).episode

    def lifted(self) -> Episode:
        episode = self.running()
        self.running(kind="lift", level=episode.level)
        episode.refresh_from_db()
        return episode

    def order(self, **which) -> Order:
        return Order.objects.exclude(state="superseded").get(episode__district=self.district, is_lift=False, **which)


def ready(*, enterprises: int = 3) -> Ready:
    """Three enterprises, one in each of the first villages."""
    district = made_district()
    defaults.load(district)
    office, director = UserFactory(office_staff=district), UserFactory(office_director=district)
    head, deputy = UserFactory(leader=district), UserFactory(leader=district)
    deputy.memberships.update(title="副组长")
    _headquarters(district)
    made = lists.make(district, year=2026, name="2026年应急减排清单", by=office)
    for n in range(enterprises):
        lists.save_enterprise(enterprise(made, n, grid=district.villages[n]), by=office)
    if enterprises:
        lists.activate(made, by=director)
    return Ready(district, office, director, head, deputy, made)


def _headquarters(district) -> None:
    """Led by ecology, with housing as its member."""
    body = OrganisationFactory(district=district, kind="headquarters", name="污染天气管控专项指挥部", position=40)
    made = Headquarters.objects.create(organisation=body, lead_unit=district.ecology)
    made.member_units.add(district.housing)
    district.fields.filter(code="emergency").update(headquarters=made)


def later(**after):
    """The clock stands so much later."""
    return clock.standing(clock.now() + dt.timedelta(**after))
