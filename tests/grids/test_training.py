"""Courses, the bank of questions, classes, tests on the phone, certificates that run out."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from common import clock
from common.errors import NotYourRole
from grids import training
from grids.defaults import courses
from grids.models import Course, Grid, Question, TestPaper, TrainingRecord
from grids.services import training as services
from notices.models import Notice
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory, FieldFactory
from tests.factories.training import CourseFactory, QuestionFactory, TrainingRecordFactory, bank

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    return DistrictFactory()


@pytest.fixture
def course(district):
    bank(district.dust)
    return CourseFactory(district=district, field=district.dust)


@pytest.fixture
def member(district):
    return UserFactory(member=district.villages[0])


def right_answers(paper):
    return [question["answers"] for question in paper.sheet]


# --- the bank a district starts with ------------------------------------------------------------------------------------------------
def test_ten_fields_have_at_least_eight_questions_each(district):
    for code in ("industry", "coal", "vocs", "vehicle", "scattered", "station", "emergency"):
        FieldFactory(district=district, code=code)

    courses.load(district)
    courses.load(district)

    found = courses.questions()
    assert {code: len(each) >= 8 for code, each in found.items()} == dict.fromkeys(found, True)
    assert len(found) == 10
    assert Question.objects.count() == sum(len(each) for each in found.values())
    assert Course.objects.count() == 11


# --- keeping ------------------------------------------------------------------------------------------------------------------------
def test_only_the_keepers_change_courses_and_questions(district, course):
    with pytest.raises(NotYourRole):
        services.save_course(course, by=UserFactory(office_staff=district))

    course.name = "新名字"
    services.save_course(course, by=UserFactory(office_director=district))
    assert AuditEvent.objects.filter(action="course.edit").count() == 1


@pytest.mark.parametrize("options, answers", [(["一"], [0]), (["一", "一"], [0]), (["一", "二"], []), (["一", "二"], [0, 1]), (["一", "二"], [2])])
def test_a_question_needs_right_and_wrong_options(district, options, answers):
    with pytest.raises(ValidationError):
        services.save_question(Question(field=district.dust, text="问", options=options, answers=answers), by=None)


def test_a_question_is_made_and_changed_on_its_page(client, district):
    client.force_login(UserFactory(office_director=district))
    sent = {
        "field": district.dust.pk,
        "text": "围挡多高？",
        "option_0": "2.5 米",
        "right_0": "on",
        "option_1": "1 米",
        "is_active": "on",
        "explanation": "",
    }

    assert client.post(reverse("grids:question-new"), sent).status_code == 302
    question = Question.objects.get()
    assert (question.options, question.answers) == (["2.5 米", "1 米"], [0])
    assert "2.5 米" in client.get(reverse("grids:question-edit", args=[question.pk])).content.decode()
    assert client.post(reverse("grids:question-edit", args=[question.pk]), sent | {"option_1": ""}).status_code == 400


def test_a_question_of_eight_options_keeps_them_all_on_its_page(client, district):
    question = QuestionFactory(field=district.dust, options=list("甲乙丙丁戊己庚辛"), answers=[7])
    client.force_login(UserFactory(office_director=district))
    address = reverse("grids:question-edit", args=[question.pk])
    page = client.get(address)
    lines = [line for pair in page.context["form"].lines for line in pair]
    sent = {line.html_name: line.value() for line in lines if line.value() not in (None, "", False)}

    assert (len(lines), all(f'name="{line.html_name}"' in page.content.decode() for line in lines)) == (16, True)
    assert client.post(address, sent | {"field": question.field_id, "text": "改过的题目", "is_active": "on"}).status_code == 302
    question.refresh_from_db()
    assert (question.text, question.options, question.answers) == ("改过的题目", list("甲乙丙丁戊己庚辛"), [7])


# --- a class ------------------------------------------------------------------------------------------------------------------------
def test_the_office_enters_several_persons_at_once_and_twice_is_once(district, course, member):
    office, other = UserFactory(office_staff=district), UserFactory(chief=district.villages[1])

    assert services.record_class(course, people=[member, other], on=clock.today(), by=office, scores={other.pk: 70}) == 2
    assert services.record_class(course, people=[member, other], on=clock.today(), by=office) == 0

    assert [(each.user, each.score, each.passed) for each in TrainingRecord.objects.order_by("pk")] == [(member, None, True), (other, 70, False)]
    assert TrainingRecord.objects.get(user=member).certificate_until == services.months_later(clock.today(), 12)
    assert TrainingRecord.objects.get(user=other).certificate_until is None


@pytest.mark.django_db(transaction=True)
def test_a_class_entered_by_two_at_once_is_entered_once(district, course, member):
    office, gate = UserFactory(office_staff=district), threading.Barrier(2)

    def enter(_n):
        gate.wait(30)
        try:
            return services.record_class(course, people=[member], on=clock.today(), by=office)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(enter, range(2))) == [0, 1]
    assert AuditEvent.objects.filter(action="training.class").count() == 1


def test_a_class_is_entered_by_the_office_for_people_of_the_district_and_not_for_tomorrow(district, course, member):
    office = UserFactory(office_staff=district)
    with pytest.raises(NotYourRole):
        services.record_class(course, people=[member], on=clock.today(), by=UserFactory(town_manager=district.town_a.organisation))
    with pytest.raises(ValidationError):
        services.record_class(course, people=[UserFactory()], on=clock.today(), by=office)
    with pytest.raises(ValidationError):
        services.record_class(course, people=[member], on=clock.today() + dt.timedelta(days=1), by=office)


def test_the_page_of_a_class(client, district, course, member):
    client.force_login(UserFactory(office_staff=district))
    address = reverse("grids:course-class", args=[course.pk])
    sent = {"on": clock.today().isoformat(), "hours": "2", "trainer": "生态环境分局", "people": [member.pk], f"score_{member.pk}": "95"}

    assert member.name in client.get(address).content.decode()
    wrong = client.post(address, sent | {f"score_{member.pk}": "105"})
    assert (wrong.status_code, "105" in wrong.content.decode()) == (400, True)
    assert client.post(address, sent | {f"score_{member.pk}": "9" * 5_000}).status_code == 400
    assert client.post(address, sent).status_code == 302
    assert TrainingRecord.objects.values_list("user", "score", "trainer").get() == (member.pk, 95, "生态环境分局")


# --- a test -------------------------------------------------------------------------------------------------------------------------
def test_a_paper_holds_ten_questions_of_the_field_as_they_were(district, course, member):
    QuestionFactory(field=district.straw)

    paper = services.begin_test(course, by=member)
    Question.objects.update(explanation="改过了")

    assert len(paper.sheet) == len({each["id"] for each in paper.sheet}) == 10
    assert {Question.objects.get(pk=each["id"]).field for each in paper.sheet} == {district.dust}
    assert "改过了" not in str(TestPaper.objects.get().sheet)
    assert all(each["options"][each["answers"][0]] == "对" for each in paper.sheet)


def test_an_open_paper_is_drawn_once_only(course, member):
    first = services.begin_test(course, by=member)

    assert services.begin_test(course, by=member) == first


@pytest.mark.parametrize("wrong, score, passed", [(0, 100, True), (2, 80, True), (3, 70, False), (10, 0, False)])
def test_eighty_passes(course, member, wrong, score, passed):
    paper = services.begin_test(course, by=member)
    given = [[] if n < wrong else answers for n, answers in enumerate(right_answers(paper))]

    paper = services.hand_in(paper, given, by=member)

    assert (paper.score, paper.record.passed, paper.record.source) == (score, passed, "online")
    assert (paper.record.certificate_until is not None) == passed
    assert paper.given == given


def test_every_right_option_must_be_chosen_and_no_other(district, member):
    QuestionFactory(field=district.dust, options=["甲", "乙", "丙"], answers=[0, 2])
    course = CourseFactory(district=district, field=district.dust)
    for chosen, score in (({"甲"}, 0), ({"甲", "乙", "丙"}, 0), ({"甲", "丙"}, 100)):
        paper = services.begin_test(course, by=member)
        given = [[n for n, text in enumerate(paper.sheet[0]["options"]) if text in chosen]]
        assert services.hand_in(paper, given, by=member).score == score


def test_a_paper_counts_once(client, course, member):
    from common.errors import Conflict

    paper = services.begin_test(course, by=member)
    services.hand_in(paper, right_answers(paper), by=member)

    assert services.hand_in(paper, right_answers(paper), by=member).score == 100
    with pytest.raises(Conflict):
        services.hand_in(paper, [[] for _ in paper.sheet], by=member)
    assert TrainingRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_four_hand_ins_at_once_one_makes_a_record(course, member):
    paper = services.begin_test(course, by=member)
    address, gate = reverse("mobile_training:paper", args=[paper.pk]), threading.Barrier(4)
    sent = {f"q{n}": answers for n, answers in enumerate(right_answers(paper))}

    def hand_in(_n):
        browser = Client()
        browser.force_login(member)
        gate.wait()
        try:
            return browser.post(address, sent).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(hand_in, range(4))) == [302] * 4
    assert TrainingRecord.objects.count() == 1


def test_a_test_on_the_phone_from_the_course_to_the_result(client, course, member):
    client.force_login(member)
    assert course.name in client.get("/m/training/").content.decode()

    paper_address = client.post(reverse("mobile_training:begin", args=[course.pk])).url
    paper = TestPaper.objects.get()
    answers = {f"q{n}": chosen for n, chosen in enumerate(right_answers(paper))}
    one_missing = client.post(paper_address, {name: chosen for name, chosen in answers.items() if name != "q3"})

    assert (one_missing.status_code, "还有 1 题没有选" in one_missing.content.decode()) == (400, True)
    assert one_missing.content.decode().count(" checked") == 9
    assert client.post(paper_address, answers).status_code == 302
    assert "100" in client.get(paper_address).content.decode()
    assert "有效至" in client.get("/m/training/").content.decode()


def test_a_page_kept_open_and_sent_again_shows_the_first_result(client, course, member):
    client.force_login(member)
    paper = services.begin_test(course, by=member)
    services.hand_in(paper, right_answers(paper), by=member)

    answer = client.post(reverse("mobile_training:paper", args=[paper.pk]), {f"q{n}": "2" for n in range(10)}, follow=True)

    assert (answer.status_code, "成绩以第一次为准" in answer.content.decode(), ">100<" in answer.content.decode()) == (200, True, True)


def test_odd_answers_are_harmless(client, course, member):
    client.force_login(member)
    address = client.post(reverse("mobile_training:begin", args=[course.pk])).url

    answer = client.post(address, {f"q{n}": ["99", "x", "-1", "²"] for n in range(10)})

    assert answer.status_code == 400
    assert not TrainingRecord.objects.exists()


def test_papers_of_others_and_courses_of_other_districts_are_not_there(client, course, member):
    paper = services.begin_test(course, by=member)
    elsewhere = DistrictFactory()
    client.force_login(UserFactory(member=elsewhere.villages[0]))

    assert client.get(reverse("mobile_training:paper", args=[paper.pk])).status_code == 404
    assert client.get(reverse("mobile_training:course", args=[course.pk])).status_code == 404


def test_a_course_without_questions_says_so(client, district, member):
    course = CourseFactory(district=district, field=district.catering)
    client.force_login(member)

    assert "没有在线测试" in client.post(reverse("mobile_training:begin", args=[course.pk]), follow=True).content.decode()


# --- figures ------------------------------------------------------------------------------------------------------------------------
def test_figures_of_a_grid_and_no_data_where_nobody_can_be_counted(district, course):
    village, empty = district.villages[:2]
    people = [UserFactory(member=village) for _ in range(4)]
    today = clock.today()
    TrainingRecordFactory(course=course, user=people[0])
    TrainingRecordFactory(course=course, user=people[1], score=90, source="online")
    TrainingRecordFactory(course=course, user=people[2], score=60, passed=False, source="online")
    TrainingRecordFactory(course=course, user=people[3], on=today - dt.timedelta(days=400))

    found = {grid.pk: grid for grid in training.counted(Grid.objects.filter(pk__in=[village.pk, empty.pk]), today)}

    grid = found[village.pk]
    assert (grid.on_post, grid.trained, grid.tested, grid.passed) == (4, 2, 2, 1)
    assert training.percent(grid.trained, grid.on_post) == "50.00%"
    assert training.percent(found[empty.pk].trained, found[empty.pk].on_post) == "无数据"


def test_each_person_stands_in_exactly_one_way(district, course):
    from accounts.models import User

    today, village = clock.today(), district.villages[0]
    never, failed, expired, valid, both = (UserFactory(member=village) for _ in range(5))
    TrainingRecordFactory(course=course, user=failed, passed=False, score=10, source="online")
    TrainingRecordFactory(course=course, user=expired, on=today - dt.timedelta(days=400))
    TrainingRecordFactory(course=course, user=valid, certificate_until=None)
    TrainingRecordFactory(course=course, user=both, on=today - dt.timedelta(days=400))
    TrainingRecordFactory(course=course, user=both)

    people = training.standing(User.objects.all(), today)

    words = {word: {person.pk for person in people.filter(condition)} for word, condition in training.WORDS.items()}
    assert words == {"never": {never.pk}, "failed": {failed.pk}, "expired": {expired.pk}, "valid": {valid.pk, both.pk}}
    assert {person.pk: training.word(person) for person in people} == {pk: word for word, keys in words.items() for pk in keys}


# --- pages of officials -------------------------------------------------------------------------------------------------------------
def test_a_township_sees_its_own_people_only(client, district, course):
    near, far = UserFactory(member=district.villages[0], name="近处人"), UserFactory(member=district.villages[2], name="远处人")
    client.force_login(UserFactory(town_manager=district.town_a.organisation))

    page = client.get(reverse("grids:training")).content.decode()

    assert (near.name in page, far.name in page) == (True, False)
    assert client.get(reverse("grids:training"), {"standing": "valid"}).status_code == 200


def test_departments_do_not_see_who_was_trained(client, district):
    client.force_login(UserFactory(dept_manager=district.housing))

    assert client.get(reverse("grids:training")).status_code == 403


@pytest.mark.parametrize("name", ["grids:training", "grids:courses", "grids:questions"])
def test_lists_ask_as_often_for_three_rows_as_for_one(client, district, name):
    director = UserFactory(office_director=district)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            person = UserFactory(member=district.villages[0])
            bank(district.dust, 1)
            TrainingRecordFactory(course=CourseFactory(district=district, field=district.dust), user=person)
        client.force_login(director)
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(name)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- certificates that run out ------------------------------------------------------------------------------------------------------
def test_an_expired_certificate_is_told_once_and_a_renewed_one_not(district, course):
    today, village = clock.today(), district.villages[0]
    expired, renewed, gone = UserFactory(member=village), UserFactory(member=village), UserFactory()
    for person in (expired, renewed, gone):
        TrainingRecordFactory(course=course, user=person, on=today - dt.timedelta(days=400))
    TrainingRecordFactory(course=course, user=renewed)

    assert [services.remind_expired(today), services.remind_expired(today)] == [1, 0]
    notice = Notice.objects.get()
    assert (notice.recipient, notice.url) == (expired, f"/m/training/{course.pk}/")


@pytest.mark.parametrize("day, months, later", [("2026-01-31", 1, "2026-02-28"), ("2026-11-24", 12, "2027-11-24"), ("2024-02-29", 12, "2025-02-28")])
def test_months_later(day, months, later):
    assert services.months_later(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(later)


def test_figures_by_grid_are_a_list_of_their_own(client, district, course):
    TrainingRecordFactory(course=course, user=UserFactory(member=district.villages[0]))
    client.force_login(UserFactory(office_staff=district))

    page = client.get(reverse("grids:training"), {"by": "grid"}).content.decode()

    assert "100.00%" in page and "无数据" in page


def test_the_page_of_a_person_shows_their_training_to_their_township_only(client, district, course):
    person = UserFactory(member=district.villages[0])
    TrainingRecordFactory(course=course, user=person)
    seen = []
    for viewer in (UserFactory(town_manager=district.town_a.organisation), UserFactory(town_manager=district.town_b.organisation)):
        client.force_login(viewer)
        seen.append(course.name in client.get(reverse("grids:person", args=[person.pk])).content.decode())
    assert seen == [True, False]
