import datetime as dt
import json
import uuid
from pathlib import Path

import pytest

from audit.models import AuditEvent
from common import clock
from grids.models import Post
from inspections.models import Finding, FindingEvent, HeldSubmission
from tests.factories.accounts import UserFactory
from tests.factories.inspections import ProblemTypeFactory

pytestmark = pytest.mark.django_db


def test_report_becomes_one_row_in_the_grid_of_its_point(put, member, report, district):
    key = uuid.uuid4()
    answer = put(member, report(), key=key)
    assert answer.status_code == 201
    assert answer.json()["uuid"] == str(key)
    assert answer.json()["replay"] is False
    assert answer.json()["photos_missing"] == []
    finding = Finding.objects.get(uuid=key)
    assert (finding.grid, finding.state, finding.number, finding.reporter) == (district.villages[0], "reported", None, member)
    assert finding.step_due_at
    assert FindingEvent.objects.filter(finding=finding, action="submit", by=member).count() == 1
    assert AuditEvent.objects.filter(action="finding.submit", object_id=str(finding.pk)).count() == 1


def test_no_date_from_above_without_a_source_from_above(put, member, report):
    key = uuid.uuid4()
    assert put(member, report(superior_due_at="2026-12-01T10:00:00+08:00"), key=key).status_code == 201
    assert Finding.objects.get(uuid=key).superior_due_at is None


def test_same_content_again_is_a_replay(put, member, report):
    key, body = uuid.uuid4(), report(captured_at="2026-11-20T08:51:00+08:00")
    put(member, body, key=key)
    again = put(member, body | {"unheard_of": 1, "v": 7}, key=key)
    assert again.status_code == 200
    assert again.json()["replay"] is True
    assert Finding.objects.count() == 1


def test_same_uuid_with_other_content_shows_what_is_stored(put, member, report):
    key = uuid.uuid4()
    put(member, report(), key=key)
    answer = put(member, report(text="另一处"), key=key)
    assert answer.status_code == 409
    assert answer.json()["code"] == "payload_conflict"
    assert answer.json()["stored"]["text"] == report()["text"]
    assert Finding.objects.get().text == report()["text"]


def test_same_uuid_of_another_person_is_refused_without_a_word(put, member, office, report):
    key = uuid.uuid4()
    put(member, report(text="机密词"), key=key)
    answer = put(office, report(text="机密词"), key=key)
    assert answer.status_code == 409
    assert set(answer.json()) == {"code", "detail"}
    assert "机密词" not in answer.content.decode()


def test_wrong_content_is_400_online_and_kept_when_it_comes_from_a_queue(put, member, report):
    key = uuid.uuid4()
    body = report(problem_type="no-such-type", lon=None)
    online = put(member, body, key=key)
    assert online.status_code == 400
    assert "problem_type" in online.json()
    queued = put(member, body, key=key, **{"X-Offline": "1"})
    assert queued.status_code == 202
    assert queued.json()["uuid"] == str(key)
    assert queued.json()["needs_fix"]["problem_type"]
    assert HeldSubmission.objects.get().payload["text"] == body["text"]
    assert Finding.objects.count() == 0


def test_twenty_broken_submissions_are_all_kept_for_their_author(put, member, report):
    for n in range(20):
        assert put(member, report(lat=900 + n), **{"X-Offline": "1"}).status_code == 202
    assert HeldSubmission.objects.visible_to(member).waiting().count() == 20


def test_repaired_submission_is_no_longer_waiting(put, member, report):
    key = uuid.uuid4()
    put(member, report(lat=900), key=key, **{"X-Offline": "1"})
    assert put(member, report(), key=key, **{"X-Offline": "1"}).status_code == 201
    assert HeldSubmission.objects.waiting().count() == 0


def test_author_who_lost_the_post_meanwhile_has_the_report_kept(put, member, report):
    Post.objects.filter(user=member).update(ends_on=clock.today() - dt.timedelta(days=1))
    answer = put(member, report())
    assert answer.status_code == 202
    assert HeldSubmission.objects.get().author == member


def test_author_who_lost_only_this_grid_has_the_report_kept(put, member, report, district):
    answer = put(member, report(grid=district.villages[3].code))
    assert answer.status_code == 202
    assert "grid" in answer.json()["needs_fix"]


def test_replay_after_the_post_was_lost_still_answers_200(put, member, report):
    key = uuid.uuid4()
    put(member, report(), key=key)
    Post.objects.filter(user=member).update(ends_on=clock.today() - dt.timedelta(days=1))
    assert put(type(member).objects.get(pk=member.pk), report(), key=key).status_code == 200


def test_retired_type_of_an_old_phone_is_accepted(put, member, report, bare):
    type(bare).objects.update(is_active=False)
    assert put(member, report()).status_code == 201


def test_oldest_payload_of_a_phone_stays_accepted(put, member, district):
    ProblemTypeFactory(district=district, field=district.straw, code="straw-fire")
    body = json.loads((Path(__file__).parent / "payload_v1.json").read_text(encoding="utf-8"))
    assert put(member, body).status_code == 201


def test_forbidden_words_in_the_body_change_nothing(put, member, office, report, district):
    forged = {
        "id": 7, "state": "struck_off", "number": "2026-000001", "reporter": office.pk, "district": 1, "version": 99, "is_sealed": True,
        "received_at": "2020-01-01T00:00:00Z", "registered_at": "2020-01-01T00:00:00Z", "due_at": "2020-01-01T00:00:00Z", "payload_sha256": "0",
        "grid_path": "/", "flags": [], "risk": "low",
    }  # fmt: skip
    answer = put(member, report(**forged))
    assert answer.status_code == 201
    finding = Finding.objects.get()
    assert (finding.state, finding.number, finding.reporter, finding.version, finding.is_sealed) == ("reported", None, member, 1, False)
    assert finding.district_id == district.pk
    assert finding.received_at.year >= 2026
    assert finding.grid_path == district.villages[0].path


def test_late_and_early_phone_clocks_are_marked_not_refused(put, member, report):
    late = put(member, report(captured_at=(clock.now() - dt.timedelta(days=3)).isoformat()))
    early = put(member, report(captured_at=(clock.now() + dt.timedelta(days=2)).isoformat()))
    assert [mark["code"] for mark in late.json()["flags"]] == ["late_arrival"]
    assert [mark["code"] for mark in early.json()["flags"]] == ["clock_ahead"]


def test_source_of_another_office_is_refused(put, member, report):
    assert put(member, report(source="covert_visit")).status_code == 400
    assert put(member, report(source="central_inspection")).status_code == 400


def test_covert_visit_is_sealed_until_assigned(put, api, supervision, office, report):
    key = uuid.uuid4()
    assert put(supervision, report(source="covert_visit"), key=key).status_code == 201
    assert api(supervision).get(f"/api/v1/findings/{key}/").status_code == 200
    assert api(office).get(f"/api/v1/findings/{key}/").status_code == 404


def test_reporter_is_told_to_office_and_supervision_only(put, api, member, office, supervision, district, report):
    key = uuid.uuid4()
    put(member, report(), key=key)
    town = UserFactory(town_manager=district.town_a.organisation)
    shown = {user: api(user).get(f"/api/v1/findings/{key}/").json()["reporter"] for user in (office, supervision, member, town)}
    assert shown == {office: str(member), supervision: str(member), member: str(member), town: None}


def test_nobody_without_an_office_or_post_submits(put, report):
    assert put(UserFactory(), report()).status_code == 202
    assert Finding.objects.count() == 0


def test_anonymous_is_401_in_json_and_never_sent_elsewhere(client, report, db):
    answer = client.put(f"/api/v1/findings/{uuid.uuid4()}/", report(), content_type="application/json")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/json"


HOSTILE = {
    "nan": '{"problem_type": "bare-ground", "lon": NaN, "lat": 34}',
    "infinite": '{"problem_type": "bare-ground", "lon": 1e999, "lat": 34}',
    "text nan": '{"problem_type": "bare-ground", "lon": "nan", "lat": "34"}',
    "nul": '{"problem_type": "bare-ground", "text": "a\\u0000b"}',
    "nul type": '{"problem_type": "bare\\u0000"}',
    "half character": '{"problem_type": "bare-ground", "text": "\\ud800"}',
    "half character type": '{"problem_type": "\\ud800"}',
    "huge seq": '{"problem_type": "bare-ground", "seq": ' + "9" * 4000 + "}",
    "huge key": '{"problem_type": ' + "9" * 30 + "}",
    "bool": '{"problem_type": true}',
    "list": "[]",
    "text": '"hello"',
    "null": "null",
    "deep": '{"problem_type": "bare-ground", "x": ' + "[" * 30_000 + "]" * 30_000 + "}",
    "year 1": '{"problem_type": "bare-ground", "captured_at": "0001-01-01T00:00:00+14:00"}',
    "year 9999": '{"problem_type": "bare-ground", "captured_at": "9999-12-31T23:59:59-14:00"}',
    "photos dict": '{"problem_type": "bare-ground", "photos": {}}',
    "photo list": '{"problem_type": "bare-ground", "photos": [[]]}',
    "photo hash": '{"problem_type": "bare-ground", "photos": [{"sha256": "../../x", "size": 1}]}',
    "photo size": '{"problem_type": "bare-ground", "photos": [{"sha256": "' + "a" * 64 + '", "size": 99999999999}]}',
    "not json": "<xml>",
    "not utf-8": b'{"text": "\xff\xfe"}',
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("offline", ["0", "1"])
def test_hostile_bodies_are_400_or_kept_and_never_500(api, member, bare, name, offline):
    answer = api(member).put(f"/api/v1/findings/{uuid.uuid4()}/", HOSTILE[name], content_type="application/json", headers={"X-Offline": offline})
    assert answer.status_code in ((400,) if offline == "0" else (202, 400)), answer.content
    assert Finding.objects.count() == 0


def test_body_beyond_the_limit_is_413(api, member, bare):
    answer = api(member).put(f"/api/v1/findings/{uuid.uuid4()}/", json.dumps({"x": "y" * 3_000_000}), content_type="application/json")
    assert answer.status_code == 413


def test_same_photo_announced_twice_counts_once(put, member, report):
    photo = {"sha256": "a" * 64, "size": 10}
    answer = put(member, report(photos=[photo, photo]))
    assert answer.status_code == 201
    assert answer.json()["photos_missing"] == ["a" * 64]


def test_ten_photos_are_too_many(put, member, report):
    answer = put(member, report(photos=[{"sha256": f"{n:064x}", "size": 10} for n in range(10)]))
    assert answer.status_code == 400
    assert "photos" in answer.json()
