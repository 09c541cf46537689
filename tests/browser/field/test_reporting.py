"""Reporting and walking a round on the phone, with and without a network."""

import pytest
from playwright.sync_api import expect

from inspections.models import Finding, Patrol, Visit
from tests.browser import expect_to_fit
from tests.browser.field.conftest import picture
from tests.factories.grids import centre
from tests.factories.inspections import FindingFactory, ProblemTypeFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_problem_is_reported_in_four_touches(phone, district, bare):
    phone.open()
    phone.page.get_by_label("拍照报问题").set_input_files(picture(1))
    expect(phone.page.locator("[data-place]")).to_contain_text(f"{district.villages[0].name} · 精度 8 m")
    phone.page.get_by_role("button", name=bare.name).click()
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_text("已提交")).to_be_visible()
    phone.wait_until_sent()
    finding = Finding.objects.get()
    assert (finding.grid, finding.problem_type, finding.accuracy, finding.seq) == (district.villages[0], bare, 8, 1)
    assert finding.photos.exclude(photo=None).count() == 1


def test_what_was_said_on_the_spot_is_kept_as_such(phone, bare):
    phone.page.goto("/m/report/")
    phone.page.get_by_role("button", name=bare.name).click()
    phone.page.get_by_role("button", name="已当场劝阻").click()
    phone.page.locator("textarea").fill("东门南侧约300平方米")
    phone.page.get_by_role("button", name="提交").click()
    phone.wait_until_sent()
    assert (Finding.objects.get().outcome, Finding.objects.get().text) == ("dissuaded", "东门南侧约300平方米")


def test_report_without_a_type_is_asked_for_it_and_loses_nothing(phone):
    phone.page.goto("/m/report/")
    phone.page.locator("textarea").fill("先写后选")
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_role("alert").filter(has_text="请先选问题类型")).to_be_visible()
    expect(phone.page.locator("textarea")).to_have_value("先写后选")


def test_draft_with_photos_survives_a_restart(phone, bare):
    phone.page.goto("/m/report/")
    phone.page.locator(".m-shoot input").set_input_files(picture(1))
    expect(phone.page.locator(".m-photos img")).to_have_count(1)
    phone.page.locator("textarea").fill("还没写完")
    expect(phone.page.get_by_text("草稿已存")).to_be_visible()
    phone.restart("/m/report/")
    expect(phone.page.locator("textarea")).to_have_value("还没写完")
    expect(phone.page.locator(".m-photos img")).to_have_count(1)


def test_type_chosen_last_stands_first(phone, district, bare):
    for n in range(12):
        ProblemTypeFactory(district=district, field=district.dust, name=f"类型{n}", position=n)
    phone.restart()
    phone.page.evaluate("import('/static/js/field/person.js').then((person) => person.refresh({ force: true }))")
    phone.page.goto("/m/report/")
    phone.page.get_by_role("button", name="其他…").click()
    phone.page.get_by_role("button", name="类型11", exact=True).click()
    phone.page.get_by_role("button", name="提交").click()
    phone.wait_until_sent()
    phone.page.goto("/m/report/")
    expect(phone.page.locator(".m-types button").first).to_contain_text("类型11")


def test_same_problem_nearby_is_offered_before_a_new_one(phone, district, bare):
    lon, lat = centre(district.villages[0])
    known = FindingFactory(district=district, problem_type=bare, lon=lon + 0.001, lat=lat)
    phone.page.goto("/m/report/")
    expect(phone.page.locator("[data-place]")).to_contain_text("精度")
    phone.page.get_by_role("button", name=bare.name).click()
    expect(phone.page.get_by_text(f"同类在办问题 {known.number}")).to_be_visible()
    phone.page.get_by_role("link", name="就是这个，补充照片").click()
    phone.page.locator("input[type=file]").set_input_files(picture(3))
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_text("照片已补充到")).to_be_visible()
    assert (known.photos.count(), Finding.objects.count()) == (1, 1)


def test_fire_offers_a_call(phone, district):
    ProblemTypeFactory(district=district, field=district.dust, code="fire", name="垃圾焚烧", icon="fire")
    phone.page.evaluate("import('/static/js/field/person.js').then((person) => person.refresh({ force: true }))")
    phone.page.goto("/m/report/")
    phone.page.get_by_role("button", name="垃圾焚烧").click()
    expect(phone.page.get_by_role("link", name="呼叫火警 119")).to_have_attribute("href", "tel:119")


# --- rounds ------------------------------------------------------------------------------------------------------------------------------
def test_round_of_objects_in_order_is_one_tap_each_without_a_network(visit, phone):
    phone.open("/m/rounds/")
    phone.context.set_offline(True)
    phone.page.get_by_role("link", name="日常巡查").click()
    expect(phone.page.get_by_text("还差 1 处")).to_be_visible()
    phone.page.get_by_role("button", name="正常").click()
    expect(phone.page.get_by_text("待上传").first).to_be_visible()
    phone.page.get_by_role("button", name="结束巡查").click()
    expect(phone.page.get_by_text("巡查已结束")).to_be_visible()
    assert phone.unsent() == 3
    phone.context.set_offline(False)
    phone.wait_until_sent()
    there, patrol = Visit.objects.get(), Patrol.objects.get()
    assert (there.state, there.conclusion, there.one_tap, there.distance) == ("done", "normal", True, 0)
    assert patrol.state == "finished"


def test_failed_item_becomes_a_problem_in_its_own_words(visit, phone, bare):
    phone.open("/m/rounds/")
    phone.page.get_by_role("link", name="日常巡查").click()
    phone.page.get_by_role("link", name="检查").click()
    failed = phone.page.locator(".m-item", has_text="物料堆放")
    failed.get_by_role("button", name="不合格").click()
    phone.page.get_by_role("button", name="提交，并提出问题").click()
    expect(phone.page.get_by_text("请至少拍一张照片")).to_be_visible()
    phone.page.locator(".m-shoot input").set_input_files(picture(5))
    expect(phone.page.locator(".m-photos img")).to_have_count(1)
    phone.page.get_by_role("button", name="提交，并提出问题").click()
    expect(phone.page.get_by_text("不合格项已作为问题上报")).to_be_visible()
    phone.page.goto("/m/")
    phone.wait_until_sent()
    there, finding = Visit.objects.get(), Finding.objects.get()
    assert (there.conclusion, there.answers["SITE6-2"]["value"]) == ("problem", "fail")
    assert (finding.site, finding.visit, finding.problem_type) == (there.site, there, bare)
    assert "物料堆放100%覆盖" in finding.text
    assert finding.checklist == {"code": "SITE6", "version": 1, "items": ["SITE6-2"]}
    assert there.photos.exclude(photo=None).count() == finding.photos.exclude(photo=None).count() == 1


def test_code_of_an_object_opens_it_without_a_network(visit, site, phone):
    phone.open()
    phone.context.set_offline(True)
    phone.page.goto(f"/m/site/{site.uuid}/")
    expect(phone.page.get_by_role("heading", name="东门工地")).to_be_visible()
    phone.page.get_by_role("button", name="检查").click()
    expect(phone.page.get_by_text("周边100%围挡")).to_be_visible()


@pytest.mark.parametrize("viewport", [{"width": 360, "height": 640}, {"width": 412, "height": 915}])
def test_pages_fit_small_phones_with_big_targets(phone_of, member, district, visit, site, viewport):
    phone = phone_of(member, district.villages[0], viewport=viewport)
    phone.sign_in()
    phone.learn()
    of_objects = (f"/m/round/{visit.patrol.uuid}/", f"/m/visit/{visit.uuid}/", f"/m/site/{site.uuid}/")
    for path in ("/m/", "/m/report/", "/m/rounds/", *of_objects, "/m/tasks/", "/m/unsent/", "/m/me/"):
        phone.open(path)
        expect_to_fit(phone.page)
        small = "[...document.querySelectorAll('a, button')].filter((e) => e.offsetHeight && e.offsetHeight < 48).map((e) => e.textContent)"
        assert phone.page.evaluate(small) == [], path
