"""Rounds from phones: begun and finished, fields only ever fill up."""

import datetime as dt
import uuid

import pytest

from audit.models import AuditEvent
from common import clock
from grids.models import Post
from inspections.models import FieldSettings, HeldSubmission, Patrol, PatrolSending
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
TRACK = [["2026-11-24T14:00:00Z", 114.01, 34.01, 10], ["bad"], ["2026-11-24T14:01:00Z", 114.011, 34.01, 12]]


def body(**changes) -> dict:
    return {"v": 1, "device_id": "phone-1", "seq": 1} | changes


def test_round_is_begun_and_finished_and_the_first_value_stays(put_patrol, member, patrol):
    begun, later = "2026-11-24T08:30:00+08:00", "2026-11-24T09:00:00+08:00"
    first = put_patrol(member, body(started_at=begun), key=patrol.uuid)
    assert (first.status_code, first.json()["replay"], first.json()["state"]) == (200, False, "started")
    again = put_patrol(member, body(started_at=later), key=patrol.uuid)
    assert (again.status_code, again.json()["replay"]) == (200, True)
    done = put_patrol(member, body(seq=2, started_at=begun, finished_at=later, note="无异常"), key=patrol.uuid)
    assert (done.json()["replay"], done.json()["state"]) == (False, "finished")
    patrol.refresh_from_db()
    assert (patrol.started_at, patrol.finished_at) == (dt.datetime.fromisoformat(begun), dt.datetime.fromisoformat(later))
    assert (patrol.note, patrol.state) == ("无异常", "finished")
    assert list(AuditEvent.objects.filter(object_type="inspections.Patrol").order_by("pk").values_list("action", flat=True)) == [
        "patrol.begin",
        "patrol.finish",
    ]
    assert set(PatrolSending.objects.values_list("seq", flat=True)) == {1, 2}


def test_round_of_own_accord_is_made_by_its_uuid(put_patrol, member, district):
    key = uuid.uuid4()
    sent = body(kind="night", grid=district.villages[0].pk, started_at=clock.now().isoformat())
    assert put_patrol(member, sent, key=key).status_code == 201
    assert put_patrol(member, sent, key=key).json()["replay"] is True
    patrol = Patrol.objects.get()
    assert (patrol.kind, patrol.is_planned, patrol.grid, patrol.post_role, patrol.state) == (
        "night",
        False,
        district.villages[0],
        "member",
        "started",
    )


def test_round_of_own_accord_says_where(put_patrol, member):
    assert "grid" in put_patrol(member, body(kind="night")).json()
    kept = put_patrol(member, body(grid="no-such-grid"), **{"X-Offline": "1"})
    assert kept.status_code == 202
    assert HeldSubmission.objects.get().kind == "patrol"


def test_round_in_a_foreign_grid_is_kept(put_patrol, member, district):
    assert put_patrol(member, body(kind="night", grid=district.villages[3].code)).status_code == 202


def test_round_of_somebody_who_lost_the_post_is_still_taken_in_when_it_was_planned(put_patrol, member, patrol):
    Post.objects.filter(user=member).update(ends_on=clock.today() - dt.timedelta(days=1))
    assert put_patrol(member, body(started_at=clock.now().isoformat()), key=patrol.uuid).status_code == 200
    assert put_patrol(member, body(kind="daily", grid=patrol.grid.code)).status_code == 202


def test_round_of_another_person_is_refused_without_a_word(put_patrol, patrol, district):
    answer = put_patrol(UserFactory(member=district.villages[0]), body(note="x"), key=patrol.uuid)
    assert answer.status_code == 409
    assert set(answer.json()) == {"code", "detail"}


@pytest.mark.parametrize(("kind", "is_on", "kept"), [("night", True, 2), ("emergency", True, 2), ("daily", True, 0), ("night", False, 0)])
def test_track_is_kept_only_at_night_or_under_a_warning_and_while_switched_on(put_patrol, member, patrol, kind, is_on, kept):
    FieldSettings.objects.create(district=patrol.district, track=is_on)
    Patrol.objects.update(kind=kind)
    answer = put_patrol(member, body(started_at=clock.now().isoformat(), track=TRACK), key=patrol.uuid)
    assert answer.json()["tracked"] is bool(kept)
    patrol.refresh_from_db()
    assert len(patrol.track) == kept


def test_kept_round_is_sent_again_by_its_author(client, put_patrol, member, district):
    key = uuid.uuid4()
    foreign = district.villages[3]
    put_patrol(member, body(kind="night", grid=foreign.code, started_at=clock.now().isoformat()), key=key)
    client.force_login(member)
    assert client.post(f"/m/held/{key}/").status_code == 400
    Post.objects.create(user=member, grid=foreign, role="patroller", starts_on=clock.today())
    assert client.post(f"/m/held/{key}/").status_code == 302
    assert Patrol.objects.get().grid == foreign
