"""From the bytes of a device to a ``Message``; no database. Sizes are capped before (``alarms.api_intake``)."""

from django.utils.translation import gettext_lazy as _

from alarms.reading import hikvision, hj212, multipart, plain
from alarms.reading.message import ALIVE, BLIND, READINGS, Message, Reading, Unreadable

__all__ = ["ALIVE", "BLIND", "READINGS", "Message", "Reading", "Unreadable", "read"]
MOST_PICTURES = 9
LONGEST_TEXT = 256 * 1024


def read(body: bytes, content_type: str) -> Message:
    """What the body says. The stated content type only helps: devices are careless with it. ``Unreadable`` with the reason."""
    if not body.strip():
        raise Unreadable(_("内容是空的"))
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"--") or "multipart" in content_type.lower():
        return _of_parts(multipart.parts(body, content_type))
    return _of_text(body)


def _of_parts(contents: list[bytes]) -> Message:
    pictures = [content for content in contents if multipart.is_picture(content)]
    texts = [content for content in contents if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{", b"#")]
    if not texts:
        raise Unreadable(_("没有 XML 或 JSON 部分"))
    message = _of_text(texts[0])
    return message.showing([*message.pictures, *pictures][:MOST_PICTURES], texts[0])


def _of_text(text: bytes) -> Message:
    if len(text) > LONGEST_TEXT and not text.lstrip().startswith(b"{"):
        raise Unreadable(_("文字部分太长"))
    start = text.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        message = hikvision.of_xml(text)
    elif start.startswith(b"{"):
        message = plain.of_json(start)
    elif start.startswith(b"##"):
        message = hj212.of_packet(start)
    else:
        raise Unreadable(_("既不是 XML、JSON，也不是 HJ 212 数据包"))
    return message.showing(message.pictures, text)
