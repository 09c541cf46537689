"""QR codes as pictures that a page can show: no file, no script, sharp on paper."""

import segno


def picture(text: str, *, border: int = 2) -> str:
    """A ``data:`` address with the code of ``text`` as SVG, for ``<img src>``; a quarter of it may be dirty (level Q)."""
    return segno.make(text, error="q", micro=False).svg_data_uri(omitsize=True, border=border, dark="#000", light="#fff")
