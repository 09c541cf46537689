import io

import pytest
from PIL import Image

from evidence import guard, rendering, services, storage, tasks
from evidence.models import Photo
from tests.evidence import corpus
from tests.factories.evidence import PhotoFactory, sha256_of

pytestmark = pytest.mark.django_db


def stored(content: bytes) -> Photo:
    return services.store(io.BytesIO(content), sha256=sha256_of(content), size=len(content), by=None)


def copies(photo: Photo) -> list[bytes]:
    return [storage.display_path(photo.sha256, variant).read_bytes() for variant in rendering.VARIANTS]


@pytest.mark.parametrize("name", [name for name in corpus.TAKEN if name != "59 megapixels"])
def test_copies_are_plain_jpegs_of_the_right_size(name):
    photo = stored(corpus.TAKEN[name][0]())

    assert services.render(photo)

    for variant, details in rendering.VARIANTS.items():
        with Image.open(storage.display_path(photo.sha256, variant)) as copy:
            assert (copy.format, copy.mode) == ("JPEG", "RGB")
            assert max(copy.size) <= details["pixels"]
            assert not copy.getexif() and "comment" not in copy.info and "icc_profile" not in copy.info
    assert photo.rendered_at and not photo.render_error


def test_copies_carry_no_marker_no_place_and_no_model():
    for content in (corpus.polyglot(), corpus.trailing_zip(), corpus.jpeg_with_exif(model="SecretPhone")):
        photo = stored(content)
        services.render(photo)

        for copy in copies(photo):
            assert not any(marker in copy for marker in (b"php", b"script", b"SecretPhone", b"Exif", b"GPS"))
        assert storage.original_path(photo.sha256).read_bytes() == content


def test_copies_stand_upright():
    photo = stored(corpus.jpeg_with_exif(orientation=6))
    services.render(photo)

    with Image.open(storage.display_path(photo.sha256, "320")) as copy:
        assert copy.height > copy.width
    assert (photo.width, photo.height) == (1200, 900)


def test_transparent_becomes_white():
    photo = stored(corpus.transparent())
    services.render(photo)

    with Image.open(storage.display_path(photo.sha256, "320")) as copy:
        assert min(copy.getpixel((5, 5))) > 250


def test_other_caption_is_burnt_in_anew():
    photo = stored(corpus.jpeg())
    services.render(photo)
    plain = copies(photo)

    services.set_caption(photo, "编号 2026-000123\n2026年11月23日 10:05\n城关街道第一网格")
    assert photo.rendered_at is None
    services.render(photo)
    marked = copies(photo)
    services.set_caption(photo, photo.caption)

    assert photo.rendered_at
    assert all(one != other for one, other in zip(plain, marked, strict=True))


def test_caption_that_changes_while_rendering_is_rendered_again():
    photo = stored(corpus.jpeg())
    Photo.objects.filter(pk=photo.pk).update(caption="新")

    services.render(photo)

    assert photo.rendered_at is None
    assert photo.caption == "新"


def test_scan_renders_what_waits_and_nothing_twice():
    waiting = [stored(corpus.saved(corpus.picture((50 + n, 50)), "PNG")) for n in range(3)]

    assert services.render_missing() == 3
    assert services.render_missing() == 0
    assert all(copies(photo) for photo in waiting)


def test_scan_stops_when_its_time_is_over():
    stored(corpus.jpeg())

    assert services.render_missing(seconds=-1) == 0


def test_photo_that_cannot_be_rendered_is_given_up_after_three_tries():
    photo = PhotoFactory()

    for _ in range(4):
        tasks.render_missing()

    photo.refresh_from_db()
    assert (photo.render_attempts, photo.render_error, photo.rendered_at) == (3, "original_missing", None)


def test_task_renders_one():
    photo = stored(corpus.jpeg())

    tasks.render(photo_id=photo.pk)

    assert copies(photo)


def test_without_a_chinese_font_the_latin_part_is_kept(tmp_path):
    photo = stored(corpus.jpeg())
    targets = [{"pixels": 320, "lines": 2, "path": str(tmp_path / "out")}]

    answer = guard.decode(
        "render", path=str(storage.original_path(photo.sha256)), mime=photo.mime, targets=targets, caption=["编号 2026-000123", "网格"], font=""
    )

    assert answer == {}
    assert (tmp_path / "out").stat().st_size > 1000


def test_slow_or_fallen_decoder_is_an_answer(monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 0.001)
    assert guard.decode("check", path="/none", mime="image/png") == {"error": "too_heavy"}

    monkeypatch.undo()
    assert guard.decode("no such action", path="/none") == {"error": "too_heavy"}
