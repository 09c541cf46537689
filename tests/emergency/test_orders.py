"""Orders hold one party's measures of one colour; they are received once, put in force by evidence, called after, and made problems of."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from common import clock
from common.errors import Conflict, NotYourRole
from emergency.models import Evidence, Order, Receipt, UnitMeasure
from emergency.services import answers, problems, scan, telling
from inspections.models import Finding
from notices.models import Notice
from tests.factories.accounts import UserFactory
from tests.factories.emergency import later, ready
from tests.factories.evidence import photo_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(place):
    return UserFactory(town_handler=place.district.town_a.organisation)


def photo(seed: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("现场.jpg", photo_bytes(seed, size=(320, 240)), content_type="image/jpeg")


def texts(order: Order) -> list[str]:
    return [line["text"] for line in order.measures]


# --- what they hold -----------------------------------------------------------------------------------------------------------------------
def test_every_enterprise_gets_its_own_measures_of_the_colour_and_nothing_else(place, running):
    found = {order.receiver: texts(order) for order in Order.objects.filter(episode=running, party="enterprise")}

    assert found == {f"测试企业{n}": [f"测试企业{n}的orange措施"] for n in range(3)}


def test_every_township_department_with_measures_and_lowest_grid_has_one(place, running):
    count = {party: Order.objects.filter(episode=running, party=party).count() for party in ("unit", "grid")}

    assert count == {"unit": 4, "grid": 4}
    assert set(Order.objects.filter(party="unit").values_list("organisation__name", flat=True)) == {"区住建局", "生态环境分局", "甲街道", "乙镇"}


def test_a_unit_reads_the_colour_of_the_order_only(place, running):
    order = place.order(party="unit", organisation=place.district.housing)
    wanted = UnitMeasure.objects.filter(organisation=place.district.housing, colour="orange").values_list("text", flat=True)

    assert texts(order) == list(wanted)


def test_limits_are_those_of_the_rule_or_the_hours_an_enterprise_needs_to_stop(place):
    place.list.enterprises.filter(position=1).update(stop_hours=6)
    place.list.enterprises.filter(position=2).update(stop_hours="0.5")
    place.running()

    orders = Order.objects.filter(party="enterprise").order_by("pk")
    assert [(order.ack_due_at - order.issued_at, order.force_due_at - order.issued_at) for order in orders] == [
        (dt.timedelta(minutes=30), dt.timedelta(hours=hours)) for hours in (6, 1, 1)
    ]


def test_what_was_ordered_stays_when_templates_change_later(place, running):
    order = place.order(party="unit", organisation=place.district.housing)
    before = texts(order)
    UnitMeasure.objects.all().delete()
    order.refresh_from_db()

    assert texts(order) == before


def test_units_are_told_by_all_ways_at_once_and_enterprises_by_text(place, town):
    place.running()

    assert set(Notice.objects.filter(recipient=town, kind="emergency.order").values_list("channel", flat=True)) == {"inbox", "sms", "voice"}
    sms = Notice.objects.filter(kind="emergency.order_link")
    assert {notice.recipient.phone for notice in sms} == {f"1990000010{n}" for n in range(3)}
    assert all("/r/" not in f"{notice.title}{notice.body}{notice.url}" for notice in sms)


# --- who sees and receives ------------------------------------------------------------------------------------------------------------------
def test_a_unit_sees_its_own_order_and_those_of_its_grids_and_enterprises(place, running, town):
    seen = Order.objects.visible_to(town).values_list("party", flat=True)

    assert sorted(seen) == ["enterprise", "enterprise", "grid", "grid", "unit"]


def test_a_grid_person_sees_the_order_of_the_grid(place, running):
    member = UserFactory(member=place.district.villages[3])

    assert [order.receiver for order in Order.objects.visible_to(member)] == ["北村"]
    assert answers.acknowledge_own(Order.objects.visible_to(member).get(), by=member).way == "sign_in"


def test_the_first_receipt_counts_and_a_second_gives_it_back(place, running, town):
    order = place.order(party="unit", organisation=place.district.town_a.organisation)
    first = answers.acknowledge_own(order, by=town)
    with later(minutes=5):
        again = answers.acknowledge_own(order, by=town)

    assert again == first
    assert Receipt.objects.filter(order=order).count() == 1


def test_nobody_receives_for_another_unit(place, running, town):
    with pytest.raises(NotYourRole):
        answers.acknowledge_own(place.order(party="unit", organisation=place.district.housing), by=town)


def test_a_township_receives_for_all_its_grids_at_once(place, running, town):
    step = running.decisions.get()
    assert answers.acknowledge_grids(step, by=town) == 2
    assert set(Receipt.objects.values_list("way", flat=True)) == {"on_behalf"}
    assert answers.acknowledge_grids(step, by=town) == 0


def test_a_replaced_order_is_not_received_any_more(place):
    place.running("yellow")
    old = place.order(party="enterprise", enterprise__position=1)
    place.running("red", kind="upgrade")

    with pytest.raises(Conflict, match="替代"):
        answers.acknowledge(old, name="某人", way="link")


# --- in force -------------------------------------------------------------------------------------------------------------------------------
def test_a_photo_puts_an_enterprise_in_force_and_stands_for_the_receipt(place, running):
    order = place.order(party="enterprise", enterprise__position=1)
    answers.put_in_force(order, kind="photo", way="link", name="联系人0", text="两台炉已停", photos=[photo(1), photo(2)])
    order.refresh_from_db()

    assert (order.state, order.acknowledged_at, order.receipt.name) == ("in_force", order.in_force_at, "联系人0")
    assert [(piece.kind, piece.text, piece.photo is not None) for piece in order.evidence.all()] == [
        ("photo", "两台炉已停", True),
        ("photo", "", True),
    ]


def test_the_same_photo_and_the_same_words_sent_twice_are_kept_once(place, running):
    order = place.order(party="enterprise", enterprise__position=1)
    for _turn in range(2):
        answers.put_in_force(order, kind="photo", way="link", name="联系人0", photos=[photo(3)])
        answers.put_in_force(order, kind="lines", way="link", name="联系人0", text="停炉两台")

    assert order.evidence.count() == 2


def test_evidence_needs_something_to_show_and_a_meter_its_reading(place, running):
    order = place.order(party="enterprise", enterprise__position=1)
    with pytest.raises(ValidationError, match="照片"):
        answers.put_in_force(order, kind="photo", way="link")
    with pytest.raises(ValidationError, match="读数"):
        answers.put_in_force(order, kind="meter", way="link", text="见说明")


def test_what_is_no_photo_is_refused_with_the_reason(place, running):
    order = place.order(party="enterprise", enterprise__position=1)

    with pytest.raises(ValidationError) as refused:
        answers.put_in_force(order, kind="photo", way="link", photos=[SimpleUploadedFile("a.jpg", b"not a photo")])
    assert list(refused.value.message_dict) == ["photos"]
    assert not Evidence.objects.exists()


def test_more_than_twelve_photos_are_refused(place, running):
    order = place.order(party="enterprise", enterprise__position=1)

    with pytest.raises(ValidationError, match="12"):
        answers.put_in_force(order, kind="photo", way="link", photos=[photo(n) for n in range(13)])


def test_evidence_refused_by_the_office_lets_the_clock_run_on(place, running):
    order = place.order(party="enterprise", enterprise__position=1)
    (piece,) = answers.put_in_force(order, kind="lines", way="link", text="已停")
    answers.refuse_evidence(piece, by=place.office, note="照片看不出停产")
    order.refresh_from_db()

    assert (order.state, order.in_force_at) == ("acknowledged", None)
    with pytest.raises(Conflict):
        answers.refuse_evidence(piece, by=place.director, note="再次")


# --- nobody answers -------------------------------------------------------------------------------------------------------------------------
def test_after_half_an_hour_township_and_office_are_told_once_to_call(place, running, town):
    with later(minutes=31):
        assert scan.scan()["unanswered"] == 11
        assert scan.scan()["unanswered"] == 0

    told = Notice.objects.filter(kind="emergency.unanswered", channel="inbox")
    assert told.get(recipient=town).body == "测试企业0、测试企业1、东村、西村"
    assert told.get(recipient=place.office).title == "11份应急指令逾期未签收，请电话联系并登记"


def test_the_guarantor_is_told_of_his_enterprise_by_text(place, running):
    place.list.enterprises.filter(position=1).update(guarantor="李包保", guarantor_phone="19900007777")
    with later(minutes=31):
        scan.scan()

    (sms,) = Notice.objects.filter(kind="emergency.unanswered", recipient__phone="19900007777", channel="sms")
    assert (sms.recipient.name, sms.body) == ("李包保", "测试企业0")


def test_a_reminder_of_what_was_answered_is_not_wanted_any_more(place):
    place = ready(enterprises=1)
    place.running()
    with later(minutes=31):
        scan.scan()
    notice = Notice.objects.filter(kind="emergency.unanswered", recipient=place.office).first()
    assert telling.still_wanted(notice)
    for order in Order.objects.filter(district=place.district):
        answers.acknowledge(order, name="某人", way="link")

    assert not telling.still_wanted(notice)


def test_a_call_that_is_confirmed_receives_the_order(place, running):
    order = place.order(party="enterprise", enterprise__position=1)
    with pytest.raises(ValidationError):
        answers.log_call(order, by=place.office, outcome="answered")
    answers.log_call(order, by=place.office, outcome="no_answer")
    answers.log_call(order, by=place.office, outcome="answered", spoken_with="值班员")
    order.refresh_from_db()

    assert (order.state, order.receipt.way, order.receipt.name, order.calls.count()) == ("acknowledged", "call", "值班员", 2)


def test_a_foreign_township_does_not_log_calls(place, running):
    other = UserFactory(town_handler=place.district.town_b.organisation)

    with pytest.raises(NotYourRole):
        answers.log_call(place.order(party="enterprise", enterprise__position=1), by=other, outcome="no_answer")


# --- not in force ---------------------------------------------------------------------------------------------------------------------------
def test_not_in_force_after_its_limit_it_is_proposed_and_made_a_problem_when_nobody_decides(place, running):
    kept = place.order(party="enterprise", enterprise__position=1)
    answers.put_in_force(kept, kind="lines", way="link", text="已停")
    late = place.order(party="enterprise", enterprise__position=2)
    with later(minutes=61):
        assert scan.scan()["overdue"] == 6
        assert Finding.objects.count() == 0
    with later(minutes=122):
        assert scan.scan()["problems"] == 6
        assert scan.scan()["problems"] == 0

    late.refresh_from_db()
    assert (late.finding.source, late.finding.problem_type.code, late.finding.grid) == ("emergency", "emergency", place.district.villages[1])
    assert "测试企业1" in late.finding.text and "测试企业1的orange措施" in late.finding.text


def test_the_office_may_say_why_no_problem_is_made(place, running):
    order = place.order(party="enterprise", enterprise__position=2)
    with later(minutes=61):
        scan.scan()
        problems.decline(order, by=place.office, note="已核实停产，网络中断未上传")
    with later(minutes=300):
        assert scan.scan()["problems"] == 6

    order.refresh_from_db()
    assert (order.finding, order.declined_note) == (None, "已核实停产，网络中断未上传")


def test_pressed_twice_there_is_one_problem(place, running):
    order = place.order(party="enterprise", enterprise__position=2)

    assert problems.file_problem(order, by=place.office) == problems.file_problem(order, by=place.director)
    assert Finding.objects.count() == 1


def test_an_inspection_that_found_something_becomes_a_problem_of_its_own(place, running):
    order = place.order(party="enterprise", enterprise__position=1)
    dept = UserFactory(dept_handler=place.district.ecology)
    with pytest.raises(ValidationError):
        problems.inspect(order, by=dept, seen="not")
    made = problems.inspect(order, by=dept, seen="not", text="仍在出料", unit_name="生态环境分局")
    finding = problems.file_problem_of(made, by=place.office)

    assert (finding.source, "仍在出料" in finding.text, made.day) == ("emergency", True, clock.today())


def test_a_grid_person_finds_the_order_of_the_grid_on_the_phone(place, running):
    from emergency.services.field import orders_of

    member = UserFactory(member=place.district.villages[3])
    (waiting,) = orders_of(member)
    answers.acknowledge_own(Order.objects.visible_to(member).get(), by=member)
    (received,) = orders_of(member)

    assert (waiting["title"], waiting["button"], received["button"]) == ("橙色预警", "签收", "查看")
    assert "露天焚烧" in waiting["words"]
    assert orders_of(place.office) == []
