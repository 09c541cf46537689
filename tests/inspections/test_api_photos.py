import io
import uuid

import pytest
from django.core.management import call_command

from audit.models import AuditEvent
from evidence.models import Photo
from inspections.models import Finding, HeldSubmission
from inspections.services import smaller
from tests.factories.accounts import UserFactory
from tests.factories.evidence import photo_bytes, sha256_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(api):
    def put(user, key, content, *, sha256=None, length=None):
        more = {} if length is None else {"CONTENT_LENGTH": str(length)}
        return api(user).put(f"/api/v1/findings/{key}/photos/{sha256 or sha256_of(content)}/", content, content_type="image/jpeg", **more)

    return put


@pytest.fixture
def announced(put, member, report):
    """``announced(contents)`` is the uuid of a finding that announces these photos."""

    def submit(*contents, **changes):
        key = uuid.uuid4()
        entries = [{"sha256": sha256_of(content), "size": len(content)} for content in contents]
        assert put(member, report(photos=entries, **changes), key=key).status_code == 201
        return key

    return submit


def test_client_may_forget_when_its_uuid_is_echoed_and_nothing_is_missing(send, announced, member):
    first, second = photo_bytes(1), photo_bytes(2)
    key = announced(first, second)
    one = send(member, key, first)
    assert one.status_code == 200
    assert one.json() == {"uuid": str(key), "sha256": sha256_of(first), "photos_missing": [sha256_of(second)], "voices_missing": []}
    assert send(member, key, second).json()["photos_missing"] == []


def test_photo_sent_again_is_one_photo(send, announced, member):
    content = photo_bytes(1)
    key = announced(content)
    for _again in range(3):
        assert send(member, key, content).status_code == 200
    assert Photo.objects.count() == 1
    assert AuditEvent.objects.filter(action="finding.photo").count() == 1


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_broken_upload_is_not_taken_for_a_photo_and_can_be_repeated(send, announced, member, share):
    content = photo_bytes(1)
    key = announced(content)
    part = content[: int(len(content) * share)]
    broken = send(member, key, part, sha256=sha256_of(content))
    assert broken.status_code == 400
    assert Photo.objects.count() == 0
    assert send(member, key, content).json()["photos_missing"] == []


def test_photo_that_was_not_announced_is_refused(send, announced, member):
    key = announced(photo_bytes(1))
    answer = send(member, key, photo_bytes(2))
    assert (answer.status_code, answer.json()["code"]) == (400, "not_announced")


def test_photo_of_another_persons_finding_is_404(send, announced, office):
    content = photo_bytes(1)
    assert send(office, announced(content), content).status_code == 404


def test_something_else_than_a_photo_is_refused(send, announced, member):
    content = b"<html><script>alert(1)</script></html>"
    assert send(member, announced(content), content).status_code == 400


def test_photo_beyond_the_limit_is_413_in_json(send, announced, member):
    content = photo_bytes(1)
    answer = send(member, announced(content), content, length=16_000_000)
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_big"


def test_photo_used_for_another_finding_is_marked(send, announced, member):
    content = photo_bytes(1)
    first, second = announced(content), announced(content, text="另一处")
    send(member, first, content)
    send(member, second, content)
    assert {mark["code"] for mark in Finding.objects.get(uuid=second).flags} == {"photo_reused"}


def test_photos_of_a_kept_submission_are_taken_and_linked_when_it_is_repaired(send, put, member, report):
    content, key = photo_bytes(1), uuid.uuid4()
    entries = [{"sha256": sha256_of(content), "size": len(content)}]
    kept = put(member, report(photos=entries, lat=900), key=key, **{"X-Offline": "1"})
    assert kept.json()["photos_missing"] == [sha256_of(content)]
    assert send(member, key, content).json()["photos_missing"] == []
    repaired = put(member, report(photos=entries), key=key)
    assert (repaired.status_code, repaired.json()["photos_missing"]) == (201, [])


def test_photo_that_somebody_else_sent_first_is_asked_for_and_linked_all_the_same(send, announced, put, member, report, district):
    content, key, other = photo_bytes(1), uuid.uuid4(), UserFactory(member=district.villages[0])
    send(member, announced(content), content)
    entries = [{"sha256": sha256_of(content), "size": len(content)}]
    kept = put(other, report(photos=entries, lat=900), key=key, **{"X-Offline": "1"})
    assert kept.json()["photos_missing"] == [sha256_of(content)]
    assert send(other, key, content).json()["photos_missing"] == []
    repaired = put(other, report(photos=entries), key=key)
    assert (repaired.status_code, repaired.json()["photos_missing"]) == (201, [])


def test_report_repaired_elsewhere_takes_the_photos_its_phone_still_owes(client, send, put, member, report, bare):
    first, second, key = photo_bytes(1), photo_bytes(2), uuid.uuid4()
    entries = [{"sha256": sha256_of(content), "size": len(content)} for content in (first, second)]
    broken = report(photos=entries, problem_type="gone")
    put(member, broken, key=key, **{"X-Offline": "1"})
    send(member, key, first)
    client.force_login(member)
    assert "还有 1 张照片没有传到" in client.get(f"/m/held/{key}/").content.decode()
    client.post(f"/m/held/{key}/", {"problem_type": bare.pk, "text": "修好了"})
    again = put(member, broken, key=key, **{"X-Offline": "1"})
    told = again.json()
    assert (again.status_code, told["code"], told["stored"]["text"]) == (409, "payload_conflict", "修好了")
    assert (told["photos_missing"], told["voices_missing"]) == ([sha256_of(second)], [])
    assert not HeldSubmission.objects.waiting().exists()
    assert send(member, key, second).json()["photos_missing"] == []


def test_smaller_picture_takes_the_place_of_one_announced_by_a_kept_report(api, put, member, report):
    content, less, key = photo_bytes(1, size=(640, 480)), photo_bytes(1, size=(64, 48)), uuid.uuid4()
    put(member, report(photos=[{"sha256": sha256_of(content), "size": len(content)}], lat=900), key=key, **{"X-Offline": "1"})
    for _twice in range(2):
        answer = api(member).generic(
            "PUT", f"/api/v1/findings/{key}/photos/{sha256_of(less)}/", less, content_type="image/jpeg", headers={"X-Replaces": sha256_of(content)}
        )
        assert (answer.status_code, answer.json()["photos_missing"]) == (200, [])
    assert HeldSubmission.objects.get().payload["photos"] == [{"sha256": sha256_of(less), "size": len(less)}]


def test_smaller_picture_that_arrives_broken_replaces_nothing(api, announced, member):
    content, less = photo_bytes(1, size=(640, 480)), photo_bytes(1, size=(64, 48))
    key = announced(content)
    for sent, status in ((less[:-9], 400), (less, 200)):
        answer = api(member).generic(
            "PUT", f"/api/v1/findings/{key}/photos/{sha256_of(less)}/", sent, content_type="image/jpeg", headers={"X-Replaces": sha256_of(content)}
        )
        assert answer.status_code == status
        assert [slot.sha256 for slot in Finding.objects.get().photos.all()] == [sha256_of(content if status == 400 else less)]
    assert answer.json()["photos_missing"] == []
    call_command("verify_audit", "--state")


def test_smaller_picture_that_cannot_be_linked_is_not_announced_either(announced, member):
    content, less = photo_bytes(1, size=(640, 480)), photo_bytes(1, size=(64, 48))
    announced(content)
    finding = Finding.objects.get()

    def die(*_owner, **_options):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        smaller.stand_in(finding, sha256_of(content), io.BytesIO(less), sha256=sha256_of(less), size=len(less), by=member, link=die)
    assert [slot.sha256 for slot in finding.photos.all()] == [sha256_of(content)]


def test_same_report_again_is_no_longer_waiting_for_repair(put, member, report):
    key = uuid.uuid4()
    put(member, report(), key=key)
    put(member, report(lat=900), key=key, **{"X-Offline": "1"})
    assert put(member, report(), key=key).status_code == 200
    assert not HeldSubmission.objects.waiting().exists()


class TestPages:
    @pytest.fixture
    def address(self, send, announced, member):
        content = photo_bytes(1)
        key = announced(content)
        send(member, key, content)
        return lambda variant: f"/ledger/{key}/photos/{sha256_of(content)}/{variant}/"

    def test_display_copy_is_served_to_who_sees_the_finding(self, client, address, member, office):
        for user in (member, office):
            client.force_login(user)
            answer = client.get(address("320"))
            assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
            assert b"".join(answer.streaming_content)

    def test_strangers_get_404(self, client, address, district):
        client.force_login(UserFactory(member=district.villages[3]))
        assert client.get(address("320")).status_code == 404

    def test_original_is_audited_and_not_for_the_party_concerned(self, client, address, office, district):
        client.force_login(office)
        answer = client.get(address("original"))
        assert b"".join(answer.streaming_content) == photo_bytes(1)
        assert answer["Content-Disposition"].startswith("attachment")
        assert AuditEvent.objects.filter(action="photo.original", actor_id=office.pk).count() == 1
        client.force_login(UserFactory(town_manager=district.town_a.organisation))
        assert client.get(address("original")).status_code == 403

    def test_unknown_variant_is_404(self, client, address, office):
        client.force_login(office)
        assert client.get(address("9999")).status_code == 404
