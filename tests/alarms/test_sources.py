"""Who may have which word in the address, and one device for one form however often it is sent."""

import importlib
import uuid
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.urls import reverse

from accounts.models import Device
from alarms.models import AlarmSource, SignalPicture
from alarms.services import intake, pictures, sources
from common import clock
from common.errors import Conflict
from tests.factories.alarms import SourceFactory, message
from tests.factories.districts import made_district
from tests.factories.evidence import photo_bytes
from tests.factories.grids import centre

pytestmark = pytest.mark.django_db


@pytest.fixture
def fields(district):
    lon, lat = centre(district.villages[0])
    return {"kind": "smoke_camera", "name": "东塔", "slug": "east-tower", "lon": lon, "lat": lat, "unit": "ug", "is_active": "on"}


def station_of(district, pk=7):
    lon, lat = centre(district.villages[0])
    return SimpleNamespace(pk=pk, code="S7", name="实验中学站", lon=lon, lat=lat, grid=district.villages[0], district_id=district.pk)


def call(district) -> AlarmSource:
    return intake.report_smoke(district, {"key": uuid.uuid4(), "text": "有烟", "address": "村东"}).source


# --- words ------------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("slug", ["station-7", "citizen-1", "Station-x"])
def test_the_systems_own_words_are_refused_with_the_remedy(enter, director, fields, slug):
    answer = enter(director).post(reverse("alarms:new-source"), fields | {"slug": slug})

    assert answer.status_code == 422
    assert answer.context["form"].errors["slug"] == ["以 station- 和 citizen- 开头的代码留给系统自己的来源，请换一个，或留空由系统给出。"]


def test_a_device_that_took_a_stations_word_long_ago_stops_no_anomaly(district):
    SourceFactory(district=district, slug="station-7", kind="dust_monitor")
    facts = {"pollutant": "pm25", "rule": "R1", "hour": None, "words": "偏高", "district_id": district.pk}
    alarm = intake.from_anomaly(SimpleNamespace(pk=1, station=station_of(district), level="yellow", **facts))

    assert (alarm.source.kind, alarm.source.slug) == ("station", "station-7-0")


def test_a_device_of_another_district_takes_no_districts_callers(district):
    SourceFactory(district=made_district(), slug=f"citizen-{district.pk}")
    first = call(district)

    assert (first.district, first.kind, call(district)) == (district, "citizen", first)


# --- pressed twice --------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("slug", ["east-tower", ""])
def test_a_form_sent_twice_is_one_device_and_the_second_answer_shows_it(enter, director, fields, slug):
    client = enter(director)
    key = client.get(reverse("alarms:new-source")).context["form"]["form_key"].value()
    first = client.post(reverse("alarms:new-source"), fields | {"slug": slug, "form_key": key})
    second = client.post(reverse("alarms:new-source"), fields | {"slug": slug, "form_key": key}, follow=True)

    source = AlarmSource.objects.get()
    assert (first.status_code, Device.objects.count(), str(source.form_key)) == (200, 1, str(key))
    assert second.redirect_chain == [(reverse("alarms:source", args=[source.pk]), 302)]
    assert "密钥只显示一次，没有看到的，请换发密钥。" in second.content.decode()


def test_two_forms_are_two_devices(enter, director, fields):
    client = enter(director)
    for slug in ("east-tower", "west-tower"):
        client.post(reverse("alarms:new-source"), fields | {"slug": slug, "form_key": uuid.uuid4()})
    assert AlarmSource.objects.count() == 2


@pytest.mark.parametrize("key", ["", "x", "1" * 500])
def test_a_form_without_a_key_is_a_form_all_the_same(enter, director, fields, key):
    answer = enter(director).post(reverse("alarms:new-source"), fields | {"form_key": key})
    assert answer.status_code == (422 if key else 200)


def test_who_is_slower_by_a_moment_is_told_and_leaves_no_key_behind(director, district):
    taken = SourceFactory(district=district, slug="east-tower")
    late = AlarmSource(district=district, kind="smoke_camera", name="东塔", slug=taken.slug)
    with pytest.raises(Conflict):
        sources.create(late, by=director)

    assert (late.pk, Device.objects.count()) == (None, 0)


def test_keys_of_devices_of_an_older_release_open_the_door_for_alarms_only(district):
    camera, platform = (
        Device.objects.create(district_id=district.pk, name=name, key_hash=name, made_at=clock.now()) for name in ("东塔", "市站平台")
    )
    SourceFactory(district=district, device=camera)
    importlib.import_module("alarms.migrations.0003_uses_of_keys").mark(apps, None)
    camera.refresh_from_db()
    platform.refresh_from_db()
    assert (camera.use, platform.use) == ("alarm", "data")


# --- pictures ------------------------------------------------------------------------------------------------------------------------------
def test_a_picture_whose_file_went_with_another_signal_is_the_evidence_it_became(camera):
    for n in range(2):
        intake.take_in(camera, message(n, pictures=(photo_bytes(3),)), size=1)
    first, second = SignalPicture.objects.order_by("pk")
    pictures.take_in(first)
    pictures.waiting_path(first.sha256).unlink()

    assert pictures.take_in(second).photo == first.photo
    second.refresh_from_db()
    assert (second.photo, second.refused) == (first.photo, "")


def test_a_picture_that_is_nowhere_is_named(camera):
    intake.take_in(camera, message(pictures=(photo_bytes(3),)), size=1)
    picture = SignalPicture.objects.get()
    pictures.waiting_path(picture.sha256).unlink()

    assert pictures.take_in(picture).refused == "图片文件已不在服务器上。"


def test_a_word_of_the_systems_own_that_is_taken_steps_aside_until_one_is_free(district):
    for slug in ("station-5", "station-5-0"):
        SourceFactory(district=district, slug=slug)
    assert sources.own_slug("station", 5) == "station-5-1"
