"""The list of proposals of a month as a workbook (拟通报、约谈名单), of the rows that the reader may see."""

from django.utils.translation import gettext as _

from scorecards import consequence_pages as pages
from scorecards.models import Proposal
from scorecards.words import month_words
from sheets.writing import Col, Workbook


def proposals(found: list[Proposal], *, month: str, district) -> Workbook:
    book = Workbook(_("%(district)s%(month)s奖惩建议") % {"district": district, "month": month_words(month) if month else ""})
    columns = [
        Col(_("措施"), 12), Col(_("单位"), 18), Col(_("对象（职务）"), 18), Col(_("规则"), 44), Col(_("依据"), 44), Col(_("状态"), 10), Col(_("审批人"), 12),
        Col(_("审批时间"), 16, "datetime"), Col(_("文号"), 20), Col(_("印发时间"), 16, "datetime"),
    ]  # fmt: skip
    return book.sheet(_("奖惩建议"), columns=columns, rows=[_row(each) for each in found], note=_("名单为建议，经批准并印发后生效，以正式文件为准。"))


def _row(each: Proposal) -> tuple:
    decided = str(each.decided_by) if each.decided_by else ""
    return (
        each.get_action_display(), str(each.organisation), each.target_post, each.rule.sentence, grounds(each), each.get_state_display(), decided,
        each.decided_at, each.paper_number, each.issued_at,
    )  # fmt: skip


def grounds(each: Proposal) -> str:
    shown = [pages.figure(entry, each.rule.metric, each.organisation_id) for entry in each.figures["months"]]
    return _("；").join(" ".join(filter(None, (line["month"], line["place"], line["value_words"]))) for line in shown if line["hit"])
