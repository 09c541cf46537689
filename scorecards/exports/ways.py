"""How a month leaves: at once, or as a background job when there is too much of it to wait for."""

from django.utils.translation import gettext as _

from scorecards.exports.book import SHEETS, Exported
from scorecards.models import Scorecard
from scorecards.words import month_words
from sheets import services as sheets
from sheets.services import Result

DIRECTLY = 5_000
"""Rows up to which the file is made while the person waits; more become a background job."""
FORMS = ("xlsx", "csv")


def response(cards, *, month: str, district, by, sheet: str = "", form: str = "xlsx"):
    """The file, or the job that makes it. ``sheet``: a code of ``SHEETS``, empty for the whole workbook."""
    asked = Exported.of(cards, month=month, by=by, sheet=sheet)
    count, name = asked.count(), filename(month, sheet)
    if count > DIRECTLY:
        params = {"month": month, "district": district.pk, "sheet": sheet, "form": form}
        return sheets.start("scorecards", params=params, by=by, district_id=district.pk, title=name)
    facts = {"kind": "scorecards.ranking", "filters": filters(month, sheet), "row_count": count, "district_id": district.pk}
    return sheets.export_response(content(asked, form=form), f"{name}.{form}", by=by, **facts)


def content(asked: Exported, *, form: str, tick=None):
    return asked.csv(tick=tick) if form == "csv" else asked.workbook(tick=tick)


def run(job) -> Result:
    """``settings.SHEET_JOBS["scorecards"]``: the person's rights are those of the moment it runs."""
    month, by = job.params["month"], job.requested_by
    sheet, form = job.params.get("sheet", ""), job.params.get("form", "xlsx")
    cards = Scorecard.objects.visible_to(by).filter(district_id=job.params["district"], month=month, organisation__isnull=False)
    asked = Exported.of(cards, month=month, by=by, sheet=sheet)
    count = asked.count()
    made = content(asked, form=form, tick=lambda n: sheets.progress(job, n, count))
    message = _("共 %(n)s 行") % {"n": count}
    return Result(made, f"{filename(month, sheet)}.{form}", row_count=count, filters=filters(month, sheet), message=message)


def filename(month: str, sheet: str = "") -> str:
    whole = _("%(month)s督导考核排名") % {"month": month_words(month)}
    return f"{whole}-{SHEETS[sheet].name}" if sheet else whole


def filters(month: str, sheet: str = "") -> str:
    return _("；").join(filter(None, (month_words(month), str(SHEETS[sheet].name) if sheet else "")))
