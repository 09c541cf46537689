"""Which papers are taken, told from their content; the name only chooses between formats that share a container."""

import zipfile
from pathlib import Path

import filetype

from evidence.refusals import refusal

OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
OFFICE = "application/vnd.openxmlformats-officedocument."
SIMPLE = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/heic": ".heic"}
ZIPPED = {
    "word/document.xml": (OFFICE + "wordprocessingml.document", ".docx"),
    "xl/workbook.xml": (OFFICE + "spreadsheetml.sheet", ".xlsx"),
    "OFD.xml": ("application/ofd", ".ofd"),
}
OLD_OFFICE = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".wps": "application/vnd.ms-works",
    ".et": "application/vnd.ms-excel",
}


def recognise(path: Path, name: str) -> tuple[str, str]:
    """Type and extension; ``ValidationError`` for what is not taken."""
    mime = filetype.guess_mime(str(path)) or ""
    if mime in SIMPLE:
        return mime, SIMPLE[mime]
    if zipfile.is_zipfile(path):
        return inside_zip(path)
    extension = Path(name.lower()).suffix
    with path.open("rb") as stream:
        if stream.read(8) == OLE_MAGIC and extension in OLD_OFFICE:
            return OLD_OFFICE[extension], extension
    raise refusal("not_a_document")


def inside_zip(path: Path) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError):
        raise refusal("not_a_document") from None
    if any(member.lower().endswith("vbaproject.bin") for member in members):
        raise refusal("macros")
    for member, kind in ZIPPED.items():
        if member in members:
            return kind
    raise refusal("not_a_document")
