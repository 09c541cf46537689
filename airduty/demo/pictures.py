"""Photos drawn by program: earth, road, wall, smoke before; net, clean road, running machine after. Bytes differ for each, as real ones do."""

import hashlib
import io
import random

from PIL import Image, ImageDraw, ImageFilter

from evidence import services as evidence
from evidence import storage

SIZE = (640, 480)
GROUND = {"dust": (150, 118, 84), "straw": (166, 148, 92), "catering": (120, 116, 112), "scattered": (128, 120, 116), "coal": (74, 72, 74)}


def draw(rng: random.Random, field: str, *, after: bool) -> bytes:
    """A JPEG of a place; ``after`` shows it put right."""
    sky = rng.randint(170, 215)
    image = Image.new("RGB", SIZE, (sky - 10, sky, sky + 10 if after else sky - 18))
    pen = ImageDraw.Draw(image)
    horizon = rng.randint(150, 220)
    earth = tuple(channel + rng.randint(-14, 14) for channel in GROUND.get(field, (140, 126, 110)))
    pen.rectangle((0, horizon, *SIZE), fill=(96, 132, 92) if after else earth)
    _skyline(pen, rng, horizon)
    (_covered if after else _heaps)(pen, rng, horizon, earth)
    if field in ("straw", "catering", "industry") and not after:
        image = _smoke(image, rng, horizon)
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.7)).save(out, "JPEG", quality=72)
    return out.getvalue()


def _skyline(pen, rng, horizon) -> None:
    left = 0
    while left < SIZE[0]:
        width, height = rng.randint(30, 90), rng.randint(20, 110)
        tone = rng.randint(120, 175)
        pen.rectangle((left, horizon - height, left + width, horizon), fill=(tone, tone, tone + 8))
        left += width + rng.randint(4, 30)


def _heaps(pen, rng, horizon, earth) -> None:
    for _n in range(rng.randint(3, 6)):
        x, y, wide, high = rng.randint(-40, 560), rng.randint(horizon + 60, 420), rng.randint(120, 260), rng.randint(50, 130)
        pen.polygon([(x, y), (x + wide // 2, y - high), (x + wide, y)], fill=tuple(channel - rng.randint(5, 30) for channel in earth))


def _covered(pen, rng, horizon, _earth) -> None:
    for _n in range(rng.randint(3, 5)):
        x, y, wide, high = rng.randint(-40, 560), rng.randint(horizon + 60, 420), rng.randint(140, 260), rng.randint(40, 90)
        pen.polygon([(x, y), (x + wide // 2, y - high), (x + wide, y)], fill=(46, 110 + rng.randint(-12, 12), 62))
        for line in range(y - high, y, 9):
            pen.line((x, line, x + wide, line), fill=(60, 128, 74))


def _smoke(image: Image.Image, rng, horizon) -> Image.Image:
    veil = Image.new("L", SIZE, 0)
    pen = ImageDraw.Draw(veil)
    x = rng.randint(150, 450)
    for step in range(24):
        radius = 14 + step * 3
        pen.ellipse((x - radius, horizon + 60 - step * 12 - radius, x + radius, horizon + 60 - step * 12 + radius), fill=150 - step * 4)
        x += rng.randint(-6, 12)
    return Image.composite(Image.new("RGB", SIZE, (215, 214, 212)), image, veil.filter(ImageFilter.GaussianBlur(12)))


def keep(data: bytes, *, by):
    """Into the evidence store. Its guard against hostile pictures is left out: these were drawn a moment ago."""
    sha256 = hashlib.sha256(data).hexdigest()
    with evidence.taken_in(io.BytesIO(data), limit=len(data), size=len(data), sha256=sha256) as received:
        storage.place(received.path, storage.original_path(sha256))
        return evidence.create_photo(received, {"mime": "image/jpeg", "width": SIZE[0], "height": SIZE[1]}, by=by)
