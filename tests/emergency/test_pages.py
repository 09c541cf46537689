"""Pages: what is wanted of me first, wrong input with its reason and nothing lost, sheets and papers."""

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.urls import reverse

from common import clock
from emergency.forms import DecisionForm
from emergency.models import Decision, Order
from emergency.services import answers, problems
from tests.factories.accounts import UserFactory
from tests.factories.emergency import enterprise

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def as_user(client):
    def sign_in(user):
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


def text(answer) -> str:
    return answer.content.decode()


def test_the_form_comes_with_the_words_of_the_level(place, as_user):
    page = text(as_user(place.office).get(f"{reverse('emergency:new')}?level=red"))

    assert "红色预警" in page and "Ⅰ级响应" in page


def test_a_line_break_counts_as_one_sign_in_the_approval_form_too():
    form = DecisionForm({"reason": "\r\n".join(["一" * 499, "二" * 500])})

    assert "reason" not in form.errors


def test_a_form_that_is_wrong_comes_back_with_reasons_and_what_was_typed(place, as_user):
    data = {
        "level": "orange",
        "notified_at": "昨天",
        "starts_at": "2026-11-20T10:00",
        "ends_at": "2026-11-20T09:00",
        "reason": "按通知",
        "public_text": "",
    }
    answer = as_user(place.office).post(reverse("emergency:new"), data)

    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"notified_at", "ends_at", "forecast_words", "public_text"}
    assert "昨天" in text(answer) and "按通知" in text(answer)


def test_an_end_before_the_start_is_refused_at_its_field(place, as_user):
    data = {
        "level": "orange", "notified_at": "2026-11-20T10:00", "starts_at": "2026-11-20T10:00", "ends_at": "2026-11-20T09:00", "forecast_words": "不利",
        "reason": "按通知", "public_text": "启动",
    }  # fmt: skip
    answer = as_user(place.office).post(reverse("emergency:new"), data)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["ends_at"])


def minute(moment) -> str:
    """As a field of date and time sends it."""
    return f"{clock.beijing(moment):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("named", "starts", "agrees"),
    [
        ("自11月28日11时起", "2026-11-28T11:25", True),
        ("自11月28日11时起", "2026-11-29T08:00", False),
        ("自11月28日24时起", "2026-11-29T00:00", True),
        ("11月28日16时接市通知，自 11 月 29 日 8 时起", "2026-11-29T08:00", True),
        ("自即日起", "2026-11-29T08:00", True),
    ],
)
def test_a_public_text_names_the_time_at_which_it_starts(named, starts, agrees):
    form = DecisionForm({"starts_at": starts, "public_text": f"{named}启动预警。"})

    assert form.errors.get("public_text", []) == ([] if agrees else ["公开文本写的时间是11月28日11时，和上面填的时间不一致，请改成一致。"])


def test_two_people_at_the_same_draft_the_second_is_told_and_keeps_what_he_typed(place, as_user):
    step = place.drafted()
    data = {name: getattr(step, name) for name in ("level", "forecast_words", "public_text")} | {
        "notified_at": minute(step.notified_at), "starts_at": minute(step.starts_at), "version": step.version,
    }  # fmt: skip
    client, address = as_user(place.office), reverse("emergency:edit_decision", args=[step.pk])
    first = client.post(address, data | {"reason": "第一个人"})
    second = client.post(address, data | {"reason": "第二个人"})

    assert (first.status_code, second.status_code) == (302, 400)
    assert "第二个人" in text(second)
    assert Decision.objects.get(pk=step.pk).reason == "第一个人"


def test_a_unit_sees_its_own_order_first_and_no_other_units(place, as_user):
    place.running()
    page = text(as_user(UserFactory(town_handler=place.district.town_a.organisation)).get(reverse("emergency:overview")))

    assert "本单位的指令" in page and "甲街道" in page
    assert "区住建局" not in page


def test_a_step_published_ahead_is_named_with_its_start_and_the_level_in_force_stays_on_top(place, as_user):
    episode = place.running("yellow")
    place.running("orange", kind="upgrade", starts_at=clock.at(clock.today() + dt.timedelta(days=1), dt.time(8)))
    starts = f"自 {clock.today() + dt.timedelta(days=1):%m-%d} 08:00 起执行"
    own = as_user(UserFactory(town_handler=place.district.town_a.organisation)).get(reverse("emergency:overview"))
    whole = as_user(place.office).get(reverse("emergency:overview"))

    assert text(own).count(starts) == 2 and text(own).count("填报今日数字") == 1
    for page in (whole, as_user(place.office).get(episode.get_absolute_url())):
        assert f"橙色预警（Ⅱ级响应）已发布，{starts}；在此之前执行黄色预警。" in text(page)
        assert f"{episode.number}号黄色预警" in text(page)
        assert [line.title for line in page.context["clocks"]] == [
            "签收（黄色预警）",
            "落实（黄色预警）",
            "签收（橙色预警）",
            "落实（橙色预警）",
            "日报",
        ]
    chosen = as_user(place.office).get(f"{reverse('emergency:orders', args=[episode.pk])}?party=enterprise&level=orange")
    assert {order.level for order in chosen.context["page"]} == {"orange"}


def test_a_township_receives_each_step_for_its_grids_by_a_button_of_its_own_the_newest_first(place, as_user):
    lifts = [place.lifted().decisions.get(kind="lift") for _ in range(2)]
    steps = [place.running("yellow").decisions.get(), *reversed(lifts)]
    client = as_user(UserFactory(town_handler=place.district.town_a.organisation))
    waiting = Order.objects.filter(party="grid", state="issued", organisation=place.district.town_a.organisation)

    for n, step in enumerate(steps):
        page = client.get(reverse("emergency:overview"))
        buttons = re.findall(r'action="/emergency/decisions/(\d+)/grids/"', page.content.decode())
        assert buttons == [str(each.pk) for each in steps[n:]]
        assert f"{step.episode.number}号，共 2 个网格的指令" in text(page)
        for said in ("已代所辖 2 个网格签收。", "所辖网格都已签收，不用再签。"):
            assert said in text(client.post(reverse("emergency:acknowledge_grids", args=[step.pk]), follow=True))
        assert not waiting.filter(decision=step).exists()
    assert not waiting.exists()


def test_lists_ask_as_few_questions_for_many_orders(place, as_user, django_assert_max_num_queries):
    place.running()
    client, address = as_user(place.office), reverse("emergency:orders", args=[Order.objects.first().episode_id])
    client.get(address)
    with django_assert_max_num_queries(40) as few:
        client.get(f"{address}?party=enterprise")
    with django_assert_max_num_queries(40) as many:
        client.get(address)

    assert len(many) == len(few)


def test_boxes_and_filters_stand_in_the_address_and_count(place, as_user):
    episode = place.running()
    answers.acknowledge(place.order(party="enterprise", enterprise__position=1), name="某人", way="link")
    answer = as_user(place.office).get(f"{reverse('emergency:orders', args=[episode.pk])}?box=unanswered&party=enterprise")

    assert [order.receiver for order in answer.context["page"]] == ["测试企业1", "测试企业2"]
    assert {str(chip["label"]): chip["count"] for chip in answer.context["chips"]}["未签收"] == 10
    assert "party=enterprise" in answer.context["chips"][0]["url"]


def test_the_workbook_holds_steps_orders_receipts_inspections_and_days(place, as_user):
    episode = place.running()
    order = place.order(party="enterprise", enterprise__position=1)
    answers.acknowledge(order, name="=1+1", way="link")
    problems.inspect(order, by=place.office, seen="fulfilled")
    file = as_user(place.office).post(reverse("emergency:export", args=[episode.pk])).content
    book = openpyxl.load_workbook(io.BytesIO(file))
    rows = list(book["指令和签收"].iter_rows(values_only=True))

    assert book.sheetnames == ["预警事项", "指令和签收", "检查", "每日数字", "单位日报"]
    found = next(row for row in rows if row[2] == "测试企业0")
    assert (found[4], found[8], found[9]) == ("测试企业0的orange措施", "=1+1", "短信链接")


def test_the_approval_paper_shows_who_approved(place, as_user):
    step = place.approved()
    page = text(as_user(place.office).get(reverse("emergency:approval_paper", args=[step.pk])))

    assert str(place.head) in page and "审批表" in page


def test_measures_are_edited_by_the_director_and_next_orders_go_by_them(place, as_user):
    measure = place.district.unit_measures.filter(organisation=place.district.housing, colour="orange").first()
    address = reverse("emergency:measure", args=[measure.pk])
    client = as_user(place.director)
    data = {"party": "unit", "organisation": place.district.housing.pk, "colour": "orange", "measure_class": "dust", "position": 0, "is_active": "on"}
    assert client.post(address, data | {"text": ""}).status_code == 400
    assert client.post(address, data | {"text": "全部停工"}).status_code == 302
    place.running()

    assert place.order(party="unit", organisation=place.district.housing).measures[0]["text"] == "全部停工"


def test_thresholds_are_typed_as_people_write_them(place, as_user):
    rule = place.district.threshold_rules.order_by("-effective_from").first()
    data = {
        "name": rule.name,
        "effective_from": "2026-01-01",
        "gap_hours": 6,
        "lift_hours": 36,
        "basis": "",
        "yellow": "AQI>180 持续24小时",
        "orange": "乱写",
    }
    client, address = as_user(place.director), reverse("emergency:thresholds", args=[rule.pk])
    wrong = client.post(address, data | {"red": "AQI>200 持续72小时 且 AQI>300 持续24小时"})
    right = client.post(address, data | {"orange": "200>48", "red": "AQI>200 持续72小时 且 AQI>300 持续24小时"})
    rule.refresh_from_db()

    assert (wrong.status_code, right.status_code) == (400, 302)
    assert rule.levels == {
        "yellow": [[{"above": 180, "hours": 24}]],
        "orange": [[{"above": 200, "hours": 48}]],
        "red": [[{"above": 200, "hours": 72}, {"above": 300, "hours": 24}]],
    }


def test_an_enterprise_is_typed_in_by_hand(place, as_user):
    from emergency.services import lists

    draft = lists.make(place.district, year=2027, name="2027年", by=place.office)
    sample = enterprise(draft, 0)
    data = {name: getattr(sample, name) for name in ("name", "credit_code", "address", "industry", "grade", "lines", "yellow", "orange", "red")}
    client, address = as_user(place.office), reverse("emergency:new_enterprise", args=[draft.pk])
    wrong = client.post(address, data | {"orange": ""})
    short = client.post(address, data | {"credit_code": "123"})
    right = client.post(address, data | {"is_active": "on"})
    twice = client.post(address, data | {"is_active": "on"})

    assert [list(each.context["form"].errors) for each in (wrong, short, twice)] == [["orange"], ["credit_code"], ["credit_code"]]
    assert right.status_code == 302
    assert draft.enterprises.get().position == 1


def test_the_weather_page_of_the_rounds_says_that_a_warning_holds_it(place, as_user):
    episode = place.running("orange")
    page = as_user(place.office).get(reverse("patrols:weather"))
    refused = as_user(place.office).post(reverse("patrols:weather"), {"action": "stop"})

    assert f"{episode.number}号预警正在执行" in text(page) and 'name="action"' not in text(page)
    assert refused.status_code == 400 and "不能在这里改" in text(refused)


@pytest.mark.parametrize("version", ["²", "x", "", "9" * 12])
def test_a_version_that_is_no_number_is_refused_like_one_that_is_old(place, as_user, version):
    step = place.drafted()
    data = {name: getattr(step, name) for name in ("level", "forecast_words", "public_text", "reason")} | {
        "notified_at": minute(step.notified_at), "starts_at": minute(step.starts_at), "version": version,
    }  # fmt: skip
    assert as_user(place.office).post(reverse("emergency:edit_decision", args=[step.pk]), data).status_code == 400


def test_hours_of_a_threshold_are_a_positive_number_of_days(place, as_user):
    rule = place.district.threshold_rules.order_by("-effective_from").first()
    data = {"name": rule.name, "effective_from": "2026-01-01", "gap_hours": 6, "lift_hours": 36, "orange": "200>48", "red": "200>72"}
    answer = as_user(place.director).post(reverse("emergency:thresholds", args=[rule.pk]), data | {"yellow": "AQI>200 持续0小时"})

    assert answer.status_code == 400 and "24 小时的整数倍" in text(answer)


@pytest.mark.parametrize("row", ["9999-12-31 212", "0001-01-01 212", "2026-11-20 999", "2026-11-20 24 212"])
def test_a_forecast_of_a_day_that_cannot_be_is_named(place, as_user, row):
    answer = as_user(place.office).post(reverse("emergency:forecasts"), {"source": "监测中心", "table": row})

    assert answer.status_code == 400 and "第 1 行" in text(answer)


def test_a_note_with_a_character_that_is_none_is_refused_without_a_fault(place, as_user):
    place.running()
    (piece,) = answers.put_in_force(place.order(party="enterprise", enterprise__position=1), kind="lines", way="link", text="已停")
    answer = as_user(place.office).post(reverse("emergency:refuse_evidence", args=[piece.pk]), {"note": "空\x00字"}, follow=True)
    piece.refresh_from_db()

    assert (answer.status_code, piece.refused_note) == (200, "")


def test_the_sheet_of_a_list_masks_numbers_for_whoever_sees_them_masked_on_the_page(place, as_user):
    found = {}
    for name, person in (("office", place.office), ("leader", place.head)):
        file = as_user(person).post(reverse("emergency:export_list", args=[place.list.pk])).content
        cells = [str(cell) for row in openpyxl.load_workbook(io.BytesIO(file)).active.iter_rows(values_only=True) for cell in row]
        found[name] = ("联系人0 19900000100" in cells, "联系人0 199****0100" in cells)

    assert found == {"office": (True, False), "leader": (False, True)}
