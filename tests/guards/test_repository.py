"""Rules of the repository that no linter knows."""

import importlib.util
import json
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

ROOT = Path(settings.BASE_DIR)
STATIC = re.compile(r"""\{%\s*static\s+['"]([^'"]+)['"]""")
HOST = re.compile(r"https?://|file://|^--|@ ", re.M)


def committed(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def test_psycopg_3_is_not_installed_because_django_would_silently_prefer_it():
    assert importlib.util.find_spec("psycopg") is None


def test_no_python_file_is_longer_than_500_lines():
    long = {str(file.relative_to(ROOT)): lines for file in committed("*.py") if (lines := len(file.read_text().splitlines())) > 500}

    assert long == {}


def test_schedule_names_registered_tasks_only():
    from airduty.celery import app

    app.loader.import_default_modules()
    named = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert named - set(app.tasks) == set()


def test_package_lock_names_no_host():
    lock = json.loads((ROOT / "package-lock.json").read_text())

    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pins_are_exact_and_name_no_host(name):
    text = (ROOT / name).read_text()

    assert HOST.search(text) is None
    assert [line for line in text.splitlines() if "==" not in line] == []


def test_published_browser_files_name_no_source_map():
    folder = Path(settings.DATA_DIR) / "vendor"

    assert [file.name for file in folder.rglob("*.*s*") if file.suffix in {".js", ".css"} and b"sourceMappingURL=" in file.read_bytes()] == []
    assert (folder / "tabler.min.css").exists()


def test_every_file_that_a_template_names_is_published():
    named = {name for template in committed("*.html") for name in STATIC.findall(template.read_text())}

    assert named
    assert [name for name in sorted(named) if finders.find(name) is None] == []
