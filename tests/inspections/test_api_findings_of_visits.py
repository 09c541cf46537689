"""What a finding may carry from a round: object, visit, failed items, what was done on the spot, a spoken memo."""

import uuid

import pytest

from audit import canonical
from audit.models import AuditEvent
from evidence import storage
from evidence.models import Recording
from inspections.models import Finding
from inspections.services.submit import content_digest
from tests.factories.accounts import UserFactory
from tests.factories.evidence import sha256_of
from tests.factories.inspections import FindingFactory
from tests.factories.registers import SiteFactory

pytestmark = pytest.mark.django_db
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm" + b"\x00" * 400
OGG = b"OggS\x00\x02" + b"\x00" * 22 + b"\x01\x13OpusHead" + b"\x00" * 200
AMR = b"#!AMR\n" + b"\x3c" * 200
M4A = b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A mp42isom" + b"\x00" * 200
AAC = b"\xff\xf1\x50\x80\x02\x1f\xfc" + b"\x00" * 200


def test_finding_names_object_visit_items_and_what_was_done(put, member, report, planned, checklist):
    answer = put(
        member,
        report(
            site=str(planned.site.uuid),
            visit=str(planned.uuid),
            checklist={"code": "LIST", "version": 1, "items": ["LIST-1", "LIST-1"]},
            outcome="dissuaded",
        ),
    )
    assert answer.status_code == 201, answer.json()
    finding = Finding.objects.get()
    assert (finding.site, finding.visit, finding.outcome) == (planned.site, planned, "dissuaded")
    assert finding.checklist == {"code": "LIST", "version": 1, "items": ["LIST-1"]}


def test_finding_without_words_says_what_the_failed_items_say(put, member, report, checklist):
    put(member, report(text="", checklist={"code": "LIST", "version": 1, "items": ["LIST-1", "LIST-2"]}))
    assert Finding.objects.get().text == "出入车辆冲洗不合格；物料覆盖不合格"


def test_finding_that_comes_before_its_visit_is_bound_when_it_arrives(put, put_visit, member, report, seen):
    key = uuid.uuid4()
    assert put(member, report(visit=str(key))).status_code == 201
    assert Finding.objects.get().visit is None
    assert put_visit(member, seen(), key=key).status_code == 201
    finding = Finding.objects.get()
    assert str(finding.visit.uuid) == str(key)
    assert AuditEvent.objects.filter(object_type="inspections.Finding", object_id=str(finding.pk)).order_by("-pk")[
        0
    ].after_sha256 == canonical.row_digest(finding)


def test_visit_of_another_person_is_not_bound(put, member, report, planned, district):
    assert put(UserFactory(member=district.villages[0]), report(visit=str(planned.uuid))).status_code == 201
    assert Finding.objects.get().visit is None


def test_object_we_do_not_know_is_refused_or_kept(put, member, report):
    body = report(site=str(uuid.uuid4()))
    assert "site" in put(member, body).json()
    assert put(member, body, **{"X-Offline": "1"}).status_code == 202
    foreign = SiteFactory()
    assert put(member, report(site=str(foreign.uuid))).status_code == 400


def test_finding_at_an_object_without_a_point_lies_in_its_grid(put, member, report, site):
    answer = put(member, report(site=str(site.uuid), lon=..., lat=...))
    assert answer.json()["grid"] == site.grid.code


def test_same_finding_with_object_again_is_a_replay_and_with_another_is_not(put, member, report, site):
    key = uuid.uuid4()
    put(member, report(site=str(site.uuid)), key=key)
    assert put(member, report(site=str(site.uuid)), key=key).status_code == 200
    assert put(member, report(), key=key).status_code == 409


def test_later_columns_change_no_older_digest(bare, member):
    body = {"uuid": uuid.uuid4(), "problem_type": bare, "text": "黄土", "photos": [{"sha256": "a" * 64, "size": 3}]}
    assert content_digest(body) == content_digest(body | {"site": None, "visit": None, "checklist": {}, "outcome": "", "voices": []})
    finding = FindingFactory(problem_type=bare, district=bare.district)
    names = Finding.AUDIT_FIELDS
    older = canonical.digest(canonical.dumps({name: canonical._as_stored(finding, name) for name in names}))
    assert canonical.row_digest(finding) == older
    finding.outcome = "dissuaded"
    assert canonical.row_digest(finding) != older


# --- spoken memos -----------------------------------------------------------------------------------------------------------------------
def announced(*contents: bytes) -> list[dict]:
    return [{"sha256": sha256_of(content), "size": len(content), "seconds": 12, "mime": "audio/webm"} for content in contents]


@pytest.fixture
def send_voice(api):
    def send(user, key, content):
        return api(user).put(f"/api/v1/findings/{key}/voices/{sha256_of(content)}/", content, content_type="application/octet-stream")

    return send


@pytest.mark.parametrize(("content", "mime"), [(WEBM, "audio/webm"), (OGG, "audio/ogg"), (AMR, "audio/amr"), (M4A, "audio/mp4"), (AAC, "audio/aac")])
def test_voice_arrives_by_its_hash_and_is_told_by_its_content(put, send_voice, member, report, content, mime):
    key = uuid.uuid4()
    answer = put(member, report(text="", voices=announced(content)), key=key).json()
    assert (answer["voices_missing"], answer["photos_missing"]) == ([sha256_of(content)], [])
    for _again in range(2):
        sent = send_voice(member, key, content)
        assert (sent.status_code, sent.json()["voices_missing"]) == (200, [])
    recording = Recording.objects.get()
    assert (recording.mime, storage.file_path(recording.sha256).read_bytes()) == (mime, content)
    assert AuditEvent.objects.filter(action="finding.voice").count() == 1


def test_voice_that_is_no_sound_is_refused(put, send_voice, member, report):
    key, content = uuid.uuid4(), b"<html>portal</html>" * 9
    put(member, report(voices=announced(content)), key=key)
    answer = send_voice(member, key, content)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_a_recording")


def test_voice_too_long_too_big_or_too_many_is_refused(put, member, report):
    entry = announced(WEBM)[0]
    for wrong in ([entry | {"seconds": 121}], [entry | {"size": 3_000_001}], [entry | {"sha256": f"{n:064x}"} for n in range(4)]):
        assert "voices" in put(member, report(voices=wrong)).json()


def test_voice_of_a_kept_report_waits_with_it(put, send_voice, member, report):
    key = uuid.uuid4()
    kept = put(member, report(lat=900, voices=announced(WEBM)), key=key, **{"X-Offline": "1"}).json()
    assert kept["voices_missing"] == [sha256_of(WEBM)]
    assert send_voice(member, key, WEBM).json()["voices_missing"] == []
    assert put(member, report(voices=announced(WEBM)), key=key).json()["voices_missing"] == []


@pytest.fixture
def spoken(put, send_voice, member, report):
    key = uuid.uuid4()
    put(member, report(text="", voices=announced(WEBM)), key=key)
    send_voice(member, key, WEBM)
    return Finding.objects.get()


def test_voice_is_played_by_office_and_reporter_alone(client, spoken, member, office, district):
    address = f"/ledger/{spoken.uuid}/voices/{sha256_of(WEBM)}/"
    town = UserFactory(town_handler=district.town_a.organisation)
    stranger = UserFactory(member=district.villages[3])
    for user, status in ((town, 403), (stranger, 404)):
        client.force_login(user)
        assert client.get(address).status_code == status
    for user in (member, office):
        client.force_login(user)
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (200, "audio/webm", "nosniff")
        assert b"".join(answer.streaming_content) == WEBM


def test_page_of_the_finding_plays_the_voice_or_says_that_there_is_one(client, spoken, office, district):
    client.force_login(office)
    assert f"/voices/{sha256_of(WEBM)}/" in client.get(spoken.get_absolute_url()).content.decode()
    client.force_login(UserFactory(town_handler=district.town_a.organisation))
    page = client.get(spoken.get_absolute_url()).content.decode()
    assert "有语音说明" in page
    assert "<audio" not in page
