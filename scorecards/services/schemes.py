"""Schemes are never edited: a change is a new version from a month that has not been marked."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from scorecards.models import Scheme, SchemeLine, Scorecard
from scorecards.services.marking import OUTSIDE
from scorecards.services.ready_made import READY_MADE
from scorecards.services.settling import following, hold
from scorecards.words import Part


def first_open_month(district) -> str:
    """The month after the last one with cards; the running month when there are none."""
    last = Scorecard.objects.filter(district=district).aggregate(last=Max("month"))["last"]
    return following(last) if last else clock.month_of(clock.today())


def last_version(district, kind: str) -> int:
    return Scheme.objects.filter(district=district, kind=kind).aggregate(last=Max("version"))["last"] or 0


@transaction.atomic
def revise(scheme: Scheme, *, by, in_force_from: str, note: str, rules: dict, lines: list[dict], after: int | None = None) -> Scheme:
    """``rules``: name, grade lines and switches; ``lines``: indicator, part, position and figures of each line that stays or comes in.

    ``after``: the last version its author had before them.
    """
    hold(scheme.district_id)
    if in_force_from < first_open_month(scheme.district):
        raise ValidationError({"in_force_from": _("这个月份已生成计分卡，请从之后的月份起启用。")})
    last = last_version(scheme.district, scheme.kind)
    if after is not None and after != last:
        raise ValidationError(_("您修改期间有人保存了第 %(version)s 版。请先看过新版本，再保存一次。") % {"version": last}, code="newer_version")
    start = {"in_force_from": in_force_from, "note": note, "origin": scheme.origin, **rules}
    fresh = Scheme.objects.create(district=scheme.district, kind=scheme.kind, version=last + 1, **start)
    made = [SchemeLine(scheme=fresh, **line) for line in _in_order(lines)]
    _check_hundred(made)
    SchemeLine.objects.bulk_create(made)
    payload = {"from": scheme.pk, "note": note, "rules": rules, "lines": lines}
    record("scheme.revise", fresh, by=by, district_id=scheme.district_id, payload=payload)
    return fresh


def _in_order(lines: list[dict]) -> list[dict]:
    """Numbered anew by part and wished place."""
    parts = list(Part.values)
    ordered = sorted(lines, key=lambda line: (parts.index(line["part"]), line["position"]))
    return [line | {"position": place} for place, line in enumerate(ordered, 1)]


def _check_hundred(lines: list[SchemeLine]) -> None:
    total = sum(line.full for line in lines if line.part not in (*OUTSIDE, Part.INFORMATION))
    if total != 10_000:
        raise ValidationError(_("各项满分合计须为 100 分，现为 %(total)s 分。") % {"total": f"{total / 100:g}"}, code="not_hundred")


# --- ready-made ---------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def load_ready_made(code: str, *, district, by) -> Scheme:
    """A new version that is not in force yet, to be revised from; none that stands there is touched. The same one twice is one."""
    hold(district.pk)
    chosen = READY_MADE[code]
    waiting = Scheme.objects.filter(district=district, kind=chosen.kind, origin=chosen.code, is_active=False).first()
    if waiting:
        return waiting
    start = {"version": last_version(district, chosen.kind) + 1, "in_force_from": first_open_month(district), "is_active": False}
    rules = {"fewest": chosen.fewest, "note": str(chosen.source), "origin": chosen.code}
    scheme = Scheme.objects.create(district=district, kind=chosen.kind, name=str(chosen.name), **start, **rules)
    SchemeLine.objects.bulk_create(chosen.lines_of(scheme))
    record("scheme.load", scheme, by=by, district_id=district.pk, payload={"code": chosen.code})
    return scheme
