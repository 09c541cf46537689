"""``photo_bytes()`` draws a real JPEG; ``PhotoFactory(stored=True)`` also puts its bytes where ``store`` would."""

import hashlib
import io

import factory
from factory.django import DjangoModelFactory
from PIL import Image

from common import clock
from evidence import storage
from evidence.models import File, Photo


def photo_bytes(number: int = 0, *, size=(64, 48), kind="JPEG", **options) -> bytes:
    """A plain picture; another ``number`` gives other bytes and another colour."""
    colour = (number * 37 % 256, number * 91 % 256, 255 - number * 37 % 256)
    image, out = Image.new("RGB", size, colour), io.BytesIO()
    image.putpixel((number % size[0], 0), (255, 255, number // size[0] % 256))
    image.save(out, kind, **options)
    return out.getvalue()


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class PhotoFactory(DjangoModelFactory):
    class Meta:
        model = Photo

    stored = False
    content = factory.Sequence(photo_bytes)
    sha256 = factory.LazyAttribute(lambda photo: sha256_of(photo.content))
    size = factory.LazyAttribute(lambda photo: len(photo.content))
    mime = "image/jpeg"
    width = 64
    height = 48
    received_at = factory.LazyFunction(clock.now)
    uploaded_by = None

    @classmethod
    def _build(cls, model_class, *, stored, content, **kwargs):
        return super()._build(model_class, **kwargs)

    @classmethod
    def _create(cls, model_class, *, stored, content, **kwargs):
        if stored:
            path = storage.original_path(kwargs["sha256"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return super()._create(model_class, **kwargs)


class FileFactory(DjangoModelFactory):
    class Meta:
        model = File

    sha256 = factory.Sequence(lambda n: sha256_of(b"%d" % n))
    size = 1000
    mime = "application/pdf"
    name = "证明材料.pdf"
    received_at = factory.LazyFunction(clock.now)
    uploaded_by = None
