"""Charts are drawn, their tables say what the board says, and the ranking's picture is a picture, at a desk and on a phone."""

import datetime as dt
import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from common.templatetags.ui import hundredths
from grids.models import Membership
from scorecards import board, services
from scorecards.charts.ageing import AGES
from scorecards.models import Scorecard
from tests.browser import expect_to_fit
from tests.factories.accounts import UserFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import random_lives

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "示例高新技术产业开发区管理委员会（临时代管街道办事处）"


@pytest.fixture
def office(settings):
    settings.MFA_REQUIRED = False
    district = MarkedDistrictFactory(name="示例区")
    random_lives(district, seed=7, count=14, start=beijing(1, month=9), until=beijing(31))
    district._town_b.short_name = LONG[:30]
    district._town_b.save()
    for month in ("2026-09", MONTH):
        services.build(month, district=district)
    user = UserFactory(name="示例甲")
    Membership.objects.create(user=user, organisation=district.office, role="office_director", starts_on=dt.date(2020, 1, 1))
    return user


def standings(kind="township"):
    groups = board.groups(Scorecard.objects.filter(month=MONTH, organisation__isnull=False))
    return next(group for group in groups if group.kind == kind).standings


@pytest.mark.parametrize("kind", ["page", "phone"])
def test_charts_are_drawn_beside_tables_that_say_what_the_board_says(kind, office, request, sign_in):
    page = request.getfixturevalue(kind)
    sign_in(page, office)

    page.goto("/scorecards/charts/")
    expect_to_fit(page)
    for name in ("trend-options", "ageing-options", "flow-options"):
        page.locator(f"[data-chart={name}] svg path").first.wait_for(state="attached")
    shares = {
        row.locator("th").inner_text(): row.locator("td a").last.inner_text().split("%")[0] for row in page.locator("table.heat tbody tr").all()
    }
    late = {row.locator("th").inner_text(): row.locator("td").nth(len(AGES) + 1).inner_text() for row in page.locator("table.ages tbody tr").all()}

    assert shares == {str(each.card.organisation): hundredths(each.card.share) for each in standings()}
    assert late == {str(each.card.organisation): str(each.overdue.numerator) for each in standings()}

    page.locator("table.ages tfoot a.late").last.click()
    expect(page.locator("tr[data-task]")).to_have_count(sum(each.overdue.numerator for each in standings()))
    expect_to_fit(page)


def test_a_piece_of_a_chart_leads_to_its_rows(office, page, sign_in):
    sign_in(page, office)
    page.goto("/scorecards/charts/")
    first = page.locator("table.stairs tbody tr").first.locator("td").nth(1).inner_text()
    page.locator("#flow").scroll_into_view_if_needed()
    page.locator("[data-chart=flow-options] svg path").first.wait_for(state="attached")

    pieces = [piece.bounding_box() for piece in page.locator("[data-chart=flow-options] svg path[fill='#1d4f91']").all()]
    longest = max((each for each in pieces if each), key=lambda box: (box["width"], -box["y"]))
    page.mouse.click(longest["x"] + longest["width"] / 2, longest["y"] + longest["height"] / 2)
    page.wait_for_url("**/flow/received/?which=onward")

    expect(page.locator("tr[data-finding]")).to_have_count(int(first))


@pytest.mark.parametrize("kind", ["page", "phone"])
def test_the_picture_is_a_picture_of_the_ranking(kind, office, request, sign_in):
    page = request.getfixturevalue(kind)
    sign_in(page, office)

    page.goto(f"/scorecards/{MONTH}/")
    page.get_by_role("link", name="生成图片").click()
    page.locator("#picture").wait_for()
    expect_to_fit(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="下载图片").click()
    file = started.value
    with open(file.path(), "rb") as stream:
        content = stream.read()
    image = Image.open(io.BytesIO(content))

    assert file.suggested_filename == "示例区2026年10月乡办督导考核排名.png"
    assert (image.format, image.width) == ("PNG", 1080)
    assert image.height > 300 and len(image.convert("RGB").getcolors(100_000)) > 20
    units = [row.locator("td").nth(1).inner_text() for row in page.locator("table.ranking tbody tr").all()]
    assert units == [str(each.card.organisation) for each in standings()]


def test_everything_a_picture_says_lies_within_it(office, page, sign_in):
    """Long names break into lines; nothing is drawn into the margins."""
    sign_in(page, office)
    page.goto(f"/scorecards/{MONTH}/picture/?kind=department")
    page.locator("#picture").wait_for()
    with page.expect_download() as started:
        page.get_by_role("link", name="下载图片").click()
    image = Image.open(started.value.path()).convert("L")

    margins = [image.crop((0, 0, 34, image.height)), image.crop((image.width - 34, 0, image.width, image.height))]

    assert [margin.getextrema() for margin in margins] == [(255, 255), (255, 255)]
