"""Daily kWh of enterprises, taken in; under an order it is evidence for it or against it."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Device
from audit.services import record
from common import clock, language
from emergency import power
from emergency.models import Evidence, ListedEnterprise, Order, PowerDay
from emergency.services import telling
from emergency.words import EvidenceKind, Party


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
    _judge(device.district_id, known)
    return counts | {"unknown": sorted({row["credit_code"] for row in rows} - known)}


def _keep(device: Device, row: dict) -> str:
    key = {"district_id": device.district_id, "credit_code": row["credit_code"], "day": row["day"]}
    stands = PowerDay.objects.select_for_update().filter(**key).first()
    if stands and stands.kwh == row["kwh"]:
        return "unchanged"
    PowerDay.objects.update_or_create(**key, defaults={"kwh": row["kwh"], "device_id": device.pk, "received_at": clock.now()})
    return "updated" if stands else "created"


def _judge(district_id: int, codes: set[str]) -> None:
    """A whole day above what the list allows: a piece against the order, once for each day, and the office is told."""
    orders = Order.objects.running().filter(district_id=district_id, party=Party.ENTERPRISE, is_lift=False, enterprise__credit_code__in=codes)
    for order in orders.select_related("enterprise", "episode").order_by("pk"):
        for line in power.lines_of(order):
            if line.is_against and _against(order, line):
                telling.power_above(order, line)
                record("order.power", order, by=None, district_id=district_id, payload={"day": str(line.day), "kwh": str(line.kwh)})


def _against(order: Order, line: power.Line) -> bool:
    """Whether it is new: a figure that is corrected later replaces what was said of the day."""
    facts = {"day": line.day, "kwh": line.kwh, "allowed": line.allowed}
    with language.official():
        text, name = _("%(day)s用电%(kwh)s kWh，按清单应不超过%(allowed)s kWh") % facts, _("用电平台")
    stands = order.evidence.filter(kind=EvidenceKind.POWER, text__startswith=f"{line.day}").first()
    if stands:
        Evidence.objects.filter(pk=stands.pk).update(text=text, reading=line.kwh)
        return False
    Evidence.objects.create(order=order, kind=EvidenceKind.POWER, text=text, reading=line.kwh, is_against=True, name=name, at=clock.now())
    return True
