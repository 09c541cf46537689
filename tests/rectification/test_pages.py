"""Pages of a finding and of tasks: what each person is shown and offered, and how steps are taken from them."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from common import clock
from inspections.models import Finding, FindingEvent
from notices.models import Notice
from rectification.models import LookBack, ReminderRule, RoutingRule, Task, TaskPhoto
from rectification.services import advance, chance, defaults
from tests.factories.evidence import PhotoFactory, photo_bytes
from tests.factories.rectification import TaskEventFactory
from tests.rectification.scene import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_pages(settings):
    settings.MFA_REQUIRED = False


def enter(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(client, person, row):
    return enter(client, person).get(row.get_absolute_url())


def offered(answer) -> set[str]:
    return set(re.findall(r'data-step="(\w+)"', answer.content.decode()))


def step(row, action):
    name, key = ("rectification:task-step", row.pk) if isinstance(row, Task) else ("rectification:finding-step", row.uuid)
    return reverse(name, args=[key, action])


# --- the page of a finding ----------------------------------------------------------------------------------------------------------------
def test_the_page_offers_each_person_their_own_steps(client, scene):
    task = scene.task("assigned", other="fed_back")

    assert {"accept", "refuse", "object_date", "transfer", "dispatch", "pass", "return"} == offered(page(client, scene["town"], task))
    assert {"urge", "call", "comment", "correct", "assign_more"} <= offered(page(client, scene["office"], task))
    assert offered(page(client, scene["leader"], task)) == {"comment"}


def test_a_stranger_finds_no_such_page_and_no_such_step(client, scene):
    task = scene.task("assigned")

    assert page(client, scene["stranger"], task).status_code == 404
    assert client.post(step(task, "accept"), {"version": 1}).status_code == 404


def test_the_reporter_stays_hidden_from_those_concerned(client, scene):
    task = scene.task("assigned")
    member = scene["member"]
    FindingEvent.objects.create(finding=task.finding, action="submit", by=member, by_name=str(member), at=clock.now())

    assert str(member) not in page(client, scene["town"], task).content.decode()
    assert str(member) in page(client, scene["office"], task).content.decode()


def test_nothing_on_the_page_tells_of_a_running_second_look(client, scene, monkeypatch):
    monkeypatch.setattr(chance, "drawn", lambda one_in: True)
    task = advance(scene.task("accepted"), "feedback", by=scene["town"], note="已覆盖", conclusion="rectified")
    before = page(client, scene["supervision"], task).content.decode()
    advance(task, "pass", by=scene["department"], note="第一人的意见")

    for name in ("town", "manager"):
        text = page(client, scene[name], task).content.decode()
        assert "盲查" not in text and "抽查" not in text and "第一人的意见" not in text and "second_look" not in text
    text = page(client, scene["supervision"], task).content.decode()
    plain = re.compile(r"csrfmiddlewaretoken.{100}|nonce=\S+")
    assert "抽查通过" in text and plain.sub("", text) == plain.sub("", before)
    assert client.get(reverse("api-tasks")).json()["results"][0]["state"]
    enter(client, scene["town"])
    assert {row["state"] for row in client.get(reverse("api-tasks")).json()["results"]} == {"fed_back", "accepted"}
    assert client.get(reverse("rectification:tasks") + "?box=all").content.decode().count("second_look") == 0


def test_a_planned_look_back_is_not_shown_before_its_day(client, scene):
    finding = scene.finding("struck_off")
    LookBack.objects.update(planned_on=clock.today() + 3 * DAY)

    answer = page(client, scene["supervision"], finding)

    assert "look_back" not in offered(answer)
    assert f"{clock.today() + 3 * DAY:%m-%d}" not in answer.content.decode()


def test_the_page_tells_who_was_told_and_whether_they_opened_it(client, scene):
    task = scene.task("accepted")
    advance(task, "urge", by=scene["office"])
    Notice.objects.filter(recipient=scene["town"]).update(opened_at=clock.now())

    text = page(client, scene["office"], task).content.decode()

    assert "催办 1 次" in text and "（已读）" in text and str(scene["town"]) in text


def test_every_page_costs_the_same_with_one_and_with_three_rows(client, scene):
    task = scene.task("accepted")
    enter(client, scene["office"])
    pages = [
        task.get_absolute_url(),
        reverse("rectification:tasks"),
        reverse("home"),
        reverse("rectification:verify"),
        reverse("rectification:requests"),
    ]
    for each in pages:
        client.get(each)
    costs = [cost(client, each) for each in pages]
    for _ in range(2):
        for action in ("progress", "urge", "call"):
            TaskEventFactory(task=task, action=action)
        scene.task("accepted")
        scene.task("fed_back", risk="medium")
        scene.finding("reported")

    after = [cost(client, each) for each in pages]

    assert after[0] == costs[0] <= 11
    for _ in range(2):
        scene.task("accepted")
        scene.task("fed_back", risk="medium")
        scene.finding("reported")
    assert [cost(client, each) for each in pages] == after


def test_the_page_of_a_finding_asks_only_for_what_there_is(client, scene):
    enter(client, scene["office"])
    plain, asked, fed_back, looked_back = scene.task("accepted"), scene.task("accepted"), scene.task("fed_back"), scene.finding("struck_off")
    scene.request(asked, reason="连续降雨，等天晴")
    event = TaskEventFactory(task=fed_back, action="feedback", details={"conclusion": "rectified"})
    TaskPhoto.objects.create(task=fed_back, event=event, photo=PhotoFactory(stored=True), uploaded_by=scene["town"])
    LookBack.objects.update(done_at=clock.now(), result="stable", note="覆盖完好")
    rows = [plain, asked, fed_back, looked_back]
    texts = [page(client, scene["office"], row).content.decode() for row in rows]

    assert [cost(client, row.get_absolute_url()) for row in rows] == [11, 12, 12, 12]
    for text, words in zip(texts[1:], ("连续降雨，等天晴", "整改后 1 张", "覆盖完好"), strict=True):
        assert words in text and words not in texts[0]


def cost(client, address) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


# --- steps --------------------------------------------------------------------------------------------------------------------------------
def test_a_step_is_taken_without_script_and_leads_back_to_the_page(client, scene):
    task = scene.task("assigned")

    answer = enter(client, scene["town"]).post(step(task, "accept"), {"version": 1})

    assert answer.status_code == 302 and answer.url == task.get_absolute_url()
    assert Task.objects.get(pk=task.pk).state == "accepted"


def test_with_htmx_the_browser_is_sent_on(client, scene):
    task = scene.task("assigned")

    answer = enter(client, scene["town"]).post(step(task, "accept"), {"version": 1}, headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == task.get_absolute_url()


def test_what_was_typed_comes_back_with_the_error(client, scene):
    task = scene.task("accepted")
    body = {"version": 1, "note": "连续降雨无法施工", "wanted_at": "2020-01-01", "reason_code": "weather"}

    answer = enter(client, scene["town"]).post(step(task, "extend"), body, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert "连续降雨无法施工" in answer.content.decode() and "申请的期限须晚于现在的期限" in answer.content.decode()


def test_a_lost_race_says_so_and_keeps_what_was_typed(client, scene):
    task = scene.task("accepted")
    advance(task, "progress", by=scene["manager"], note="x")

    answer = enter(client, scene["town"]).post(step(task, "feedback"), {"version": 1, "note": "我写了很久", "conclusion": "rectified"})

    assert answer.status_code == 409
    assert "我写了很久" in answer.content.decode() and "已有他人办理" in answer.content.decode()


def test_the_wrong_role_is_refused_with_the_reason(client, scene):
    task = scene.task("assigned")

    answer = enter(client, scene["office"]).post(step(task, "accept"), {"version": 1})

    assert answer.status_code == 403 and "承办单位" in answer.content.decode()
    assert client.get(step(task, "accept")).status_code == 403


def test_every_form_opens_for_those_who_are_offered_it(client, scene):
    rows = [scene.finding(state) for state in ("reported", "registered", "assigned", "stopped_pending", "rectified", "struck_off")]
    rows += [scene.task(state, kind="long_term") for state in ("assigned", "accepted", "fed_back", "second_look", "suspended")]
    asked = scene.task("accepted")
    scene.request(asked)
    seen = set()
    for row in [*rows, asked]:
        for person in scene.people.values():
            answer = page(client, person, row)
            for action in offered(answer) if answer.status_code == 200 else ():
                for address in set(re.findall(rf'href="([^"]+/{action}/)"', answer.content.decode())):
                    assert client.get(address).status_code == 200, address
                    assert client.get(address, headers={"HX-Request": "true"}).status_code == 200
                    seen.add(action)
    assert {
        "register",
        "merge",
        "assign",
        "correct",
        "look_back",
        "feedback",
        "extend",
        "transfer",
        "dispatch",
        "approve",
        "milestones",
        "return",
    } <= seen


def test_registering_offers_nearby_problems_and_asks_whether_they_are_the_same(client, scene):
    village = scene.district.villages[0]
    place = {"lon": (village.min_lon + village.max_lon) / 2, "lat": (village.min_lat + village.max_lat) / 2}
    old = scene.finding("assigned", **place)
    new = scene.finding("reported", **place)
    body = {"version": 1, "problem_type": scene.type.pk, "severity": "general", "risk": "low", "kind": "limited", "grid": village.pk}
    enter(client, scene["office"])
    assert old.number in client.get(step(new, "register")).content.decode()

    assert client.post(step(new, "register"), body).status_code == 422
    assert client.post(step(new, "register"), body | {"not_same": "on"}).status_code == 302
    assert Finding.objects.get(pk=new.pk).state == "registered"


def test_assigning_proposes_the_parties_and_takes_more(client, scene):
    defaults.load_routing(scene.district)
    finding = scene.finding("registered")
    town, housing = scene.district.town_a.organisation, scene.district.housing
    form = enter(client, scene["office"]).get(step(finding, "assign")).content.decode()
    assert f'value="{town.pk}" selected' in form and f'value="{housing.pk}" selected' in form
    body = {"version": 1, "kind": "limited", "party-TOTAL_FORMS": 4, "party-INITIAL_FORMS": 2, "party-0-organisation": town.pk, "party-0-role": "territorial",
            "party-1-organisation": "", "party-1-role": "sector", "party-2-organisation": scene.district.ecology.pk, "party-2-role": "sector"}  # fmt: skip

    assert client.post(step(finding, "assign"), body).status_code == 302

    assert set(finding.tasks.values_list("organisation__name", flat=True)) == {town.name, scene.district.ecology.name}


# --- photos -------------------------------------------------------------------------------------------------------------------------------
def picture(number=1):
    return SimpleUploadedFile("a.jpg", photo_bytes(number), content_type="image/jpeg")


def test_photos_of_a_feedback_are_kept_when_the_form_has_errors(client, scene):
    scene.type.needs_after_photo = True
    scene.type.save()
    task = scene.task("accepted")
    enter(client, scene["town"])

    refused = client.post(step(task, "feedback"), {"version": 1, "note": "已覆盖", "photos": [picture(1), picture(2)]})
    assert refused.status_code == 422 and TaskPhoto.objects.filter(event=None).count() == 2

    assert client.post(step(task, "feedback"), {"version": 1, "note": "已覆盖", "conclusion": "rectified"}).status_code == 302
    assert TaskPhoto.objects.filter(event__action="feedback").count() == 2
    photo = TaskPhoto.objects.first()
    shown = client.get(reverse("rectification:task-photo", args=[photo.pk, "320"]))
    assert b"".join(shown.streaming_content)[:2] == b"\xff\xd8"
    enter(client, scene["stranger"])
    assert client.get(reverse("rectification:task-photo", args=[photo.pk, "320"])).status_code == 404


def test_a_photo_seen_before_is_flagged_and_can_be_explained(client, scene):
    first, second = scene.task("accepted"), scene.task("accepted")
    enter(client, scene["town"])
    for task in (first, second):
        client.post(step(task, "feedback"), {"version": 1, "note": "好", "conclusion": "rectified", "photos": [picture(7)]})
    photo = TaskPhoto.objects.get(task=second)
    assert [flag["code"] for flag in photo.flags] == ["reused"]

    client.post(reverse("rectification:answer-photo", args=[photo.pk]), {"answer": "两处相邻，同一张全景"})

    assert "两处相邻" in page(client, scene["department"], second).content.decode()


def test_what_is_no_photo_is_refused_at_its_field(client, scene):
    task = scene.task("accepted")
    body = {"version": 1, "note": "好", "conclusion": "rectified", "photos": [SimpleUploadedFile("a.jpg", b"no picture", content_type="image/jpeg")]}

    answer = enter(client, scene["town"]).post(step(task, "feedback"), body)

    assert answer.status_code == 422
    assert Task.objects.get(pk=task.pk).state == "accepted"


# --- lists --------------------------------------------------------------------------------------------------------------------------------
def test_pairs_are_passed_and_returned_together_each_with_its_own_outcome(client, scene, no_lot):
    good, bad, mute = (scene.task("fed_back") for _ in range(3))
    enter(client, scene["department"])
    assert client.get(reverse("rectification:verify")).content.decode().count("data-pair ") == 3
    body = {f"version-{task.pk}": 1 for task in (good, bad, mute)}
    body |= {f"decision-{good.pk}": "pass", f"decision-{bad.pk}": "return", f"note-{bad.pk}": "角度不对", f"decision-{mute.pk}": "return"}

    answer = client.post(reverse("rectification:verify"), body)

    assert answer.status_code == 409 and "请写明情况或理由" in answer.content.decode()
    assert [Task.objects.get(pk=task.pk).state for task in (good, bad, mute)] == ["passed", "returned", "fed_back"]


def test_many_findings_are_assigned_with_a_result_for_each(client, scene):
    defaults.load_routing(scene.district)
    rows = [scene.finding("registered") for _ in range(2)] + [scene.finding("reported")]
    enter(client, scene["office"])
    picked = {"pick": [row.pk for row in rows]}
    form = client.post(reverse("rectification:bulk-assign"), picked).content.decode()
    body = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)) | picked | {"confirm": "1"}
    for row in rows:
        body |= {f"f{row.pk}-TOTAL_FORMS": 2, f"f{row.pk}-INITIAL_FORMS": 2, f"f{row.pk}-0-organisation": scene.district.town_a.organisation.pk,
                 f"f{row.pk}-0-role": "territorial", f"f{row.pk}-1-organisation": scene.district.housing.pk, f"f{row.pk}-1-role": "sector"}  # fmt: skip

    answer = client.post(reverse("rectification:bulk-assign"), body).content.decode()

    assert answer.count("已交办") == 2 and "不能办理这一步" in answer
    assert Task.objects.count() == 4


def test_many_are_urged_at_once_and_the_late_ones_copied_as_text(client, scene):
    task = scene.task("accepted", assigned_at=clock.now() - 9 * DAY, due_at=clock.now() - 2 * DAY)
    enter(client, scene["office"])

    client.post(reverse("rectification:bulk-urge"), {"pick": [task.finding_id]})

    assert Task.objects.get(pk=task.pk).events.filter(action="urge").exists()
    assert task.finding.number in client.get(reverse("rectification:late-text")).content.decode()
    assert enter(client, scene["town"]).post(reverse("rectification:bulk-urge"), {"task": [task.pk]}).status_code == 403


def test_the_list_filters_searches_and_exports(client, scene):
    late = scene.task("accepted", assigned_at=clock.now() - 9 * DAY, due_at=clock.now() - 2 * DAY)
    scene.task("fed_back", risk="medium")
    address = reverse("rectification:tasks")
    enter(client, scene["office"])

    assert client.get(f"{address}?box=overdue").content.decode().count(f">{late.finding.number}</a>") == 1
    assert client.get(f"{address}?box=to_verify").content.decode().count('data-status="fed_back"') == 1
    assert "没有符合条件的任务" in client.get(f"{address}?q=没有这样的").content.decode()
    assert client.get(reverse("rectification:task-counts")).status_code == 200
    assert client.post(reverse("rectification:task-export"), {"format": "xlsx"}).content[:2] == b"PK"


# --- desk, phone, settings ----------------------------------------------------------------------------------------------------------------
def test_the_desk_shows_each_role_what_waits_for_them(client, scene):
    scene.finding("reported")
    scene.task("assigned")
    asked = scene.task("accepted")
    scene.request(asked)

    words = {"office": "待受理", "town": "待签收", "department": "待反馈", "commander": "待审批", "leader": "没有等您办理的事"}
    for name, word in words.items():
        assert word in enter(client, scene[name]).get(reverse("home")).content.decode(), name
    assert enter(client, scene["member"]).get(reverse("home")).status_code == 302


def test_a_handler_in_the_field_signs_and_feeds_back_by_phone(client, scene):
    task = scene.task("assigned", handler=scene["member"])
    enter(client, scene["member"])
    assert task.finding.number in {each["number"] for each in client.get("/api/v1/field/bundle/").json()["tasks"]}

    assert client.post(reverse("mobile_tasks:step", args=[task.pk, "accept"]), {"version": 1}).url == reverse("mobile_tasks:task", args=[task.pk])
    assert client.post(reverse("mobile_tasks:step", args=[task.pk, "feedback"]), {"version": 2}).status_code == 422
    body = {"version": 2, "note": "已覆盖", "conclusion": "rectified", "photos": [picture(3)]}
    assert client.post(reverse("mobile_tasks:step", args=[task.pk, "feedback"]), body).status_code == 302
    assert client.get(reverse("mobile_tasks:task", args=[task.pk])).status_code == 200


def test_rules_are_kept_by_the_director_and_nobody_else(client, scene):
    defaults.load(scene.district)
    rule = ReminderRule.objects.get(code="accept-half")
    enter(client, scene["director"])
    forms = client.get(reverse("rectification:reminders")).context["forms"]
    body = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is not False:
                body[bound.html_name] = "on" if value is True else value
    body[f"row{rule.pk}-figure"] = 60

    assert client.post(reverse("rectification:reminders"), body).status_code == 302
    assert ReminderRule.objects.get(pk=rule.pk).figure == 60
    route = {"field": scene.district.dust.pk, "organisation": scene.district.ecology.pk, "role": "sector"}
    assert client.post(reverse("rectification:routing"), route).status_code == 302
    assert client.post(reverse("rectification:routing"), route).status_code == 422
    assert client.get(reverse("rectification:clocks")).status_code == 200
    assert client.post(reverse("rectification:remove-route", args=[RoutingRule.objects.latest("pk").pk])).status_code == 302
    enter(client, scene["office"])
    for name in ("routing", "reminders", "clocks"):
        assert client.get(reverse(f"rectification:{name}")).status_code == 403


@pytest.mark.parametrize(
    ("name", "value"), [("figure", "0"), ("figure", "32767"), ("figure", "x"), ("max_total_share", "9999"), ("look_back_low_share", "101")]
)
def test_figures_that_no_limit_can_be_counted_with_are_refused(client, scene, name, value):
    defaults.load(scene.district)
    clock_rule = scene.district.clocks.first()
    enter(client, scene["director"])
    context = client.get(reverse("rectification:clocks")).context
    body = {bound.html_name: bound.value() for form in [*context["forms"], context["policy"]] for bound in form}
    body[f"row{clock_rule.pk}-figure" if name == "figure" else f"policy-{name}"] = value

    answer = client.post(reverse("rectification:clocks"), body)

    assert answer.status_code == 422 and f'value="{value}"' in answer.content.decode()


def test_a_case_prints_with_its_photos_and_story(client, scene):
    task = scene.task("fed_back")
    event = TaskEventFactory(task=task, action="feedback", details={"conclusion": "rectified"}, by_name="某人", note="已覆盖")
    TaskPhoto.objects.create(task=task, event=event, photo=PhotoFactory(stored=True), uploaded_by=scene["town"])

    text = enter(client, scene["office"]).get(reverse("rectification:case-file", args=[task.finding.uuid])).content.decode()

    assert "整改后照片" in text and "已覆盖" in text and "签字" in text
