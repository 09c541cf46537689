"""One problem through one month, as the people concerned live it: phone, office, parties, director, and the first of the next month."""

import datetime as dt
import io
import re
import uuid

import openpyxl
import pytest
from django.urls import reverse
from playwright.sync_api import expect

from common import clock
from inspections.models import Finding, ProblemType
from notices.models import Notice
from rectification.models import Task
from rectification.services import clock_scan, reminders
from scorecards import services as scorecards
from scorecards.models import ScoreRow
from tests.browser import DESKTOP, PHONE
from tests.browser.lives import Lives
from tests.factories.accounts import PASSWORD
from tests.factories.evidence import photo_bytes
from tests.factories.grids import centre

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]


def picture(number: int) -> dict:
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": photo_bytes(number, size=(640, 480))}


@pytest.fixture
def story(new_context, settings, tmp_path):
    """The clock can be moved, a similar problem is at work nearby."""
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    lives = Lives()
    lives.earlier = lives.registered(uuid=uuid.uuid4(), text="北侧裸土")
    return Story(new_context, lives)


class Story:
    def __init__(self, new_context, lives):
        self.new_context, self.lives, self.pages = new_context, lives, {}

    def page(self, role: str):
        """That person's own browser, signed in through the sign-in page; people of the grid hold a phone in their place."""
        if role not in self.pages:
            lon, lat = centre(self.lives.district.villages[0])
            phone = PHONE | {"geolocation": {"longitude": lon, "latitude": lat, "accuracy": 8}, "permissions": ["geolocation"]}
            page = self.pages[role] = self.new_context(**(phone if role == "member" else DESKTOP)).new_page()
            page.goto(reverse("account_login"))
            page.fill("#id_login", self.lives.people[role].username)
            page.fill("#id_password", PASSWORD)
            page.click("#sign-in")
            page.wait_for_url(lambda address: "/accounts/login/" not in address)
        return self.pages[role]

    def find(self, role: str, number: str):
        """Search in the top bar and open what is found."""
        page = self.page(role)
        page.goto(reverse("inspections:ledger"))
        page.get_by_role("search").get_by_role("searchbox").fill(number)
        page.keyboard.press("Enter")
        page.get_by_role("link", name=number, exact=True).first.click()
        expect(page.locator("h1")).to_contain_text(number)
        return page

    def step(self, page, action: str, *, typed: dict | None = None, choose: dict | None = None, check=(), files=None) -> None:
        """Open the first step of this name that is offered, fill in its form and send it."""
        page.locator(f'a[data-step="{action}"]').first.click()
        form = page.get_by_role("dialog").locator("form")
        form.wait_for()
        for name, text in (typed or {}).items():
            form.locator(f'[name="{name}"]').fill(text)
        for name, value in (choose or {}).items():
            form.locator(f'[name="{name}"]').select_option(value)
        for selector in check:
            form.locator(selector).check()
        if files:
            form.locator('[name="photos"]').set_input_files(files)
        with page.expect_navigation():
            form.locator("button:not([type=button])").click()

    def move_to(self, moment: dt.datetime) -> None:
        clock.set_offset(moment - clock.now() + clock.offset())


def test_a_month_of_one_problem(story):
    finding = reported_from_the_phone(story)
    finding = registered_and_assigned(story, finding)
    accepted_by_both(story, finding)
    reminded_when_late(story, finding)
    fed_back_late_and_verified(story, finding)
    struck_off(story, finding)
    month = scored(story, finding)
    looked_up_and_exported(story, finding, month)


def reported_from_the_phone(story) -> Finding:
    phone = story.page("member")
    phone.goto(reverse("mobile:home"))
    phone.get_by_label("拍照报问题").set_input_files(picture(901))
    expect(phone.locator("[data-place]")).to_contain_text("东村")
    if (more := phone.get_by_role("button", name="其他…")).is_visible():
        more.click()
    phone.get_by_role("button", name=ProblemType.objects.get(code="bare-ground").name).click()
    phone.locator("textarea").fill("东门南侧黄土约300平方米未覆盖")
    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_role("link", name="东门南侧")).to_contain_text("已送达")
    finding = Finding.objects.get(text__contains="东门南侧")
    assert (finding.reporter, finding.grid) == (story.lives.people["member"], story.lives.district.villages[0])
    assert finding.photos.exclude(photo=None).count() == 1
    return finding


def registered_and_assigned(story, finding: Finding) -> Finding:
    page = story.page("office")
    page.goto(finding.get_absolute_url())
    page.locator('a[data-step="register"]').first.click()
    form = page.get_by_role("dialog")
    expect(form).to_contain_text(story.lives.earlier.number)
    page.keyboard.press("Escape")
    story.step(page, "register", choose={"risk": "low"}, check=['[name="not_same"]'])
    finding.refresh_from_db()
    story.step(page, "assign")
    parties = {task.role: task.organisation for task in finding.tasks.all()}
    assert parties == {"territorial": story.lives.district.town_a.organisation, "sector": story.lives.district.housing}
    expect(page.locator(".clocks")).to_contain_text("甲街道")
    return Finding.objects.get(pk=finding.pk)


def accepted_by_both(story, finding: Finding) -> None:
    for role in ("town", "dept"):
        story.step(story.find(role, finding.number), "accept")
    assert set(finding.tasks.values_list("state", flat=True)) == {"accepted"}


def reminded_when_late(story, finding: Finding) -> None:
    due_at = max(finding.tasks.values_list("due_at", flat=True))
    story.move_to(due_at + dt.timedelta(hours=36))
    for _twice in range(2):
        clock_scan.scan(clock.now())
        reminders.scan(clock.now())
    assert all(Task.objects.filter(finding=finding).values_list("late_since", flat=True))
    told = Notice.objects.filter(recipient=story.lives.people["town"], channel="inbox", kind__contains="remind")
    told = told or Notice.objects.filter(recipient=story.lives.people["town"], channel="inbox", title__contains=finding.number)
    assert told.count() == len(set(told.values_list("dedup_key", flat=True))) > 0


def fed_back_late_and_verified(story, finding: Finding) -> None:
    for number, role in enumerate(("town", "dept"), 902):
        page = story.find(role, finding.number)
        expect(page.locator(".clocks")).to_contain_text("逾期")
        story.step(page, "feedback", typed={"note": "已全部覆盖并洒水"}, check=['[name="conclusion"][value="rectified"]'], files=[picture(number)])
    for role in ("dept", "town"):
        story.step(story.find(role, finding.number), "pass", typed={"note": "现场已覆盖"})
    finding.refresh_from_db()
    assert finding.state == "rectified"


def struck_off(story, finding: Finding) -> None:
    story.step(story.find("director", finding.number), "strike_off")
    finding.refresh_from_db()
    assert finding.state == "struck_off"


def scored(story, finding: Finding) -> str:
    """What beat does at two in the morning of the first."""
    month = clock.month_of(clock.today())
    story.move_to(clock.month_bounds(month)[1] + dt.timedelta(hours=2))
    assert scorecards.build_last_month(now=clock.now())
    town = story.lives.district.town_a.organisation
    assert ScoreRow.objects.filter(scorecard__organisation=town, scorecard__month=month, finding=finding).exists()
    return month


def looked_up_and_exported(story, finding: Finding, month: str) -> None:
    page = story.page("director")
    page.goto(reverse("scorecards:ranking"))
    expect(page.locator("table.ranking tbody tr")).to_have_count(2)
    screen = [row.inner_text().split("\t") for row in page.locator("table.ranking tbody tr").all()]
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 Excel").click()
    sheet = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).worksheets[0]
    assert_equal(screen, sheet)

    page.get_by_role("link", name="甲街道").first.click()
    page.wait_for_url(re.compile(rf"/scorecards/{month}/\d+/"))
    card = page.url
    figures = [link.get_attribute("href") for link in page.locator(f'a[href*="/scorecards/{month}/"]').all()]
    rows = sorted({figure.split("?")[0] for figure in figures if re.search(r"/\d+/[\w-]+/$", figure.split("?")[0])})
    assert rows
    seen = 0
    for address in rows:
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        seen += page.get_by_text(finding.number).count() > 0
    assert seen, f"no figure of {card} leads to {finding.number}"


def assert_equal(screen: list[list[str]], sheet) -> None:
    """Rank and rate of every unit on the screen stand in the same row of the workbook."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    for rank, unit, rate, *_more in ([text.strip() for text in line] for line in screen):
        line = next(row for row in rows if unit in row)
        values = [value for value in line if isinstance(value, (int, float))]
        if rank == "—":
            continue
        assert float(rank) in values
        assert any(abs(value - float(rate.rstrip("%"))) < 0.005 for value in values)
