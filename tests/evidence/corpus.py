"""Pictures of every temper, drawn by program."""

import io
import struct
import zlib

from PIL import Image, ImageDraw

MARKER = b"<?php system($_GET['x']); ?><script>alert(1)</script>"


def picture(size=(1200, 900), mode="RGB") -> Image.Image:
    image = Image.linear_gradient("L").resize(size).convert(mode)
    ImageDraw.Draw(image).ellipse((size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2), fill=0 if mode in ("L", "1") else "black")
    return image


def saved(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def jpeg(**options) -> bytes:
    return saved(picture(), "JPEG", **options)


def jpeg_with_exif(*, taken="2026:11:20 08:30:00", offset=None, lon=116.391, lat=39.907, orientation=1, model="Phone 7") -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = orientation, model
    details = exif.get_ifd(0x8769)
    details[0x9003] = taken
    if offset:
        details[0x9011] = offset
    exif.get_ifd(0x8825).update({1: "N", 2: sexagesimal(lat), 3: "E", 4: sexagesimal(lon)})
    return jpeg(exif=exif)


def sexagesimal(value: float) -> tuple[float, float, float]:
    minutes = (value - int(value)) * 60
    return float(int(value)), float(int(minutes)), round((minutes - int(minutes)) * 60, 4)


def polyglot() -> bytes:
    return jpeg(comment=MARKER)


def trailing_zip() -> bytes:
    return jpeg() + b"PK\x03\x04" + MARKER


def cmyk() -> bytes:
    return saved(picture().convert("CMYK"), "JPEG")


def grey16() -> bytes:
    return saved(Image.linear_gradient("L").convert("I;16"), "PNG")


def palette_with_transparency() -> bytes:
    return saved(picture(mode="P"), "PNG", transparency=0)


def transparent() -> bytes:
    return saved(Image.new("RGBA", (80, 60), (255, 0, 0, 0)), "PNG")


def animated(kind: str) -> bytes:
    frames = [picture((60, 60)), picture((60, 60)).transpose(Image.Transpose.ROTATE_90)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def gif() -> bytes:
    return saved(picture((60, 60)), "GIF")


def two_pictures_of_one_shot() -> bytes:
    """The JPEG of phones that add a second picture (MPO): a still photo nevertheless."""
    return saved(picture(), "MPO", save_all=True, append_images=[picture((300, 200))])


def webp() -> bytes:
    return saved(picture(), "WEBP")


def heic() -> bytes:
    from pillow_heif import from_pillow

    out = io.BytesIO()
    from_pillow(picture()).save(out, quality=60)
    return out.getvalue()


def truncated() -> bytes:
    whole = jpeg()
    return whole[: len(whole) * 6 // 10]


def truncated_png() -> bytes:
    whole = saved(picture(), "PNG")
    return whole[: len(whole) * 6 // 10]


def png_bomb(width: int, height: int) -> bytes:
    """A few kilobytes that want ``width`` × ``height`` pixels."""
    squeezer = zlib.compressobj(9)
    row = b"\x00" * (1 + (width + 7) // 8)
    body = b"".join(squeezer.compress(row) for _ in range(height)) + squeezer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"

TAKEN = {
    "plain JPEG": (jpeg, "image/jpeg"),
    "JPEG with comment": (polyglot, "image/jpeg"),
    "JPEG with a tail": (trailing_zip, "image/jpeg"),
    "progressive": (lambda: jpeg(progressive=True), "image/jpeg"),
    "CMYK": (cmyk, "image/jpeg"),
    "grey": (lambda: saved(picture(mode="L"), "JPEG"), "image/jpeg"),
    "16-bit grey": (grey16, "image/png"),
    "palette": (palette_with_transparency, "image/png"),
    "transparent": (transparent, "image/png"),
    "MPO of a phone": (two_pictures_of_one_shot, "image/jpeg"),
    "WebP": (webp, "image/webp"),
    "HEIC": (heic, "image/heic"),
    "one pixel": (lambda: saved(Image.new("RGB", (1, 1)), "PNG"), "image/png"),
    "59 megapixels": (lambda: png_bomb(7700, 7700), "image/png"),
}
REFUSED = {
    "0 byte": (lambda: b"", "empty"),
    "SVG as .jpg": (lambda: SVG, "not_a_photo"),
    "HTML as .jpg": (lambda: HTML, "not_a_photo"),
    "GIF": (gif, "not_a_photo"),
    "BMP": (lambda: saved(picture(), "BMP"), "not_a_photo"),
    "TIFF": (lambda: saved(picture(), "TIFF"), "not_a_photo"),
    "PDF": (lambda: b"%PDF-1.7\n", "not_a_photo"),
    "animated PNG": (lambda: animated("PNG"), "animated"),
    "animated WebP": (lambda: animated("WEBP"), "animated"),
    "truncated JPEG": (truncated, "truncated"),
    "truncated progressive JPEG": (lambda: jpeg(progressive=True)[:9000], "truncated"),
    "truncated PNG": (truncated_png, "truncated"),
    "truncated HEIC": (lambda: heic()[:-2000], None),
    "JPEG header only": (lambda: b"\xff\xd8\xff\xe0" + b"\x00" * 40, "unreadable"),
    "PNG signature only": (lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, None),
    "13000 x 13000": (lambda: png_bomb(13000, 13000), "too_many_pixels"),
    "9000 x 9000": (lambda: png_bomb(9000, 9000), "too_many_pixels"),
}
