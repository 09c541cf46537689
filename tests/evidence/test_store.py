import errno
import io
import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, connections

from common.errors import StorageFull
from evidence import services, storage
from evidence.models import Photo
from tests.evidence import corpus
from tests.factories.evidence import photo_bytes, sha256_of

pytestmark = pytest.mark.django_db


def store(content: bytes, *, by=None, sha256=None, size=None):
    return services.store(io.BytesIO(content), sha256=sha256 or sha256_of(content), size=len(content) if size is None else size, by=by)


def refused(content: bytes, **options) -> str:
    with pytest.raises(ValidationError) as caught:
        store(content, **options)
    assert len(str(caught.value.messages[0])) > 10
    return caught.value.code


def files_left() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.fixture
def person(django_user_model):
    return django_user_model.objects.create(username="chen", name="陈一")


@pytest.mark.parametrize("name", corpus.TAKEN)
def test_photo_is_taken_and_its_bytes_are_kept(name):
    make, mime = corpus.TAKEN[name]
    content, begin = make(), time.monotonic()

    photo = store(content)

    assert time.monotonic() - begin < 3
    assert photo.mime == mime
    assert storage.original_path(photo.sha256).read_bytes() == content
    assert storage.original_path(photo.sha256).stat().st_mode & 0o777 == 0o640
    assert len(files_left()) == 1


@pytest.mark.parametrize("name", corpus.REFUSED)
def test_photo_is_refused_and_leaves_nothing(name):
    make, code = corpus.REFUSED[name]
    content, begin = make(), time.monotonic()

    found = refused(content)

    assert time.monotonic() - begin < 3
    assert found == code or (code is None and found in ("truncated", "unreadable"))
    assert not files_left()
    assert not Photo.objects.exists()


def test_bombs_do_not_make_this_process_grow():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for size in (13_000, 9_000, 7_700):
        attempt(corpus.png_bomb(size, size))

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


def attempt(content: bytes) -> None:
    try:
        store(content)
    except ValidationError:
        return


def test_device_statements_are_read():
    photo = store(corpus.jpeg_with_exif(lon=116.391, lat=39.907, model="Phone\x07 7"))

    photo.refresh_from_db()
    assert photo.stated_taken_at.isoformat() == "2026-11-20T00:30:00+00:00"
    assert float(photo.stated_lon) == pytest.approx(116.391, abs=1e-5)
    assert float(photo.stated_lat) == pytest.approx(39.907, abs=1e-5)
    assert photo.stated_model == "Phone 7"


def test_stated_offset_is_heeded():
    photo = store(corpus.jpeg_with_exif(offset="-02:30"))

    assert photo.stated_taken_at.isoformat() == "2026-11-20T11:00:00+00:00"


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "nonsense", "2026:13:40 25:61:00"])
def test_nonsense_in_statements_does_no_harm(taken):
    photo = store(corpus.jpeg_with_exif(taken=taken, lon=0, lat=0))

    assert photo.stated_taken_at is None
    assert photo.stated_lon is None


def test_same_content_again_is_the_same_row(person):
    first = store(photo_bytes(), by=person)

    assert store(photo_bytes()) == first
    assert Photo.objects.count() == 1
    assert len(files_left()) == 1


def test_knowing_a_hash_does_not_give_the_photo(person):
    photo = store(photo_bytes())

    assert refused(b"", sha256=photo.sha256, size=0) == "sha256_mismatch"


def test_lost_original_is_put_back_by_sending_it_again():
    photo = store(photo_bytes())
    storage.original_path(photo.sha256).unlink()

    assert store(photo_bytes()) == photo
    assert storage.original_path(photo.sha256).exists()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_broken_upload_leaves_nothing_and_can_be_repeated(share):
    content = photo_bytes(size=(400, 300))

    assert refused(content[: int(len(content) * share)], sha256=sha256_of(content), size=len(content)) == "size_mismatch"
    assert not files_left()
    assert store(content)


def test_other_content_than_stated_is_refused():
    assert refused(photo_bytes(1), sha256=sha256_of(photo_bytes(2)), size=len(photo_bytes(1))) == "sha256_mismatch"


@pytest.mark.parametrize("sha256", ["", "x" * 64, "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_odd_hashes_are_refused(sha256):
    with pytest.raises(ValidationError) as caught:
        services.store(io.BytesIO(b"x"), sha256=sha256, size=1, by=None)

    assert caught.value.code == "bad_sha256"
    assert not files_left()


def test_too_big_by_its_own_word_or_in_fact():
    assert refused(b"x", size=15_000_001) == "too_big"
    assert refused(b"\x00" * 15_000_001, size=100) == "too_big"
    assert not files_left()


def test_a_day_has_a_limit_for_each_person(person, monkeypatch):
    monkeypatch.setattr(services, "MAX_BYTES_PER_DAY", 1500)
    store(photo_bytes(1, size=(8, 8)), by=person)
    assert Photo.objects.get().size < 1500

    assert refused(photo_bytes(2, size=(300, 300)), by=person) == "daily_limit"
    assert store(photo_bytes(1, size=(8, 8)), by=person)
    assert store(photo_bytes(2, size=(300, 300)), by=None)


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_make_one_row():
    content, found = photo_bytes(size=(800, 600)), []
    gate = threading.Barrier(4)

    def send():
        gate.wait()
        found.append(store(content).pk)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert len(found) == 4 and len(set(found)) == 1
    assert Photo.objects.count() == 1
    assert len(files_left()) == 1


LIMITED = """
import io, resource, signal, sys
import django
django.setup()
from django.conf import settings
from pathlib import Path
from common.errors import StorageFull
from evidence import storage
settings.MEDIA_ROOT = sys.argv[1]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400 * 1024, 400 * 1024))
try:
    with storage.received(io.BytesIO(b"x" * 1_000_000), limit=2_000_000):
        print("taken")
except StorageFull as full:
    print("full", list((Path(sys.argv[1]) / "tmp").iterdir()))
with storage.received(io.BytesIO(b"x" * 100_000), limit=2_000_000) as received:
    print("alive", received.size)
"""


def test_reached_file_size_limit_is_a_full_store(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )

    assert done.stdout.splitlines() == ["full []", "alive 100000"], done.stderr


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
def test_full_disk_is_named(number):
    with pytest.raises(StorageFull), storage.full_disk_named():
        raise OSError(number, "no room")


def test_other_errors_of_the_disk_stay_what_they_are():
    with pytest.raises(PermissionError), storage.full_disk_named():
        raise PermissionError(errno.EACCES, "no")


def test_full_store_is_answered_507():
    from common.api.exceptions import exception_handler

    answer = exception_handler(StorageFull(), {})

    assert answer.status_code == 507
    assert answer.data["code"] == "storage_full"


def test_old_leftovers_are_swept(tmp_path):
    folder = Path(settings.MEDIA_ROOT) / "tmp"
    folder.mkdir(parents=True)
    for name, age in (("old", 7200), ("fresh", 10)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age,) * 2)

    assert storage.sweep_temporary() == 1
    assert [path.name for path in folder.iterdir()] == ["fresh"]


def test_storing_asks_little_of_the_database(django_assert_num_queries):
    content = photo_bytes(7)
    with django_assert_num_queries(4 if connection.features.uses_savepoints else 2):
        store(content)
