"""One line of a kind's table: a column of its own, or one of those that every object has, under the words of this ledger."""


def _own(key: str, title: str, also: tuple, must: bool, unit: str, mask: str, rule: dict) -> dict:
    extras: dict = {"x-synonyms": list(also)} if also else {}
    extras |= {"x-unit": unit} if unit else {}
    extras |= {"x-mask": mask} if mask else {}
    return {"key": key, "must": must, "rule": rule | {"title": title} | extras}


def text(key, title, *also, must=False, mask="", most=200) -> dict:
    return _own(key, title, also, must, "", mask, {"type": "string", "maxLength": most})


def phone(key, title, *also, must=False) -> dict:
    return text(key, title, *also, must=must, mask="phone", most=30)


def whole(key, title, *also, must=False, unit="") -> dict:
    return _own(key, title, also, must, unit, "", {"type": "integer", "minimum": 0})


def figure(key, title, *also, must=False, unit="") -> dict:
    return _own(key, title, also, must, unit, "", {"type": "number", "minimum": 0})


def yes(key, title, *also, must=False) -> dict:
    return _own(key, title, also, must, "", "", {"type": "boolean"})


def day(key, title, *also, must=False) -> dict:
    return _own(key, title, also, must, "", "", {"type": "string", "format": "date"})


def choice(key, title, words: str, *also, must=False) -> dict:
    """``words`` are separated by blanks."""
    return _own(key, title, also, must, "", "", {"type": "string", "enum": words.split()})


def common(name, title, *also, must=False, mask="") -> dict:
    """``name``: a column of ``Site`` (or ``lonlat``, ``township``, a post of the trio) that stands here in the printed ledger."""
    return {"key": f"@{name}", "must": must, "rule": {"title": title, "x-synonyms": list(also)} | ({"x-mask": mask} if mask else {})}


def schema(lines: list[dict]) -> dict:
    """The JSON Schema of the own columns. ``x-order`` is the printed order (JSON objects have none in PostgreSQL), ``x-common`` what the others are called."""
    own = [line for line in lines if not line["key"].startswith("@")]
    return {
        "type": "object",
        "properties": {line["key"]: line["rule"] for line in own},
        "required": [line["key"] for line in own if line["must"]],
        "additionalProperties": False,
        "x-order": [line["key"] for line in lines],
        "x-common": {line["key"][1:]: line["rule"] | ({"x-required": True} if line["must"] else {}) for line in lines if line["key"].startswith("@")},
    }


def statuses(going: str, over: str = "") -> list[dict]:
    """``"code=word code=word"`` of the objects that are visited, and of those that are not any more."""
    return [
        {"code": code, "label": label, "is_over": is_over}
        for words, is_over in ((going, False), (over, True))
        for code, label in (word.split("=") for word in words.split())
    ]
