"""Chinese that people read on a page must be marked for translation: finds what is not, in templates, scripts, views and forms.

Data is not marked (defaults, demonstration, synonyms of headings), so only places that hold texts of the screen are read.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
LETTERS = re.compile(r"[\u4e00-\u9fff]")
"""In code a sign alone is mostly one that is read, not shown."""
SAMPLES = {
    "templates/ui/gallery.html": "sample data of the page that shows every part",
    "airduty/views/ui.py": "sample data of the same page",
    "templates/ui/language.html": "a language is named in itself",
    "static/js/field/ledger.js": "the ledger is kept in Chinese, whatever language the phone is in",
}
IN_TEMPLATES = [
    re.compile(r"{%\s*comment.*?endcomment\s*%}", re.DOTALL),
    re.compile(r"{#.*?#}"),
    re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL),
    re.compile(r"{%\s*trans(?:late)?\s.*?%}"),
    re.compile(r"""_\((?:"[^"]*"|'[^']*')\)"""),
]
IN_SCRIPTS = [
    re.compile(r"/\*.*?\*/", re.DOTALL),
    re.compile(r"(?m)(?:^|\s)//.*$"),
    re.compile(r"""n?p?gettext\(\s*(?:(?:"[^"]*"|'[^']*'|`[^`]*`)\s*,?\s*)+"""),
]
OF_SCREEN = re.compile(r"(^|/)(views|forms\w*|navigation|templatetags)(/|\.py$)")
GETTEXT = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}


def faults(root: Path, names: list[str]) -> list[str]:
    """``names`` are paths below ``root``; one line per literal, with its place."""
    return [f"{name}:{line}: not marked for translation: {text[:80]}" for name in sorted(names) for line, text in literals(root, name)]


def literals(root: Path, name: str) -> Iterator[tuple[int, str]]:
    if name in SAMPLES or name.startswith(("tests/", "scripts/", "bench/", "docs/")):
        return iter(())
    if name.startswith("templates/"):
        return left_over((root / name).read_text(), IN_TEMPLATES)
    if name.endswith(".js"):
        return left_over((root / name).read_text(), IN_SCRIPTS)
    return of_python((root / name).read_text()) if name.endswith(".py") and OF_SCREEN.search(name) else iter(())


def left_over(text: str, marked: list[re.Pattern]) -> Iterator[tuple[int, str]]:
    for pattern in marked:
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    for number, line in enumerate(text.split("\n"), 1):
        if CHINESE.search(line):
            yield number, re.sub(r"\s{2,}", " … ", line.strip())


def of_python(text: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(text)
    known = {id(part) for call in ast.walk(tree) if is_gettext(call) for part in ast.walk(call)} | set(docstrings(tree))
    between = {id(call.func.value) for call in ast.walk(tree) if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "join"}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in known:
            continue
        if (CHINESE if id(node) in between else LETTERS).search(node.value):
            yield node.lineno, node.value


def is_gettext(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in GETTEXT


def docstrings(tree: ast.AST) -> Iterator[int]:
    """Strings that stand alone: docstrings, also those below an assignment."""
    return (id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
