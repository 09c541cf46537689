"""``make messages``: collects the texts of code, templates and scripts into locale/en and compiles what is translated.

The catalogue is committed together with its .mo files. ``collect(folder)`` is used by the check as well, on a copy.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from scripts import provide

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ("django", "djangojs")
IGNORED = ("node_modules/*", ".venv/*", "var/*", "tests/*", "scripts/*", "bench/*", "docs/*", "htmlcov/*")
SOURCES = (".py", ".html", ".txt", ".js")
HEAD = {
    "Project-Id-Version": "Airduty",
    "Report-Msgid-Bugs-To": "",
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
"""Without dates and names, so that a collection that finds nothing new changes nothing."""


def say(text: str) -> None:
    print(f"[messages] {text}", flush=True)


def collect(root: Path) -> None:
    """``makemessages`` over the tree at ``root``; entries no longer used are dropped, line numbers are not kept."""
    provide.provide("gettext")
    ignored = [argument for pattern in IGNORED for argument in ("--ignore", pattern)]
    for domain in CATALOGUES:
        options = ["-l", "en", "-d", domain, "--no-obsolete", "--no-wrap", "--add-location", "file", *ignored]
        command = [sys.executable, "-m", "django", "makemessages", *options]
        done = subprocess.run(command, cwd=root, env=plain_environment(root), capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{done.stdout}{done.stderr}\n[messages] makemessages failed for {domain} (reason above).")


def plain_environment(root: Path) -> dict[str, str]:
    """makemessages asks for no settings but the place of the catalogues, which it finds in ./locale."""
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    return environment | {"PYTHONPATH": str(root)}


def catalogue(root: Path, domain: str) -> Path:
    return root / "locale/en/LC_MESSAGES" / f"{domain}.po"


def copy_of_sources(target: Path) -> None:
    """What git knows or would take, as far as it can hold texts."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if name.endswith(SOURCES) and (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    for domain in CATALOGUES:
        catalogue(target, domain).parent.mkdir(parents=True, exist_ok=True)
        if catalogue(ROOT, domain).exists():
            shutil.copyfile(catalogue(ROOT, domain), catalogue(target, domain))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="airduty-messages-") as folder:
        copy = Path(folder)
        copy_of_sources(copy)
        collect(copy)
        for domain in CATALOGUES:
            keep(catalogue(copy, domain), domain)


def keep(fresh: Path, domain: str) -> None:
    target = catalogue(ROOT, domain)
    if not fresh.exists():
        return
    entries = polib.pofile(str(fresh))
    forget_guesses(entries)
    entries.header, entries.metadata, entries.metadata_is_fuzzy = "English texts of Airduty.", HEAD, 0
    target.parent.mkdir(parents=True, exist_ok=True)
    entries.save(str(target))
    entries.save_as_mofile(str(target.with_suffix(".mo")))
    open_entries = [entry for entry in entries if not entry.translated()]
    say(f"{domain}: {len(entries)} texts, {len(open_entries)} without a translation")


def forget_guesses(entries: polib.POFile) -> None:
    """msgmerge guesses by likeness; a new text waits for its own translation instead."""
    for entry in entries:
        if entry.fuzzy:
            entry.flags.remove("fuzzy")
            entry.msgstr, entry.msgstr_plural = "", dict.fromkeys(entry.msgstr_plural, "")
            entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None


if __name__ == "__main__":
    main()
