"""Schemes are never edited: a change is a new version from a month that has not been marked."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import Conflict
from scorecards.models import Scheme, SchemeLine, Scorecard
from scorecards.words import Part


def first_open_month(district) -> str:
    """The month after the last one with cards; the running month when there are none."""
    last = Scorecard.objects.filter(district=district).aggregate(last=Max("month"))["last"]
    return clock.month_of(clock.beijing(clock.month_bounds(last)[1]).date()) if last else clock.month_of(clock.today())


def revise(scheme: Scheme, *, by, in_force_from: str, note: str, grades: dict, figures: dict[str, dict]) -> Scheme:
    """``grades``: the grade lines and the bonus cap; ``figures``: indicator → its figures. Raises ``ValidationError`` and ``Conflict``."""
    if in_force_from < first_open_month(scheme.district):
        raise ValidationError({"in_force_from": _("这个月份已生成计分卡，请从之后的月份起启用。")})
    try:
        return _revise(scheme, by=by, in_force_from=in_force_from, note=note, grades=grades, figures=figures)
    except IntegrityError as error:
        raise Conflict(_("同时有人保存了新版本，请刷新后再改。"), code="scheme_version") from error


@transaction.atomic
def _revise(scheme: Scheme, *, by, in_force_from, note, grades, figures) -> Scheme:
    last = Scheme.objects.filter(district=scheme.district, kind=scheme.kind).aggregate(last=Max("version"))["last"]
    fresh = Scheme.objects.create(
        district=scheme.district, kind=scheme.kind, version=last + 1, name=scheme.name, in_force_from=in_force_from, note=note, **grades
    )
    lines = [_copy(line, scheme=fresh, figures=figures.get(line.indicator, {})) for line in scheme.lines.all()]
    if sum(line.full for line in lines if line.part != Part.BONUS) != 10_000:
        raise ValidationError(_("各项满分合计须为 100 分。"), code="not_hundred")
    SchemeLine.objects.bulk_create(lines)
    record(
        "scheme.revise", fresh, by=by, district_id=scheme.district_id, payload={"from": scheme.pk, "note": note, "grades": grades, "figures": figures}
    )
    return fresh


def _copy(line: SchemeLine, *, scheme: Scheme, figures: dict) -> SchemeLine:
    kept = {name: getattr(line, name) for name in ("full", "per_event", "cap_per_item", "cap", "stacks")}
    return SchemeLine(scheme=scheme, part=line.part, indicator=line.indicator, position=line.position, **(kept | figures))
