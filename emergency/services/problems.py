"""What was not put in force becomes a problem on the ledger, with the emergency as its source: proposed by the clock, decided by the office,
and made by itself when nobody decides in time (domain 8.3).
"""

import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from common import clock, language
from common.errors import Conflict
from emergency import access
from emergency.models import Inspection, Order
from emergency.services.record import insist_words
from emergency.words import Party, Seen
from inspections.models import Finding, ProblemType
from inspections.services.submit import submit
from inspections.words import Source

TYPE = "emergency"
"""Code of the problem type of domain 5.1."""


def words_of(order: Order) -> str:
    """What the problem says, unless the office writes it differently."""
    facts = {
        "receiver": order.receiver,
        "level": order.get_level_display(),
        "number": order.number,
        "due": f"{clock.beijing(order.force_due_at):%m-%d %H:%M}" if order.force_due_at else "",
        "measures": _("；").join(line["text"] for line in order.measures)[:400],
    }
    return _("%(receiver)s未按%(level)s应急指令（%(number)s）在%(due)s前落实措施。应落实：%(measures)s") % facts


@transaction.atomic
def file_problem(order: Order, *, by, text: str = "") -> Finding:
    """The order's problem; asked again, the one that is there."""
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    access.insist_run(by, order.district_id)
    if order.finding_id:
        return order.finding
    if not order.is_running or order.is_lift:
        raise Conflict(_("这份指令已被替代或已解除，不再立案。"), code="ended")
    return _file(order, by=by, text=text)


@transaction.atomic
def file_by_itself(order: Order) -> Finding:
    """The clock's, of an order that the caller holds locked: in the name of who published, or of the system when he has left the office."""
    by = order.decision.published_by
    return _file(order, by=by if by and access.may_run(by, order.district_id) else None)


def _file(order: Order, *, by, text: str = "") -> Finding:
    with language.official():
        finding = _submit(order, text=text.strip() or words_of(order), by=by)
    order.finding = finding
    order.save(update_fields=["finding"])
    record("order.problem", order, by=by, district_id=order.district_id, payload={"finding": str(finding.uuid)})
    return finding


def _submit(order: Order, *, text: str, by, key: str = "") -> Finding:
    problem_type = ProblemType.objects.filter(district_id=order.district_id, code=TYPE).first()
    if problem_type is None:
        raise ValidationError(_("本区的问题类型里没有“应急减排措施不落实”，请先在设置里补上。"), code="no_type")
    clean = {
        "uuid": uuid.uuid5(order.uuid, key or "problem"), "problem_type": problem_type, "source": Source.EMERGENCY, "text": text[:2000],
        "grid": order.grid or _grid_of_unit(order),
    }  # fmt: skip
    if order.party == Party.ENTERPRISE:
        enterprise = order.enterprise
        clean |= {"site": enterprise.site, "address": enterprise.address[:200], "lon": enterprise.lon, "lat": enterprise.lat}
    return submit(clean, by=by).finding


def _grid_of_unit(order: Order):
    return order.organisation.grids.order_by("level", "pk").first() if order.organisation else None


@transaction.atomic
def decline(order: Order, *, by, note: str) -> Order:
    """The clock was wrong about it, and the office says why; nothing is made of it."""
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    access.insist_run(by, order.district_id)
    note = insist_words("note", note, _("请写明不立案的理由。"))
    if order.finding_id or order.declined_note or order.proposed_at is None:
        raise Conflict(_("这份指令已立案、已说明，或没有到时限。"), code="decided")
    order.declined_note = note[:300]
    order.save(update_fields=["declined_note"])
    record("order.decline", order, by=by, district_id=order.district_id, payload={"note": order.declined_note})
    return order


# --- looking --------------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def inspect(order: Order, *, by, seen: str, text: str = "", unit_name: str = "") -> Inspection:
    """A quick entry of somebody who looked at an enterprise; what was not in force becomes a problem when the office says so."""
    if not access.may_inspect(by, order):
        raise ValidationError(_("只登记对清单企业的检查。"))
    if not order.is_running or order.is_lift:
        raise Conflict(_("这份指令已被替代或已解除，请在最新的指令上登记。"), code="ended")
    if seen in (Seen.PARTLY, Seen.NOT):
        text = insist_words("text", text, _("请写明哪些措施没有落实。"))
    made = Inspection.objects.create(
        order=order, day=clock.today(), seen=seen, text=text.strip()[:500], by=by, unit_name=unit_name.strip()[:60], at=clock.now()
    )
    record("order.inspect", made, by=by, district_id=order.district_id, payload={"order": order.number, "seen": str(seen)})
    return made


@transaction.atomic
def file_problem_of(inspection: Inspection, *, by) -> Finding:
    """What an inspection found, on the ledger."""
    order = inspection.order
    access.insist_run(by, order.district_id)
    if inspection.finding_id:
        return inspection.finding
    with language.official():
        text = _("%(receiver)s在%(level)s期间检查发现：%(text)s") % {
        "receiver": order.receiver, "level": order.get_level_display(), "text": inspection.text,
    }  # fmt: skip
    inspection.finding = _submit(order, text=text, by=by, key=f"inspection:{inspection.pk}")
    inspection.save(update_fields=["finding"])
    record("order.inspect_problem", inspection, by=by, district_id=order.district_id, payload={"finding": str(inspection.finding.uuid)})
    return inspection.finding
