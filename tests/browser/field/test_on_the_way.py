"""What happens between the first touch and the last photo: drafts, memos, pictures, rounds of one's own, a new release, another language."""

import io
import re
import time

import pytest
from PIL import Image
from playwright.sync_api import expect

from evidence.models import Photo
from inspections.models import FieldSettings, Finding, Patrol, Visit
from inspections.views import app
from tests.browser.field.conftest import picture
from tests.factories.evidence import photo_bytes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HUMMING_MICROPHONE = """navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext(), out = context.createMediaStreamDestination(), hum = context.createOscillator();
    hum.connect(out);
    hum.start();
    return out.stream;
}"""
REFRESH = "import('/static/js/field/person.js').then((person) => person.refresh({ force: true }))"
KEPT = """(async () => {
    const texts = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) texts.push(request.url, await (await cache.match(request)).text());
    }
    return texts.join();
})()"""


def from_a_camera() -> bytes:
    """A large picture with the time and place that a phone writes into it."""
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0132] = "2026:11:20 08:30:00"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 08:30:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (34.0, 30.0, 0.0), 3: "E", 4: (114.0, 15.0, 0.0)})
    Image.new("RGB", (4000, 3000), (90, 120, 90)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_large_picture_is_made_small_and_keeps_time_and_place_of_the_camera(phone, bare):
    phone.report(bare.name, photos=[picture(1) | {"buffer": from_a_camera()}])
    phone.wait_until_sent()
    photo = Photo.objects.get()
    assert (photo.width, photo.height) == (2048, 1536)
    assert (float(photo.stated_lat), float(photo.stated_lon)) == (34.5, 114.25)
    assert photo.stated_taken_at is not None


def test_memo_still_running_at_the_last_touch_arrives_with_the_report(phone, bare):
    phone.page.add_init_script(HUMMING_MICROPHONE)
    phone.page.goto("/m/report/")
    phone.page.get_by_role("button", name=bare.name).click()
    phone.page.get_by_role("button", name="语音说明").click()
    expect(phone.page.get_by_role("button", name="正在录音")).to_be_visible()
    phone.page.wait_for_timeout(1200)
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_text("已提交")).to_be_visible()
    phone.wait_until_sent()
    assert Finding.objects.get().voices.exclude(recording=None).count() == 1


def test_report_left_behind_stays_a_draft_of_its_own(phone, bare):
    phone.page.goto("/m/report/")
    phone.page.locator(".m-shoot input").set_input_files(picture(1))
    phone.page.locator("textarea").fill("先放着")
    expect(phone.page.get_by_text("草稿已存")).to_be_visible()
    phone.page.get_by_role("link", name="返回").click()
    phone.page.get_by_label("拍照报问题").set_input_files(picture(2))
    expect(phone.page.locator("textarea")).to_have_value("")
    expect(phone.page.locator(".m-photos img")).to_have_count(1)
    phone.page.get_by_role("button", name=bare.name).click()
    phone.page.get_by_role("button", name="提交").click()
    phone.page.locator("[data-draft]", has_text="先放着").click()
    expect(phone.page.locator("textarea")).to_have_value("先放着")
    phone.page.get_by_role("button", name=bare.name).click()
    phone.page.get_by_role("button", name="提交").click()
    phone.wait_until_sent()
    expect(phone.page.locator("[data-draft]")).to_have_count(0)
    assert sorted(Finding.objects.values_list("text", flat=True)) == ["", "先放着"]


def test_page_opened_and_left_empty_lends_its_place_to_no_later_report(phone, district, bare):
    phone.open("/m/report/")
    expect(phone.page.locator("[data-place]")).to_contain_text("精度")
    phone.page.evaluate(
        "() => { navigator.geolocation.getCurrentPosition = (found) => found({ coords: { longitude: 100, latitude: 30, accuracy: 9 } }); }"
    )
    phone.page.locator(".m-shoot input").set_input_files(picture(1))
    expect(phone.page.locator("[data-place]")).to_contain_text("精度 9 m")
    phone.page.get_by_role("button", name=bare.name).click()
    phone.page.get_by_role("button", name="提交").click()
    phone.wait_until_sent()
    assert Finding.objects.get().lon == 100


def test_picture_finds_its_way_although_home_was_drawn_anew_while_the_camera_was_open(phone):
    phone.open()
    with phone.page.expect_file_chooser() as chooser:
        phone.page.locator(".m-shot").click()
    phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange')); window.dispatchEvent(new Event('offline'))")
    expect(phone.page.get_by_text("离线")).to_be_visible()
    chooser.value.set_files([picture(1)])
    expect(phone.page.locator(".m-photos img")).to_have_count(1)


def test_press_goes_to_what_was_there_when_it_began_although_the_page_is_due_to_be_drawn_anew(phone):
    phone.open()
    box = phone.page.locator(".m-tabs a[href='/m/me/']").bounding_box()
    phone.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    phone.page.mouse.down()
    phone.page.evaluate("window.dispatchEvent(new Event('offline'))")
    phone.page.wait_for_timeout(300)
    expect(phone.page.get_by_text("离线")).to_have_count(0)
    phone.page.mouse.up()
    expect(phone.page).to_have_url(re.compile("/m/me/$"))


def test_photo_the_server_cannot_read_keeps_no_other_back_and_can_be_put_away(phone, bare):
    broken = {"name": "p.heic", "mimeType": "image/heic", "buffer": b"no picture at all"}
    phone.report(bare.name, text="一张坏的", photos=[broken, picture(2)])
    phone.wait_for("items[0].state === 'repair'")
    assert Finding.objects.get().photos.exclude(photo=None).count() == 1
    assert (phone.states(), phone.unsent()) == (["repair"], 1)
    phone.page.on("dialog", lambda dialog: dialog.accept())
    phone.page.get_by_role("button", name="不再发送这些照片").click()
    phone.wait_until_sent()


def test_night_check_of_ones_own_takes_in_the_objects_visited_and_its_track(phone_of, member, district, site, checklist):
    FieldSettings.objects.create(district=district, track=True)
    phone = phone_of(member, district.villages[0])
    phone.sign_in()
    phone.learn()
    phone.page.goto("/m/rounds/")
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name="开始一次夜查").click()
    expect(phone.page.get_by_text("每半分钟记一个位置")).to_be_visible()
    phone.page.get_by_role("link", name="对象名单").click()
    phone.page.get_by_label("查找对象").fill("东门")
    phone.page.get_by_role("link", name=site.name).click()
    phone.page.get_by_role("button", name="检查").click()
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_text("已到访").or_(phone.page.get_by_text("待上传")).first).to_be_visible()
    phone.page.get_by_role("button", name="结束巡查").click()
    expect(phone.page.get_by_text("巡查已结束")).to_be_visible()
    phone.context.set_offline(False)
    phone.wait_until_sent()
    patrol = Patrol.objects.get()
    assert (patrol.kind, patrol.state, len(patrol.track)) == ("night", "finished", 1)
    assert Visit.objects.get().patrol == patrol


def test_map_shows_borders_and_objects_without_a_network(phone, site):
    phone.page.evaluate(REFRESH)
    phone.context.set_offline(True)
    phone.page.goto("/m/map/")
    expect(phone.page.locator(".leaflet-overlay-pane path")).to_have_count(3)  # border, object, where I am


def test_new_release_waits_for_the_next_page_and_leaves_the_queue_alone(phone, bare, monkeypatch):
    phone.page.route("**/api/v1/findings/**", lambda route: route.abort())
    phone.report(bare.name, text="旧版本里写的")
    monkeypatch.setattr(app, "release", lambda: "another")
    phone.page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update())")
    phone.wait_for("names.length === 1 && names[0] === 'field-another'", given="const names = await caches.keys()")
    assert phone.unsent() == 1
    phone.page.evaluate("window.isOldPage = true")
    phone.page.get_by_role("link", name="待上传").first.click()
    expect(phone.page.get_by_text("1 条还没有送达")).to_be_visible()
    assert phone.page.evaluate("window.isOldPage") is None
    phone.page.unroute("**/api/v1/findings/**")
    phone.restart()
    phone.wait_until_sent()
    assert Finding.objects.get().text == "旧版本里写的"


def test_worker_keeps_nothing_of_the_person(phone, member, district, bare):
    phone.report(bare.name, text="只在数据库里")
    phone.wait_until_sent()
    kept = phone.page.evaluate(KEPT)
    assert "/static/js/field/app" in kept
    assert not [word for word in (member.name, district.villages[0].name, "只在数据库里", "sessionid") if word in kept]


def test_app_is_at_hand_within_a_second_without_a_network(phone):
    phone.context.set_offline(True)
    begun = time.monotonic()
    phone.page.goto("/m/")
    phone.page.wait_for_selector(".m-shot")
    assert time.monotonic() - begun < 2  # under 0.4 s on a machine of its own; tests share one


def test_language_of_the_account_is_taken_over_on_a_new_phone(phone_of, member, district):
    member.language = "en"
    member.save()
    phone = phone_of(member, district.villages[0])
    phone.sign_in()
    phone.open()
    expect(phone.page.get_by_text("Today's rounds")).to_be_visible()


def test_pages_of_the_server_count_what_is_unsent_too(phone, bare):
    phone.page.route("**/api/v1/findings/**", lambda route: route.abort())
    phone.report(bare.name, text="还没送到", photos=[{"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo_bytes(1)}])
    phone.page.goto("/m/held/")
    expect(phone.page.locator("[data-unsent-count]")).to_have_text("1")
