"""What networks, portals, sessions, clocks and browsers do to a report. It arrives once, with all its photos, and the counter tells the truth."""

import datetime as dt
import io
import json
import zipfile

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from common import clock
from evidence.models import Photo
from inspections.models import Finding
from tests.browser.field.conftest import ITEMS, picture
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PUTS = "**/api/v1/findings/**"


def arrived_whole(*texts: str) -> None:
    """Each report once, no photo missing, the device's numbers without a gap."""
    rows = list(Finding.objects.order_by("seq"))
    assert [row.text for row in rows] == list(texts)
    assert [row.seq for row in rows] == list(range(1, len(texts) + 1))
    assert not any(row.photos.filter(photo=None).exists() for row in rows)


def test_reports_written_without_a_network_arrive_once_with_all_photos(phone, bare):
    phone.context.set_offline(True)
    for n in range(3):
        phone.report(bare.name, text=f"第{n}条", photos=[picture(10 + n), picture(20 + n)])
        assert phone.unsent() == n + 1
    phone.restart()
    assert phone.unsent() == 3
    assert Finding.objects.count() == 0
    phone.context.set_offline(False)
    phone.wait_until_sent()
    arrived_whole("第0条", "第1条", "第2条")
    assert Photo.objects.count() == 6


def test_app_opens_without_a_network_on_any_page(phone, bare):
    phone.context.set_offline(True)
    for path in ("/m/", "/m/report/", "/m/rounds/", "/m/tasks/", "/m/unsent/", "/m/map/", "/m/me/"):
        phone.restart(path)
        expect(phone.page.locator("h1")).to_be_visible()
    phone.restart("/m/held/")
    expect(phone.page.get_by_text("这一页要联网才能打开")).to_be_visible()


def test_answer_lost_on_its_way_back_makes_no_second_row(phone, bare):
    def swallow(route):
        route.fetch()
        route.abort()

    phone.page.route(PUTS, swallow)
    phone.report(bare.name, text="答复丢了", photos=[picture(1)])
    expect(phone.page.locator("[data-unsent]")).to_contain_text("网络不通")
    assert (Finding.objects.count(), phone.unsent()) == (1, 1)
    phone.page.unroute(PUTS)
    phone.restart()
    phone.wait_until_sent()
    arrived_whole("答复丢了")


@pytest.mark.parametrize(
    "portal",
    [
        {"status": 200, "content_type": "text/html", "body": "<html>请登录热点</html>"},
        {"status": 200, "content_type": "application/json", "body": "{}"},
        {"status": 302, "headers": {"Location": "/accounts/login/"}, "body": ""},
        {"status": 502, "content_type": "text/html", "body": "bad gateway"},
    ],
    ids=["page", "empty-json", "redirect", "gateway"],
)
def test_portal_that_answers_in_the_servers_place_makes_nothing_forgotten(phone, bare, portal):
    phone.page.route("**/api/v1/**", lambda route: route.fulfill(**portal))
    phone.report(bare.name, text="不能丢", photos=[picture(1)])
    expect(phone.page.locator("[data-unsent]")).to_contain_text("自动")
    assert (phone.unsent(), Finding.objects.count()) == (1, 0)
    phone.page.unroute("**/api/v1/**")
    phone.restart()
    phone.wait_until_sent()
    arrived_whole("不能丢")


def test_portal_in_front_of_everything_is_told_from_the_server(phone, bare):
    page = "<html>欢迎使用免费无线网</html>"
    phone.context.route("**/m/session/", lambda route: route.fulfill(status=200, content_type="text/html", body=page))
    phone.report(bare.name, text="商场里")
    expect(phone.page.locator("[data-unsent]")).to_contain_text("网络要求先登录")
    phone.context.unroute("**/m/session/")
    phone.restart()
    phone.wait_until_sent()
    arrived_whole("商场里")


def test_page_killed_in_the_middle_of_an_upload_goes_on_where_it_was(phone, bare):
    stuck = []
    phone.context.route("**/photos/**", lambda route: stuck.append(route))
    phone.report(bare.name, text="传到一半", photos=[picture(1), picture(2)])
    phone.page.wait_for_timeout(500)
    assert stuck and Finding.objects.get().photos.filter(photo=None).count() == 2
    phone.context.unroute("**/photos/**")
    phone.restart()
    phone.wait_until_sent()
    arrived_whole("传到一半")


def test_session_that_has_ended_asks_to_sign_in_and_keeps_everything(phone, bare):
    phone.context.set_offline(True)
    phone.report(bare.name, text="登录过期", photos=[picture(1)])
    phone.context.clear_cookies()
    Session.objects.all().delete()
    phone.context.set_offline(False)
    expect(phone.page.locator("[data-unsent]")).to_contain_text("登录已过期")
    assert phone.states() == ["signin"]
    phone.page.get_by_role("button", name="重新登录").click()
    phone.page.wait_for_url("**/accounts/**")
    phone.sign_in()
    phone.open()
    phone.wait_until_sent()
    arrived_whole("登录过期")


def test_another_person_on_the_same_phone_neither_sees_nor_sends_it(phone, bare, district, sign_in):
    phone.context.set_offline(True)
    phone.report(bare.name, text="甲写的")
    other = UserFactory(member=district.villages[1])
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    phone.page.goto("about:blank")
    sign_in(phone.page, other)
    phone.open()
    expect(phone.page.locator("h1")).to_contain_text(district.villages[1].name)
    assert phone.unsent() == 0
    phone.page.goto("/m/unsent/")
    expect(phone.page.get_by_text("还有其他人的 1 条没有送达")).to_be_visible()
    assert "甲写的" not in phone.page.content()
    phone.sign_in()
    phone.open()
    phone.wait_until_sent()
    arrived_whole("甲写的")


def test_eight_days_without_a_network_and_a_clock_ahead_drop_nothing(phone_of, member, district, bare):
    phone = phone_of(member, district.villages[0])
    phone.sign_in()
    phone.learn()
    phone.page.clock.install(time=clock.now() + dt.timedelta(days=8))
    phone.context.set_offline(True)
    phone.report(bare.name, text="八天后", photos=[picture(1)])
    phone.page.clock.fast_forward(8 * 86_400_000)
    assert phone.unsent() == 1
    phone.context.set_offline(False)
    phone.restart()  # the clock is right again, far behind the moment that the next attempt was put off to
    phone.wait_until_sent()
    arrived_whole("八天后")
    assert "clock_ahead" in {flag["code"] for flag in Finding.objects.get().flags}


def test_network_that_refuses_big_photos_gets_smaller_ones(phone, bare):
    big = 300_000

    def narrow(route):
        if len(route.request.post_data_buffer or b"") > big:
            route.fulfill(status=413, content_type="text/html", body="too large")
        else:
            route.continue_()

    phone.context.route("**/photos/**", narrow)
    noise = io.BytesIO()
    from PIL import Image

    Image.effect_noise((2000, 1500), 60).convert("RGB").save(noise, "JPEG", quality=60)
    phone.report(bare.name, text="大照片", photos=[picture(1) | {"buffer": noise.getvalue()}])
    phone.wait_until_sent()
    arrived_whole("大照片")
    assert Photo.objects.get().size <= big


def test_same_number_with_other_content_shows_both_and_asks(phone, bare, member):
    phone.context.set_offline(True)
    phone.report(bare.name, text="手机上的")
    item = phone.page.evaluate(ITEMS)[0]
    phone.page.route(PUTS, lambda route: route.continue_(post_data=json.dumps(json.loads(route.request.post_data) | {"text": "先到的"})))
    phone.context.set_offline(False)
    phone.page.evaluate("import('/static/js/field/queue.js').then((queue) => queue.run({ now: true }))")
    phone.wait_for("items[0].state === 'done'")
    phone.page.unroute(PUTS)
    phone.page.evaluate(f"import('/static/js/field/store.js').then((store) => store.change('{item['key']}', {{ state: 'waiting', next_at: 0 }}))")
    phone.restart()
    phone.wait_for("items[0].state === 'conflict'")
    assert (phone.states(), phone.unsent()) == (["conflict"], 1)
    phone.page.get_by_role("button", name="手机上的另报一条").click()
    phone.wait_until_sent()
    assert sorted(Finding.objects.values_list("text", flat=True)) == ["先到的", "手机上的"]


def test_content_the_server_cannot_use_is_kept_there_and_can_be_repaired(phone, bare):
    phone.page.route(PUTS, lambda route: route.continue_(post_data=json.dumps(json.loads(route.request.post_data) | {"problem_type": 999_999})))
    phone.page.goto("/m/report/")
    phone.page.get_by_role("button", name=bare.name).click()
    phone.page.locator("textarea").fill("要修改的")
    phone.page.get_by_role("button", name="提交").click()
    phone.wait_for("items[0].state === 'repair'")
    phone.page.unroute(PUTS)
    assert phone.states() == ["repair"]
    phone.page.get_by_role("link", name="去修改").click()
    expect(phone.page.locator("#id_text")).to_have_value("要修改的")
    phone.page.get_by_text(bare.name).click()
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_text("服务器已收到")).to_be_visible()
    phone.page.goto("/m/")
    phone.page.evaluate("import('/static/js/field/person.js').then((person) => person.refresh({ force: true }))")
    phone.wait_until_sent()
    assert Finding.objects.get().text == "要修改的"


# --- the browser's database ------------------------------------------------------------------------------------------------------------------
def test_database_closed_by_the_browser_is_opened_again(phone, bare):
    phone.context.set_offline(True)
    phone.report(bare.name, text="先写一条")
    phone.page.evaluate(
        "new Promise((done) => { const r = indexedDB.open('airduty-field', 99); r.onsuccess = () => { r.result.close(); done(); }; })"
    )
    phone.report(bare.name, text="再写一条")
    assert phone.unsent() == 2
    phone.context.set_offline(False)
    phone.wait_until_sent()
    arrived_whole("先写一条", "再写一条")


def test_reports_of_an_earlier_release_of_the_database_are_sent_after_the_upgrade(phone_of, member, district, bare):
    phone = phone_of(member, district.villages[0])
    phone.sign_in()
    phone.page.goto("/healthz")
    body = {"v": 1, "device_id": "old", "seq": 1, "problem_type": bare.pk, "text": "旧版本写的", "photos": []}
    target = "11111111-1111-4111-8111-111111111111"
    item = {"key": "k", "kind": "finding", "target": target, "path": f"findings/{target}/", "body": body, "files": [], "person": member.pk, "label": "旧",
            "seq": 1, "state": "sending", "tries": 0, "next_at": 0, "made_at": "2026-11-01T00:00:00Z", "sent": 0, "reason": ""}  # fmt: skip
    phone.page.evaluate(
        """(item) => new Promise((done) => {
            const request = indexedDB.open('airduty-field', 1);
            request.onupgradeneeded = () => {
              const db = request.result;
              db.createObjectStore('meta'); db.createObjectStore('items', { keyPath: 'key' }); db.createObjectStore('files');
            };
            request.onsuccess = () => {
              const db = request.result, change = db.transaction(['items', 'meta'], 'readwrite');
              change.objectStore('items').put(item); change.objectStore('meta').put(1, 'seq'); change.objectStore('meta').put('old', 'device');
              change.oncomplete = () => { db.close(); done(); };
            };
        })""",
        item,
    )
    phone.open()
    phone.wait_until_sent()
    arrived_whole("旧版本写的")


def test_file_of_the_unsent_holds_every_word_and_photo(phone, bare):
    phone.context.set_offline(True)
    phone.report(bare.name, text="导出的", photos=[picture(1)])
    phone.page.goto("/m/unsent/")
    with phone.page.expect_download() as download:
        phone.page.get_by_role("button", name="导出为文件").click()
    archive = zipfile.ZipFile(download.value.path())
    content = json.loads(archive.read(next(name for name in archive.namelist() if name.endswith("content.json"))))
    assert content["body"]["text"] == "导出的"
    photo = next(name for name in archive.namelist() if name.endswith(".jpg"))
    assert archive.read(photo) == picture(1)["buffer"]
    phone.context.set_offline(False)


def test_signing_out_clears_what_was_fetched_and_keeps_what_is_unsent(phone, bare):
    phone.page.route(PUTS, lambda route: route.abort())
    phone.report(bare.name, text="留着的")
    phone.page.on("dialog", lambda dialog: dialog.accept())
    phone.page.goto("/m/me/")
    phone.page.get_by_role("button", name="退出登录").click()
    phone.page.wait_for_url("**/m/")
    meta = "import('/static/js/field/store.js').then(async (store) => [await store.recall('bundle'), await store.recall('person'), (await store.items()).length])"
    phone.wait_for("!bundle && !person", given=f"const [bundle, person] = await {meta}")
    assert phone.page.evaluate(meta)[2] == 1
    phone.page.unroute(PUTS)
    phone.sign_in()
    phone.open()
    phone.wait_until_sent()
    arrived_whole("留着的")
