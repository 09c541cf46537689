"""The index page of the pictures: by page or by role, faults first."""

from collections import Counter
from html import escape
from pathlib import Path

STYLE = """body{font:14px/1.5 "Noto Sans CJK SC",sans-serif;margin:24px;color:#1d2b3a}h2{margin:32px 0 8px;font-size:18px}
.row{display:flex;gap:12px;overflow-x:auto;padding:4px}figure{margin:0;flex:none;width:230px}
figure img{width:100%;height:150px;object-fit:cover;
object-position:top;border:1px solid #d5dbe3}
figcaption{font-size:12px}.bad{color:#b3122b}.bad img{border-color:#b3122b}li{margin:2px 0}nav a{margin-right:10px}
table{border-collapse:collapse}td{padding:2px 12px 2px 0;vertical-align:top}"""


def write(folder: Path, shots: list[dict], seconds: float) -> Path:
    target = folder / "index.html"
    kinds = sorted({shot["kind"] for shot in shots})
    navigation = "".join(f'<a href="#{escape(kind)}">{escape(kind)}</a> ' for kind in kinds)
    sections = "".join(section(kind, [shot for shot in shots if shot["kind"] == kind]) for kind in kinds)
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Screens</title><style>{STYLE}</style>'
    target.write_text(
        f"{head}<h1>{len(shots)} pages, {seconds:.0f} s</h1>{fault_list(shots)}<nav>{navigation}</nav>{sections}</html>",
        encoding="utf-8",
    )
    return target


def fault_list(shots: list[dict]) -> str:
    counted = summary(shots)
    rows = "".join(
        f"<tr><td>{count}×</td><td>{escape(what)}</td><td>{escape(where)}</td><td>{escape(pages)}</td></tr>" for what, where, count, pages in counted
    )
    return f"<h2>{len(counted)} faults</h2><table>{rows}</table>"


def section(kind: str, shots: list[dict]) -> str:
    pictures = "".join(picture(shot, width, file) for shot in shots for width, file in shot["files"].items())
    return f'<h2 id="{escape(kind)}">{escape(kind)}</h2><div class="row">{pictures}</div>'


def picture(shot: dict, width, file: str) -> str:
    name = f"{shot['role']} · {shot['language']} · {width} · {shot['milliseconds']} ms"
    bad = ' class="bad"' if shot["faults"] else ""
    image = f'<img loading="lazy" alt="{escape(name)}" src="{escape(file)}">'
    return f'<figure{bad}><a href="{escape(file)}">{image}</a><figcaption>{escape(name)}</figcaption></figure>'


def summary(shots: list[dict]) -> list[tuple[str, str, int, str]]:
    """(what, where, how often, on which pages), the most frequent first."""
    counted: Counter = Counter()
    on: dict[tuple[str, str], set[str]] = {}
    for shot in shots:
        for what, where in shot["faults"]:
            counted[what, where] += 1
            on.setdefault((what, where), set()).add(f"{shot['kind']} [{shot['role']}]")
    return [(what, where, count, named(on[what, where])) for (what, where), count in counted.most_common()]


def named(pages: set[str]) -> str:
    some = sorted(pages)[:3]
    return ", ".join(some) + (f" and {len(pages) - 3} more" if len(pages) > 3 else "")
