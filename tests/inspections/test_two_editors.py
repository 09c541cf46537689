"""Several people press "save" on the same settings at once: one is taken, the others are told and have lost nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from common.errors import Conflict
from inspections.models import PatrolRule
from inspections.services import rules
from tests.factories.accounts import UserFactory
from tests.factories.inspections import ProblemTypeFactory
from tests.factories.training import CourseFactory, QuestionFactory

AT_ONCE = 4


def rule(district):
    return reverse("patrols:rule", args=[PatrolRule.objects.create(district=district, level=3, times=1, per="week").pk]), "share", [20, 40, 60, 80]


def field_settings(_district):
    return reverse("patrols:settings"), "far_m", [150, 200, 250, 300]


def hollow_limits(_district):
    return reverse("grids:hollow-limits"), "max_grids", [4, 5, 6, 7]


def problem_type(district):
    made = ProblemTypeFactory(district=district, field=district.dust)
    return reverse("inspections:edit-problem-type", args=[made.pk]), "name", ["甲", "乙", "丙", "丁"]


def course(district):
    return reverse("grids:course-edit", args=[CourseFactory(district=district).pk]), "name", ["甲", "乙", "丙", "丁"]


def question(district):
    return reverse("grids:question-edit", args=[QuestionFactory(field=district.dust).pk]), "option_0", ["甲", "乙", "丙", "丁"]


def sent(form) -> dict:
    """What a browser sends of a form nobody has touched."""
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value is not None and value is not False}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", [rule, field_settings, hollow_limits, problem_type, course, question])
def test_of_four_who_save_at_once_one_is_taken_and_three_are_told(district, page):
    address, name, values = page(district)
    browsers, director = [Client() for _ in range(AT_ONCE)], UserFactory(office_director=district)
    for browser in browsers:
        browser.force_login(director)
    words, gate = sent(browsers[0].get(address).context["form"]), threading.Barrier(AT_ONCE)

    def save(browser, value):
        gate.wait(30)
        try:
            answer = browser.post(address, words | {name: value})
            told = "已被别人修改" in answer.content.decode() and f'value="{value}"' in answer.content.decode()
            return answer.status_code, answer.status_code == 302 or told
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(save, browsers, values))
    assert sorted(answers) == [(302, True), *[(400, True)] * (AT_ONCE - 1)]


@pytest.mark.django_db(transaction=True)
def test_a_new_rule_sent_twice_at_once_is_made_once(district):
    browsers, director = [Client() for _ in range(2)], UserFactory(office_director=district)
    for browser in browsers:
        browser.force_login(director)
    words, gate = sent(browsers[0].get(reverse("patrols:new-rule")).context["form"]), threading.Barrier(2)

    def save(browser):
        gate.wait(30)
        try:
            return browser.post(reverse("patrols:new-rule"), words).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, browsers)) == [302, 400]
    assert PatrolRule.objects.count() == 1


@pytest.mark.django_db
def test_a_rule_that_is_another_under_the_lock_is_a_conflict(district):
    kept = PatrolRule.objects.create(district=district, level=3, times=1, per="week")
    with pytest.raises(Conflict):
        rules.save_rule(kept, by=UserFactory(office_director=district), stood={"times": 2})
