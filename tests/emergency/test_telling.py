"""Who is told of what, and what is not said any more once it is decided, replaced or over."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from accounts import codes, devices
from accounts.models import User
from common import clock
from emergency import access, board
from emergency.models import Decision, Order, UnitMeasure
from emergency.services import answers, contacts, decisions, electricity, links, lists, problems, reporting, rules, scan, telling
from grids.models import Handover
from inspections.models import WeatherState
from notices.channels import sms
from notices.models import Notice
from tests.factories.accounts import UserFactory
from tests.factories.districts import made_district
from tests.factories.emergency import CODES, later

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def today_for(**facts) -> Handover:
    day = clock.today()
    return Handover.objects.create(starts_on=day, ends_on=day + dt.timedelta(days=3), reason="休假", **facts)


# --- what is not wanted any more ------------------------------------------------------------------------------------------------------------
def test_the_text_of_an_order_that_the_lift_has_ended_is_not_sent_but_that_of_the_lift_is(place):
    place.lifted()
    wanted = {}
    for notice in Notice.objects.filter(kind="emergency.order_link"):
        wanted.setdefault(Order.objects.get(pk=notice.subject_id).is_lift, set()).add(telling.still_wanted(notice))

    assert wanted == {False: {False}, True: {True}}


@pytest.mark.parametrize("step", ["approve", "send_back", "drop"])
def test_nobody_is_asked_to_approve_what_is_decided(place, step):
    drafted = place.drafted()
    drafted = decisions.submit(drafted, by=place.office, version=drafted.version)
    notice = Notice.objects.get(kind="emergency.approve", recipient=place.deputy, channel="voice")
    assert telling.still_wanted(notice)
    by = place.office if step == "drop" else place.head
    getattr(decisions, step)(Decision.objects.get(pk=drafted.pk), by=by, version=drafted.version, note="已定")

    assert not telling.still_wanted(notice)


# --- grids ------------------------------------------------------------------------------------------------------------------------------------
def test_a_grids_order_goes_to_who_stands_in_and_not_to_who_has_left(place):
    member, gone, substitute = UserFactory(member=place.district.villages[0]), UserFactory(patroller=place.district.villages[0]), UserFactory()
    User.objects.filter(pk=gone.pk).update(is_active=False)
    today_for(post=member.posts.get(), substitute=substitute)
    place.running()

    told = Notice.objects.filter(kind="emergency.order", channel="inbox", recipient__in=(member, gone, substitute))
    assert set(told.values_list("recipient", flat=True)) == {member.pk, substitute.pk}


# --- enterprises without a number ---------------------------------------------------------------------------------------------------------------
@pytest.fixture
def mute(place):
    """The order of an enterprise whose number nobody knows."""
    place.list.enterprises.filter(position=1).update(contact_phone="")
    place.running()
    return place.order(party="enterprise", enterprise__position=1)


def test_without_a_number_nothing_is_sent_again_and_the_link_that_was_handed_over_stays(place, mute, client):
    with pytest.raises(ValidationError, match="没有这家企业的联系电话"):
        answers.send_again(mute, by=place.office)

    assert client.get(links.path_of(mute)).status_code == 200


def test_the_orders_page_says_what_became_of_the_text_message(place, mute, client):
    sent = place.order(party="enterprise", enterprise__position=2)
    Notice.objects.filter(subject_id=str(sent.pk), kind="emergency.order_link").update(state="sent", sent_at=clock.now())
    dead = place.order(party="enterprise", enterprise__position=3)
    Notice.objects.filter(subject_id=str(dead.pk), kind="emergency.order_link").update(state="dead", last_error="空号")
    client.force_login(place.office, backend=BACKEND)
    pages = [client.get(order.get_absolute_url()).content.decode() for order in (mute, sent, dead)]

    assert ["没有发短信" in page for page in pages] == [True, False, False]
    assert ["发给联系人1" in page for page in pages] == [False, True, False]
    assert ["给联系人2的短信没有发出：空号" in page for page in pages] == [False, False, True]


def test_enterprises_without_a_number_are_named_on_the_list_and_when_orders_go_out(place, client):
    place.list.enterprises.filter(position=1).update(contact_phone="")
    step = place.approved()
    client.force_login(place.office, backend=BACKEND)
    page = client.get(place.list.get_absolute_url()).content.decode()
    published = client.post(reverse("emergency:decision_step", args=[step.pk, "publish"]), {"version": step.version}, follow=True).content.decode()

    assert lists.without_phone(place.list) == ["测试企业0"]
    assert "1家企业没有联系电话，收不到指令短信：测试企业0。" in page
    assert "测试企业0没有联系电话，没有发短信，请用其他方式送达。" in published


# --- evidence that was not accepted ---------------------------------------------------------------------------------------------------------
def test_who_sent_refused_evidence_is_told_why_and_has_the_grace_again(place):
    place.running()
    order = place.order(party="enterprise", enterprise__position=1)
    with later(minutes=61):
        scan.scan()
        (piece,) = answers.put_in_force(order, kind="lines", way="link", text="已停")
    with later(minutes=125):
        answers.refuse_evidence(piece, by=place.office, note="看不出停产")
        scan.scan()
        order.refresh_from_db()
        assert (order.state, order.finding) == ("acknowledged", None)
    sms = Notice.objects.get(dedup_key__startswith=f"emergency:refused:{piece.pk}:")

    assert (sms.recipient.phone, sms.channel, sms.title) == ("19900000100", "sms", "测试企业0：落实凭证未被认可（看不出停产），请重新提交")
    assert links.words(sms).endswith(links.path_of(order))


def test_an_order_whose_evidence_is_refused_is_proposed_to_the_office_once_more_and_listed_again(place, client):
    place.running()
    order = place.order(party="enterprise", enterprise__position=1)
    with later(minutes=61):
        scan.scan()
        problems.decline(order, by=place.office, note="已核实停产")
        (piece,) = answers.put_in_force(order, kind="lines", way="link", text="已停")
    with later(minutes=70):
        answers.refuse_evidence(piece, by=place.office, note="看不出停产")
        scan.scan()
        proposed = Order.objects.filter(board.boxes(clock.now())["proposed"][1], party="enterprise", pk=order.pk)
        assert list(proposed) == [order]

    told = Notice.objects.filter(kind="emergency.overdue", recipient=place.office, channel="inbox").order_by("pk")
    assert [notice.body for notice in told][1:] == ["测试企业0"]


def test_the_office_is_told_again_when_power_corrected_down_rises_again(place):
    place.running()
    device, _key = devices.issue(place.district.pk, "供电公司", by=place.office)
    day = clock.today() + dt.timedelta(days=1)
    with later(days=2):
        for kwh in ("620.00", "420.00", "700.00"):
            electricity.take(device, [{"credit_code": CODES[0], "day": day, "kwh": Decimal(kwh)}])

    told = Notice.objects.filter(kind="emergency.power", recipient=place.office, channel="inbox").order_by("pk")
    assert [notice.body.split(" ")[0] for notice in told] == [f"{day}用电{kwh}" for kwh in ("620.00", "700.00")]


def test_a_unit_is_told_in_its_inbox(place):
    town = UserFactory(town_handler=place.district.town_a.organisation)
    place.running()
    order = place.order(party="unit", organisation=place.district.town_a.organisation)
    (piece,) = answers.show_own(order, by=town, kind="words", text="已落实")
    answers.refuse_evidence(piece, by=place.office, note="请附照片")

    told = Notice.objects.filter(kind="emergency.refused", recipient=town)
    assert set(told.values_list("channel", "url")) == {("inbox", order.get_absolute_url()), ("sms", order.get_absolute_url())}


# --- heads --------------------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("title", "may"),
    [
        ("组长", True),
        ("", True),
        ("副组长", False),
        ("常务副组长", False),
        ("区委常委、副区长", False),
        ("区长", True),
        ("区委副书记、区长", True),
        ("区委常委、常务副区长", False),
        ("区政府党组副书记、副区长", False),
    ],  # fmt: skip
)
def test_red_is_for_heads_whose_title_holds_no_deputy(place, title, may):
    place.head.memberships.update(title=title)

    assert access.may_approve(place.head, place.district.pk, "red") is may


def test_a_head_who_is_also_deputy_secretary_is_told_of_red_and_his_deputy_is_not(place):
    place.head.memberships.update(title="区委副书记、区长")
    place.deputy.memberships.update(title="区委常委、常务副区长")
    step = place.drafted("red")
    decisions.submit(step, by=place.office, version=step.version)

    assert set(Notice.objects.filter(kind="emergency.approve").values_list("recipient", flat=True)) == {place.head.pk}


# --- numbers shared -----------------------------------------------------------------------------------------------------------------------------
def test_a_contact_with_the_number_of_a_grid_member_does_not_keep_the_member_from_signing_in(place):
    member = UserFactory(member=place.district.villages[0], phone="19900000100")
    contacts.addressee(place.list.enterprises.get(position=1))

    assert codes._person("19900000100") == member


def test_two_grid_people_with_one_number_get_no_code(place):
    for n in range(2):
        UserFactory(member=place.district.villages[n], phone="19900008888")

    assert codes._person("19900008888") is None


def test_a_guarantor_is_looked_for_in_the_own_district_only(place):
    other = UserFactory(office_staff=made_district(), phone="19900007777")
    row = place.list.enterprises.get(position=1)
    row.guarantor, row.guarantor_phone = "李包保", "19900007777"

    assert contacts.guarantor(row) != other
    own = UserFactory(town_handler=place.district.town_a.organisation, phone="19900006666")
    row.guarantor_phone = "19900006666"
    assert contacts.guarantor(row) == own


# --- who sees what --------------------------------------------------------------------------------------------------------------------------------
def test_a_step_that_is_not_published_is_shown_to_the_whole_districts_readers_alone(place, client):
    place.running("orange")
    step = decisions.draft(place.district, "upgrade", by=place.office, **place.words("upgrade", "red"))
    seen = []
    for person in (place.office, UserFactory(town_handler=place.district.town_a.organisation)):
        client.force_login(person, backend=BACKEND)
        page = client.get(reverse("emergency:overview"))
        seen.append((page.context["decision"], "红色预警升级" in page.content.decode()))

    assert seen == [(step, True), (None, False)]


def test_a_township_that_has_to_call_sees_the_number(place, client):
    place.running()
    order = place.order(party="enterprise", enterprise__position=1)
    seen = []
    for person in (UserFactory(town_handler=place.district.town_a.organisation), UserFactory(dept_handler=place.district.housing)):
        client.force_login(person, backend=BACKEND)
        seen.append("19900000100" in client.get(order.get_absolute_url()).content.decode())

    assert seen == [True, False]


# --- afterwards -----------------------------------------------------------------------------------------------------------------------------------
def test_the_lift_goes_to_grids_that_had_an_order(place):
    UnitMeasure.objects.filter(party="grid").delete()
    episode = place.lifted()

    assert not Order.objects.filter(episode=episode, party="grid").exists()
    assert Order.objects.filter(episode=episode, party="unit", is_lift=True).exists()


def test_the_review_is_asked_for_after_the_lift_and_again_when_it_is_due(place):
    with clock.standing(clock.at(dt.date(2026, 11, 16), dt.time(10))):
        episode = place.lifted()
        scan.scan()
        scan.scan()
    with clock.standing(reporting.review_due_at(episode) + dt.timedelta(minutes=1)):
        scan.scan()
        scan.scan()

    told = Notice.objects.filter(kind="emergency.review", recipient=place.office, channel="inbox").order_by("pk")
    assert ["到期" in notice.title for notice in told] == [False, True]


def test_a_long_text_message_is_cut_before_its_link(place):
    place.running()
    order = place.order(party="enterprise", enterprise__position=1)
    notice = Notice.objects.get(kind="emergency.order_link", subject_id=str(order.pk))
    notice.title = "长" * 200
    other = Notice(kind="emergency.decision", title="退回", body="理由" * 400, url="/emergency/")

    assert links.words(notice).endswith(links.path_of(order))
    assert sms.units(links.words(other)) <= sms.LONGEST and links.words(other).endswith("/emergency/")


def test_what_is_kept_is_in_the_official_language_whoever_has_pressed(place):
    with translation.override("en"):
        episode = place.lifted()
        paper = reporting.review_of(episode)
        forecast = rules.judge(place.district, text="2026-12-01 212\n2026-12-02 232", source="会商", by=place.office)
    note = WeatherState.objects.get(district=place.district).note

    assert (note, paper.effect[:10], forecast.proposal["advice"][:2]) == (f"{episode.number}号预警", f"{episode.number}号应急", "建议")
