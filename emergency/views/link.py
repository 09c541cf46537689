"""The page an enterprise opens by its link: its own order and nothing else. No account, no cookie; the address is the key."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from common import clock
from common.errors import Conflict
from common.forms import add_refusal
from common.middleware import client_ip
from emergency import counter
from emergency.forms import EvidenceForm, LinkReceiptForm
from emergency.models import Order, rule_of
from emergency.services import answers, links
from emergency.words import OrderState, Way

WRONG = 30
"""Wrong addresses from one place in ten minutes; who has a right one is not stopped by them."""
SENT = 60
"""Hand-ins by one link in an hour."""


@csrf_exempt  # nothing of the visitor's is used: who knows the address may act, from wherever he is sent
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request, token):
    order = links.find(token)
    if order is None:
        if counter.is_over(f"wrong:{client_ip(request)}", most=WRONG, seconds=600):
            return _door(request, _("访问过于频繁，请过几分钟再打开。"), status=429)
        return _door(request, _("链接不正确或已过期。"), status=410)
    if request.method != "POST":
        return shown(request, order)
    if counter.is_over(f"sent:{order.pk}", most=SENT, seconds=3_600):
        return _door(request, _("提交过于频繁，请过一小时再试，或联系攻坚办。"), status=429)
    if request.POST.get("step") == "acknowledge":
        return _acknowledge(request, order, token)
    return _evidence(request, order, token)


def _door(request, reason: str, *, status: int):
    answer = render(request, "emergency/link_ended.html", {"reason": reason}, status=status)
    return _shut(answer)


def shown(request, order: Order, *, status=200, receipt_form=None, evidence_form=None):
    order.refresh_from_db()
    context = {
        "order": order,
        "receipt": answers.receipt_of(order),
        "evidence": order.evidence.exclude(way="").filter(refused_note=""),
        "refused": order.evidence.exclude(way="").exclude(refused_note=""),
        "receipt_form": receipt_form or LinkReceiptForm(initial={"name": order.enterprise.contact if order.enterprise else ""}),
        "evidence_form": evidence_form or EvidenceForm(),
        "phone": rule_of(order.district_id).phone,
        "is_open": order.is_running and not order.is_lift,
        "newer": _newer(order),
        "now": clock.now(),
    }
    return _shut(render(request, "emergency/link.html", context, status=status))


def _newer(order: Order) -> bool:
    """Whether another order has taken its place."""
    return order.state == OrderState.SUPERSEDED


def _acknowledge(request, order: Order, token: str):
    form = LinkReceiptForm(request.POST)
    if form.is_valid() and _done(form, lambda: answers.acknowledge(order, name=form.cleaned_data["name"], way=Way.LINK)):
        return _again(token)
    return shown(request, order, status=400, receipt_form=form)


def _evidence(request, order: Order, token: str):
    form = EvidenceForm(request.POST, request.FILES)
    name = order.enterprise.contact if order.enterprise else ""
    if form.is_valid() and _done(form, lambda: answers.put_in_force(order, way=Way.LINK, name=_name(order) or name, **form.given(request.FILES))):
        return _again(token)
    return shown(request, order, status=400, evidence_form=form)


def _name(order: Order) -> str:
    receipt = answers.receipt_of(order)
    return receipt.name if receipt else ""


def _done(form, act) -> bool:
    try:
        act()
    except ValidationError as refused:
        add_refusal(form, refused)
    except Conflict as lost:
        form.add_error(None, str(lost))
    return not form.errors


def _again(token: str):
    return _shut(redirect("emergency:link", token=token))


def _shut(answer):
    """The address must not travel on in a referrer, nor be found by a search."""
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
