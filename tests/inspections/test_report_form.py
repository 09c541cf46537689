import hashlib
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evidence.models import Photo
from inspections.models import Finding
from tests.factories.accounts import UserFactory
from tests.factories.evidence import photo_bytes, sha256_of
from tests.factories.grids import DistrictFactory, centre
from tests.factories.inspections import ProblemTypeFactory

pytestmark = pytest.mark.django_db


def photo(number=1):
    return SimpleUploadedFile(f"现场{number}.jpg", photo_bytes(number), "image/jpeg")


@pytest.fixture
def filled(district, bare):
    """``filled(**changes)`` is what a person has put into the form."""
    lon, lat = centre(district.villages[0])
    words = {"source": "headquarters", "problem_type": bare.pk, "text": "土方未覆盖", "lon": lon, "lat": lat}
    return lambda **changes: {"uuid": str(uuid.uuid4()), **words, **changes}


@pytest.fixture
def desk(client, office):
    client.force_login(office)
    return client


def test_problem_entered_at_a_desk_becomes_a_row_with_its_photos(desk, filled, office, district):
    answer = desk.post("/ledger/new/", filled(photos=[photo(1), photo(2)], severity="serious"))
    finding = Finding.objects.get()
    assert answer.url == finding.get_absolute_url()
    assert (finding.reporter, finding.source, finding.severity, finding.grid) == (office, "headquarters", "serious", district.villages[0])
    assert finding.photos.exclude(photo=None).count() == 2


def test_pressing_twice_is_one_problem(desk, filled):
    words = filled()
    for _press in range(2):
        desk.post("/ledger/new/", words | {"photos": [photo()]})
    assert Finding.objects.count() == 1


def test_form_comes_back_filled_and_photos_are_not_lost(desk, filled):
    words = filled(problem_type="", photos=[photo(1)])
    answer = desk.post("/ledger/new/", words)
    assert answer.status_code == 400
    assert "土方未覆盖" in answer.content.decode()
    kept = [token for token, _photo in answer.context["kept"]]
    assert len(kept) == Photo.objects.count() == 1
    desk.post("/ledger/new/", filled(uuid=words["uuid"], kept=kept, photos=[photo(2)]))
    assert list(Finding.objects.get().photos.values_list("sha256", flat=True)) == [sha256_of(photo_bytes(1)), sha256_of(photo_bytes(2))]


def test_kept_photo_of_another_person_is_not_taken(desk, filled, client, district):
    kept = [token for token, _photo in desk.post("/ledger/new/", filled(problem_type="", photos=[photo(1)])).context["kept"]]
    client.force_login(UserFactory(office_staff=district))
    client.post("/ledger/new/", filled(kept=[*kept, "forged:token"]))
    assert Finding.objects.get().photos.count() == 0


def test_photo_that_somebody_else_sent_first_is_still_linked(desk, filled, client, district):
    desk.post("/ledger/new/", filled(photos=[photo(1)]))
    client.force_login(UserFactory(office_staff=district))
    client.post("/ledger/new/", filled(photos=[photo(1)]))
    assert [finding.photos.filter(photo=None).count() for finding in Finding.objects.all()] == [0, 0]


def test_bad_photo_is_named_and_the_rest_stays(desk, filled):
    bad = SimpleUploadedFile("假.jpg", b"<html>", "image/jpeg")
    answer = desk.post("/ledger/new/", filled(photos=[photo(1), bad]))
    assert answer.status_code == 400
    assert "假.jpg" in answer.content.decode()
    assert len(answer.context["kept"]) == 1


def test_other_content_under_a_used_form_is_explained(desk, filled):
    words = filled()
    desk.post("/ledger/new/", words)
    answer = desk.post("/ledger/new/", words | {"text": "改了一个字"})
    assert answer.status_code == 400
    fresh = answer.context["fresh_uuid"]
    assert str(fresh) in answer.content.decode()
    desk.post("/ledger/new/", words | {"text": "改了一个字", "uuid": str(fresh)})
    assert Finding.objects.count() == 2


def test_problem_from_above_keeps_its_number_and_deadline(desk, filled):
    assert desk.post("/ledger/new/", filled(source="city_inspection")).context["form"].errors["superior_number"]
    desk.post("/ledger/new/", filled(source="city_inspection", superior_number="市督〔2026〕8号", superior_due_on="2026-12-31"))
    finding = Finding.objects.get()
    assert (finding.superior_number, f"{finding.superior_due_at:%Y-%m-%dT%H:%M}") == ("市督〔2026〕8号", "2026-12-31T15:59")


def test_sources_offered_are_those_the_seat_allows(client, district, filled):
    seats = {
        "supervision": (UserFactory(supervision=district), {"district_supervision", "covert_visit"}),
        "department": (UserFactory(dept_handler=district.housing), {"department", "self_check"}),
        "field": (UserFactory(member=district.villages[0]), {"grid_patrol", "self_check"}),
    }
    for name, (user, sources) in seats.items():
        client.force_login(user)
        form = client.get("/ledger/new/").context["form"]
        assert {value for value, _label in form.fields["source"].choices} == sources, name
    assert client.post("/ledger/new/", filled(source="covert_visit")).status_code == 400


def test_half_a_place_future_and_too_many_photos_are_refused(desk, filled):
    errors = desk.post("/ledger/new/", filled(lat="", captured_at="2999-01-01T00:00", photos=[photo(n) for n in range(10)])).context["form"].errors
    assert set(errors) == {"lon", "captured_at", "photos"}


@pytest.mark.parametrize("trait", ["auditor", "sysadmin"])
def test_those_who_serve_the_system_do_not_report(client, district, trait):
    client.force_login(UserFactory(**{trait: district}))
    assert client.get("/ledger/new/").status_code == 403
    assert client.get("/api/v1/field/bundle/").json()["person"]["may_report"] is False


class TestPhone:
    @pytest.fixture
    def phone(self, client, member):
        client.force_login(member)
        return client

    def test_kept_submission_is_repaired_by_its_author(self, phone, put, member, report, office):
        key = uuid.uuid4()
        put(member, report(problem_type="gone", seq=41, captured_at="2026-11-20T08:51:00+08:00"), key=key, **{"X-Offline": "1"})
        assert str(key) in phone.get("/m/held/").content.decode()
        page = phone.get(f"/m/held/{key}/")
        assert page.context["form"].initial["text"] == report()["text"]
        kind = page.context["types"][0]
        answer = phone.post(f"/m/held/{key}/", {"problem_type": kind.pk, "text": "修好了"})
        assert answer.url == f"/m/sent/{key}/"
        finding = Finding.objects.get(uuid=key)
        assert (finding.text, finding.seq, finding.device_id, finding.captured_at.day) == ("修好了", 41, "phone-1", 20)
        assert phone.get(f"/m/held/{key}/").status_code == 404

    def test_repair_keeps_all_that_was_said_besides_the_form(self, phone, put, api, member, report, site, planned, bare, district):
        key, memo = uuid.uuid4(), b"\x1aE\xdf\xa3 hum"
        said = {
            "severity": "serious",
            "site": str(site.uuid),
            "visit": str(planned.uuid),
            "checklist": {"code": "LIST", "version": 1, "items": ["LIST-1"]},
            "outcome": "dissuaded",
            "voices": [{"sha256": hashlib.sha256(memo).hexdigest(), "size": len(memo), "seconds": 4}],
        }
        put(member, report(problem_type=bare.pk, grid=district.villages[0].pk, lat=900, **said), key=key, **{"X-Offline": "1"})
        initial = phone.get(f"/m/held/{key}/").context["form"].initial
        assert (initial["problem_type"], initial["grid"], initial["stopped"]) == (bare.pk, district.villages[0].pk, True)
        phone.post(f"/m/held/{key}/", {"problem_type": bare.pk, "text": "修好了", "grid": district.villages[0].pk, "stopped": "on"})
        finding = Finding.objects.get(uuid=key)
        assert (finding.text, finding.severity, finding.outcome, finding.site, finding.visit) == ("修好了", "serious", "dissuaded", site, planned)
        assert (finding.checklist, finding.voices.get().sha256) == (said["checklist"], said["voices"][0]["sha256"])

    def test_repair_carries_no_part_that_is_wrong_itself(self, phone, put, member, report, bare):
        key = uuid.uuid4()
        put(member, report(severity="terrible", site=str(uuid.uuid4()), source="covert_visit"), key=key, **{"X-Offline": "1"})
        assert phone.post(f"/m/held/{key}/", {"problem_type": bare.pk, "text": "修好了"}).status_code == 302
        finding = Finding.objects.get(uuid=key)
        assert (finding.severity, finding.site, finding.source) == (bare.severity, None, "grid_patrol")

    def test_repair_that_loses_its_source_loses_what_came_from_above_too(self, phone, put, member, report, bare):
        above = {"superior_number": "市督〔2026〕8号", "superior_due_at": "2026-12-01T10:00:00+08:00"}
        for source in ("city_inspection", "grid_patrol", ...):
            key = uuid.uuid4()
            put(member, report(problem_type="gone", source=source, **above), key=key, **{"X-Offline": "1"})
            assert phone.post(f"/m/held/{key}/", {"problem_type": bare.pk, "text": "修好了"}).status_code == 302
            finding = Finding.objects.get(uuid=key)
            assert (finding.source, finding.superior_number, finding.superior_due_at) == ("grid_patrol", "", None)

    def test_repair_of_the_office_keeps_the_source_its_number_and_its_date(self, client, put, office, report, bare):
        client.force_login(office)
        key, above = uuid.uuid4(), {"superior_number": "市督〔2026〕8号", "superior_due_at": "2026-12-01T10:00:00+08:00"}
        put(office, report(problem_type="gone", source="city_inspection", **above), key=key, **{"X-Offline": "1"})
        client.post(f"/m/held/{key}/", {"problem_type": bare.pk, "text": "修好了"})
        finding = Finding.objects.get(uuid=key)
        assert (finding.source, finding.superior_number, f"{finding.superior_due_at:%Y-%m-%d %H:%M}") == (
            "city_inspection",
            "市督〔2026〕8号",
            "2026-12-01 02:00",
        )

    def test_repair_keeps_the_field_of_the_report_unless_the_type_is_of_another_district(self, client, put, report, bare, district):
        other = DistrictFactory()
        elsewhere = ProblemTypeFactory(district=other, field=other.dust, code="elsewhere")
        both = UserFactory(member=district.villages[0], patroller=other.villages[0])
        client.force_login(both)
        for kind, field in ((bare, district.straw), (elsewhere, other.dust)):
            key = uuid.uuid4()
            put(both, report(field=district.straw.pk, problem_type="gone"), key=key, **{"X-Offline": "1"})
            assert client.post(f"/m/held/{key}/", {"problem_type": kind.pk, "text": "修好了"}).status_code == 302
            assert Finding.objects.get(uuid=key).field == field

    def test_kept_submission_of_another_person_is_404(self, phone, put, office, report):
        key = uuid.uuid4()
        put(office, report(lat=900), key=key, **{"X-Offline": "1"})
        assert phone.get(f"/m/held/{key}/").status_code == 404

    @pytest.mark.parametrize("payload", ['[1, "x"]', '{"photos": 5, "text": {"a": 1}, "captured_at": "x", "problem_type": [], "seq": -1}'])
    def test_wildly_broken_submission_can_be_looked_at(self, phone, api, member, payload):
        key = uuid.uuid4()
        answer = api(member).put(f"/api/v1/findings/{key}/", payload, content_type="application/json", headers={"X-Offline": "1"})
        assert answer.status_code == 202
        assert phone.get("/m/held/").status_code == phone.get(f"/m/held/{key}/").status_code == 200

    def test_photos_are_added_to_a_problem_that_is_already_there(self, phone, desk, filled, member, office):
        desk.post("/ledger/new/", filled(photos=[photo(1)]))
        finding = Finding.objects.get()
        phone.force_login(member)
        assert phone.post(f"/m/report/{finding.uuid}/photos/", {"note": ""}).status_code == 400
        for _twice in range(2):
            phone.post(f"/m/report/{finding.uuid}/photos/", {"photos": [photo(1), photo(2)], "note": "又有一堆"})
        assert finding.photos.exclude(photo=None).count() == 2
        event = finding.events.get(action="supplement")
        assert (event.note, event.by_name, event.by) == ("又有一堆", "", member)
        assert Finding.objects.count() == 1

    def test_where_says_the_grid_of_a_point(self, phone, district):
        lon, lat = centre(district.villages[0])
        assert phone.get("/ledger/where/", {"lon": lon, "lat": lat}).json()["grids"][0]["code"] == district.villages[0].code
        assert phone.get("/ledger/where/", {"lon": 0, "lat": 0}).json() == {"grids": []}
        assert phone.get("/ledger/where/", {"lon": "nan", "lat": "x"}).status_code == 400
        assert phone.get("/ledger/nearby/", {"lon": 1, "lat": 1, "problem_type": "x"}).status_code == 400
