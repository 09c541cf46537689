"""Marks on visits: shown, answered by the person, never in the way."""

import datetime as dt
import io

import pytest
from PIL import Image, ImageDraw

from audit.models import AuditEvent
from common import clock
from common.errors import NotYourRole
from evidence.plausibility import bits_apart
from inspections.models import FieldSettings, Visit
from inspections.services import visit_flags
from tests.factories.accounts import UserFactory
from tests.factories.evidence import sha256_of
from tests.factories.inspections import FindingFactory, VisitFactory
from tests.factories.registers import SiteFactory

pytestmark = pytest.mark.django_db


def picture(*, shift: int = 0, quality: int = 90, taken: str = "") -> bytes:
    """A street with some houses; a shift of ten makes another street."""
    image, out = Image.new("RGB", (640, 480), (120, 150, 200)), io.BytesIO()
    draw = ImageDraw.Draw(image)
    for n in range(6):
        left = (n * 97 + shift * 53) % 600
        draw.rectangle((left, 100 + (n * 61 + shift * 31) % 250, left + 70, 470), fill=(40 * n, 200 - 30 * n, (shift * 17 + 60) % 255))
    exif = Image.Exif()
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    image.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def codes(visit) -> list[str]:
    return [each["code"] for each in Visit.objects.get(pk=visit.pk).flags]


@pytest.fixture
def visit_with(api, put_visit, member, patrol, site, seen, district):
    """A visit of the member with one photo that has arrived."""

    def make(content: bytes, *, source="camera", at=site, **changes):
        visit = VisitFactory(patrol=patrol, site=at)
        photos = [{"sha256": sha256_of(content), "size": len(content), "source": source}]
        answer = put_visit(member, seen(photos=photos, site=str(at.uuid), **changes), key=visit.uuid)
        assert answer.status_code == 201, answer.json()
        sent = api(member).put(f"/api/v1/visits/{visit.uuid}/photos/{sha256_of(content)}/", content, content_type="application/octet-stream")
        assert sent.status_code == 200, sent.json()
        return visit

    return make


@pytest.mark.parametrize(("metres", "accuracy", "is_far"), [(90, 0, False), (111, 0, True), (150, 60, False), (150, 40, True)])
def test_visit_far_from_its_object_beyond_its_accuracy_is_marked(put_visit, member, planned, seen, site, metres, accuracy, is_far):
    put_visit(member, seen(lat=site.lat + metres / 111_195, accuracy=accuracy), key=planned.uuid)
    assert ("far_from_site" in codes(planned)) is is_far


def test_district_says_what_is_far(put_visit, member, planned, seen, site):
    FieldSettings.objects.create(district=planned.district, far_m=300)
    put_visit(member, seen(lat=site.lat + 0.002), key=planned.uuid)
    assert codes(planned) == []


def test_clock_ahead_and_late_arrival_and_no_place_are_marked(put_visit, member, patrol, site, seen):
    now = clock.now()
    ahead, late = VisitFactory(patrol=patrol, site=site), VisitFactory(patrol=patrol, site=site)
    put_visit(member, seen(arrived_at=(now + dt.timedelta(days=8)).isoformat(), lon=..., lat=...), key=ahead.uuid)
    put_visit(member, seen(arrived_at=(now - dt.timedelta(days=8)).isoformat()), key=late.uuid)
    assert codes(ahead) == ["clock_ahead", "no_place"]
    assert codes(late) == ["late_arrival"]


def test_same_words_again_are_marked_unless_they_are_short(put_visit, member, patrol, site, seen):
    for text, marked in (("工地北侧覆盖到位无裸土", []), ("工地北侧覆盖到位无裸土", ["same_words"]), ("正常", []), ("正常", [])):
        visit = VisitFactory(patrol=patrol, site=site)
        put_visit(member, seen(text=text), key=visit.uuid)
        assert codes(visit) == marked


def test_five_objects_in_one_minute_are_marked(put_visit, member, patrol, site, seen, district):
    now = clock.now() - dt.timedelta(minutes=5)
    marked = []
    for n in range(6):
        other = SiteFactory(district=district, kind=site.kind, lon=site.lon, lat=site.lat)
        visit = VisitFactory(patrol=patrol, site=other)
        put_visit(member, seen(site=str(other.uuid), arrived_at=(now + dt.timedelta(seconds=10 * n)).isoformat()), key=visit.uuid)
        marked.append("many_at_once" in codes(visit))
    assert marked == [False] * 4 + [True] * 2


def test_nobody_is_two_kilometres_away_within_ten_seconds(put_visit, member, patrol, site, seen, district):
    now = clock.now() - dt.timedelta(minutes=5)
    far = SiteFactory(district=district, kind=site.kind, lon=site.lon, lat=site.lat + 0.02)
    for place, seconds, marked in ((site, 0, []), (far, 10, ["too_fast"]), (site, 250, [])):
        visit = VisitFactory(patrol=patrol, site=place)
        moment = (now + dt.timedelta(seconds=seconds)).isoformat()
        put_visit(member, seen(site=str(place.uuid), lon=place.lon, lat=place.lat, arrived_at=moment), key=visit.uuid)
        assert codes(visit) == marked


def test_album_and_old_photo_are_marked(visit_with):
    visit = visit_with(picture(taken="2026:11:24 08:00:00"), source="album", arrived_at="2026-11-24T08:30:00+08:00")
    assert {"from_album", "photo_old"} <= set(codes(visit))


def test_photo_used_again_is_marked_and_not_the_one_of_its_own_finding(visit_with, district, planned, api, put, member, report):
    content = picture(shift=1)
    first = visit_with(content)
    assert "photo_reused" not in codes(first)
    assert "photo_reused" in codes(visit_with(content))
    own = picture(shift=7)
    put(member, report(visit=str(planned.uuid), photos=[{"sha256": sha256_of(own), "size": len(own)}]))
    FindingFactory(district=district)
    visit = visit_with(own)
    assert "photo_reused" in codes(visit)


def test_nearly_the_same_photo_is_marked_and_another_is_not(visit_with):
    visit_with(picture(shift=2))
    assert "photo_alike" in codes(visit_with(picture(shift=2, quality=40)))
    assert "photo_alike" not in codes(visit_with(picture(shift=9)))


def test_likeness_of_a_plain_surface_says_nothing(visit_with):
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "grey").save(out, "JPEG")
    assert visit_with(out.getvalue()).photos.get().photo.likeness is None


def test_bits_are_counted_over_the_sign():
    assert bits_apart(-1, 0) == 64
    assert bits_apart(5, 4) == 1


def test_person_answers_a_mark_and_nobody_else(put_visit, member, planned, seen, district):
    put_visit(member, seen(lon=..., lat=...), key=planned.uuid)
    visit = Visit.objects.get(pk=planned.pk)
    with pytest.raises(NotYourRole):
        visit_flags.answer(visit, "no_place", text="地下室没有信号", by=UserFactory(office_staff=district))
    visit_flags.answer(visit, "no_place", text="地下室没有信号", by=member)
    visit_flags.answer(visit, "no_place", text=" 地下室没有信号", by=member)
    [mark] = Visit.objects.get(pk=planned.pk).flags
    assert (mark["code"], mark["answer"]) == ("no_place", "地下室没有信号")
    assert AuditEvent.objects.filter(action="visit.flag_answer").count() == 1
