"""The workflow for programs: the contract of design 5."""

import hashlib

import pytest

from common import clock
from inspections.models import Finding
from rectification.models import Task, TaskPhoto
from rectification.services import advance
from tests.factories.evidence import photo_bytes
from tests.rectification.scene import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_sign_in(settings):
    settings.MFA_REQUIRED = False


@pytest.fixture
def call(client):
    def post(person, address, body=None, method="post"):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return getattr(client, method)(f"/api/v1/{address}", body or {}, content_type="application/json")

    return post


def test_a_step_answers_the_row_and_a_replay_says_so(call, scene):
    task = scene.task("assigned")

    first = call(scene["town"], f"tasks/{task.pk}/accept/", {"version": 1})
    again = call(scene["town"], f"tasks/{task.pk}/accept/", {"version": 1})

    assert (first.status_code, first.json()["state"], first.json()["version"], first.json()["replay"]) == (200, "accepted", 2, False)
    assert (again.status_code, again.json()["replay"]) == (200, True)
    assert "feedback" in first.json()["actions"]


def test_stale_versions_and_lost_races_are_409(call, scene):
    task = scene.task("assigned")
    advance(task, "accept", by=scene["manager"])

    answer = call(scene["town"], f"tasks/{task.pk}/accept/", {"version": 1})

    assert answer.status_code == 409
    assert answer.json()["code"] == "stale" and answer.json()["version"] == 2


def test_foreign_rows_are_404_wrong_roles_403_and_wrong_words_400(call, scene):
    task = scene.task("accepted")

    assert call(scene["stranger"], f"tasks/{task.pk}/feedback/", {"version": 1}).status_code == 404
    assert call(scene["stranger"], f"findings/{task.finding.uuid}/comment/", {"version": 1, "note": "x"}).status_code == 404
    assert call(scene["office"], f"tasks/{task.pk}/feedback/", {"version": 1, "note": "x"}).status_code == 403
    assert call(scene["town"], f"tasks/{task.pk}/no-such-step/", {"version": 1}).status_code == 404
    assert call(scene["town"], f"tasks/{task.pk}/draw/", {"version": 1}).status_code == 404
    assert "version" in call(scene["town"], f"tasks/{task.pk}/feedback/", {"note": "x"}).json()
    refused = call(scene["town"], f"tasks/{task.pk}/feedback/", {"version": 1, "note": "x", "conclusion": "perhaps"})
    assert refused.status_code == 400 and "conclusion" in refused.json()
    assert call(scene["town"], f"tasks/{task.pk}/feedback/", {"version": 1, "conclusion": "rectified"}).json()["note"]


def test_nobody_signed_in_gets_401(client, scene):
    assert client.post(f"/api/v1/tasks/{scene.task().pk}/accept/").status_code == 401


def test_the_office_registers_and_assigns_with_dates(call, scene):
    finding = scene.finding("reported")
    assert call(scene["office"], f"findings/{finding.uuid}/register/", {"version": 1, "risk": "high"}).json()["number"]
    due = (clock.now() + 2 * DAY).isoformat()
    parties = [
        {"organisation": scene.district.town_a.organisation.pk, "role": "territorial", "due_at": due},
        {"organisation": scene.district.housing.pk, "role": "sector"},
    ]

    answer = call(scene["office"], f"findings/{finding.uuid}/assign/", {"version": 2, "assignees": parties, "kind": "immediate"})

    assert answer.status_code == 200 and answer.json()["state"] == "assigned"
    assert {task["role"] for task in answer.json()["tasks"]} == {"territorial", "sector"}
    assert Task.objects.get(role="territorial").due_at.isoformat()[:16] == due[:16]
    assert Finding.objects.get().kind == "immediate"
    wrong = call(scene["office"], f"findings/{finding.uuid}/assign_more/", {"version": 3, "assignees": [{"organisation": 10**9, "role": "sector"}]})
    assert wrong.status_code == 400


def test_photos_go_up_by_their_hash_and_once(client, scene):
    task, data = scene.task("accepted"), photo_bytes(5)
    digest = hashlib.sha256(data).hexdigest()
    client.force_login(scene["town"], backend="django.contrib.auth.backends.ModelBackend")
    address = f"/api/v1/tasks/{task.pk}/photos/{digest}/"

    answers = [client.put(address, data, content_type="application/octet-stream") for _ in range(2)]
    wrong = client.put(f"/api/v1/tasks/{task.pk}/photos/{'0' * 64}/", data, content_type="application/octet-stream")

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert wrong.status_code == 400
    assert TaskPhoto.objects.count() == 1


def test_the_list_filters_pages_and_exports(call, scene):
    for _ in range(3):
        scene.task("accepted", other=None)
    late = scene.task("accepted", other=None, assigned_at=clock.now() - 9 * DAY, due_at=clock.now() - DAY)

    first = call(scene["office"], "tasks/?ordering=due_at&page_size=2", method="get").json()
    assert len(first["results"]) == 2 and first["results"][0]["id"] == late.pk and first["results"][0]["is_overdue"]
    second = call(scene["office"], first["next"].split("/api/v1/")[1], method="get").json()
    assert len({row["id"] for row in first["results"] + second["results"]}) == 4
    assert [row["id"] for row in call(scene["office"], "tasks/?box=overdue", method="get").json()["results"]] == [late.pk]
    assert call(scene["office"], "tasks/?format=xlsx", method="get").content[:2] == b"PK"
    assert call(scene["office"], "tasks/?format=csv", method="get").status_code == 200
    assert call(scene["office"], "tasks/?ordering=number", method="get").status_code == 400
    assert call(scene["stranger"], "tasks/", method="get").json()["results"] == []


def test_registering_beside_open_problems_of_the_same_kind_wants_a_word(call, scene):
    village = scene.district.villages[0]
    place = {"lon": (village.min_lon + village.max_lon) / 2, "lat": (village.min_lat + village.max_lat) / 2}
    old, new = scene.finding("assigned", **place), scene.finding("reported", **place)
    address = f"findings/{new.uuid}/register/"

    refused = call(scene["office"], address, {"version": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "nearby")
    assert [(each["uuid"], each["number"], each["distance"]) for each in refused.json()["nearby"]] == [(str(old.uuid), old.number, 0)]
    new.refresh_from_db()
    assert (new.state, new.version) == ("reported", 1)

    assert call(scene["office"], address, {"version": 1, "not_same": True}).json()["state"] == "registered"
