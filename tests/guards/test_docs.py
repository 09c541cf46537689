"""What the papers say is there: links, `make` targets, tables written from the code, both languages of the README."""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings

from scripts import doc_workflow

ROOT = Path(settings.BASE_DIR)
LINK = re.compile(r"""(?:!?\[[^\]]*\]\(<?|<img src=")([^)>"\s]+)""")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
HEADING = re.compile(r"^(#{1,6})\s", re.M)
TARGET = re.compile(r"^([a-z]+):", re.M)
TEST_NAME = re.compile(r"`(tests/[\w/]+\.py)?(?:(?:::|(?<=`))(test_\w+))?`")
"""`tests/x.py`, `tests/x.py::test_y` or, after another one, `test_y`."""
COMMAND = re.compile(r"manage\.py (\w+)")
OUTSIDE_COMMANDS = {"check", "migrate", "collectstatic", "makemigrations"}
LARGEST_PICTURE = 250_000


def papers() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return sorted(ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists())


def prose(paper: Path) -> str:
    return FENCE.sub("", paper.read_text(encoding="utf-8"))


def anchors(paper: Path) -> set[str]:
    """Anchors of headings as the usual viewers make them."""
    titles = re.findall(r"^#{1,6}\s+(.+)$", prose(paper), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("paper", papers(), ids=lambda paper: str(paper.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_are_there(paper):
    dead = []
    for link in LINK.findall(prose(paper)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (paper.parent / name).resolve() if name else paper
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


def test_make_targets_named_in_the_papers_exist():
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    named = {(paper.name, target) for paper in papers() for target in re.findall(r"\bmake ([a-z]+)\b(?=[`\s ,.A-Z])", code_of(paper))}

    assert named
    assert sorted(pair for pair in named if pair[1] not in targets) == []


def code_of(paper: Path) -> str:
    """What stands in code marks, where `make run` is a command and "make sure" is not."""
    text = paper.read_text(encoding="utf-8")
    return "\n".join([*FENCE.findall(text), *(f"{each} " for each in re.findall(r"`([^`\n]+)`", FENCE.sub("", text)))])


def test_commands_named_in_the_papers_exist():
    own = {file.stem for file in ROOT.glob("*/management/commands/*.py")} | OUTSIDE_COMMANDS
    named = {(paper.name, command) for paper in papers() for command in COMMAND.findall(code_of(paper))}

    assert named
    assert sorted(pair for pair in named if pair[1] not in own) == []


def test_both_readmes_have_the_same_headings():
    levels = [[len(marks) for marks in HEADING.findall(prose(ROOT / name))] for name in ("README.md", "README.zh-CN.md")]

    assert len(levels[0]) > 5
    assert levels[0] == levels[1]


def test_tables_of_the_workflow_are_those_of_the_code():
    page = doc_workflow.PAGE.read_text(encoding="utf-8")

    assert doc_workflow.written(page) == page, "docs/workflow.md is stale: run python -m scripts.doc_workflow"


def test_tests_named_in_the_papers_exist():
    there = {
        file.relative_to(ROOT).as_posix(): set(re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8"))) for file in ROOT.glob("tests/**/*.py")
    }
    everywhere = set().union(*there.values())
    missing = []
    for paper in papers():
        for file, test in TEST_NAME.findall(prose(paper)):
            known = there.get(file, set()) if file else everywhere
            if (file and file not in there) or (test and test not in known):
                missing.append(f"{paper.name}: {file} {test}")
    assert missing == []


def test_version_is_the_first_heading_of_the_changes():
    assert re.fullmatch(r"\d+\.\d+\.\d+", settings.VERSION)


def test_pictures_are_small():
    assert {file.name: size for file in (ROOT / "docs/images").glob("*") if (size := file.stat().st_size) > LARGEST_PICTURE} == {}
