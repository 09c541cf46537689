"""The link by which somebody without an account receives his own order. The token is made anew from a salt and the server's key whenever it is
needed; what lies in the database is its hash, so a copy of the database opens nothing.
"""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from common import clock
from emergency.models import Order
from emergency.words import EpisodeState
from notices.channels import sms

KEPT = dt.timedelta(days=1)
"""How long after the end of the episode a link still opens."""


def new_link(order: Order) -> None:
    """Give the order a salt and the hash of its token; an earlier link ends."""
    order.link_salt = secrets.token_hex(16)
    order.link_hash = _hash(token_of(order))


def token_of(order: Order) -> str:
    digest = salted_hmac("emergency.links", f"{order.uuid}:{order.link_salt}", secret=settings.SECRET_KEY, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def path_of(order: Order) -> str:
    return reverse("emergency:link", args=[token_of(order)])


def url_of(order: Order) -> str:
    return f"{settings.BASE_URL.rstrip('/')}{path_of(order)}"


def find(token: str) -> Order | None:
    """The order that this token opens now."""
    order = Order.objects.select_related("episode", "decision", "enterprise", "district", "receipt").filter(link_hash=_hash(token)).first()
    if order is None or not hmac.compare_digest(token_of(order), token) or has_ended(order):
        return None
    return order


def has_ended(order: Order) -> bool:
    lifted = order.episode.lifted_at
    return order.episode.state == EpisodeState.DROPPED or (lifted is not None and clock.now() > lifted + KEPT)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# --- asked by the outbox ---------------------------------------------------------------------------------------------------------------
LINK_KIND = "emergency.order_link"


def words(notice) -> str:
    """The words of a text message, cut before the link is: an enterprise's link stands in no table, it is made now. Other notices say what they say."""
    if notice.kind == LINK_KIND:
        return _with_link(notice.title, url_of(Order.objects.get(pk=notice.subject_id)))
    return _with_link(f"{notice.title} {notice.body}", urljoin(settings.BASE_URL, notice.url) if notice.url else "")


def _with_link(text: str, link: str) -> str:
    return f"{sms.cut(' '.join(text.split()), sms.LONGEST - sms.units(link) - 1)} {link}".strip()
