"""Short words for writing checklists down as data."""

SERIOUS, GENERAL, MINOR = "serious", "general", "minor"


def line(text: str, guide: str = "", severity: str = GENERAL, *, problem: str, basis: str = "", **more) -> dict:
    """One item answered with 合格, 不合格 or 不适用. A minor item needs no photo."""
    row = {"text": text, "guide": guide, "severity": severity, "problem": problem, "legal_basis": basis, "photo_required": severity != MINOR}
    return row | more


def figure(text: str, guide: str = "", severity: str = GENERAL, *, problem: str, unit: str, lower=None, upper=None, basis: str = "", **more) -> dict:
    """One item answered with a number; the limits are inclusive."""
    limits = {"answer_type": "number", "unit": unit, "lower": lower, "upper": upper}
    return line(text, guide, severity, problem=problem, basis=basis, **limits, **more)


def checklist(
    code: str, name: str, field: str, kinds: str, items: list[dict], *, scoring: str = "share", is_default: bool = True, group: str = ""
) -> dict:
    """``kinds``: codes of kinds of objects, divided by spaces. Items are numbered in their order: ``SITE6-1``."""
    numbered = [{"code": f"{code}-{n}", "position": n, "group": group} | item for n, item in enumerate(items, 1)]
    head = {"code": code, "name": name, "field": field, "kinds": kinds.split(), "scoring": scoring, "is_default": is_default}
    return head | {"items": numbered}
