"""Visits from phones: one row however often they are sent, nothing dropped, nothing told to strangers."""

import datetime as dt
import json
import uuid
from pathlib import Path

import pytest

from audit.models import AuditEvent
from common import clock
from grids.models import Post
from inspections.models import HeldSubmission, Visit
from tests.factories.accounts import UserFactory
from tests.factories.evidence import photo_bytes, sha256_of
from tests.factories.registers import SiteFactory

pytestmark = pytest.mark.django_db


def test_planned_visit_is_done_once(put_visit, member, planned, seen):
    answer = put_visit(member, seen(), key=planned.uuid)
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["uuid"], answer.json()["replay"], answer.json()["photos_missing"]) == (str(planned.uuid), False, [])
    visit = Visit.objects.get()
    assert (visit.state, visit.conclusion, visit.one_tap, visit.is_planned, visit.patrol) == ("done", "normal", True, True, planned.patrol)
    assert (visit.distance, visit.flags) == (0, [])
    assert AuditEvent.objects.filter(action="visit.done", object_id=str(visit.pk)).count() == 1
    planned.patrol.refresh_from_db()
    assert planned.patrol.state == "started"


def test_visit_of_own_accord_is_made_by_its_uuid(put_visit, member, seen, site):
    key = uuid.uuid4()
    assert put_visit(member, seen(), key=key).status_code == 201
    visit = Visit.objects.get(uuid=key)
    assert (visit.is_planned, visit.patrol, visit.site, visit.grid) == (False, None, site, site.grid)


@pytest.mark.parametrize("is_planned", [True, False])
def test_same_content_again_is_a_replay(put_visit, member, planned, seen, is_planned):
    key, body = planned.uuid if is_planned else uuid.uuid4(), seen()
    put_visit(member, body, key=key)
    again = put_visit(member, body | {"unheard_of": 1, "v": 9}, key=key)
    assert (again.status_code, again.json()["replay"]) == (200, True)
    assert Visit.objects.done().count() == 1
    assert AuditEvent.objects.filter(action="visit.done").count() == 1


@pytest.mark.parametrize("is_planned", [True, False])
def test_same_uuid_with_other_content_shows_what_is_stored(put_visit, member, planned, seen, is_planned):
    key = planned.uuid if is_planned else uuid.uuid4()
    put_visit(member, seen(text="大门已关"), key=key)
    answer = put_visit(member, seen(text="改口了"), key=key)
    assert (answer.status_code, answer.json()["code"], answer.json()["stored"]["text"]) == (409, "payload_conflict", "大门已关")
    assert Visit.objects.get(uuid=key).text == "大门已关"


def test_uuid_of_another_person_is_refused_without_a_word(put_visit, member, office, planned, seen, district):
    put_visit(member, seen(text="机密词"), key=planned.uuid)
    for stranger in (office, UserFactory(member=district.villages[0])):
        answer = put_visit(stranger, seen(text="机密词"), key=planned.uuid)
        assert answer.status_code == 409
        assert set(answer.json()) == {"code", "detail"}
        assert "机密词" not in answer.content.decode()


def test_planned_visit_of_another_person_is_not_done_by_me(put_visit, planned, seen, district):
    other = UserFactory(member=district.villages[0])
    assert put_visit(other, seen(), key=planned.uuid).json()["code"] == "uuid_taken"
    assert not Visit.objects.done().exists()


def test_wrong_content_is_400_online_and_kept_from_a_queue(put_visit, member, seen):
    key, body = uuid.uuid4(), seen(conclusion="fine", lon=None)
    assert put_visit(member, body, key=key).status_code == 400
    queued = put_visit(member, body, key=key, **{"X-Offline": "1"})
    assert queued.status_code == 202
    assert queued.json()["needs_fix"]["conclusion"]
    kept = HeldSubmission.objects.get()
    assert (kept.kind, kept.payload["conclusion"]) == ("visit", "fine")
    assert put_visit(member, seen(), key=key, **{"X-Offline": "1"}).status_code == 201
    assert not HeldSubmission.objects.waiting().exists()


def test_visit_of_somebody_who_lost_the_post_is_kept(put_visit, member, planned, seen):
    Post.objects.filter(user=member).update(ends_on=clock.today() - dt.timedelta(days=1))
    answer = put_visit(member, seen(), key=planned.uuid)
    assert answer.status_code == 202
    assert HeldSubmission.objects.get().author == member
    assert not Visit.objects.done().exists()


def test_replay_after_the_post_was_lost_still_answers_200(put_visit, member, planned, seen):
    body = seen()
    put_visit(member, body, key=planned.uuid)
    Post.objects.filter(user=member).update(ends_on=clock.today() - dt.timedelta(days=1))
    assert put_visit(type(member).objects.get(pk=member.pk), body, key=planned.uuid).status_code == 200


def test_object_of_a_foreign_grid_is_kept_for_repair_not_stored(put_visit, member, seen, district):
    foreign = SiteFactory(district=district, grid=district.villages[3], kind=SiteFactory(district=district).kind)
    assert put_visit(member, seen(site=str(foreign.uuid))).status_code == 202
    assert put_visit(member, seen(site=str(uuid.uuid4()))).status_code == 400
    assert not Visit.objects.exists()


def test_planned_visit_names_its_own_object(put_visit, member, planned, seen, district):
    other = SiteFactory(district=district, kind=planned.site.kind)
    answer = put_visit(member, seen(site=str(other.uuid)), key=planned.uuid)
    assert answer.status_code == 400
    assert "东门工地" in answer.json()["site"][0]


def test_visit_that_comes_before_its_round_joins_it_when_it_arrives(put_visit, put_patrol, member, seen, district):
    round_key, key = uuid.uuid4(), uuid.uuid4()
    assert put_visit(member, seen(patrol=str(round_key)), key=key).status_code == 201
    body = {"kind": "night", "grid": district.villages[0].code, "started_at": clock.now().isoformat()}
    assert put_patrol(member, body, key=round_key).status_code == 201
    assert str(Visit.objects.get(uuid=key).patrol.uuid) == str(round_key)


def test_round_of_another_person_is_not_joined(put_visit, seen, patrol, district):
    other, key = UserFactory(member=district.villages[0]), uuid.uuid4()
    assert put_visit(other, seen(patrol=str(patrol.uuid)), key=key).status_code == 201
    assert Visit.objects.get(uuid=key).patrol is None


# --- answers ----------------------------------------------------------------------------------------------------------------------------
def answered(checklist, **answers) -> dict:
    return {"code": checklist.code, "version": checklist.version, "answers": {f"LIST-{key[1:]}": {"value": value} for key, value in answers.items()}}


def test_answers_are_kept_and_scored(put_visit, member, planned, seen, checklist):
    body = seen(conclusion="problem", one_tap=False, checklist=answered(checklist, n1="fail", n2="pass", n3=10.5))
    answer = put_visit(member, body, key=planned.uuid).json()
    assert (answer["score"], answer["grade"], answer["is_failed"]) == (33.33, "failed", True)
    assert [(each["item"], each["text"]) for each in answer["proposals"]] == [
        ("LIST-1", "出入车辆冲洗不合格"),
        ("LIST-3", "积尘量：10.5g/㎡，不合格"),
    ]
    visit = Visit.objects.get()
    assert (visit.checklist, visit.answers["LIST-3"]) == (checklist, {"value": "10.5", "note": ""})


@pytest.mark.parametrize(
    "checklist_body",
    [
        {"code": "LIST", "version": 99, "answers": {}},
        {"code": "LIST", "version": 1, "answers": {"LIST-9": "pass"}},
        {"code": "LIST", "version": 1, "answers": {"LIST-1": "maybe"}},
        {"code": "LIST", "version": 1, "answers": {"LIST-3": "NaN"}},
        {"code": "LIST", "version": 1, "answers": {"LIST-1": {"value": ["pass"]}}},
    ],
)
def test_answers_that_fit_no_version_are_refused_with_the_reason(put_visit, member, planned, seen, checklist, checklist_body):
    answer = put_visit(member, seen(checklist=checklist_body), key=planned.uuid)
    assert answer.status_code == 400
    assert answer.json()["checklist"]


# --- photos -----------------------------------------------------------------------------------------------------------------------------
def test_photos_arrive_afterwards_each_by_its_hash(api, put_visit, member, planned, seen):
    content = photo_bytes(3)
    sha256 = sha256_of(content)
    photos = [{"sha256": sha256, "size": len(content), "source": "album"}]
    assert put_visit(member, seen(photos=photos), key=planned.uuid).json()["photos_missing"] == [sha256]
    address = f"/api/v1/visits/{planned.uuid}/photos/{sha256}/"
    for _again in range(2):
        answer = api(member).put(address, content, content_type="application/octet-stream")
        assert (answer.status_code, answer.json()["photos_missing"]) == (200, [])
    slot = Visit.objects.get().photos.get()
    assert (slot.photo.sha256, slot.from_album) == (sha256, True)
    assert AuditEvent.objects.filter(action="visit.photo").count() == 1


def test_photo_never_announced_or_of_another_person_is_refused(api, put_visit, member, office, planned, seen):
    content = photo_bytes(4)
    address = f"/api/v1/visits/{planned.uuid}/photos/{sha256_of(content)}/"
    assert api(member).put(address, content, content_type="application/octet-stream").status_code == 404
    put_visit(member, seen(), key=planned.uuid)
    assert api(member).put(address, content, content_type="application/octet-stream").json()["code"] == "not_announced"
    assert api(office).put(address, content, content_type="application/octet-stream").status_code == 404


def test_photos_of_a_kept_visit_wait_with_it(api, put_visit, member, seen):
    content, key = photo_bytes(5), uuid.uuid4()
    photos = [{"sha256": sha256_of(content), "size": len(content)}]
    put_visit(member, seen(conclusion="?", photos=photos), key=key, **{"X-Offline": "1"})
    address = f"/api/v1/visits/{key}/photos/{sha256_of(content)}/"
    assert api(member).put(address, content, content_type="application/octet-stream").json()["photos_missing"] == []
    assert put_visit(member, seen(photos=photos), key=key).json()["photos_missing"] == []


def test_photo_that_somebody_else_sent_first_stays_with_a_kept_visit(api, put_visit, member, planned, seen, district):
    content, other = photo_bytes(4), UserFactory(member=district.villages[0])
    entries, name = [{"sha256": sha256_of(content), "size": len(content)}], f"photos/{sha256_of(content)}/"
    theirs = put_visit(other, seen(photos=entries), key=uuid.uuid4()).json()["uuid"]
    api(other).put(f"/api/v1/visits/{theirs}/{name}", content, content_type="image/jpeg")
    kept = put_visit(member, seen(photos=entries, lat=900), key=planned.uuid, **{"X-Offline": "1"})
    assert kept.json()["photos_missing"] == [sha256_of(content)]
    assert api(member).put(f"/api/v1/visits/{planned.uuid}/{name}", content, content_type="image/jpeg").json()["photos_missing"] == []
    assert put_visit(member, seen(photos=entries), key=planned.uuid).json()["photos_missing"] == []


@pytest.mark.parametrize("wrong", ["\x00", "\ud800"], ids=["NUL", "half a character"])
def test_answer_that_no_column_takes_is_refused_or_kept_for_repair(api, member, planned, checklist, wrong):
    code = checklist.items.first().code
    for answers in ({code: {"value": "pass", "note": wrong}}, {code: wrong}, {wrong: "pass"}):
        body = {"site": str(planned.site.uuid), "conclusion": "normal", "checklist": {"code": "LIST", "version": 1, "answers": answers}}
        address, said = f"/api/v1/visits/{planned.uuid}/", json.dumps(body)
        assert api(member).put(address, said, content_type="application/json").status_code == 400
        assert api(member).put(address, said, content_type="application/json", headers={"X-Offline": "1"}).status_code == 202


def test_oldest_visit_of_a_phone_stays_accepted(put_visit, member, planned, site, checklist):
    body = json.loads((Path(__file__).parent / "visit_v1.json").read_text(encoding="utf-8"))
    answer = put_visit(member, body | {"site": str(site.uuid)}, key=planned.uuid)
    assert answer.status_code == 201, answer.json()
    assert answer.json()["score"] == 66.67


def test_kept_visit_is_sent_again_by_its_author_once_the_post_is_back(client, put_visit, member, office, planned, seen):
    Post.objects.filter(user=member).update(ends_on=clock.today() - dt.timedelta(days=1))
    put_visit(member, seen(text="大门已关"), key=planned.uuid)
    address = f"/m/held/{planned.uuid}/"
    client.force_login(office)
    assert client.get(address).status_code == 404
    client.force_login(member)
    assert "大门已关" in client.get(address).content.decode()
    assert client.post(address).status_code == 400
    Post.objects.filter(user=member).update(ends_on=None)
    assert client.post(address).status_code == 302
    assert not HeldSubmission.objects.waiting().exists()
    assert Visit.objects.get().text == "大门已关"
