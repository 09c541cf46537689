"""A small district, its grid member with a phone, and what a test says about the phone's queue."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import PHONE
from tests.factories.accounts import UserFactory
from tests.factories.evidence import photo_bytes
from tests.factories.grids import DistrictFactory, centre
from tests.factories.inspections import ChecklistFactory, PatrolFactory, ProblemTypeFactory, VisitFactory
from tests.factories.registers import SiteFactory

SMALL = {"viewport": {"width": 360, "height": 640}}
ITEMS = "import('/static/js/field/store.js').then((store) => store.items())"
OF_THE_NETWORK = ("Failed to load resource", "net::ERR", "ERR_", "Failed to fetch", ": 502")


def picture(number: int, size=(640, 480)) -> dict:
    return {"name": f"p{number}.jpg", "mimeType": "image/jpeg", "buffer": photo_bytes(number, size=size)}


@pytest.fixture
def district(transactional_db):
    return DistrictFactory()


@pytest.fixture
def bare(district):
    return ProblemTypeFactory(district=district, field=district.dust, code="bare-ground", name="裸露土地未覆盖", icon="ground")


@pytest.fixture
def member(district):
    return UserFactory(member=district.villages[0])


@pytest.fixture
def site(district):
    lon, lat = centre(district.villages[0])
    return SiteFactory(district=district, lon=lon, lat=lat, name="东门工地")


@pytest.fixture
def checklist(district, site, bare):
    items = [
        {"code": "SITE6-1", "text": "周边100%围挡", "severity": "general", "problem_type": bare},
        {"code": "SITE6-2", "text": "物料堆放100%覆盖", "severity": "general", "problem_type": bare},
    ]
    return ChecklistFactory(district=district, code="SITE6", name="六个百分之百", kinds=[site.kind], items=items)


@pytest.fixture
def patrol(district, member):
    return PatrolFactory(district=district, person=member)


@pytest.fixture
def visit(patrol, site, checklist):
    return VisitFactory(patrol=patrol, site=site, checklist=checklist)


class Phone:
    """One phone: its browser profile outlives its pages, as the app's database outlives a restart."""

    def __init__(self, context, enter, user, grid):
        self.context, self.enter, self.user, self.grid = context, enter, user, grid
        self.page: Page = context.new_page()

    def sign_in(self) -> None:
        self.enter(self.page, self.user)

    def open(self, path: str = "/m/") -> Page:
        self.page.goto(path)
        self.page.wait_for_selector("[data-ready]", state="attached")
        return self.page

    def learn(self) -> Page:
        """Open the app once with a network, until it works without."""
        page = self.open()
        page.evaluate("navigator.serviceWorker.ready.then(() => new Promise((done) => setTimeout(done, 100)))")
        self.wait_for("names.length > 0", given="const names = await caches.keys()")
        return page

    def restart(self, path: str = "/m/") -> Page:
        """The page is killed, and opened anew."""
        self.page.close(run_before_unload=False)
        self.page = self.context.new_page()
        return self.open(path)

    def report(self, kind: str, *, text: str = "", photos=()) -> None:
        self.page.goto("/m/report/")
        self.page.wait_for_selector("[data-place]")
        for n, each in enumerate(photos, 1):
            self.page.locator(".m-shoot input").set_input_files(each)
            expect(self.page.locator(".m-photos img")).to_have_count(n)
        self.page.get_by_role("button", name=kind).click()
        if text:
            self.page.locator("textarea").fill(text)
        self.page.get_by_role("button", name="提交").click()
        expect(self.page.get_by_text("已提交")).to_be_visible()

    def unsent(self) -> int:
        """What the counter at the bottom of the home page says."""
        self.page.wait_for_selector(".m-tabs")
        count = self.page.locator("[data-unsent-count]")
        return int(count.inner_text()) if count.count() else 0

    def wait_until_sent(self) -> None:
        """Until the phone's own database says that the server has all of it; the counter must then say so too."""
        self.wait_for("items.length && items.every((item) => item.state === 'done')")
        expect(self.page.locator("[data-unsent-count]")).to_have_count(0)

    def wait_for(self, condition: str, *, given: str = f"const items = await {ITEMS}") -> None:
        """Until something holds of ``items`` in the phone's database. Playwright's own waiting does not wait for a promise."""
        for _ in range(800):
            if self.page.evaluate(f"(async () => {{ {given}; return {condition}; }})()"):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never: {condition}; {self.page.evaluate(ITEMS)}")

    def unsent_items(self) -> list[tuple[str, str]]:
        """Kind and state of all that the phone's database keeps, in the order in which it was given."""
        return [(each["kind"], each["state"]) for each in sorted(self.page.evaluate(ITEMS), key=lambda each: each["seq"])]

    def states(self) -> list[str]:
        self.page.goto("/m/unsent/")
        self.page.wait_for_selector("h1")
        return self.page.locator("[data-item]").evaluate_all("cards => cards.map((card) => card.dataset.state)")


@pytest.fixture
def phone_of(new_context, sign_in, expected_errors):
    """``phone_of(user, grid)`` stands in the middle of the grid. The network may fail in these tests; scripts may not."""
    expected_errors.extend(OF_THE_NETWORK)

    def make(user, grid, **options) -> Phone:
        lon, lat = centre(grid)
        place = {"longitude": lon, "latitude": lat, "accuracy": 8}
        context = new_context(**PHONE | SMALL | options, permissions=["geolocation"], geolocation=place)
        return Phone(context, sign_in, user, grid)

    return make


@pytest.fixture
def phone(phone_of, member, district, bare) -> Phone:
    """The member's phone, signed in, with the app on it."""
    made = phone_of(member, district.villages[0])
    made.sign_in()
    made.learn()
    return made
