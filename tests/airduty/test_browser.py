"""The frame and the shared scripts in Chromium, on the gallery and the sign-in page."""

import hashlib
import json

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import expect_to_fit
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000000200012e5d6e2b0000000049454e44ae426082"
)


@pytest.fixture
def gallery(page, sign_in, settings):
    settings.DEMO = True
    sign_in(page, UserFactory())
    page.goto(reverse("ui"))
    return page


def test_signing_in_with_a_demonstration_account_takes_one_button_and_enter(page, settings, tmp_path):
    user = UserFactory(username="demo-office")
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    account = {"role": "office", "label": "攻坚办", "username": user.username, "password": PASSWORD, "organisation": "攻坚办"}
    (tmp_path / "demo_accounts.json").write_text(json.dumps([account]), encoding="utf-8")

    page.goto(f"{reverse('account_login')}?next={reverse('account')}")
    page.get_by_role("button", name="填入").click()
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{reverse('account')}")


def test_a_dialog_opens_with_its_form_and_closes(gallery):
    gallery.get_by_role("button", name="打开对话框").click()
    dialog = gallery.get_by_role("dialog")
    expect(dialog.get_by_label("问题描述")).to_be_visible()

    dialog.get_by_role("button", name="取消").click()

    expect(dialog).to_be_hidden()


def test_picking_rows_counts_them_and_frees_the_bulk_buttons(gallery):
    button = gallery.get_by_role("button", name="批量交办")
    assert button.is_disabled()

    gallery.get_by_label("全选").check()

    expect(gallery.locator("[data-picked]")).to_have_text("5")
    expect(button).to_be_enabled()


def test_a_filter_sends_itself_and_stays_in_the_address(gallery):
    gallery.get_by_label("来源").select_option("patrol")

    gallery.wait_for_url("**source=patrol*")


def test_the_map_draws_outlines_and_takes_a_place(gallery):
    gallery.wait_for_selector("[data-map] path")
    expect(gallery.locator("[data-map] path")).to_have_count(2)

    gallery.locator("[data-map]").click(position={"x": 200, "y": 120})

    expect(gallery.locator(".leaflet-marker-icon")).to_have_count(1)
    assert float(gallery.locator("#lon").input_value()) == pytest.approx(113, abs=1)


def test_a_chart_is_drawn_from_the_data_on_the_page(gallery):
    gallery.wait_for_selector("[data-chart] svg")


def test_chosen_photos_are_shown_with_their_hash(gallery):
    gallery.locator("[data-photos]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PIXEL})

    gallery.wait_for_selector("#chosen img")
    assert gallery.locator("#chosen input").input_value() == hashlib.sha256(PIXEL).hexdigest()


def test_the_menu_folds_away_on_a_phone_and_nothing_runs_over(phone, sign_in, settings):
    settings.DEMO = True
    sign_in(phone, UserFactory())
    for width in (390, 360):
        phone.set_viewport_size({"width": width, "height": 780})
        phone.goto(reverse("ui"))
        expect_to_fit(phone)
        expect(phone.get_by_role("navigation", name="主导航")).to_be_hidden()

    phone.get_by_role("button", name="菜单").click()
    expect(phone.get_by_role("navigation", name="主导航")).to_be_visible()
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("navigation", name="主导航")).to_be_hidden()


def test_the_language_switch_and_signing_out_work_from_the_top_bar(gallery):
    gallery.get_by_role("button", name="English").click()
    expect(gallery.locator("html")).to_have_attribute("lang", "en")
    gallery.get_by_role("button", name="中文").click()
    expect(gallery.locator("html")).to_have_attribute("lang", "zh-CN")

    gallery.locator("details.person summary").click()
    gallery.get_by_role("button", name="退出登录").click()

    gallery.wait_for_url("**/accounts/login/**")
