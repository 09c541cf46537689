"""Opens pictures of strangers. Runs as a process of its own with little memory and time; reads JSON from stdin, writes JSON to stdout.

Knows neither Django nor the database: ``python decoder.py`` is started by ``evidence.guard``. ``check`` decodes the whole picture and
reads what the device states; ``render`` makes display copies without any metadata. A picture it will not take is
``{"error": code}`` with a code of ``evidence.refusals``.
"""

import datetime as dt
import json
import os
import re
import struct
import sys
import warnings
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

MEMORY_BYTES = 768 * 1024 * 1024
"""A WebP of 50 megapixels needs a little over 512 MB."""
CPU_SECONDS = 10
MAX_PIXELS = 60_000_000
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
PLAIN = 12
"""Steps of grey below which a picture has nothing to be told by."""
ORIENTATION, DATE_TIME, MODEL, EXIF_IFD, GPS_IFD = 0x0112, 0x0132, 0x0110, 0x8769, 0x8825
ORIGINAL_TIME, ORIGINAL_OFFSET = 0x9003, 0x9011
BEIJING = dt.timezone(dt.timedelta(hours=8))
BROKEN_EXIF = (ValueError, TypeError, KeyError, IndexError, AttributeError, ZeroDivisionError, OverflowError, OSError, SyntaxError, struct.error)
BROKEN_PICTURE = (OSError, SyntaxError, ValueError, TypeError, EOFError, IndexError, KeyError, OverflowError, struct.error)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


class Refused(Exception):
    """The argument is a code of ``evidence.refusals``."""


def opened(path: str, mime: str) -> Image.Image:
    """Header only. Refuses a bomb before anything is decoded."""
    if mime == "image/heic":
        register_heif()
    try:
        image = Image.open(path, formats=[FORMATS[mime]])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Refused("too_many_pixels") from None
    except (UnidentifiedImageError, *BROKEN_PICTURE):
        raise Refused("unreadable") from None
    code = header_fault(image, mime)
    if code:
        image.close()
        raise Refused(code)
    return image


def header_fault(image: Image.Image, mime: str) -> str:
    if image.width * image.height > MAX_PIXELS:
        return "too_many_pixels"
    return "animated" if mime in ("image/png", "image/webp") and getattr(image, "n_frames", 1) > 1 else ""


def register_heif() -> None:
    from pillow_heif import options, register_heif_opener  # noqa: PLC0415 - only a HEIC needs it

    options.DECODE_THREADS = 1
    register_heif_opener(thumbnails=False)


def small(image: Image.Image, pixels: int) -> Image.Image:
    """A JPEG is read to its end but unfolded only to about ``pixels``, which saves memory and time."""
    if image.format in ("JPEG", "MPO"):
        image.draft(None, (pixels, pixels))
    return image


def load(image: Image.Image) -> Image.Image:
    try:
        image.load()
    except MemoryError:
        raise Refused("too_heavy") from None
    except BROKEN_PICTURE:
        raise Refused("truncated") from None
    return image


# --- check --------------------------------------------------------------------------------------------------------------------------
def check(*, path: str, mime: str) -> dict:
    with opened(path, mime) as image:
        found = {"width": image.width, "height": image.height, **read_stated(image)}
        found["likeness"] = likeness(load(small(image, image.width // 8)))
    return found


def likeness(image: Image.Image) -> int | None:
    """Difference hash: whether each of 8 × 8 fields is brighter than its right neighbour, as a signed number of 64 bits. None for a plain surface."""
    try:
        grey = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    except (MemoryError, *BROKEN_PICTURE):
        return None
    if max(grey) - min(grey) < PLAIN:
        return None
    bits = [grey[9 * row + column] > grey[9 * row + column + 1] for row in range(8) for column in range(8)]
    value = sum(bit << n for n, bit in enumerate(bits))
    return value - (1 << 64) if value >= 1 << 63 else value


def read_stated(image: Image.Image) -> dict:
    """Time (ISO), place and model as the device wrote them; each is None or empty when it is absent or broken."""
    try:
        exif = image.getexif()
    except BROKEN_EXIF:
        return {}
    return {"taken_at": attempt(stated_time, exif), "place": attempt(stated_place, exif), "model": attempt(stated_model, exif) or ""}


def attempt(read, exif):
    try:
        return read(exif)
    except BROKEN_EXIF:
        return None


def stated_time(exif) -> str | None:
    details = exif.get_ifd(EXIF_IFD)
    text = details.get(ORIGINAL_TIME) or exif.get(DATE_TIME)
    if not text:
        return None
    offset = re.fullmatch(r"([+-]\d\d):(\d\d)", str(details.get(ORIGINAL_OFFSET, "")).strip("\x00 "))
    moment = dt.datetime.strptime(str(text).strip("\x00 ")[:19], "%Y:%m:%d %H:%M:%S").replace(tzinfo=BEIJING)  # phones here show Beijing time
    if offset:
        hours, minutes = int(offset[1]), int(offset[1][0] + offset[2])
        moment = moment.replace(tzinfo=dt.timezone(dt.timedelta(hours=hours, minutes=minutes)))
    return moment.astimezone(dt.UTC).isoformat()


def stated_place(exif) -> list[str] | None:
    gps = exif.get_ifd(GPS_IFD)
    if not (2 in gps and 4 in gps):
        return None
    lat, lon = degrees(gps[2], gps.get(1, "N")), degrees(gps[4], gps.get(3, "E"))
    inside = abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0, 0)
    return [f"{lon:.6f}", f"{lat:.6f}"] if inside else None


def degrees(parts, hemisphere) -> float:
    value = sum(float(part) / 60**power for power, part in enumerate(parts))
    return -value if str(hemisphere).strip("\x00 ").upper() in ("S", "W") else value


def stated_model(exif) -> str:
    return "".join(character for character in str(exif.get(MODEL, "")) if character.isprintable()).strip()[:100]


# --- render -------------------------------------------------------------------------------------------------------------------------
def render(*, path: str, mime: str, targets: list[dict], caption: list[str], font: str) -> dict:
    """``targets``: ``[{"pixels": 1600, "path": …, "lines": 3}, …]``, biggest first; the longer side of each copy is ``pixels``."""
    with opened(path, mime) as source:
        image = upright(load(small(source, targets[0]["pixels"])), targets[0]["pixels"])
    for target in targets:
        image.thumbnail((target["pixels"], target["pixels"]))
        copy = clean(image)
        burn_in(copy, caption[: target["lines"]], font)
        with open(target["path"], "wb") as out:
            copy.save(out, "JPEG", quality=82, optimize=True)
            out.flush()
            os.fsync(out.fileno())
    return {}


def upright(image: Image.Image, pixels: int) -> Image.Image:
    image.thumbnail((pixels, pixels))
    try:
        return ImageOps.exif_transpose(image)
    except BROKEN_EXIF:
        return image


def clean(image: Image.Image) -> Image.Image:
    """A fresh RGB picture that holds the visible pixels and nothing else; transparency becomes white."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    fresh = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        fresh.paste(image, mask=image.getchannel("A"))
    else:
        fresh.paste(image.convert("RGB"))
    fresh.info.clear()
    return fresh


def burn_in(image: Image.Image, lines: list[str], font_path: str) -> None:
    """White text on a dark strip along the lower edge."""
    font = load_font(font_path, size=max(11, min(image.size) // 38))
    lines = [line for line in (drawable(line, bool(font_path)) for line in lines) if line]
    if not lines:
        return
    draw = ImageDraw.Draw(image, "RGBA")
    height, margin = int(font.size * 1.35), font.size // 2
    top = max(0, image.height - height * len(lines) - margin)
    draw.rectangle((0, top, image.width, image.height), fill=(0, 0, 0, 150))
    for number, line in enumerate(lines):
        draw.text((margin, top + margin // 2 + number * height), fitting(line, font, image.width - 2 * margin), font=font, fill="white")


def drawable(line: str, has_chinese_font: bool) -> str:
    kept = (character for character in line if character.isprintable() and (has_chinese_font or character.isascii()))
    return "".join(kept).strip()


def fitting(line: str, font, width: int) -> str:
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(line + "…") > width:
        line = line[:-1]
    return line + "…"


def load_font(path: str, *, size: int):
    """The simplified Chinese face of a collection; without a path Pillow's own Latin font."""
    if not path:
        return ImageFont.load_default(size)
    for index in range(10):
        try:
            font = ImageFont.truetype(path, size, index=index, layout_engine=ImageFont.Layout.BASIC)
        except OSError:
            break
        if font.getname()[0].endswith(" SC"):
            return font
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


# --- process ------------------------------------------------------------------------------------------------------------------------
ACTIONS: dict[str, Callable[..., dict]] = {"check": check, "render": render}


def run(action: str, details: dict) -> dict:
    try:
        return ACTIONS[action](**details)
    except Refused as refusal:
        return {"error": str(refusal)}
    except MemoryError:
        return {"error": "too_heavy"}


def main() -> None:
    import resource  # noqa: PLC0415 - POSIX only, and only in the guarded process

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    request = json.load(sys.stdin)
    json.dump(run(request.pop("action"), request), sys.stdout)


if __name__ == "__main__":
    main()
