"""On a phone: a QR code opens the door, a test is taken with the thumb, a chief answers a sign."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts import tickets
from grids.models import Post, TestPaper, TrainingRecord
from inspections.models import HollowRebuttal
from tests.browser import expect_to_fit
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.training import CourseFactory, bank

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
SMALL = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
THUMB = 48
"""Pixels that a target for a thumb has at least."""


@pytest.fixture
def district():
    return DistrictFactory()


def test_from_the_code_to_a_certificate(new_context, district):
    member = UserFactory(member=district.villages[0], name="王小山")
    bank(district.dust, 10)
    course = CourseFactory(district=district, field=district.dust)
    page = new_context(**SMALL).new_page()

    page.goto(reverse("account_ticket", args=[tickets.issue(member, by=None)]) + f"?next=/m/training/{course.pk}/")
    expect(page.get_by_role("heading", name="王小山")).to_be_visible()
    page.get_by_role("button", name="登录").tap()
    page.get_by_role("button", name="开始测试").tap()
    expect(page.get_by_role("group")).to_have_count(10)

    expect_to_fit(page)
    assert min(option.bounding_box()["height"] for option in page.locator(".t-option").all()) >= THUMB
    right = [asked["answers"][0] for asked in TestPaper.objects.get().sheet]
    for question, answer in zip(page.get_by_role("group").all(), right, strict=True):
        question.get_by_role("radio").nth(answer).check()
    page.get_by_role("button", name="交卷").tap()
    expect(page.get_by_text("合格 ·")).to_be_visible()

    assert TrainingRecord.objects.values_list("user", "score", "passed").get() == (member.pk, 100, True)


def test_a_chief_answers_a_sign_on_the_phone(new_context, sign_in, district):
    village = district.villages[0]
    chief = UserFactory(chief=village, name="王村长")
    assert Post.objects.count() == 1
    page = new_context(**SMALL).new_page()
    sign_in(page, chief)

    page.goto(reverse("grids:hollow"))
    sign = page.locator(f"#grid-{village.pk} dd").first
    expect(sign.get_by_role("link")).to_have_text("缺网格员、巡查员、监督员")
    sign.get_by_text("说明情况").tap()
    sign.get_by_label("说明", exact=True).fill("人选已报区里")
    sign.get_by_role("button", name="保存说明").tap()

    expect(page.get_by_text("人选已报区里")).to_be_visible()
    expect_to_fit(page)
    assert HollowRebuttal.objects.values_list("grid", "kind", "by").get() == (village.pk, "vacant", chief.pk)
