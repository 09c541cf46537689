"""Courses and questions a district starts with (domain 2.7): one course for everybody new, one per field."""

from pathlib import Path
from typing import Any

from django.db import transaction

from grids.models import Course, Field, Grid, Question
from grids.services import training

FILE = Path(__file__).with_name("questions.txt")
FIRST = "网格员上岗培训"
CONTENT = "网格职责、巡查要点、怎样上报、怎样劝阻、自身安全。学完做一次在线测试，80 分合格。"


@transaction.atomic
def load(district: Grid) -> None:
    """Loaded again it adds only what is not there."""
    bank = questions()
    fields = {field.code: field for field in Field.objects.filter(district=district)}
    known = set(Question.objects.filter(district=district).values_list("field__code", "text"))
    for code, field in fields.items():
        for each in bank.get(code, ()):
            if (code, each["text"]) not in known:
                training.save_question(Question(field=field, **each), by=None)
    names = set(Course.objects.filter(district=district).values_list("name", flat=True))
    wanted = {FIRST: None} | {f"{field.name}专项培训": field for code, field in fields.items() if code in bank}
    for name, field in wanted.items():
        if name not in names:
            training.save_course(
                Course(district=district, field=field, name=name, hours=1 if field else 2, trainer="攻坚办", content=CONTENT), by=None
            )


def questions() -> dict[str, list[dict[str, Any]]]:
    """Code of a field → its questions as ``Question`` takes them."""
    bank: dict[str, list[dict[str, Any]]] = {}
    here: list[dict[str, Any]] = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        sign, text = line[:1], line[1:].strip()
        if sign == "#" and text.isalpha() and text.isascii():
            bank[text] = here = []
        elif sign == "?":
            here.append({"text": text, "options": [], "answers": [], "explanation": ""})
        elif sign in ("+", "-"):
            here[-1]["answers"] += [len(here[-1]["options"])] if sign == "+" else []
            here[-1]["options"].append(text)
        elif sign == "=":
            here[-1]["explanation"] = text
    return bank
