"""An orange warning for three enterprises and every grid, from the city's notice to the lift, by the people whose part it is."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from emergency.models import Episode, Order
from tests.browser import PHONE, expect_to_fit
from tests.factories.accounts import UserFactory
from tests.factories.emergency import ready
from tests.factories.evidence import photo_bytes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
PHOTO = {"name": "停炉.jpg", "mimeType": "image/jpeg", "buffer": photo_bytes(41, size=(640, 480))}


class People:
    """A browser of their own for each, as in life."""

    def __init__(self, place, new_context, sign_in):
        self.place, self.new_context, self.sign_in = place, new_context, sign_in
        units = {"town_a": place.district.town_a.organisation, "town_b": place.district.town_b.organisation}
        self.towns = {name: UserFactory(town_handler=unit) for name, unit in units.items()}
        self.departments = {name: UserFactory(dept_handler=getattr(place.district, name)) for name in ("housing", "ecology")}

    def page(self, user, **options):
        page = self.new_context(**options).new_page()
        self.sign_in(page, user)
        return page


def test_an_orange_warning_is_issued_received_inspected_reported_and_lifted(live_server, new_context, sign_in):
    place = ready()
    people = People(place, new_context, sign_in)
    office, leader = people.page(place.office), people.page(place.deputy)

    decide(office, leader, start=True)
    episode = Episode.objects.get()
    assert Order.objects.filter(episode=episode).count() == 3 + 4 + 4

    for user in (*people.towns.values(), *people.departments.values()):
        unit_answers(people.page(user))
    links = enterprises_answer(office, new_context)
    expect_all_in_force(office)

    inspect(people.page(people.departments["ecology"]), episode)
    report(office, [people.page(user) for user in people.towns.values()], episode)

    decide(office, leader, start=False)
    for user in (*people.towns.values(), *people.departments.values()):
        lift_is_confirmed(people.page(user))
    lift_links = [link for link in order_links(office) if link not in links]
    for link in lift_links:
        receive(new_context(**PHONE).new_page(), link)
    review(office, episode)

    episode.refresh_from_db()
    assert episode.state == "reviewed"
    assert not Order.objects.filter(episode=episode, acknowledged_at=None).exists()


def decide(office, leader, *, start: bool) -> None:
    """Entered and submitted by the office, approved by the deputy head, published by the office."""
    office.goto(reverse("emergency:overview"))
    if start:
        office.get_by_role("link", name="启动橙色预警").click()
        expect(office.get_by_label("公开文本")).to_have_value(re.compile("橙色预警"))
    else:
        office.get_by_role("link", name="详情和办理").click()
        office.get_by_role("link", name="解除预警").click()
    office.get_by_label("市级通知文号").fill("市应急〔2026〕3号" if start else "市应急〔2026〕5号")
    office.get_by_role("button", name="保存并提请审批").click()
    expect(office.locator("#decision")).to_contain_text("待审批")
    leader.goto(office.url)
    leader.get_by_label("审批意见").fill("同意。")
    leader.get_by_role("button", name="批准").click()
    expect(leader.locator("#decision")).to_contain_text("待发布")
    office.reload()
    office.get_by_role("button", name="发布预警，下达指令" if start else "发布解除，下达解除令").click()
    expect(office.locator("#decision")).to_contain_text("已发布")


def unit_answers(page) -> None:
    """Received, for the township's grids too; in force with a word."""
    page.goto(reverse("emergency:overview"))
    page.locator("#own").get_by_role("button", name="签收", exact=True).click()
    expect(page.locator("#own")).to_contain_text("待落实")
    if (grids := page.get_by_role("button", name="代未签收的网格签收")).count():
        grids.click()
        expect(page.get_by_text("已代所辖 2 个网格签收。")).to_be_visible()
    page.get_by_role("link", name="报告落实").click()
    page.get_by_label("说明", exact=True).fill("已通知全部工地停止室外作业。")
    page.get_by_role("button", name="提交凭证").click()
    expect(page.locator(".head")).to_contain_text("已落实")


def order_links(office) -> list[str]:
    """As the office can copy them for who got no text."""
    found = []
    for order in Order.objects.filter(party="enterprise").order_by("pk"):
        office.goto(order.get_absolute_url())
        if (link := office.locator("#order-link")).count():
            found.append(re.sub(r"^https?://[^/]+", "", link.inner_text()))
    return found


def enterprises_answer(office, new_context) -> list[str]:
    """On a phone, without an account or a cookie: receipt, then a photo."""
    links = order_links(office)
    for n, link in enumerate(links):
        context = new_context(**PHONE | {"viewport": {"width": 360, "height": 640}})
        page = context.new_page()
        receive(page, link)
        expect(page.locator("body")).not_to_contain_text(f"测试企业{(n + 1) % 3}")
        page.get_by_label("说明", exact=True).fill("中频炉2台已停")
        page.locator("input[type=file]").set_input_files(PHOTO)
        page.get_by_role("button", name="提交凭证").click()
        expect(page.locator("#in-force")).to_contain_text("报告落实，可以继续补充")
        expect_to_fit(page)
        assert context.cookies() == []
    return links


def receive(page, link: str) -> None:
    page.goto(link)
    page.get_by_label("签收人姓名").fill("王示例")
    page.get_by_role("button", name="确认签收").click()
    expect(page.locator("#receipt")).to_contain_text("王示例 已于")


def expect_all_in_force(office) -> None:
    office.goto(reverse("emergency:overview"))
    for party, received, in_force in (("enterprise", "3", "3 / 3"), ("unit", "4", "4 / 4"), ("grid", "4", "—")):
        row = office.locator(f"tr[data-party={party}]")
        expect(row.locator("[data-figure=acknowledged]")).to_have_text(received)
        expect(row.locator("[data-figure=in_force]")).to_have_text(in_force)


def inspect(page, episode) -> None:
    """The department looks at two of three: half of the list is what orange asks for."""
    for order in Order.objects.filter(party="enterprise").order_by("pk")[:2]:
        page.goto(order.get_absolute_url())
        page.get_by_label("已落实").check()
        page.get_by_role("button", name="登记检查").click()
        expect(page.locator("#inspections")).to_contain_text("已落实")


def report(office, towns, episode) -> None:
    for page in towns:
        page.goto(reverse("emergency:overview"))
        page.get_by_role("link", name="填报今日数字").click()
        page.get_by_label("停工工地").fill("3")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("今日数字已填")).to_be_visible()
    office.goto(reverse("emergency:overview"))
    expect(office.locator("#coverage")).to_contain_text("2 / 3")
    expect(office.locator("#coverage")).to_contain_text("已达到")
    office.get_by_role("link", name="查看和报送").click()
    expect(office.locator("[data-figure=sites_stopped]")).to_contain_text("6")
    office.get_by_role("button", name="报送日报").click()
    expect(office.locator(".head")).to_contain_text("已报送")


def lift_is_confirmed(page) -> None:
    page.goto(reverse("emergency:overview"))
    page.locator("#own").get_by_role("button", name="签收", exact=True).click()
    if (grids := page.get_by_role("button", name="代未签收的网格签收")).count():
        grids.click()
    expect(page.locator("#own [data-order]")).to_have_count(0)
    expect(page.locator("#own").get_by_role("button")).to_have_count(0)  # what is left is the day's report


def review(office, episode) -> None:
    office.goto(reverse("emergency:review", args=[episode.pk]))
    office.get_by_label("存在问题").fill("无")
    office.get_by_label("处理处罚").fill("无")
    office.get_by_role("button", name="完成总结").click()
    expect(office.locator(".head")).to_contain_text("已完成")
