"""The two ways a person enters a problem, in Chromium."""

import pytest
from playwright.sync_api import expect

import airduty.urls  # noqa: F401 - loaded before the first page is waited for
from inspections.models import Finding
from tests.factories.accounts import UserFactory
from tests.factories.evidence import photo_bytes
from tests.factories.grids import centre
from tests.factories.inspections import FindingFactory, ProblemTypeFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone_at(new_context, sign_in):
    """``phone_at(user, grid)`` is a signed-in phone that stands in the middle of the grid."""
    from tests.browser import PHONE

    def stand(user, grid):
        lon, lat = centre(grid)
        context = new_context(**PHONE, permissions=["geolocation"], geolocation={"longitude": lon, "latitude": lat, "accuracy": 8})
        page = context.new_page()
        sign_in(page, user)
        return page

    return stand


def picture(number):
    return {"name": f"p{number}.jpg", "mimeType": "image/jpeg", "buffer": photo_bytes(number, size=(640, 480))}


def test_problem_is_reported_from_a_phone_in_one_screen(phone_at, member, district, bare):
    page = phone_at(member, district.villages[0])
    page.goto("/m/report/")
    expect(page.locator("[data-place]")).to_contain_text(f"{district.villages[0].name} · 精度 8 m")
    page.locator("[data-shoot] input").set_input_files(picture(1))
    page.locator("[data-shoot] input").set_input_files(picture(2))
    expect(page.locator("[data-photos-here] img")).to_have_count(2)
    page.get_by_text(bare.name).click()
    page.get_by_text("已当场劝阻").click()
    page.locator("#id_text").fill("东门南侧约300平方米")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("服务器已收到")).to_be_visible()
    finding = Finding.objects.get()
    assert finding.grid == district.villages[0]
    assert finding.text == "已当场劝阻。东门南侧约300平方米"
    assert finding.photos.exclude(photo=None).count() == 2
    assert page.evaluate(f"localStorage.getItem('report-draft-{member.pk}')") is None


def test_draft_survives_a_portal_that_answers_200_with_a_page(phone_at, member, district, bare, browser_errors):
    page = phone_at(member, district.villages[0])
    page.route("**/api/v1/findings/**", lambda route: route.fulfill(status=200, content_type="text/html", body="<html>请登录热点</html>"))
    page.goto("/m/report/")
    page.get_by_text(bare.name).click()
    page.locator("#id_text").fill("不能丢")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-refusal]")).to_contain_text("内容都还在")
    page.unroute("**/api/v1/findings/**")
    page.route("**/api/v1/findings/**", lambda route: route.fulfill(status=200, json={}))
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-refusal]")).to_contain_text("内容都还在")
    page.reload()
    expect(page.locator("#id_text")).to_have_value("不能丢")
    page.unroute("**/api/v1/findings/**")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("服务器已收到")).to_be_visible()
    assert Finding.objects.get().text == "不能丢"


def test_lost_answer_is_sent_again_and_stays_one_row(phone_at, member, district, bare, browser_errors):
    page = phone_at(member, district.villages[0])

    def swallow(route):
        route.fetch()
        route.abort()

    page.route("**/api/v1/findings/**", swallow)
    page.goto("/m/report/")
    page.get_by_text(bare.name).click()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-refusal]")).to_contain_text("网络不通")
    page.unroute("**/api/v1/findings/**")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("服务器已收到")).to_be_visible()
    assert Finding.objects.count() == 1
    browser_errors.clear()


def test_problem_nearby_is_offered_before_a_new_one(phone_at, member, district, bare):
    lon, lat = centre(district.villages[0])
    known = FindingFactory(district=district, problem_type=bare, lon=lon + 0.001, lat=lat)
    page = phone_at(member, district.villages[0])
    page.goto("/m/report/")
    page.get_by_text(bare.name).click()
    expect(page.locator("[data-nearby-answer]")).to_contain_text(known.number)
    page.get_by_text("就是这个，补充照片").click()
    page.locator("input[type=file]").set_input_files(picture(3))
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text(f"照片已补充到 {known.number}")).to_be_visible()
    assert known.photos.count() == 1
    assert Finding.objects.count() == 1


def test_type_chosen_last_stands_first(phone_at, member, district, bare):
    for n in range(12):
        ProblemTypeFactory(district=district, field=district.dust, name=f"类型{n}", position=n)
    page = phone_at(member, district.villages[0])
    page.goto("/m/report/")
    expect(page.locator("[data-types] label:visible")).to_have_count(7)
    page.get_by_text("其他…").click()
    page.get_by_text("类型11", exact=True).click()
    page.get_by_role("button", name="提交").click()
    page.get_by_text("再报一条").click()
    expect(page.locator("[data-types] label").first).to_contain_text("类型11")


def test_problem_is_entered_at_a_desk_by_a_click_on_the_map(page, sign_in, office, district, bare):
    sign_in(page, office)
    page.goto("/ledger/new/")
    page.locator("#id_source").select_option("city_inspection")
    page.locator("#id_superior_number").fill("市督8号")
    page.locator("#id_problem_type").select_option(label=bare.name)
    page.locator("#id_text").fill("土方未覆盖")
    page.wait_for_selector(".leaflet-overlay-pane path")
    page.locator(".map").click()
    expect(page.locator("#id_lon")).not_to_have_value("")
    page.locator("#id_photos").set_input_files([picture(1), picture(2)])
    expect(page.locator("#photo-list img")).to_have_count(2)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记，待受理")).to_be_visible()
    finding = Finding.objects.get()
    assert (finding.superior_number, finding.photos.exclude(photo=None).count(), finding.grid is not None) == ("市督8号", 2, True)


def test_ledger_counts_arrive_and_rows_are_cards_on_a_phone(page, phone, sign_in, office, district):
    for n in range(3):
        FindingFactory(district=district, text=f"第{n}条")
    for each in (page, phone):
        sign_in(each, office)
        each.goto("/ledger/")
        expect(each.locator("#counts")).to_contain_text("全部在办 3")
        expect(each.locator("#total")).to_contain_text("3 条")
        assert each.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("[data-pick-all]").check()
    expect(page.locator("[data-picked]")).to_have_text("3")
    expect(page.get_by_role("button", name="批量交办")).to_be_enabled()


@pytest.mark.parametrize("width", [360, 390])
def test_field_pages_fit_small_phones_with_big_targets(new_context, sign_in, member, bare, width):
    from tests.browser import PHONE

    page = new_context(**PHONE | {"viewport": {"width": width, "height": 740}}).new_page()
    sign_in(page, member)
    for address in ("/m/", "/m/report/", "/m/held/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
        small = (
            "[...document.querySelectorAll('main a, main button, main label.m-choice')].filter((e) => e.offsetHeight && e.offsetHeight < 44).length"
        )
        assert page.evaluate(small) == 0, address


def test_person_without_a_post_is_told_why(page, sign_in, browser_errors, db):
    sign_in(page, UserFactory())
    page.goto("/m/report/")
    expect(page.get_by_text("没有网格岗位")).to_be_visible()
    browser_errors.clear()
