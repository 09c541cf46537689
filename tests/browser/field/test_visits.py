"""What is answered and photographed goes out whole, whichever list stands on the screen, whoever else holds the phone."""

import pytest
from playwright.sync_api import expect

from inspections.models import Checklist, Finding, Patrol, Visit
from registers.models import Site
from tests.browser.field.conftest import picture
from tests.factories.accounts import UserFactory
from tests.factories.inspections import ChecklistFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REFRESH = "import('/static/js/field/person.js').then((person) => person.refresh({ force: true }))"
DRAFTS = "const drafts = await import('/static/js/field/store.js').then((store) => store.drafts())"
AS_BEFORE = """import('/static/js/field/store.js').then(async (store) => {
    const [draft] = await store.drafts();
    await store.dropDraft(`visit-${draft.person}-${draft.uuid}`);
    delete draft.about;
    await store.keepDraft(`visit-${draft.uuid}`, draft);
})"""
SLOW_EYES = """const seen = window.createImageBitmap;
    window.createImageBitmap = async (...values) => { await new Promise((done) => setTimeout(done, 700)); return seen(...values); };"""


@pytest.fixture
def second_list(district, site, checklist, bare):
    items = [{"code": "ROOM-1", "text": "扬尘监控在线", "severity": "serious", "problem_type": bare}]
    return ChecklistFactory(district=district, code="ROOM", name="监控", kinds=[site.kind], items=items)


@pytest.fixture
def addon(district, site, checklist, bare):
    items = [{"code": "NIGHT-1", "text": "夜间施工许可", "severity": "general", "problem_type": bare}]
    return ChecklistFactory(district=district, code="NIGHT", name="夜间施工", kinds=[site.kind], items=items, is_default=False)


def answer(phone, item: str, word: str) -> None:
    phone.page.locator(".m-item", has_text=item).get_by_role("button", name=word, exact=True).click()


def test_photo_still_being_read_goes_out_with_its_report(phone, bare):
    phone.page.add_init_script(SLOW_EYES)
    phone.page.goto("/m/report/")
    phone.page.get_by_role("button", name=bare.name).click()
    phone.page.get_by_label("从相册选").set_input_files([picture(1), picture(2)])
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_text("已提交")).to_be_visible()
    phone.wait_until_sent()
    assert Finding.objects.get().photos.exclude(photo=None).count() == 2


def test_photo_still_being_read_counts_for_what_failed(visit, phone):
    phone.page.add_init_script(SLOW_EYES)
    phone.open(f"/m/visit/{visit.uuid}/")
    answer(phone, "物料堆放", "不合格")
    phone.page.locator(".m-shoot input").set_input_files(picture(1))
    phone.page.get_by_role("button", name="提交，并提出问题").click()
    expect(phone.page.get_by_text("不合格项已作为问题上报")).to_be_visible()
    phone.page.goto("/m/")
    phone.wait_until_sent()
    assert Visit.objects.get().photos.exclude(photo=None).count() == Finding.objects.get().photos.exclude(photo=None).count() == 1


def test_all_lists_that_were_answered_go_out_whichever_stands_on_the_screen(visit, phone, second_list, addon):
    phone.page.evaluate(REFRESH)
    phone.open(f"/m/visit/{visit.uuid}/")
    phone.page.get_by_role("button", name="监控").click()
    answer(phone, "扬尘监控在线", "不合格")
    phone.page.get_by_text("附加清单").click()
    phone.page.get_by_role("button", name="夜间施工").click()
    answer(phone, "夜间施工许可", "合格")
    phone.page.get_by_role("button", name="六个百分之百").click()
    answer(phone, "周边100%围挡", "合格")
    phone.page.locator(".m-shoot input").set_input_files(picture(1))
    expect(phone.page.locator(".m-photos img")).to_have_count(1)
    phone.page.get_by_role("button", name="提交，并提出问题").click()
    expect(phone.page.get_by_text("不合格项已作为问题上报")).to_be_visible()
    phone.page.goto("/m/")
    phone.wait_until_sent()
    there, finding = Visit.objects.get(), Finding.objects.get()
    assert (there.conclusion, there.is_failed) == ("problem", True)
    assert [there.checklist.code, *(each["code"] for each in there.addons)] == ["ROOM", "SITE6", "NIGHT"]
    assert {code: given["value"] for code, given in there.answers.items()} == {"ROOM-1": "fail", "NIGHT-1": "pass", "SITE6-1": "pass"}
    assert (finding.severity, finding.checklist) == ("serious", {"code": "ROOM", "version": 1, "items": ["ROOM-1"]})


def test_object_whose_only_list_may_be_chosen_beside_is_checked_by_it(visit, phone, checklist):
    Visit.objects.update(checklist=None)
    Checklist.objects.update(is_default=False)
    phone.page.evaluate(REFRESH)
    phone.open(f"/m/visit/{visit.uuid}/")
    phone.page.get_by_text("附加清单").click()
    phone.page.get_by_role("button", name="六个百分之百").click()
    answer(phone, "周边100%围挡", "合格")
    phone.page.get_by_role("button", name="提交：正常").click()
    expect(phone.page.get_by_text("已提交")).to_be_visible()
    phone.wait_until_sent()
    assert Visit.objects.get().answers["SITE6-1"]["value"] == "pass"


def test_check_half_filled_by_one_is_untouched_when_another_looks_at_the_same_object(district, visit, phone):
    phone.open(f"/m/visit/{visit.uuid}/")
    phone.page.locator("textarea").fill("甲写的")
    phone.wait_for("drafts.length === 1", given=DRAFTS)
    second = UserFactory(member=district.villages[0])
    visit.patrol.person = visit.person = second
    visit.patrol.save()
    visit.save()
    phone.enter(phone.page, second)
    phone.open()
    phone.open(f"/m/visit/{visit.uuid}/")
    expect(phone.page.locator("textarea")).to_have_value("")
    phone.page.locator("textarea").fill("乙写的")
    phone.wait_for("drafts.map((each) => each.text).sort().join() === '乙写的,甲写的'", given=DRAFTS)


@pytest.mark.parametrize("knows", [True, False], ids=["as it was known", "of an older release"])
def test_half_filled_check_is_sent_although_its_object_has_left_the_phone(visit, phone, site, knows):
    phone.open(f"/m/visit/{visit.uuid}/")
    answer(phone, "周边100%围挡", "合格")
    phone.wait_for("drafts.length === 1", given=DRAFTS)
    if not knows:
        phone.page.evaluate(AS_BEFORE)
    Visit.objects.update(patrol=None)
    Site.objects.update(is_over=True)
    phone.page.goto("/m/held/")
    phone.open()
    phone.page.evaluate(REFRESH)
    phone.page.locator("[data-draft]").click()
    expect(phone.page.get_by_text(site.name if knows else "监管对象").first).to_be_visible()
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_text("已提交")).to_be_visible()
    phone.wait_for("items[0].kind === 'visit' && ['done', 'repair'].includes(items[0].state)")
    phone.page.goto("/m/")
    expect(phone.page.locator("[data-draft]")).to_have_count(0)


def test_building_site_half_looked_at_says_how_much_is_left(visit, phone, checklist):
    checklist.scoring = "points"
    checklist.save()
    phone.page.evaluate(REFRESH)
    said = []
    phone.page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss() if len(said) == 1 else dialog.accept()))
    phone.open(f"/m/visit/{visit.uuid}/")
    answer(phone, "周边100%围挡", "合格")
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_role("button", name="提交")).to_be_enabled()
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.get_by_text("已提交")).to_be_visible()
    assert said == ["还有 1 项没有填，这次不计分。仍要提交？"] * 2
    phone.page.goto("/m/")
    phone.wait_until_sent()
    assert (Visit.objects.get().score, Visit.objects.get().grade) == (None, "")


def test_night_check_without_a_place_asks_for_the_grid(phone_of, district):
    phone = phone_of(UserFactory(chief=district.town_a), district.villages[0])
    phone.sign_in()
    phone.learn()
    phone.context.set_geolocation({"longitude": 100, "latitude": 30})
    phone.page.goto("/m/rounds/")
    phone.page.get_by_role("button", name="开始一次夜查").click()
    expect(phone.page.get_by_text("在哪个网格夜查？")).to_be_visible()
    phone.page.get_by_role("button", name=district.villages[1].name).click()
    expect(phone.page.get_by_role("button", name="结束巡查")).to_be_visible()
    phone.wait_for("items[0]?.state === 'done'")
    assert Patrol.objects.get().grid == district.villages[1]
