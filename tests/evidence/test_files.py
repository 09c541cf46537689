import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook

from evidence import services, storage
from evidence.models import File
from tests.evidence import corpus
from tests.factories.evidence import photo_bytes, sha256_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<</JS(alert)>>endobj\n%%EOF"
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600


def zipped(*members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for member in members:
            archive.writestr(member, "<xml/>")
    return out.getvalue()


def workbook() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def hand_in(content: bytes, name: str):
    return services.store_file(io.BytesIO(content), name=name, by=None)


@pytest.mark.parametrize(
    ("content", "name", "stored_as"),
    [
        (PDF, "处罚决定书.PDF", "处罚决定书.pdf"),
        (PDF, "x.html", "x.pdf"),
        (workbook(), "台账", "台账.xlsx"),
        (zipped("[Content_Types].xml", "word/document.xml"), "报告.docx", "报告.docx"),
        (zipped("OFD.xml"), "函.ofd", "函.ofd"),
        (OLE, "旧报告.doc", "旧报告.doc"),
        (OLE, "旧表.WPS", "旧表.wps"),
        (photo_bytes(), "签字页.jpeg", "签字页.jpg"),
    ],
)
def test_papers_are_kept_and_downloaded_unchanged(content, name, stored_as):
    file = hand_in(content, name)

    answer = services.serve_file(file)

    assert file.name == stored_as
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    answer.close()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.pdf", "empty"),
        (corpus.HTML, "a.pdf", "not_a_document"),
        (corpus.SVG, "a.png", "not_a_document"),
        (zipped("a.txt"), "a.zip", "not_a_document"),
        (zipped("word/document.xml", "word/vbaProject.bin"), "a.docx", "macros"),
        (OLE, "setup.msi", "not_a_document"),
        (b"MZ" + b"\x00" * 100, "a.exe", "not_a_document"),
        (b"x" * 20_000_001, "a.pdf", "too_big"),
    ],
)
def test_other_files_are_refused(content, name, code):
    with pytest.raises(ValidationError) as caught:
        hand_in(content, name)

    assert caught.value.code == code
    assert not File.objects.exists()


def test_equal_bytes_under_two_names_are_stored_once():
    first, second = hand_in(PDF, "甲.pdf"), hand_in(PDF, "乙.pdf")

    assert first.pk != second.pk
    assert (first.sha256, second.name) == (sha256_of(PDF), "乙.pdf")
    assert storage.file_path(first.sha256).exists()


def test_broken_hand_in_is_refused():
    with pytest.raises(ValidationError) as caught:
        services.store_file(io.BytesIO(PDF[:9]), name="a.pdf", by=None, size=len(PDF))

    assert caught.value.code == "size_mismatch"
