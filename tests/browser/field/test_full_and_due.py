"""A full phone, an account that must be put in order first, what is kept for repair or in conflict: nothing waits for ever or goes out without its photos."""

import json
import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from inspections.models import Finding, HeldSubmission
from tests.browser.field.conftest import ITEMS, picture
from tests.browser.field.test_twice_and_full import NO_ROOM, STORE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUEUE = "import('/static/js/field/queue.js').then((queue) => queue"


def test_full_phone_sends_what_it_has_and_notes_it_later(phone, bare):
    phone.page.add_init_script(NO_ROOM)
    phone.context.set_offline(True)
    phone.report(bare.name, text="手机满了", photos=[picture(1)])
    phone.page.evaluate("window.hasNoRoom = true")
    phone.context.set_offline(False)
    phone.page.evaluate(f"{QUEUE}.run({{ now: true }}))")
    for _n in range(100):
        if Finding.objects.filter(photos__photo__isnull=False).exists():
            break
        phone.page.wait_for_timeout(50)
    assert Finding.objects.get().photos.exclude(photo=None).count() == 1
    phone.restart()
    phone.wait_until_sent()
    assert Finding.objects.count() == 1


def test_account_that_must_be_put_in_order_says_so_and_leads_there(phone, bare, member):
    phone.context.set_offline(True)
    phone.report(bare.name, text="密码到期")
    User.objects.filter(pk=member.pk).update(must_change_password=True)
    phone.context.set_offline(False)
    expect(phone.page.locator("[data-unsent]")).to_contain_text("请先修改密码")
    phone.open("/m/unsent/")
    phone.wait_for("items[0].state === 'signin'")
    phone.page.get_by_role("button", name="重新登录").click()
    phone.page.wait_for_url("**/accounts/password/change/**")
    assert phone.page.locator("#content input[name=next]").input_value() == "/m/unsent/"
    User.objects.filter(pk=member.pk).update(must_change_password=False)
    phone.open()
    phone.wait_until_sent()


def test_lists_that_are_not_renewed_say_why_when_the_account_is_out_of_order(phone, member):
    User.objects.filter(pk=member.pk).update(must_change_password=True)
    phone.open()
    expect(phone.page.get_by_text("请先修改密码")).to_be_visible()


def test_item_that_became_kept_while_the_list_was_asked_for_is_not_called_sent(phone, bare):
    phone.context.set_offline(True)
    phone.report(bare.name, text="刚刚留下")
    item = phone.page.evaluate(ITEMS)[0]
    kept = "{ state: 'repair', held: true }"
    phone.page.evaluate(f"{STORE}.change('{item['key']}', {kept}))")
    phone.page.evaluate(f"{QUEUE}.tidy({item['person']}, [], []))")
    assert phone.unsent_items() == [("finding", "repair")]
    phone.page.evaluate(f"{QUEUE}.tidy({item['person']}, [], ['{item['key']}']))")
    assert phone.unsent_items() == [("finding", "done")]


def test_photo_too_big_for_the_way_is_made_smaller_for_a_kept_report_too(phone, bare):
    announced = []

    def spoilt(route):
        body = json.loads(route.request.post_data)
        announced.append(body["photos"][0]["sha256"])
        route.continue_(post_data=json.dumps(body | {"problem_type": 999_999}))

    phone.page.route(re.compile("/findings/[0-9a-f-]+/$"), spoilt)
    phone.page.route("**/photos/**", lambda route: route.fulfill(status=413) if announced[0] in route.request.url else route.continue_())
    phone.report(bare.name, text="又大又错", photos=[picture(1, size=(1600, 1200))])
    phone.wait_for("items[0].state === 'repair'")
    [entry] = HeldSubmission.objects.get().payload["photos"]
    item = phone.page.evaluate(ITEMS)[0]
    assert (item["held"], item["body"]["photos"][0]["sha256"], entry["sha256"] != announced[0]) == (True, entry["sha256"], True)
    assert HeldSubmission.objects.get().shown == [entry["sha256"]]


def test_phone_that_dies_while_a_smaller_picture_takes_a_photos_place_has_the_photo(phone, bare):
    phone.context.set_offline(True)
    phone.report(bare.name, text="半路关机", photos=[picture(1)])
    item = phone.page.evaluate(ITEMS)[0]
    old = item["files"][0]["sha256"]
    less = f"{{ sha256: '{'a' * 64}', blob: new Blob(['x']) }}"
    dies = f"{STORE}.swapFile('{item['key']}', '{old}', {less}, () => {{ throw new Error('dead'); }})).catch((error) => error.message)"
    assert phone.page.evaluate(dies) == "dead"
    assert phone.page.evaluate(ITEMS)[0]["files"] == item["files"]
    assert phone.page.evaluate(f"{STORE}.blobOf('{item['key']}', '{old}').then((blob) => blob?.size > 1))")
    phone.context.set_offline(False)
    phone.restart()
    phone.wait_until_sent()
    assert Finding.objects.get().photos.exclude(photo=None).count() == 1


def test_report_sent_anew_announces_the_photos_that_are_on_the_phone(phone, bare):
    phone.context.set_offline(True)
    phone.report(bare.name, text="两份", photos=[picture(1)])
    item = phone.page.evaluate(ITEMS)[0]
    less = "a" * 64
    old = item["files"][0]["sha256"]
    changed = json.dumps({"state": "conflict", "files": [{"sha256": less, "size": 1, "what": "photos"}]})
    phone.page.evaluate(f"""{STORE}.swapFile('{item["key"]}', '{old}', {{ sha256: '{less}', blob: new Blob(['x']) }}, () => ({changed})))""")
    phone.page.evaluate(f"{QUEUE}.anew('{item['key']}'))")
    fresh = next(each for each in phone.page.evaluate(ITEMS) if each["key"] != item["key"])
    assert fresh["body"]["photos"] == [{"sha256": less, "size": 1, "source": "camera"}]


def test_photo_owed_to_a_report_repaired_elsewhere_follows_it(phone, bare, client, member):
    def spoilt(route):
        body = json.loads(route.request.post_data)
        route.continue_(post_data=json.dumps(body | {"problem_type": 999_999}))

    phone.page.route(re.compile("/findings/[0-9a-f-]+/$"), spoilt)
    phone.page.route("**/photos/**", lambda route: route.abort())
    phone.report(bare.name, text="要修改的", photos=[picture(1)])
    phone.wait_for("items[0].state === 'waiting' && items[0].tries > 0")
    client.force_login(member)
    [key] = HeldSubmission.objects.values_list("uuid", flat=True)
    client.post(f"/m/held/{key}/", {"problem_type": bare.pk, "text": "修好了"})
    phone.page.unroute("**/photos/**")
    phone.page.evaluate(f"{QUEUE}.run({{ now: true }}))")
    phone.wait_for("items[0].state === 'conflict'")
    finding = Finding.objects.get()
    assert (finding.text, finding.photos.exclude(photo=None).count(), HeldSubmission.objects.waiting().count()) == ("修好了", 1, 0)
    phone.page.goto("/m/unsent/")
    expect(phone.page.locator("[data-item]")).to_contain_text("两份都在")
    expect(phone.page.locator("[data-item]")).not_to_contain_text("不在服务器上的那一份里")


def test_conflict_says_how_many_photos_the_servers_copy_lacks(phone, bare):
    phone.context.set_offline(True)
    phone.report(bare.name, text="两份", photos=[picture(1), picture(2)])
    item = phone.page.evaluate(ITEMS)[0]
    there = {"sha256": item["files"][0]["sha256"], "received": True}
    stored = json.dumps({"state": "conflict", "stored": {"uuid": item["target"], "photos": [there]}})
    phone.page.evaluate(f"{STORE}.change('{item['key']}', {stored}))")
    phone.page.goto("/m/unsent/")
    expect(phone.page.locator("[data-item]")).to_contain_text("手机上有 1 张照片不在服务器上的那一份里")


def test_visit_in_conflict_shows_what_the_server_has(visit, phone):
    phone.open(f"/m/round/{visit.patrol.uuid}/")
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name="正常").click()
    phone.wait_for("items.length === 2")
    key = next(each["key"] for each in phone.page.evaluate(ITEMS) if each["kind"] == "visit")
    stored = {"conclusion": "problem", "arrived_at": "2026-11-27T01:00:00Z", "text": "围挡破损"}
    phone.page.evaluate(f"{STORE}.change('{key}', {json.dumps({'state': 'conflict', 'stored': stored})}))")
    phone.page.goto("/m/unsent/")
    expect(phone.page.locator(f"[data-item='{key}']")).to_contain_text("服务器上的：发现问题")
    expect(phone.page.locator(f"[data-item='{key}']")).to_contain_text("围挡破损")
    expect(phone.page.get_by_role("link", name="看服务器上的那一份")).to_have_count(0)
