import io

import pytest
from django.http import Http404

from evidence import names, services, storage
from tests.evidence import corpus
from tests.factories.evidence import PhotoFactory, sha256_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo():
    content = corpus.jpeg_with_exif()
    return services.store(io.BytesIO(content), sha256=sha256_of(content), size=len(content), by=None)


def body(answer) -> bytes:
    content = b"".join(answer.streaming_content)
    answer.close()
    return content


def assert_safe(answer):
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"


def test_copy_is_made_at_the_first_look(photo):
    answer = services.serve(photo, variant="320", filename="2026-000123-1")

    assert body(answer).startswith(b"\xff\xd8")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == 'inline; filename="2026-000123-1.jpg"'
    assert_safe(answer)
    assert photo.rendered_at


def test_original_is_a_download_of_the_same_bytes(photo):
    answer = services.serve(photo, variant="original", filename="整改前.html")

    assert sha256_of(body(answer)) == photo.sha256
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Disposition"].endswith(".jpg")
    assert_safe(answer)


def test_nginx_sends_the_bytes_where_it_may(photo, settings):
    settings.X_ACCEL_PREFIX = "/protected/"

    answer = services.serve(photo, variant="1600", filename="a")

    assert answer["X-Accel-Redirect"] == f"/protected/display/{photo.sha256[:2]}/{photo.sha256[2:4]}/{photo.sha256}-1600.jpg"
    assert answer.content == b""
    assert_safe(answer)


@pytest.mark.parametrize("variant", ["", "320/../../orig", "640"])
def test_other_variants_do_not_exist(photo, variant):
    with pytest.raises(Http404):
        services.serve(photo, variant=variant)


@pytest.mark.parametrize("variant", ["320", "original"])
def test_lost_original_is_not_found(variant):
    with pytest.raises(Http404):
        services.serve(PhotoFactory(), variant=variant)


@pytest.mark.parametrize("sha256", ["../../etc/passwd", "a" * 63, "A" * 64, ""])
def test_only_hashes_are_paths(sha256):
    with pytest.raises(ValueError, match="sha256"):
        storage.original_path(sha256)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../x", "x.pdf"),
        ("C:\\temp\\a.jpg.html", "a.pdf"),
        ("证明\x00\u202e材料.pdf", "证明材料.pdf"),
        ("长" * 300, "长" * 120 + ".pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ('a"b;c\r\nd', "a_b_cd.pdf"),
        ("第 3 次 报告", "第 3 次 报告.pdf"),
    ],
)
def test_names_cannot_mislead(name, clean):
    assert names.clean(name, ".pdf") == clean
