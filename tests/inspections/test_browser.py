"""Entering a problem at a desk, in Chromium; the phone is tests/browser/field."""

import pytest
from playwright.sync_api import expect

import airduty.urls  # noqa: F401 - loaded before the first page is waited for
from inspections.models import Finding
from tests.browser import expect_to_fit
from tests.factories.evidence import photo_bytes
from tests.factories.inspections import FindingFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def picture(number):
    return {"name": f"p{number}.jpg", "mimeType": "image/jpeg", "buffer": photo_bytes(number, size=(640, 480))}


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
        expect_to_fit(each)
    page.locator("[data-pick-all]").check()
    expect(page.locator("[data-picked]")).to_have_text("3")
    expect(page.get_by_role("button", name="批量交办")).to_be_enabled()
