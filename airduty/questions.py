"""Questions of the training's bank as rows of a workbook. The app of people lies below the one of sheets, so it stands here."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from grids.models import Grid, Question
from grids.services import training
from sheets.columns import Column, Row

LETTERS = "ABCDEFGH"


def columns(fields) -> list[Column]:
    choices = {field.name: field for field in fields} | {field.code: field for field in fields}
    options = [
        Column(f"option_{n}", f"{letter}", (f"选项{letter}", f"选项{n}", f"{letter}选项"), required=n <= 2) for n, letter in enumerate(LETTERS, 1)
    ]
    return [
        Column("field", gettext_noop("专项领域"), ("领域", "专项", "类别", "题目类别"), required=True, kind="choice", choices=choices),
        Column("text", gettext_noop("题目"), ("题干", "试题", "问题", "试题内容"), required=True, max_length=300),
        *options,
        Column("answers", gettext_noop("正确选项"), ("答案", "正确答案", "标准答案"), required=True, max_length=20),
        Column("explanation", gettext_noop("说明"), ("解析", "答案解析", "依据"), max_length=300),
    ]


class Bank:
    """One row, one question: known again by its field and its text."""

    def __init__(self, district: Grid, *, by):
        self.district, self.by = district, by
        self.known = {(each.field_id, each.text): each for each in Question.objects.filter(district=district)}

    def apply(self, row: Row) -> str:
        values = row.values
        options = [text for n in range(1, len(LETTERS) + 1) if (text := str(values.get(f"option_{n}") or "").strip())]
        wanted = {"options": options, "answers": answers(values["answers"], len(options)), "explanation": values.get("explanation") or ""}
        key = (values["field"].pk, values["text"])
        question = self.known.get(key) or Question(district=self.district, field=values["field"], text=values["text"])
        if question.pk and all(getattr(question, name) == value for name, value in wanted.items()):
            return "unchanged"
        outcome = "updated" if question.pk else "created"
        for name, value in wanted.items():
            setattr(question, name, value)
        self.known[key] = training.save_question(question, by=self.by)
        return outcome


def answers(text: str, number: int) -> list[int]:
    """``AC``, ``A、C`` or ``A,C`` as positions."""
    found = sorted({LETTERS.index(sign) for sign in text.upper() if sign in LETTERS})
    if not found or found[-1] >= number:
        raise ValidationError({"answers": _("请写正确选项的字母，例如 A 或 AC。")})
    return found
