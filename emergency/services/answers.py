"""What parties answer: receipt, evidence that the measures are in force; what the office makes of it; calls to those who do not answer."""

import hashlib
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

import evidence.services
from audit.services import record
from common import clock, context
from common.errors import Conflict, insist
from emergency import access
from emergency.models import Call, Decision, Evidence, Order, Receipt
from emergency.services import telling
from emergency.services.links import has_ended, new_link
from emergency.services.record import insist_words, move_order
from emergency.words import CallOutcome, EvidenceKind, OrderState, Party, Way
from evidence.models import Photo

MOST_PHOTOS = 12
"""Of one order, by its link and by everybody together."""
WAITING = (OrderState.ISSUED, OrderState.ACKNOWLEDGED)


def receipt_of(order: Order) -> Receipt | None:
    return Receipt.objects.filter(order=order).first()


# --- receipt ----------------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def acknowledge(order: Order, *, name: str, way: str, by=None) -> Receipt:
    """The first receipt counts; a second one gives the first back. Of a lift it ends the order."""
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    if known := Receipt.objects.filter(order=order).first():
        return known
    if not order.is_running and not order.is_lift:
        raise Conflict(_("这份指令已被新的指令替代或已解除，请看最新的一份。"), code="ended")
    name = insist_words("name", name, _("请填写签收人姓名。"))
    now = clock.now()
    receipt = Receipt.objects.create(order=order, name=name[:60], by=by, way=way, at=now, ip=context.current().ip[:45])
    state = OrderState.DONE if order.is_lift else OrderState.ACKNOWLEDGED
    move_order(order, source=(OrderState.ISSUED,), state=state, acknowledged_at=now)
    record("order.acknowledge", order, by=by, district_id=order.district_id, payload={"name": receipt.name, "way": str(way)})
    return receipt


def acknowledge_own(order: Order, *, by) -> Receipt:
    """Signed in, in one's own name; a township for its grids by its own."""
    insist(access.answers_for(by, order), _("这份指令由%(receiver)s签收。") % {"receiver": order.receiver})
    way = Way.ON_BEHALF if access.on_behalf(by, order) else Way.SIGN_IN
    return acknowledge(order, name=str(by), way=way, by=by)


def acknowledge_grids(decision: Decision, *, by) -> int:
    """A township receives one step for all its grids that have not answered; how many."""
    waiting = Order.objects.visible_to(by).filter(decision=decision, party=Party.GRID, state=OrderState.ISSUED).order_by("pk")
    mine = [order for order in waiting if access.on_behalf(by, order)]
    for order in mine:
        acknowledge(order, name=str(by), way=Way.ON_BEHALF, by=by)
    return len(mine)


# --- in force ---------------------------------------------------------------------------------------------------------------------------
def put_in_force(
    order: Order, *, kind: str, way: str, by=None, name: str = "", text: str = "", reading: Decimal | None = None, photos=()
) -> list[Evidence]:
    """Evidence that the measures of this order are in force; the first piece stops the clock. Photos sent twice are kept once.

    Photos are counted before they are decoded and stored before the order is locked: nobody waits for somebody else's pictures.
    """
    _insist_open(Order.objects.get(pk=order.pk))
    if not (text.strip() or reading is not None or photos):
        raise ValidationError({"text": _("请上传照片、填写电表读数，或写明停了哪些生产线。")})
    if kind == EvidenceKind.METER and reading is None:
        raise ValidationError({"reading": _("请填写电表读数（kWh）。")})
    uploads = {_hash(upload): upload for upload in photos}
    stored = _stored(order, uploads, by=by)
    made = _keep(order, kind=kind, way=way, by=by, name=name, text=text, reading=reading, photos=stored)
    if not made:
        _insist_new(order, uploads)
    return made


def _insist_open(order: Order) -> None:
    if not order.is_running or order.is_lift:
        raise Conflict(_("这份指令已被新的指令替代或已解除，不再接收凭证。"), code="ended")


def _insist_new(order: Order, hashes) -> None:
    """Nothing was made of what was sent. Whoever sends twice what counts need not know; a photo that does not count any more is no answer."""
    sent = order.evidence.filter(photo__sha256__in=list(hashes))
    if refused := sent.exclude(refused_note="").first():
        raise ValidationError({"photos": _("这张照片已被退回（%(note)s），请重新拍照后提交。") % {"note": refused.refused_note}})
    if not Order.objects.filter(pk=order.pk, state=OrderState.IN_FORCE).exists():
        raise ValidationError({"photos": _("这张照片以前已提交过，请重新拍照，或写明现在的落实情况。")})


def _stored(order: Order, uploads: dict[str, UploadedFile], *, by) -> list[Photo]:
    """Those that the order does not have yet."""
    known = _known(order)
    fresh = {sha256: upload for sha256, upload in uploads.items() if sha256 not in known}
    _insist_room(len(known) + len(fresh))
    try:
        return [evidence.services.store(upload, sha256=sha256, size=upload.size, by=by) for sha256, upload in fresh.items()]
    except ValidationError as refused:
        raise ValidationError({"photos": refused.messages}) from refused


def _known(order: Order) -> set[str]:
    return set(order.evidence.exclude(photo=None).values_list("photo__sha256", flat=True))


def _hash(upload) -> str:
    digest = hashlib.file_digest(upload, "sha256").hexdigest()
    upload.seek(0)
    return digest


def _insist_room(count: int) -> None:
    if count > MOST_PHOTOS:
        raise ValidationError({"photos": _("每份指令最多上传 %(most)s 张照片。") % {"most": MOST_PHOTOS}})


@transaction.atomic
def _keep(order: Order, *, photos: list[Photo], by, name: str, way: str, **given) -> list[Evidence]:
    """Under the lock, whoever else hands in at the same moment."""
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    _insist_open(order)
    known = _known(order)
    fresh = [photo for photo in photos if photo.sha256 not in known]
    _insist_room(len(known) + len(fresh))
    made = _write(order, photos=fresh, by=by, name=name, way=way, **given)
    if made:
        _stamp(order, by=by, name=name, way=way)
        record("order.in_force", order, by=by, district_id=order.district_id, payload={"evidence": [each.pk for each in made], "name": name})
    return made


def _write(order: Order, *, photos: list[Photo], **facts) -> list[Evidence]:
    """One row for each photo; words and figures go with the first. Of an order in force the same words again are not kept twice; of one that is not
    they are said anew: what was said before was refused, or was of fewer measures."""
    common = facts | {"order": order, "at": clock.now(), "text": facts["text"].strip()[:500], "name": facts["name"].strip()[:60]}
    if photos:
        bare = {"kind": EvidenceKind.PHOTO, "text": "", "reading": None}
        return [Evidence.objects.create(**common | (bare if n else {}) | {"photo": photo}) for n, photo in enumerate(photos)]
    same = order.evidence.filter(kind=common["kind"], text=common["text"], reading=common["reading"], photo=None, refused_note="")
    has_words = common["text"] or common["reading"] is not None
    is_said = order.state == OrderState.IN_FORCE and same.exists()
    return [Evidence.objects.create(**common)] if has_words and not is_said else []


def _stamp(order: Order, *, by, name: str, way: str) -> None:
    """In force from now; whoever shows so has received the order, too."""
    now = clock.now()
    if not Receipt.objects.filter(order=order).exists():
        Receipt.objects.create(order=order, name=(name or str(by or ""))[:60], by=by, way=way, at=now, ip=context.current().ip[:45])
    changes = {"state": OrderState.IN_FORCE, "in_force_at": order.in_force_at or now, "acknowledged_at": order.acknowledged_at or now}
    move_order(order, source=(*WAITING, OrderState.IN_FORCE), **changes)


def insist_own(order: Order, *, by) -> None:
    insist(access.answers_for(by, order), _("落实凭证由%(receiver)s提交。") % {"receiver": order.receiver})


def show_own(order: Order, *, by, **given) -> list[Evidence]:
    insist_own(order, by=by)
    return put_in_force(order, by=by, name=str(by), way=Way.SIGN_IN, **given)


@transaction.atomic
def refuse_evidence(piece: Evidence, *, by, note: str) -> Evidence:
    """The office does not accept it, and whoever sent it is told. Without any other piece the order is not in force: its clock runs on, and
    proposal, grace and what the office said of it begin anew."""
    order = Order.objects.select_for_update(of=("self",)).get(pk=piece.order_id)
    access.insist_run(by, order.district_id)
    note = insist_words("note", note, _("请写明不予认可的理由。"))
    if not Evidence.objects.filter(pk=piece.pk, refused_note="").update(refused_by=by, refused_note=note[:300]):
        raise Conflict(_("这份凭证已有处理意见。"), code="refused")
    piece.refresh_from_db()
    if not order.evidence.filter(refused_note="", is_against=False).exists():
        move_order(order, source=(OrderState.IN_FORCE,), state=OrderState.ACKNOWLEDGED, in_force_at=None, proposed_at=None, declined_note="")
    if order.is_running and not piece.is_against:
        telling.evidence_refused(order, piece)
    record("order.refuse_evidence", order, by=by, district_id=order.district_id, payload={"evidence": piece.pk, "note": note[:300]})
    return piece


# --- calls ------------------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def log_call(order: Order, *, by, outcome: str, spoken_with: str = "", note: str = "") -> Call:
    """A call of the office or the township; who confirms on the telephone has received the order, unless another took its place during the call."""
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    insist_call(order, by=by)
    if outcome in (CallOutcome.ANSWERED, CallOutcome.TOLD):
        spoken_with = insist_words("spoken_with", spoken_with, _("请填写接听人姓名。"))
    call = Call.objects.create(order=order, at=clock.now(), by=by, outcome=outcome, spoken_with=spoken_with.strip()[:60], note=note.strip()[:300])
    if outcome == CallOutcome.ANSWERED and (order.is_running or order.is_lift):
        acknowledge(order, name=spoken_with, way=Way.CALL, by=by)
        order.refresh_from_db()
    record("order.call", order, by=by, district_id=order.district_id, payload={"outcome": str(outcome), "with": call.spoken_with})
    return call


def insist_call(order: Order, *, by) -> None:
    insist(may_call(by, order), _("电话联系由攻坚办和属地乡办登记。"))


def may_call(user, order: Order) -> bool:
    town = order.grid.organisation_id if order.grid_id and order.grid else order.organisation_id
    return access.may_run(user, order.district_id) or town in access.rights(user).organisation_ids


@transaction.atomic
def send_again(order: Order, *, by) -> Order:
    """A fresh link to the enterprise's contact as the list names him today; the old one ends. Without a number the old one stays."""
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    access.insist_run(by, order.district_id)
    if order.party != Party.ENTERPRISE:
        raise ValidationError(_("只有企业的指令用短信链接签收。"))
    _insist_opens(order)
    if not order.enterprise.contact_phone:
        raise ValidationError(_("清单里没有这家企业的联系电话，没有发出；请先在清单里更正联系人，或把链接直接发给对方。"), code="no_phone")
    new_link(order)
    order.save(update_fields=["link_salt", "link_hash"])
    telling.send_link(order)
    record("order.link", order, by=by, district_id=order.district_id)
    return order


def may_send(order: Order) -> bool:
    """Whether a link to it would be sent and open: an order that was replaced or lifted is not sent any more, a lift for a day."""
    return (order.is_running or order.is_lift) and not has_ended(order)


def _insist_opens(order: Order) -> None:
    if has_ended(order):
        raise ValidationError(_("预警解除已超过一天，签收链接不再打开，没有重新发送；需要签收的请电话联系并登记。"), code="ended")
    if not may_send(order):
        raise ValidationError(_("这份指令已被新的指令替代或已解除，没有重新发送；请在最新的一份上发送。"), code="ended")
