"""The link of an enterprise: its own order and nothing else, no account, no cookie, the key in the address."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from emergency.models import Order
from emergency.services import answers, links
from notices.models import Notice
from tests.factories.emergency import later
from tests.factories.evidence import photo_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(place):
    place.running("orange")
    return place.order(party="enterprise", enterprise__position=1)


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("现场.jpg", photo_bytes(7, size=(320, 240)), content_type="image/jpeg")


def text_of(answer) -> str:
    return answer.content.decode()


def test_it_shows_this_enterprises_measures_of_this_colour_alone_and_sets_no_cookie(client, order):
    answer = client.get(links.path_of(order))

    assert answer.status_code == 200
    assert "测试企业0的orange措施" in text_of(answer)
    assert not any(word in text_of(answer) for word in ("测试企业1", "测试企业2", "yellow措施", "red措施", "csrfmiddlewaretoken", "1990000010"))
    assert not answer.cookies
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")


def test_the_token_lies_nowhere_but_its_hash(order):
    token = links.token_of(order)

    assert len(token) == 32
    assert token not in str(Order.objects.filter(pk=order.pk).values().get())
    assert links.find(token) == order


def test_the_text_message_carries_the_link_made_when_it_is_sent(order):
    notice = Notice.objects.get(kind="emergency.order_link", subject_id=str(order.pk))

    assert links.words(notice).endswith(links.path_of(order))
    assert links.path_of(order) not in f"{notice.title}{notice.body}{notice.url}"


def test_received_by_name_without_a_token_against_forgery_and_once(client, order):
    path = links.path_of(order)
    for name in ("王示例", "李示例"):
        assert client.post(path, {"step": "acknowledge", "name": name}).status_code == 302
    order.refresh_from_db()

    assert (order.receipt.name, order.receipt.way, order.receipt.by) == ("王示例", "link", None)


def test_without_a_name_the_page_comes_back_and_says_so(client, order):
    answer = client.post(links.path_of(order), {"step": "acknowledge", "name": " "})

    assert answer.status_code == 400
    assert "必填项" in text_of(answer) or "必填" in text_of(answer)


def test_evidence_with_a_photo_puts_the_order_in_force(client, order):
    answer = client.post(links.path_of(order), {"step": "evidence", "kind": "photo", "text": "两台炉已停", "photos": [photo()]})
    order.refresh_from_db()

    assert answer.status_code == 302
    assert (order.state, order.evidence.get().way, order.evidence.get().photo.uploaded_by) == ("in_force", "link", None)


def test_nothing_typed_is_lost_when_the_evidence_is_refused(client, order):
    answer = client.post(links.path_of(order), {"step": "evidence", "kind": "meter", "text": "读数见表"})

    assert answer.status_code == 400
    assert "读数见表" in text_of(answer)
    assert "请填写电表读数" in text_of(answer)


@pytest.mark.parametrize("token", ["x", "A" * 32, "..%2F..", "无"])
def test_a_wrong_token_gets_a_plain_page_that_says_whom_to_call(client, order, token):
    answer = client.get(reverse("emergency:link", args=[token]))

    assert answer.status_code == 410
    assert "值班电话" in text_of(answer)
    assert "测试企业" not in text_of(answer)


def test_it_opens_until_a_day_after_the_lift(client, place, order):
    place.running(kind="lift")
    order.refresh_from_db()

    assert "不再执行" in text_of(client.get(links.path_of(order)))
    with later(hours=23):
        assert client.get(links.path_of(order)).status_code == 200
    with later(hours=25):
        assert client.get(links.path_of(order)).status_code == 410


def test_a_replaced_order_says_so_and_takes_nothing(client, place, order):
    place.running("red", kind="upgrade")
    order.refresh_from_db()

    assert "最新短信" in text_of(client.get(links.path_of(order)))
    assert client.post(links.path_of(order), {"step": "acknowledge", "name": "王示例"}).status_code == 400


def test_sent_again_the_old_link_ends_and_a_new_text_goes_to_todays_contact(client, place, order):
    old = links.path_of(order)
    place.list.enterprises.filter(position=1).update(contact="新联系人", contact_phone="19900009999")
    fresh = answers.send_again(order, by=place.office)

    assert client.get(old).status_code == 410
    assert client.get(links.path_of(fresh)).status_code == 200
    assert Notice.objects.filter(kind="emergency.order_link", subject_id=str(order.pk)).last().recipient.phone == "19900009999"


def test_guessing_is_slowed_down_and_does_not_shut_out_who_has_a_link(client, order):
    wrong = reverse("emergency:link", args=["x"])
    statuses = [client.get(wrong).status_code for _n in range(32)]

    assert statuses == [410] * 30 + [429] * 2
    assert client.get(links.path_of(order)).status_code == 200


def test_the_addressee_cannot_sign_in_and_has_no_right(place, order):
    person = Notice.objects.filter(kind="emergency.order_link").first().recipient

    assert person.has_usable_password() is False
    assert Order.objects.visible_to(person).count() == 0
