"""The guarded code once more inside this process, piece by piece."""

import pytest
from PIL import Image, ImageFont

from evidence import decoder, guard
from tests.evidence import corpus


@pytest.fixture
def written(tmp_path):
    def write(content: bytes) -> str:
        path = tmp_path / "picture"
        path.write_bytes(content)
        return str(path)

    return write


@pytest.mark.parametrize("name", [name for name in corpus.TAKEN if name != "59 megapixels"])
def test_check_says_size(name, written):
    make, mime = corpus.TAKEN[name]

    found = decoder.run("check", {"path": written(make()), "mime": mime})

    assert found["width"] and found["height"] and "error" not in found


@pytest.mark.parametrize(
    ("content", "mime", "code"),
    [
        (corpus.png_bomb(13_000, 13_000), "image/png", "too_many_pixels"),
        (corpus.png_bomb(9_000, 9_000), "image/png", "too_many_pixels"),
        (corpus.truncated(), "image/jpeg", "truncated"),
        (corpus.animated("WEBP"), "image/webp", "animated"),
        (corpus.HTML, "image/jpeg", "unreadable"),
    ],
)
def test_check_refuses(content, mime, code, written):
    assert decoder.run("check", {"path": written(content), "mime": mime}) == {"error": code}


def test_render_writes_every_target(written, tmp_path):
    targets = [{"pixels": 400, "lines": 3, "path": str(tmp_path / "a")}, {"pixels": 100, "lines": 1, "path": str(tmp_path / "b")}]
    details = {"path": written(corpus.jpeg_with_exif(orientation=8)), "mime": "image/jpeg", "targets": targets}

    assert decoder.run("render", {**details, "caption": ["编号 1", " ", "长" * 200], "font": guard.chinese_font()}) == {}

    for name, size in (("a", (300, 400)), ("b", (75, 100))):
        with Image.open(tmp_path / name) as copy:
            assert copy.size == size


def test_chinese_font_is_the_simplified_face():
    font = decoder.load_font(guard.chinese_font(), size=20)

    assert isinstance(font, ImageFont.FreeTypeFont)
    assert not guard.chinese_font() or " SC" in font.getname()[0]


def test_font_file_without_faces_of_that_name_is_used_as_it_is():
    path = ImageFont.truetype("DejaVuSans.ttf", 12).path

    assert decoder.load_font(path, size=20).getname()[0] == "DejaVu Sans"


def test_direction_marks_are_not_drawn():
    assert decoder.drawable("a\u202eb\x00c 网格", True) == "abc 网格"
    assert decoder.drawable("编号 2026", False) == "2026"


def test_out_of_memory_is_a_refusal(monkeypatch):
    def greedy():
        raise MemoryError

    monkeypatch.setitem(decoder.ACTIONS, "greedy", greedy)
    assert decoder.run("greedy", {}) == {"error": "too_heavy"}
