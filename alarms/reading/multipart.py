"""``multipart/form-data`` as cameras send it: quoted or wrong boundaries, bare line feeds, parts without a name or file name, no closing boundary.

Django's own parser refuses several of these, so the frame is taken apart here by hand. What a part is, is told from its first bytes.
"""

import re

from django.utils.translation import gettext_lazy as _

from alarms.reading.message import Unreadable

MOST_PARTS = 20
FRAME = re.compile(rb"\r?\n?--([^\r\n]{1,200}?)(?:--)?[ \t]*\r?\n")
HEAD_END = re.compile(rb"\r?\n\r?\n")


def parts(body: bytes, content_type: str) -> list[bytes]:
    """The bare contents of the parts, in order."""
    boundary = _boundary(body, content_type)
    pieces = re.split(rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(?:--)?[ \t]*(?=\r?\n|$)", body)
    if len(pieces) - 1 > MOST_PARTS + 1:
        raise Unreadable(_("multipart 的分段超过%(most)s个"), most=MOST_PARTS)
    pieces[-1] = re.sub(rb"\r?\n\Z", b"", pieces[-1])  # a body that is not closed ends with the line of its last part
    return [content for piece in pieces[1:] if (content := _content(piece))]


def _boundary(body: bytes, content_type: str) -> bytes:
    """As the header says; where the body begins with another, the body is right."""
    said = re.search(r'boundary\s*=\s*"?([^";,]+)"?', content_type, re.I)
    stated = said[1].strip().encode() if said else b""
    if stated and (body.startswith(b"--" + stated) or b"\n--" + stated in body):
        return stated
    first = FRAME.match(body)
    if first is None:
        raise Unreadable(_("multipart 没有分隔符（boundary）"))
    return first[1]


def _content(piece: bytes) -> bytes:
    """Without headers; a part that has none begins at once."""
    bare = piece.lstrip(b"\r\n")
    if bare[:1] in (b"<", b"{", b"#", b"\xef", b"\xff"):
        return bare
    found = HEAD_END.search(piece)
    return piece[found.end() :] if found else b""


def is_picture(content: bytes) -> bool:
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n"))
