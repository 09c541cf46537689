"""What is pressed twice, done in two tabs, left in the middle or kept on a full phone. Nothing is doubled, nothing is lost in silence."""

import json
import re

import pytest
from playwright.sync_api import expect

from inspections.models import FieldSettings, Finding, Patrol, Visit
from tests.browser.field.conftest import ITEMS, picture
from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingFactory, PatrolFactory
from tests.factories.rectification import TaskFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STORE = "import('/static/js/field/store.js').then((store) => store"
REFRESH = "import('/static/js/field/person.js').then((person) => person.refresh({ force: true }))"
SHOWN_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"
NO_ROOM = """for (const name of ["put", "add"]) {
    const write = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (...values) {
      if (!window.hasNoRoom) return write.apply(this, values);
      throw new DOMException("no room", "QuotaExceededError");
    };
}"""


def twice(button) -> None:
    button.evaluate("(element) => { element.click(); element.click(); }")


# --- twice -------------------------------------------------------------------------------------------------------------------------------
def test_night_check_begun_by_an_impatient_finger_is_one(phone):
    phone.context.set_offline(True)
    phone.page.goto("/m/rounds/")
    button = phone.page.get_by_role("button", name="开始一次夜查")
    expect(button).to_be_visible()
    twice(button)
    expect(phone.page.get_by_role("button", name="结束巡查")).to_be_visible()
    assert phone.unsent_items() == [("patrol", "waiting")]
    twice(phone.page.get_by_role("button", name="结束巡查"))
    expect(phone.page.get_by_text("巡查已结束")).to_be_visible()
    assert phone.unsent_items() == [("patrol", "waiting")] * 2


def test_object_in_order_is_visited_once_while_the_list_is_drawn_anew(visit, phone):
    phone.open(f"/m/round/{visit.patrol.uuid}/")
    phone.context.set_offline(True)
    twice(phone.page.get_by_role("button", name="正常"))
    phone.page.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(phone.page.get_by_text("待上传").first).to_be_visible()
    assert phone.unsent_items() == [("patrol", "waiting"), ("visit", "waiting")]


def test_conflict_solved_twice_makes_one_new_report(phone, bare):
    phone.context.set_offline(True)
    phone.report(bare.name, text="手机上的")
    key = phone.page.evaluate(ITEMS)[0]["key"]
    phone.page.evaluate(f"{STORE}.change('{key}', {{ state: 'conflict' }}))")
    anew = f"import('/static/js/field/queue.js').then((queue) => Promise.all([queue.anew('{key}'), queue.anew('{key}')]))"
    phone.page.evaluate(anew)
    assert phone.unsent_items() == [("finding", "done"), ("finding", "waiting")]


# --- two tabs ----------------------------------------------------------------------------------------------------------------------------
def test_report_stays_with_who_wrote_it_when_another_person_signs_in_meanwhile(phone, bare, district, member):
    phone.page.goto("/m/report/")
    phone.page.get_by_role("button", name=bare.name).click()
    phone.page.locator("textarea").fill("甲写的")
    second = UserFactory(member=district.villages[0])
    other = phone.context.new_page()
    phone.enter(other, second)
    other.goto("/m/")
    other.wait_for_selector("[data-ready]", state="attached")
    phone.page.evaluate(REFRESH)
    phone.page.get_by_role("button", name="提交").click()
    phone.wait_for("items[0]?.state === 'signin'")
    assert [(each["person"], each["body"]["text"]) for each in phone.page.evaluate(ITEMS)] == [(member.pk, "甲写的")]
    assert not Finding.objects.exists()


def test_signing_out_in_one_tab_clears_the_other(phone, member):
    other = phone.context.new_page()
    other.goto("/m/me/")
    other.on("dialog", lambda dialog: dialog.accept())
    other.get_by_role("button", name="退出登录").click()
    expect(other.get_by_role("button", name="登录", exact=True)).to_be_visible()
    phone.page.evaluate(SHOWN_AGAIN)
    expect(phone.page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    assert member.name not in phone.page.content()


def test_signing_out_that_the_server_did_not_take_clears_nothing(phone, member):
    said = []
    phone.page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.accept()))
    phone.page.route("**/accounts/logout/", lambda route: route.fulfill(status=403, content_type="text/html", body="CSRF"))
    phone.page.goto("/m/me/")
    phone.page.get_by_role("button", name="退出登录").click()
    expect(phone.page.get_by_role("button", name="退出登录")).to_be_enabled()
    assert said[-1].startswith("没有退出成功")
    assert member.name in phone.page.content()


# --- left in the middle --------------------------------------------------------------------------------------------------------------------
def test_visit_left_half_way_is_found_on_the_first_page(visit, phone):
    phone.open(f"/m/visit/{visit.uuid}/")
    phone.page.get_by_role("link", name="返回").click()
    phone.page.goto("/m/")
    expect(phone.page.locator(".m-shot")).to_be_visible()
    expect(phone.page.locator("[data-draft]")).to_have_count(0)
    phone.page.goto(f"/m/visit/{visit.uuid}/")
    phone.page.locator(".m-shoot input").set_input_files(picture(1))
    expect(phone.page.locator(".m-photos img")).to_have_count(1)
    Patrol.objects.update(planned_on="2026-01-01")
    Visit.objects.update(patrol=None)
    phone.restart()
    phone.page.evaluate(REFRESH)
    phone.page.goto("/m/")
    phone.page.locator("[data-draft]").click()
    expect(phone.page.locator(".m-photos img")).to_have_count(1)
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_text("已提交")).to_be_visible()
    phone.wait_until_sent()
    assert Visit.objects.get().photos.exclude(photo=None).count() == 1
    expect(phone.page.locator("[data-draft]")).to_have_count(0)


def test_visit_left_half_way_is_gone_on_with_or_given_up_and_not_overrun_by_one_tap(visit, phone):
    phone.open(f"/m/visit/{visit.uuid}/")
    phone.page.get_by_role("button", name="合格", exact=True).first.click()
    phone.page.get_by_role("link", name="返回").click()
    expect(phone.page.get_by_role("button", name="正常")).to_have_count(0)
    phone.page.get_by_role("link", name="继续填").click()
    expect(phone.page.get_by_role("button", name="合格", exact=True).first).to_have_attribute("aria-pressed", "true")
    phone.page.on("dialog", lambda dialog: dialog.accept())
    phone.page.get_by_role("button", name="放弃这次检查").click()
    expect(phone.page.get_by_role("button", name="正常")).to_be_visible()


def test_place_that_could_not_be_entered_keeps_every_word(visit, phone):
    phone.open(f"/m/visit/{visit.uuid}/")
    phone.page.locator("textarea").fill("敲门十分钟")
    phone.page.on("dialog", lambda dialog: dialog.accept("大门关闭"))
    phone.page.get_by_role("button", name="无法到访").click()
    expect(phone.page.get_by_text("已提交")).to_be_visible()
    phone.page.goto("/m/")
    phone.wait_until_sent()
    assert (Visit.objects.get().conclusion, Visit.objects.get().text) == ("unreachable", "大门关闭；敲门十分钟")


def test_tenth_photo_of_a_visit_is_said_not_to_be_taken(visit, phone):
    phone.open(f"/m/visit/{visit.uuid}/")
    phone.page.get_by_label("从相册选").set_input_files([picture(n, size=(64, 48)) for n in range(10)])
    expect(phone.page.get_by_role("alert")).to_have_text("照片最多 9 张。")
    expect(phone.page.locator(".m-photos img")).to_have_count(9)


def test_rounds_that_are_over_are_not_called_none(visit, phone):
    phone.open("/m/")
    expect(phone.page.get_by_text("还差 1 处")).to_be_visible()
    Patrol.objects.update(state="finished", finished_at="2026-11-27T08:00:00Z")
    phone.restart()
    expect(phone.page.get_by_text("今天的巡查已完成")).to_be_visible()


def test_what_a_page_of_the_server_changed_stands_on_the_phone_when_one_comes_back(visit, phone):
    phone.open("/m/rounds/")
    expect(phone.page.get_by_text("0 / 1 处")).to_be_visible()
    phone.page.goto("/m/held/")
    Patrol.objects.update(state="handed_over")
    phone.open("/m/rounds/")
    expect(phone.page.get_by_text("今天没有安排巡查")).to_be_visible()


def test_task_that_waits_for_others_is_not_counted_as_mine(phone, member, district):
    for state in ("accepted", "fed_back"):
        finding = FindingFactory(district=district, grid=district.villages[0], text=f"任务{state}", state="assigned")
        TaskFactory(finding=finding, handler=member, state=state)
    phone.restart()
    expect(phone.page.get_by_text("等我办理 1 件")).to_be_visible()
    phone.page.get_by_role("link", name="任务", exact=True).click()
    expect(phone.page.locator(".m-list").first).to_contain_text("任务accepted")
    expect(phone.page.locator(".m-list").last).to_contain_text("任务fed_back")


def test_way_of_a_night_goes_on_when_another_round_ends(phone_of, member, district):
    FieldSettings.objects.create(district=district, track=True)
    PatrolFactory(district=district, person=member)
    phone = phone_of(member, district.villages[0])
    phone.sign_in()
    phone.learn()
    phone.page.goto("/m/rounds/")
    phone.page.get_by_role("button", name="开始一次夜查").click()
    expect(phone.page.get_by_text("每半分钟记一个位置")).to_be_visible()
    phone.wait_for("Object.values(tracks ?? {})[0]?.length === 1", given=f"const tracks = await {STORE}.recall('tracks'))")
    phone.open("/m/rounds/")
    phone.page.get_by_role("link", name="日常巡查").click()
    phone.page.get_by_role("button", name="开始巡查").click()
    phone.page.get_by_role("button", name="结束巡查").click()
    expect(phone.page.get_by_text("巡查已结束")).to_be_visible()
    phone.open("/m/rounds/")
    phone.page.get_by_role("link", name="夜查").click()
    phone.page.get_by_role("button", name="结束巡查").click()
    expect(phone.page.get_by_text("巡查已结束")).to_be_visible()
    phone.wait_until_sent()
    assert len(Patrol.objects.get(kind="night").track) == 1
    assert phone.page.evaluate(f"{STORE}.recall('tracks'))") == {}


# --- a full phone, a poor browser, an odd server -------------------------------------------------------------------------------------------
def test_full_phone_says_so_wherever_something_was_to_be_kept(visit, phone):
    phone.page.add_init_script(NO_ROOM)
    phone.open(f"/m/round/{visit.patrol.uuid}/")
    phone.page.evaluate("window.hasNoRoom = true")
    phone.page.get_by_role("button", name="开始巡查").click()
    expect(phone.page.get_by_text("手机存储空间不足，没有存下")).to_be_visible()
    phone.open(f"/m/visit/{visit.uuid}/")
    phone.page.evaluate("window.hasNoRoom = true")
    phone.page.get_by_role("button", name="合格", exact=True).first.click()
    expect(phone.page.get_by_role("alert")).to_contain_text("手机存储空间不足，这条还没有存下")
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("这条还是草稿")
    phone.page.evaluate("window.hasNoRoom = false")
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_text("已提交")).to_be_visible()


def test_new_list_that_does_not_fit_on_the_phone_is_told_and_fetched_again(phone, site):
    phone.page.add_init_script(NO_ROOM)
    phone.page.goto("/m/held/")
    phone.page.add_init_script("window.hasNoRoom = true")
    phone.page.goto("/m/")
    expect(phone.page.get_by_text("新的名单没有存下")).to_be_visible()
    phone.restart("/m/sites/")
    expect(phone.page.get_by_role("link", name=site.name)).to_be_visible()


def test_browser_without_a_database_says_what_to_do(phone):
    phone.page.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError'); }")
    phone.page.goto("/m/")
    expect(phone.page.get_by_role("alert")).to_contain_text("换一个浏览器打开")


def test_picture_that_the_phone_cannot_make_smaller_goes_as_it_is(phone, bare):
    phone.page.add_init_script("HTMLCanvasElement.prototype.toBlob = (done) => done(null)")
    phone.report(bare.name, text="内存不够", photos=[picture(1, size=(2400, 1800))])
    phone.wait_until_sent()
    assert Finding.objects.get().photos.get().photo.width == 2400


def test_server_that_keeps_asking_for_a_photo_it_has_is_left_alone_for_a_while(phone, bare):
    asked = []

    def forgetful(route):
        asked.append(route.request.url)
        answer = route.fetch().json()
        route.fulfill(json=answer | {"photos_missing": [asked[0].split("/")[-2]]})

    phone.page.route("**/photos/**", forgetful)
    phone.report(bare.name, text="一张", photos=[picture(1)])
    phone.wait_for("items[0].state === 'waiting' && items[0].tries === 1")
    assert len(asked) == 1


def test_update_asked_for_says_what_came_of_it(phone):
    phone.open("/m/me/")
    phone.page.get_by_role("button", name="更新名单和任务").click()
    expect(phone.page.get_by_text("名单和任务是最新的")).to_be_visible()
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name="更新名单和任务").click()
    expect(phone.page.get_by_text("没有网络，没有更新")).to_be_visible()


def test_kept_report_shows_the_photos_it_came_with_and_is_counted_once(phone, bare):
    def spoilt(route):
        route.continue_(post_data=json.dumps(json.loads(route.request.post_data) | {"problem_type": 999_999}))

    phone.page.route(re.compile("/findings/[0-9a-f-]+/$"), spoilt)
    phone.report(bare.name, text="要修改的", photos=[picture(1)])
    phone.wait_for("items[0].state === 'repair'")
    phone.restart()
    expect(phone.page.locator("[data-unsent]")).to_contain_text("服务器已保留")
    expect(phone.page.get_by_text("待修改")).to_have_count(0)
    phone.page.goto("/m/held/")
    phone.page.get_by_role("link", name="修改后提交").click()
    expect(phone.page.get_by_text("已收到", exact=True)).to_have_count(1)
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("见下面的提示")
    phone.page.get_by_text(bare.name).click()
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_text("服务器已收到")).to_be_visible()
    assert Finding.objects.get().photos.exclude(photo=None).count() == 1
