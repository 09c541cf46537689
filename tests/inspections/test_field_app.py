"""What the server gives for the field app: a shell without anybody's data, a worker by release, who is signed in."""

import gzip
import json
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find

from inspections.views import app
from tests.factories.accounts import UserFactory

FIRST_LOAD = 300_000


def test_shell_is_the_same_for_everybody_and_names_nobody(client, member, db):
    anonymous = client.get("/m/").content
    client.force_login(member)
    assert client.get("/m/").content == client.get("/m/report/").content == anonymous
    assert member.name.encode() not in anonymous


def test_shell_sets_no_cookie(client, db):
    assert not client.get("/m/").cookies


def test_worker_names_its_release_and_every_file(client, db):
    first, rest = client.get("/sw.js").content.decode().split("\n", 1)
    settled = json.loads(first.removeprefix("const SETTINGS = ").removesuffix(";"))
    assert settled["release"] == app.release()
    assert {f"/static/js/field/{name}" for name in app.MODULES} < set(settled["files"])
    assert "addEventListener" in rest


def test_every_file_the_worker_keeps_can_be_fetched(client, db):
    settled = json.loads(client.get("/sw.js").content.decode().split("\n", 1)[0].removeprefix("const SETTINGS = ").removesuffix(";"))
    texts = [address for address in settled["files"] if not address.startswith("/static/")]
    assert [client.get(address).status_code for address in texts] == [200, 200]
    assert all(find(address.removeprefix("/static/")) for address in settled["files"] if address not in texts)


def test_first_load_is_below_300_kilobytes_compressed(client, db):
    files = [find(name) for name in app.FILES]
    pages = [client.get(address).content for address in ("/m/", "/sw.js", "/jsi18n/?l=zh-hans", "/jsi18n/?l=en", "/m/manifest.webmanifest")]
    contents = [Path(name).read_bytes() for name in files] + pages
    assert sum(len(gzip.compress(content)) for content in contents) < FIRST_LOAD


def test_app_can_be_installed(client, db):
    manifest = client.get("/m/manifest.webmanifest").json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/m/", "/m/", "standalone")
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}


@pytest.mark.parametrize("signed_in", [False, True])
def test_session_says_who_is_signed_in_and_is_never_kept(client, member, signed_in):
    if signed_in:
        client.force_login(member)
    answer = client.get("/m/session/")
    assert answer.json()["person"] == ({"id": member.pk, "name": str(member)} if signed_in else None)
    assert "no-store" in answer["Cache-Control"]


def test_texts_come_in_the_language_asked_for(client, db):
    client.force_login(UserFactory())
    found = {code: "Report a problem" in client.get(f"/jsi18n/?l={code}").content.decode() for code in ("en", "zh-hans")}
    assert found == {"en": True, "zh-hans": False}
