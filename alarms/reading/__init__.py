"""From the bytes of a device to a ``Message``; no database. Sizes are capped before (``alarms.api_intake``)."""

from alarms.reading import hikvision, hj212, multipart, plain
from alarms.reading.message import ALIVE, READINGS, Message, Reading, Unreadable

__all__ = ["ALIVE", "READINGS", "Message", "Reading", "Unreadable", "read"]
MOST_PICTURES = 9
LONGEST_TEXT = 256 * 1024


def read(body: bytes, content_type: str) -> Message:
    """What the body says. The stated content type only helps: devices are careless with it. ``Unreadable`` with the reason."""
    if not body.strip():
        raise Unreadable("empty body")
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"--") or "multipart" in content_type.lower():
        return _of_parts(multipart.parts(body, content_type))
    return _of_text(body)


def _of_parts(contents: list[bytes]) -> Message:
    pictures = [content for content in contents if multipart.is_picture(content)]
    texts = [content for content in contents if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{", b"#")]
    if not texts:
        raise Unreadable("no part with XML or JSON")
    message = _of_text(texts[0])
    return message.showing([*message.pictures, *pictures][:MOST_PICTURES], texts[0])


def _of_text(text: bytes) -> Message:
    if len(text) > LONGEST_TEXT and not text.lstrip().startswith(b"{"):
        raise Unreadable("text too long")
    start = text.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        message = hikvision.of_xml(text)
    elif start.startswith(b"{"):
        message = plain.of_json(start)
    elif start.startswith(b"##"):
        message = hj212.of_packet(start)
    else:
        raise Unreadable("neither XML, JSON nor HJ 212")
    return message.showing(message.pictures, text)
