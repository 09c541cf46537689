"""Money of a settled month: exact, whole yuan half to even, a proposal until two persons have put their names to it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import verify
from common.errors import Conflict, NotYourRole
from notices.models import Notice
from scorecards.models import MoneyLine, MoneyTable
from scorecards.services import money
from scorecards.services.measures import measured
from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingFactory, ProblemTypeFactory
from tests.factories.settled import SixTownsFactory, found, money_rule, settle, settled

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
MONTH = "2026-10"
USUAL = (90, 85, 80, 75, 70, 60)


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    return SixTownsFactory()


def given(district, shares=USUAL, *, counts=None, month=MONTH, **rule) -> dict[str, int]:
    """Township → yuan."""
    settled(district, month, shares, counts=counts)
    return yuan_of(district, money_rule(district, **rule), month)


def yuan_of(district, made, month=MONTH) -> dict[str, int]:
    measures = measured(district.pk, unit_kind="township", metric=made.metric, months=[month])[month]
    names = {town.pk: town.name for town in district.towns}
    return {names[unit]: money.whole(yuan) for unit, yuan in sorted(money.amounts(made, list(measures.values())).items())}


# --- places -------------------------------------------------------------------------------------------------------------------------
def test_the_first_two_get_and_the_last_two_pay(district):
    assert given(district, n=2) == {"甲街道": 50_000, "乙镇": 50_000, "戊乡": -50_000, "己乡": -50_000}


def test_only_rewards_and_only_deductions(district):
    assert given(district, side="top") == {"甲街道": 50_000}
    assert given(district, side="bottom", month="2026-09") == {"己乡": -50_000}


def test_ties_at_the_cut_each_get_the_full_amount(district):
    assert given(district, (90, 85, 85, 85, 70, 60), n=2, side="top") == {"甲街道": 50_000, "乙镇": 50_000, "丙镇": 50_000, "丁镇": 50_000}


def test_or_they_share_the_amounts_of_the_places_that_are_left(district):
    found = given(district, (90, 85, 85, 85, 70, 60), n=2, side="top", ties="split")

    assert found == {"甲街道": 50_000, "乙镇": 16_667, "丙镇": 16_667, "丁镇": 16_667}


def test_two_who_fill_both_places_share_both_amounts(district):
    assert given(district, (90, 90, 80, 75, 70, 60), n=2, side="top", ties="split") == {"甲街道": 50_000, "乙镇": 50_000}


def test_who_stands_at_both_ends_gets_both_sums(district):
    assert given(district, n=4) == {"甲街道": 50_000, "乙镇": 50_000, "戊乡": -50_000, "己乡": -50_000}


def test_where_all_are_equal_nobody_gets_or_pays(district):
    assert given(district, (80,) * 6, n=2) == {}


# --- tiers, units, means, events ----------------------------------------------------------------------------------------------------
def test_places_in_tiers(district):
    tiers = [[1, 1_000_000], [2, 800_000], [3, 600_000]]

    assert given(district, kind="tier", side="bottom", amount=0, tiers=tiers) == {"丁镇": -600_000, "戊乡": -800_000, "己乡": -1_000_000}


def test_a_change_in_tiers_gets_the_furthest_it_has_reached(district):
    settled(district, "2025-10", (79, 80, 79, 75, 75, 60))
    tiers = [[10, 1_000_000], [5, 500_000], [1, 100_000]]

    assert given(district, kind="tier", metric="change", side="top", amount=0, tiers=tiers) == {"甲街道": 1_000_000, "乙镇": 500_000, "丙镇": 100_000}


def test_no_fire_is_rewarded(district):
    counts = {"fire_found": [0, 1, 0, 2, 3, 1]}

    assert given(district, counts=counts, kind="tier", metric="fires", side="top", amount=0, tiers=[[0, 300_000]]) == {
        "甲街道": 300_000,
        "丙镇": 300_000,
    }


def test_each_point_better_or_worse_than_a_year_before(district):
    settled(district, "2025-10", (88.5, 86, 80, 75, 70, 60))

    assert given(district, kind="per_unit", metric="change", amount=200_000) == {"甲街道": 300_000, "乙镇": -200_000}


def test_the_difference_to_the_mean_is_kept_within_the_cap(district):
    found = given(district, (90, 80, 70, 60, 50, 40), kind="mean_difference", metric="share", amount=10_000, cap=200_000)

    assert found == {"甲街道": 200_000, "乙镇": 150_000, "丙镇": 50_000, "丁镇": -50_000, "戊乡": -150_000, "己乡": -200_000}


def test_each_fire_costs_and_the_first_one_more(district):
    found = given(
        district, counts={"fire_found": [0, 1, 3, 0, 0, 0]}, kind="event", metric="fires", side="bottom", amount=10_000, first_amount=100_000
    )

    assert found == {"乙镇": -100_000, "丙镇": -120_000}


def test_a_fire_that_the_province_found_is_a_fire_whichever_line_marked_it(district):
    card = settled(district, MONTH, USUAL, counts={"found_state": [0] * 6}, is_settled=False)[1]
    burning = ProblemTypeFactory(district=district, field=district.straw, code="burning")
    fire = FindingFactory(district=district, problem_type=burning)
    found(card.lines.get(indicator="found_state"), 1, source="provincial_inspection", finding=fire)
    settle(district, MONTH)

    assert yuan_of(district, money_rule(district, kind="event", metric="fires", side="bottom", amount=10_000)) == {"乙镇": -10_000}


def test_half_a_yuan_goes_to_the_even_one(district):
    counts = {"fire_found": [1, 3, 5, 0, 0, 0]}

    assert given(district, counts=counts, kind="per_unit", metric="fires", side="bottom", amount=1, unit=2) == {"乙镇": -2, "丙镇": -2}


# --- the table ----------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def table(district) -> MoneyTable:
    money_rule(district, n=2)
    settled(district, MONTH, USUAL)
    return money.draw_up(district, MONTH)


def test_a_month_that_is_not_settled_has_no_table(district):
    money_rule(district)
    settled(district, MONTH, USUAL, is_settled=False)

    assert money.draw_up(district, MONTH) is None


def test_the_table_is_drawn_up_once(district, table):
    assert (money.draw_up(district, MONTH), money.scan(), MoneyTable.objects.count(), MoneyLine.objects.count()) == (None, [], 1, 4)


def test_every_line_keeps_its_figures(district, table):
    line = table.lines.get(organisation=district.towns[5])

    assert line.figures == {"month": MONTH, "card": line.figures["card"], "digest": f"{MONTH}-{district.towns[5].pk}", "rank": 6, "of": 6, "share": 6000} | {
        "value": 6, "exact": "-50000",
    }  # fmt: skip


def test_one_checks_and_another_signs(district, table):
    staff, leader = UserFactory(office_staff=district), UserFactory(leader=district)

    checked = money.decide(table, "check", by=staff, version=1)
    signed = money.decide(checked, "sign", by=leader, version=2, paper_number="攻坚办〔2026〕9号")

    assert (signed.state, signed.checked_by, signed.signed_by, signed.total) == ("signed", staff, leader, 0)
    assert set(Notice.objects.values_list("recipient_id", "kind")) == {(leader.pk, "money.checked"), (staff.pk, "money.signed")}


def test_who_checked_it_never_signs_it(district, table):
    both = UserFactory(office_staff=district, leader=district)
    money.decide(table, "check", by=both, version=1)
    table.refresh_from_db()

    with pytest.raises(NotYourRole, match="两人"):
        money.decide(table, "sign", by=both, version=2)


def test_the_same_signature_twice_is_one_and_a_second_person_is_told(district, table):
    staff, leader, second = UserFactory(office_staff=district), UserFactory(leader=district), UserFactory(leader=district)
    money.decide(table, "check", by=staff, version=1)
    money.decide(table, "sign", by=leader, version=2)

    assert money.decide(table, "sign", by=leader, version=2).signed_by == leader
    with pytest.raises(Conflict):
        money.decide(table, "sign", by=second, version=2)


def test_a_line_that_was_left_out_changes_the_total_and_stays_to_be_read(district, table):
    staff = UserFactory(office_staff=district)
    line = table.lines.get(organisation=district.towns[5])

    money.drop_line(line, by=staff, reason="已另行处理")
    table.refresh_from_db()

    assert (table.total, table.version, line.is_dropped, line.reason) == (50_000, 2, True, "已另行处理")


def test_after_checking_no_line_is_left_out(district, table):
    staff = UserFactory(office_staff=district)
    money.decide(table, "check", by=staff, version=1)

    with pytest.raises(Conflict):
        money.drop_line(table.lines.first(), by=staff, reason="太晚")


def test_a_table_sent_back_can_be_checked_anew(district, table):
    staff, leader = UserFactory(office_staff=district), UserFactory(leader=district)
    money.decide(table, "check", by=staff, version=1)
    back = money.decide(table, "send_back", by=leader, version=2, note="请复核己乡")

    assert money.decide(back, "check", by=staff, version=3).state == "checked"


def test_the_record_knows_every_amount(district, table):
    staff = UserFactory(office_staff=district)
    money.drop_line(table.lines.first(), by=staff, reason="重复")
    report = verify.Report()

    verify.verify_state(report)

    assert [fault for fault in report.faults if "Money" in fault["where"] and "MoneyRule" not in fault["where"]] == []


# --- pages --------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def page(client):
    def get(user, name="money", *args, data=None, **query):
        client.force_login(user, backend=BACKEND)
        address = reverse(f"scorecards:{name}", args=args)
        return client.get(address, query) if data is None else client.post(address, data)

    return get


def test_the_page_shows_wan_yuan_and_says_it_is_a_proposal(district, table, page):
    text = page(UserFactory(office_staff=district)).content.decode()

    assert "数据以正式文件为准" in text and "-5" in text and "待核对" in text and "50000" not in text


def test_a_unit_sees_its_own_line_and_only_once_it_is_signed(district, table, page):
    unit = UserFactory(town_manager=district.towns[5])
    before = page(unit).context["lines"]
    money.decide(table, "check", by=UserFactory(office_staff=district), version=1)
    money.decide(table, "sign", by=UserFactory(leader=district), version=2)

    after = page(unit).context["lines"]

    assert (before, [(each["line"].organisation.name, each["line"].amount) for each in after]) == ([], [("己乡", -50_000)])


def test_checking_and_signing_on_the_page(district, table, page):
    page(UserFactory(office_staff=district), "money_step", table.pk, "check", data={"check-version": 1})
    answer = page(UserFactory(leader=district), "money_step", table.pk, "sign", data={"sign-version": 2, "sign-paper_number": "1号"})

    table.refresh_from_db()
    assert (answer.status_code, table.state, table.paper_number) == (302, "signed", "1号")


def test_sending_back_without_a_reason_keeps_the_page_and_says_so(district, table, page):
    money.decide(table, "check", by=UserFactory(office_staff=district), version=1)

    answer = page(UserFactory(leader=district), "money_step", table.pk, "send_back", data={"send_back-version": 2, "send_back-note": ""})

    assert answer.status_code == 422 and "退回理由" in answer.content.decode()


def test_words_sent_too_late_stay_on_the_page_and_the_address_of_a_step_leads_back_to_the_month(district, table, page):
    leader = UserFactory(leader=district)
    data = {"send_back-version": 1, "send_back-note": "请核对第一名"}

    late, opened = page(leader, "money_step", table.pk, "send_back", data=data), page(leader, "money_step", table.pk, "send_back")

    assert (late.status_code, "请核对第一名" in late.content.decode()) == (409, True)
    assert opened.url == table.get_absolute_url()
    assert page(UserFactory(town_manager=district.towns[0]), "money_step", table.pk, "send_back").status_code == 404


def test_who_may_not_check_or_sign(district, table, page):
    for who, status in {"supervision": 403, "leader": 403}.items():
        assert page(UserFactory(**{who: district}), "money_step", table.pk, "check", data={"check-version": 1}).status_code == status
    assert page(UserFactory(town_manager=district.towns[0]), "money_step", table.pk, "check", data={"check-version": 1}).status_code == 404
    assert page(UserFactory(office_director=district), "money_step", table.pk, "sign", data={"sign-version": 1}).status_code == 403


def test_the_page_asks_as_often_for_six_lines_as_for_two(district, page):
    leader = UserFactory(leader=district)
    asked = []
    for month, n in (("2026-09", 1), ("2026-10", 3)):
        money_rule(district, name=month, n=n, in_force_from=month)
        settled(district, month, USUAL)
        money.draw_up(district, month)
        page(leader, month=month)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(leader, month=month)
        asked.append(len(queries))

    assert asked[1] <= asked[0]


def test_rules_are_edited_as_people_write_them(district, page):
    director = UserFactory(office_director=district)
    form = page(director, "new_money_rule").context["form"]
    values = {
        "key": str(form["key"].value()), "name": "前三奖励", "kind": "tier", "unit_kind": "township", "metric": "rank", "side": "top", "amount": "0",
        "unit": "1", "ties": "share_full", "tiers": "1 1000000\n2，800000", "in_force_from": form["in_force_from"].value(), "is_active": "on", "note": "",
    }  # fmt: skip

    saved = page(director, "new_money_rule", data=values)
    twice = page(director, "new_money_rule", data=values)
    wrong = page(director, "new_money_rule", data=values | {"tiers": "第一名一百万", "key": ""})

    rule = district.money_rules.get()
    assert (saved.status_code, twice.status_code, wrong.status_code) == (302, 302, 422)
    assert rule.tiers == [[1, 1_000_000], [2, 800_000]]
    assert "第1行看不懂" in wrong.content.decode() and "第一名一百万" in wrong.content.decode()
