"""Pages of alarms: board, list, detail, steps, devices, roster, rules, statistics, the phone and the link of a short message."""

import datetime as dt
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Device
from alarms.models import Alarm, AlarmRule, AlarmSource, DustLimit, DutyShift
from alarms.services import advance, pictures, telling
from audit.models import AuditEvent
from common import clock
from inspections.models import Finding
from tests.alarms import bodies
from tests.factories.accounts import UserFactory
from tests.factories.alarms import SourceFactory, alarm_of
from tests.factories.evidence import photo_bytes
from tests.factories.grids import DistrictFactory, centre

pytestmark = pytest.mark.django_db


@pytest.fixture
def alarm(camera, member, chief, town):
    return alarm_of(camera)


def text(answer) -> str:
    return answer.content.decode()


def test_the_board_shows_what_runs_in_ones_own_area(enter, alarm, operator, member, town, district):
    for person, seen in ((operator, True), (member, True), (town, True), (UserFactory(town_handler=district.town_b.organisation), False),
                         (UserFactory(office_staff=DistrictFactory()), False)):  # fmt: skip
        client = enter(person)
        for name in ("alarms:board", "alarms:rows", "alarms:list"):
            assert (alarm.number in text(client.get(reverse(name)))) is seen, name
        assert bool(client.get(reverse("alarms:map")).json()["alarms"]) is seen
        assert client.get(alarm.get_absolute_url()).status_code == (200 if seen else 404)


def test_the_map_is_small_and_has_its_ground_once(enter, alarm, operator):
    client = enter(operator)
    again, first = client.get(reverse("alarms:map")).json(), client.get(f"{reverse('alarms:map')}?whole=1").json()

    assert set(again) == {"now", "alarms"}
    assert (again["alarms"][0]["number"], again["alarms"][0]["clock"]) == (alarm.number, "研判")
    assert len(first["outlines"]["features"]) == 2
    assert first["sources"][0]["view"] == []


@pytest.mark.parametrize("name", ["alarms:board", "alarms:list", "alarms:sources", "alarms:statistics", "mobile_alarms:list", "api-alarms"])
def test_lists_ask_no_more_with_more_rows(enter, name, district, operator, member, django_assert_max_num_queries):
    client = enter(operator)
    client.get(reverse(name))  # the session of the first request
    counts = []
    for n in range(2):
        for each in range(1 + 2 * n):
            lon, lat = centre(district.villages[(each + n) % 4])
            found = alarm_of(SourceFactory(district=district, lon=lon, lat=lat + each / 100), each)
            advance.advance(found, "judge_true", by=operator)
        with django_assert_max_num_queries(60) as asked:
            assert client.get(reverse(name)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_detail_asks_no_more_with_more_history(enter, alarm, operator, member, django_assert_max_num_queries):
    client, counts = enter(operator), []
    advance.advance(alarm, "judge_true", by=operator)
    client.get(alarm.get_absolute_url())
    for _n in range(2):
        with django_assert_max_num_queries(60) as asked:
            assert client.get(alarm.get_absolute_url()).status_code == 200
        counts.append(len(asked))
        for word in ("一", "二", "三"):
            advance.advance(alarm, "comment", by=operator, note=word)
    assert counts[0] == counts[1]


def test_judging_from_the_page(enter, alarm, operator):
    client = enter(operator)
    address = reverse("alarms:step", args=[alarm.uuid, "judge_true"])
    form = client.get(address, headers={"HX-Request": "true"})
    assert form.status_code == 200 and "<dialog" in text(form)
    done = client.post(address, {"version": 1, "address": "村东", "text": "浓烟"}, headers={"HX-Request": "true"})

    assert done.headers["HX-Redirect"] == alarm.get_absolute_url()
    assert (Finding.objects.get().address, Finding.objects.get().text) == ("村东", "浓烟")
    assert client.post(address, {"version": 1, "address": "村东"}).status_code == 302  # pressed again
    assert Finding.objects.count() == 1


def test_a_form_refused_comes_back_with_what_was_typed(enter, alarm, operator):
    answer = enter(operator).post(reverse("alarms:step", args=[alarm.uuid, "judge_false"]), {"version": 1, "note": "看着像烟囱"})

    assert answer.status_code == 422
    assert "看着像烟囱" in text(answer)


def test_a_step_that_is_not_ones_own_or_not_there_is_shut(enter, alarm, member, operator):
    assert enter(member).get(reverse("alarms:step", args=[alarm.uuid, "judge_true"])).status_code == 403
    assert enter(operator).get(reverse("alarms:step", args=[alarm.uuid, "explode"])).status_code == 404
    assert enter(operator).post(reverse("alarms:step", args=[alarm.uuid, "close"]), {"watched": "on"}).status_code == 409


def test_who_called_in_is_shown_to_the_office_alone(enter, alarm, operator, member):
    Alarm.objects.update(caller="示例来电人", caller_phone="19900001234")
    assert "示例来电人" in text(enter(operator).get(alarm.get_absolute_url()))
    assert "示例来电人" not in text(enter(member).get(alarm.get_absolute_url()))


def test_pictures_are_seen_by_those_who_see_the_alarm(enter, client, camera, key, operator, member, district):
    client.post(f"/api/v1/alarms/{camera.slug}/?key={key}", bodies.usual(), content_type="multipart/form-data; boundary=boundary")
    picture = Alarm.objects.get().signals.get().pictures.get()
    address = reverse("alarms:picture", args=[picture.pk, "320"])

    assert enter(UserFactory(member=district.villages[3])).get(address).status_code == 404
    answer = enter(member).get(address)
    assert (answer.status_code, answer["Content-Type"], b"".join(answer.streaming_content)[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert pictures.look_through() == 0
    original = enter(operator).get(reverse("alarms:picture", args=[picture.pk, "original"]))
    assert b"".join(original.streaming_content) == bodies.JPEG
    assert AuditEvent.objects.filter(action="photo.original").count() == 1


def test_a_call_is_taken_down_once(enter, operator, member, district):
    client = enter(operator)
    form = client.get(reverse("alarms:new"))
    key = form.context["form"]["key"].value()
    said = {"key": key, "text": "村东有烟", "address": "村东", "lon": "", "lat": "", "caller": "", "caller_phone": ""}
    assert client.post(reverse("alarms:new"), said | {"lon": "114"}).status_code == 422
    for _n in range(2):
        assert client.post(reverse("alarms:new"), said).status_code == 302
    assert Alarm.objects.count() == 1
    assert enter(member).get(reverse("alarms:new")).status_code == 403


def test_the_list_goes_out_as_a_workbook(enter, alarm, operator):
    answer = enter(operator).post(f"{reverse('alarms:export')}?box=all", {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content)).active

    cells = [cell.value for row in sheet.iter_rows() for cell in row]
    assert alarm.number in cells and "误报原因" in cells
    assert AuditEvent.objects.filter(action="export").count() == 1


# --- devices --------------------------------------------------------------------------------------------------------------------------------
def fields(**more) -> dict:
    said = {"kind": "smoke_camera", "name": "东塔", "slug": "", "address": "", "lon": "114.01", "lat": "34.01"}
    return said | {"event_types": "", "unit": "ug", "is_active": "on"} | more


def test_a_new_device_gets_its_place_and_a_key_that_is_shown_once(enter, director, district, client):
    answer = enter(director).post(reverse("alarms:new-source"), fields())
    source = AlarmSource.objects.get()
    shown = answer.context["key"]

    assert (answer.status_code, source.grid, source.slug.startswith("cam-")) == (200, district.villages[0], True)
    assert shown in text(answer) and shown not in text(client.get(reverse("alarms:source", args=[source.pk])))
    client.logout()
    assert client.post(f"/api/v1/alarms/{source.slug}/?key={shown}", bodies.alert(), content_type="text/xml").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"lon": ""}, "lat"), ({"lon": "", "lat": ""}, "lon"), ({"lat": "91"}, "lat"), ({"bearing": "400"}, "bearing"), ({"slug": "a b"}, "slug"),
     ({"name": ""}, "name"), ({"kind": "station"}, "kind")],
)  # fmt: skip
def test_a_device_wrongly_described_comes_back_with_the_reason(enter, director, district, wrong, field):
    answer = enter(director).post(reverse("alarms:new-source"), fields(**wrong))

    assert (answer.status_code, field in answer.context["form"].errors) == (422, True)
    assert not AlarmSource.objects.exists()


def test_a_code_is_used_once(enter, director, camera):
    assert "slug" in enter(director).post(reverse("alarms:new-source"), fields(slug=camera.slug)).context["form"].errors


def test_a_key_is_renewed_and_revoked(enter, director, camera, key):
    client = enter(director)
    again = client.post(reverse("alarms:source-key", args=[camera.pk]), {"action": "renew"}).context["key"]
    assert again != key
    for status, used in ((401, key), (200, again)):
        assert client.post(f"/api/v1/alarms/{camera.slug}/?key={used}", bodies.alert(), content_type="text/xml").status_code == status
    assert client.post(reverse("alarms:source-key", args=[camera.pk]), {"action": "revoke"}).status_code == 302
    assert Device.objects.get(pk=camera.device_id).revoked_at is not None


def test_trying_a_device_out_shows_what_comes_and_raises_nothing(enter, director, camera, key):
    client = enter(director)
    client.post(reverse("alarms:source-test", args=[camera.pk]))
    client.post(f"/api/v1/alarms/{camera.slug}/?key={key}", bodies.alert(), content_type="text/xml")
    page = text(client.get(reverse("alarms:source", args=[camera.pk])))

    assert not Alarm.objects.exists()
    assert "EventNotificationAlert" in page and "调试" in page


def test_devices_are_kept_by_director_and_administrator_and_read_by_the_whole_district(enter, camera, director, operator, town, member, district):
    for person, read, kept in (
        (director, 200, 200),
        (UserFactory(sysadmin=district), 200, 200),
        (operator, 200, 403),
        (town, 403, 403),
        (member, 403, 403),
    ):
        client = enter(person)
        assert client.get(reverse("alarms:sources")).status_code == read
        assert client.get(reverse("alarms:new-source")).status_code == kept


# --- roster, rules, statistics ----------------------------------------------------------------------------------------------------------------
def test_a_township_plans_its_own_roster(enter, town, district, member):
    unit, today = district.town_a.organisation, clock.today()
    client = enter(town)
    said = {"organisation": unit.pk, "first": today.isoformat(), "last": (today + dt.timedelta(days=2)).isoformat(), "shift": "whole",
            "person": member.pk, "deputy": town.pk}  # fmt: skip
    for _n in range(2):
        assert client.post(reverse("alarms:duty"), said).status_code == 302
    assert DutyShift.objects.count() == 3
    assert client.post(reverse("alarms:duty"), said | {"deputy": member.pk}).status_code == 422
    assert client.post(reverse("alarms:duty"), said | {"last": "2020-01-01"}).status_code == 422
    assert enter(UserFactory(town_handler=district.town_b.organisation)).post(reverse("alarms:duty"), said).status_code == 422
    assert enter(member).get(reverse("alarms:duty")).status_code == 200

    future = DutyShift.objects.order_by("-starts_at").first()
    assert enter(town).post(reverse("alarms:remove-shift", args=[future.pk])).status_code == 302
    assert DutyShift.objects.count() == 2


def test_who_may_read_no_roster_is_not_told_that_nobody_is_on_duty(enter, town, district, member, operator):
    assert "现在没有排班" in text(enter(town).get(reverse("alarms:duty")))
    for person in (member, UserFactory(dept_handler=district.housing), UserFactory(hq_staff=district.dust)):
        page = text(enter(person).get(reverse("alarms:duty")))
        assert "专班的值班人" in page and "现在没有排班" not in page


def test_rules_are_saved_together_and_refused_together(enter, director, district, operator):
    client = enter(director)
    page = client.get(reverse("alarms:rules"))
    sent = {}
    for form in page.context["every"]:
        for field in form:
            value = field.value()
            if value is True:
                sent[field.html_name] = "on"
            elif value is not None and value is not False:
                sent[field.html_name] = value
    fire = AlarmRule.objects.get(district=district, kind="fire")
    saved = client.post(reverse("alarms:rules"), sent | {f"rule{fire.pk}-accept_minutes": 8})
    assert saved.status_code == 302, [form.errors for form in saved.context["every"] if form.errors]
    assert client.post(reverse("alarms:rules"), sent | {f"rule{fire.pk}-accept_minutes": 99}).status_code == 422
    other = DustLimit.objects.get(district=district, code="liaoning-urban")
    assert client.post(reverse("alarms:rules"), sent | {f"limit{other.pk}-is_default": "on"}).status_code == 422
    fire.refresh_from_db()
    assert fire.accept_minutes == 8
    assert AuditEvent.objects.filter(action="alarmrule.edit").count() == 1
    assert enter(operator).get(reverse("alarms:rules")).status_code == 403


def test_statistics_count_true_and_false_by_source(enter, camera, operator, member, district):
    for n, (action, more) in enumerate((("judge_true", {}), ("judge_false", {"reason": "fog"}), ("judge_false", {"reason": "chimney"}))):
        with clock.standing(clock.now() - dt.timedelta(hours=10 - 3 * n)):
            advance.advance(alarm_of(camera, n), action, by=operator, **more)
    found = enter(operator).get(f"{reverse('alarms:statistics')}?days=7").context

    assert [(row.title, row.total, row.true, row.false, row.share) for row in found["sources"]] == [(camera.name, 3, 1, 2, 67)]
    assert {row.title: (row.total, row.late) for row in found["clocks"]}["研判"] == (3, 0)


# --- the phone ----------------------------------------------------------------------------------------------------------------------------
def test_on_the_phone_from_accepting_to_feedback(enter, alarm, operator, member):
    advance.advance(alarm, "judge_true", by=operator)
    client = enter(member)
    assert alarm.number in text(client.get(reverse("mobile_alarms:list")))

    def take(action, **said):
        alarm.refresh_from_db()
        return client.post(reverse("mobile_alarms:step", args=[alarm.uuid, action]), {"version": alarm.version, **said})

    for action in ("accept", "arrive", "control"):
        assert take(action).status_code == 302
    photo = SimpleUploadedFile("a.jpg", photo_bytes(2), content_type="image/jpeg")
    refused = take("feedback", photos=photo, on_site="real")
    assert refused.status_code == 422 and "已上传照片 1 张" in text(refused)
    assert take("feedback", on_site="real", note="已扑灭", area_m2="20").status_code == 302
    alarm.refresh_from_db()
    assert (alarm.state, alarm.photos.count()) == ("fed_back", 1)


def test_a_tap_that_was_not_heard_back_can_be_repeated(enter, alarm, operator, member):
    advance.advance(alarm, "judge_true", by=operator)
    client, address = enter(member), reverse("mobile_alarms:step", args=[alarm.uuid, "accept"])
    alarm.refresh_from_db()
    for _n in range(2):
        assert client.post(address, {"version": alarm.version}).status_code == 302
    assert alarm.steps.filter(action="accept").count() == 1


def test_judging_is_not_done_on_the_phone(enter, alarm, operator):
    assert enter(operator).get(reverse("mobile_alarms:step", args=[alarm.uuid, "judge_true"])).status_code == 404


def test_the_link_of_a_message_accepts_for_its_person_without_signing_in(client, alarm, operator, member, chief):
    advance.advance(alarm, "judge_unclear", by=operator)
    address = reverse("mobile_alarms:answer", args=[telling.token(alarm.calls.get(channel="sms"))])
    page = client.get(address)
    assert page.status_code == 200 and str(member) in text(page)
    for _n in range(2):
        assert client.post(address).status_code == 302
    alarm.refresh_from_db()
    assert (alarm.accepted_by, alarm.steps.filter(action="accept").count()) == (member, 1)
    assert "已接单" in text(client.get(address))
    assert client.get(reverse("mobile_alarms:answer", args=["nonsense"])).status_code == 410


def test_the_link_comes_too_late_when_somebody_else_goes(client, alarm, operator, member, chief):
    advance.advance(alarm, "judge_unclear", by=operator)
    address = reverse("mobile_alarms:answer", args=[telling.token(alarm.calls.get(channel="sms"))])
    advance.advance(alarm, "accept", by=chief)

    assert client.post(address).status_code == 409
    assert "不用再去" in text(client.get(address))


def test_the_page_of_the_link_says_that_it_is_over_also_to_who_went(client, alarm, operator, member):
    advance.advance(alarm, "judge_unclear", by=operator)
    address = reverse("mobile_alarms:answer", args=[telling.token(alarm.calls.get(channel="sms"))])
    client.post(address)
    assert "到场、反馈请登录后办理" in text(client.get(address))
    advance.advance(alarm, "judge_false", by=operator, reason="fog")
    page = text(client.get(address))

    assert "不用再去" in page and "到场、反馈" not in page


def test_the_page_of_the_link_counts_by_the_servers_clock(client, alarm, operator):
    advance.advance(alarm, "judge_unclear", by=operator)
    page = text(client.get(reverse("mobile_alarms:answer", args=[telling.token(alarm.calls.get(channel="sms"))])))

    assert page.index("data-now=") < page.index("data-due=")


def test_the_history_does_not_say_that_somebody_went_where_it_was_false(enter, alarm, operator, member, chief):
    advance.advance(alarm, "judge_unclear", by=operator)
    advance.advance(alarm, "judge_false", by=operator, reason="fog")
    page = text(enter(operator).get(alarm.get_absolute_url()))

    assert "已判为误报，不用再去" in page and "他人已接单" not in page


def test_a_station_alarm_prints_the_warning(enter, alarm, operator, member):
    Alarm.objects.update(kind="station")
    for person, address in ((operator, alarm.get_absolute_url()), (member, reverse("mobile_alarms:alarm", args=[alarm.uuid]))):
        assert "严禁喷淋、喷雾" in text(enter(person).get(address))
