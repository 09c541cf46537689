"""Daily kWh of enterprises, taken in; under an order it is evidence for it or against it."""

import datetime as dt
from enum import Enum, auto

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Device
from audit.services import record_many
from common import clock, language
from emergency import power
from emergency.models import Evidence, ListedEnterprise, Order, PowerDay
from emergency.services import telling
from emergency.words import EvidenceKind, Party


class Said(Enum):
    """What becomes of the piece of a day."""

    NEW = auto()
    CORRECTED = auto()
    TAKEN_BACK = auto()


@transaction.atomic
def take(device: Device, rows: list[dict]) -> dict:
    """How many are new, changed, as before; codes that no list of the district knows are kept and named."""
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    known = set(
        ListedEnterprise.objects.filter(
            reduction_list__district_id=device.district_id, credit_code__in={row["credit_code"] for row in rows}
        ).values_list("credit_code", flat=True)
    )
    for row in sorted(rows, key=lambda each: (each["credit_code"], each["day"])):
        counts[_keep(device, row)] += 1
    _judge(device.district_id, known, {row["day"] for row in rows})
    return counts | {"unknown": sorted({row["credit_code"] for row in rows} - known)}


def _keep(device: Device, row: dict) -> str:
    key = {"district_id": device.district_id, "credit_code": row["credit_code"], "day": row["day"]}
    stands = PowerDay.objects.select_for_update().filter(**key).first()
    if stands and stands.kwh == row["kwh"]:
        return "unchanged"
    PowerDay.objects.update_or_create(**key, defaults={"kwh": row["kwh"], "device_id": device.pk, "received_at": clock.now()})
    return "updated" if stands else "created"


def _judge(district_id: int, codes: set[str], days: set[dt.date]) -> None:
    """A whole day above what the list allows: a piece against the order, once for each day, and the office is told. Figures come a day late, so an
    order that has ended meanwhile is judged for the days on which it ran; a corrected figure takes back what was said of its day."""
    if not days:
        return
    found: dict[Said, list] = {said: [] for said in Said}
    for order in _held(district_id, codes, days):
        for line in power.lines_of(order):
            if line.day in days and (act := _say(order, line)):
                found[act[0]].append((order, {"day": str(line.day), "kwh": str(line.kwh)} | act[1]))
    _record(found, district_id)


def _record(found: dict[Said, list], district_id: int) -> None:
    """One kind after the other, last: the chain stays locked from then on."""
    if found[Said.NEW]:
        record_many("order.power", found[Said.NEW], by=None, district_id=district_id)
    if found[Said.CORRECTED]:
        record_many("order.power_edit", found[Said.CORRECTED], by=None, district_id=district_id)
    if found[Said.TAKEN_BACK]:
        record_many("order.power_back", found[Said.TAKEN_BACK], by=None, district_id=district_id)


def _held(district_id: int, codes: set[str], days: set[dt.date]) -> list[Order]:
    """Orders that ran on these days, locked until commit before anything is on record: an answer may come in at the same moment."""
    orders = Order.objects.filter(district_id=district_id, party=Party.ENTERPRISE, is_lift=False, enterprise__credit_code__in=codes)
    ran = orders.filter(decision__published_at__lte=clock.end_of(max(days))).exclude(episode__lifted_at__lt=clock.at(min(days)))
    return list(ran.select_for_update(of=("self",)).select_related("enterprise", "episode", "decision").order_by("pk"))


def _say(order: Order, line: power.Line) -> tuple[Said, dict] | None:
    """What has become of the day's piece, and what stood there before."""
    stands = order.evidence.filter(kind=EvidenceKind.POWER, text__startswith=f"{line.day}", refused_note="").first()
    if stands is None:
        return (Said.NEW, _against(order, line)) if line.is_against else None
    if line.is_against and stands.reading == line.kwh:
        return None
    before = {"evidence": stands.pk, "was": str(stands.reading)}
    if line.is_against:
        Evidence.objects.filter(pk=stands.pk).update(text=_words(line), reading=line.kwh)
        return Said.CORRECTED, before
    with language.official():
        Evidence.objects.filter(pk=stands.pk).update(refused_note=_("用电数据已更正为%(kwh)s kWh，不再作为反证") % {"kwh": line.kwh})
    return Said.TAKEN_BACK, before


def _words(line: power.Line) -> str:
    with language.official():
        return _("%(day)s用电%(kwh)s kWh，按清单应不超过%(allowed)s kWh") % {"day": line.day, "kwh": line.kwh, "allowed": line.allowed}


def _against(order: Order, line: power.Line) -> dict:
    with language.official():
        name = _("用电平台")
    piece = Evidence.objects.create(
        order=order, kind=EvidenceKind.POWER, text=_words(line), reading=line.kwh, is_against=True, name=name, at=clock.now()
    )
    telling.power_above(order, line, piece)
    return {"evidence": piece.pk}
