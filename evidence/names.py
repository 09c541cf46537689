"""Names for saved files that cannot mislead: no folders, no invisible or direction marks, the extension of the true type."""

import os
import unicodedata

LONGEST = 120


def clean(name: str, extension: str) -> str:
    """``name`` without its own extension when that is a wrong one, ending in ``extension`` (with its dot).

    >>> clean("../../报告.pdf.html", ".pdf")
    '报告.pdf'
    """
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(character for character in base if unicodedata.category(character)[0] not in "CZ" or character == " ")
    base = "".join("_" if character in '<>:"|?*%;' else character for character in base).strip(". ")
    while (parts := os.path.splitext(base))[1] and len(parts[1]) <= 6 and parts[1][1:].isascii() and parts[1][1:].isalnum():
        base = parts[0].strip(". ")
    return (base[:LONGEST] or "file") + extension
