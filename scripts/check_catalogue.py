"""The English catalogue holds every text of the product, translated and not fuzzy, and its .mo files are those of its .po files.

Chinese on a page that no catalogue could know, because it is not marked, is a fault as well.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from scripts import messages, unmarked

SHOWN = 15
PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}


def key(entry: polib.POEntry) -> tuple[str, str]:
    return entry.msgctxt or "", entry.msgid


def faults() -> list[str]:
    with tempfile.TemporaryDirectory(prefix="airduty-messages-") as folder:
        copy = Path(folder)
        messages.copy_of_sources(copy)
        messages.collect(copy)
        names = [str(path.relative_to(copy)) for path in copy.rglob("*") if path.suffix in messages.SOURCES]
        return unmarked.faults(copy, names) + [fault for domain in messages.CATALOGUES for fault in of_catalogue(copy, domain)]


def of_catalogue(copy: Path, domain: str) -> list[str]:
    found, committed = messages.catalogue(copy, domain), messages.catalogue(messages.ROOT, domain)
    if not found.exists():
        return []
    if not committed.exists():
        return [f"{committed.name} does not exist"]
    known = {key(entry): entry for entry in polib.pofile(str(committed)) if not entry.obsolete}
    used = {key(entry) for entry in polib.pofile(str(found)) if not entry.obsolete}
    missing = [f"{domain}: not in the catalogue: {msgid}" for _, msgid in sorted(used - set(known))]
    left = [f"{domain}: no longer used: {msgid}" for _, msgid in sorted(set(known) - used)]
    of_entries = untranslated(domain, known) + placeholders(domain, known) + twofold(copy, domain, known)
    return missing + left + of_entries + unsound(domain, committed) + stale(domain, committed)


def untranslated(domain: str, known: dict) -> list[str]:
    return [f"{domain}: {'fuzzy' if entry.fuzzy else 'not translated'}: {entry.msgid}" for entry in known.values() if not entry.translated()]


def placeholders(domain: str, known: dict) -> list[str]:
    """A translation that drops or invents a named placeholder breaks its page."""
    named = re.compile(r"%\((\w+)\)")
    return [
        f"{domain}: other placeholders: {entry.msgid}"
        for entry in known.values()
        for text in (entry.msgstr, *entry.msgstr_plural.values())
        if text and set(named.findall(entry.msgid)) != set(named.findall(text))
    ]


def twofold(copy: Path, domain: str, known: dict) -> list[str]:
    """Asked for with a number here and without one there: Python 3.11.2 finds only the first, and the second stays Chinese."""
    counted = {entry.msgid for entry in known.values() if entry.msgid_plural}
    calls = [node for path in copy.rglob("*.py") for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call) and node.args]
    plain = {
        call.args[0].value for call in calls if isinstance(call.func, ast.Name) and call.func.id in PLAIN and isinstance(call.args[0], ast.Constant)
    }
    return [f"{domain}: with a number and without: {msgid}" for msgid in sorted(counted & plain)]


def unsound(domain: str, committed: Path) -> list[str]:
    """What ``compilemessages`` would refuse, as a placeholder of another type."""
    done = subprocess.run(["msgfmt", "--check-format", "-o", os.devnull, str(committed)], capture_output=True, text=True)
    return [f"{domain}: {line}" for line in done.stderr.splitlines()] if done.returncode else []


def stale(domain: str, committed: Path) -> list[str]:
    compiled = committed.with_suffix(".mo")
    if not compiled.exists():
        return [f"{domain}: {compiled.name} does not exist"]
    fresh = {key(entry): (entry.msgstr, entry.msgstr_plural) for entry in polib.pofile(str(committed)).translated_entries()}
    held = {key(entry): (entry.msgstr, entry.msgstr_plural) for entry in polib.mofile(str(compiled))}
    return [] if fresh == held else [f"{domain}: {compiled.name} is older than {committed.name}"]


def main() -> None:
    found = faults()
    for fault in found[:SHOWN]:
        print(fault)
    if len(found) > SHOWN:
        print(f"… and {len(found) - SHOWN} more")
    if found:
        sys.exit(f"{len(found)} faults in locale/en. `make messages` collects and compiles; the translations are written by hand.")


if __name__ == "__main__":
    main()
