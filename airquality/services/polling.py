"""Fetch a published feed each hour: from the named hosts only, never redirected, bounded in time and size, and safe to do twice."""

import logging
import time
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from airquality import hours, layouts
from airquality.models import FeedState
from airquality.services import importing, intake
from airquality.words import Source
from common import clock, language
from grids.models import Grid

log = logging.getLogger(__name__)


class FeedError(Exception):
    """Why nothing could be fetched, in words for the office."""


def poll() -> importing.Result | None:
    """One fetch. What goes wrong on the way is written down and told by the page, not raised; None then, and where no feed is set."""
    if not settings.AIR_POLL_URL:
        return None
    with language.official():
        district = _district()
        if district is None:
            log.error("AIR_POLL_DISTRICT names no district, or there are several")
            return None
        try:
            result = take(fetch(), district=district)
        except (FeedError, ValidationError) as refused:
            reason = "；".join(getattr(refused, "messages", [str(refused)]))
            log.warning("The air feed was not taken: %s", reason)
            _note(district, error=reason[:300])
            return None
    return result


def take(content: bytes, *, district: Grid) -> importing.Result:
    feed = layouts.read(content)
    result = importing.take_feed(feed, district=district, sender=intake.Sender(Source.POLL, urlsplit(settings.AIR_POLL_URL).hostname or ""))
    if feed.rows and result.others == len(feed.rows):
        raise FeedError(_("数据源中没有本区县的站点，请核对站点编码。"))
    found = result.outcome
    if found.refused and not found.taken:
        raise FeedError(_("数据源的 %(count)d 行全部被拒收，例如：%(reason)s") % {"count": len(found.refused), "reason": found.refused[0].reason})
    _note(district, report=found.counts() | {"others": result.others, "swapped": result.swap.any_swapped}, succeeded_at=clock.now())
    return result


def _note(district: Grid, *, error: str = "", **columns) -> None:
    FeedState.objects.update_or_create(district=district, defaults={"tried_at": clock.now(), "error": error, **columns})


def _district() -> Grid | None:
    code = settings.AIR_POLL_DISTRICT
    found = list(Grid.objects.districts().filter(**({"code": code} if code else {}))[:2])
    return found[0] if len(found) == 1 else None


# --- the wire ---------------------------------------------------------------------------------------------------------------------------
def fetch() -> bytes:
    """Raises ``FeedError`` for everything that may go wrong."""
    deadline = time.monotonic() + settings.AIR_POLL_TIMEOUT
    key = {"Authorization": f"Bearer {settings.AIR_POLL_TOKEN}"} if settings.AIR_POLL_TOKEN else {}
    options = {"headers": key, "timeout": settings.AIR_POLL_TIMEOUT, "follow_redirects": False, "trust_env": False}
    try:
        with httpx.Client(**options) as client, client.stream("GET", _address()) as answer:
            if answer.status_code != 200:
                raise FeedError(_("数据源答复 HTTP %(status)d。") % {"status": answer.status_code})
            return _body(answer, deadline)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FeedError(_("数据源无法访问（%(kind)s）。") % {"kind": type(error).__name__}) from error


def _address() -> str:
    """``{hour:%Y%m%d%H}`` in the address is the newest full hour in Beijing time."""
    try:
        address = settings.AIR_POLL_URL.format(hour=clock.beijing(hours.latest(clock.now())))
        parts = urlsplit(address)
    except (ValueError, KeyError, IndexError) as error:
        raise FeedError(_("AIR_POLL_URL 写法不正确。")) from error
    if parts.hostname not in settings.AIR_POLL_HOSTS:
        raise FeedError(_("数据源的主机不在 AIR_POLL_HOSTS 之列。"))
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in settings.AIR_POLL_PLAIN_HOSTS):
        raise FeedError(_("数据源应使用 https。"))
    return address


def _body(answer: httpx.Response, deadline: float) -> bytes:
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > settings.AIR_POLL_MAX_BYTES:
            raise FeedError(_("数据源的内容超过 %(size)d 字节。") % {"size": settings.AIR_POLL_MAX_BYTES})
        if time.monotonic() > deadline:
            raise FeedError(_("数据源在 %(seconds)d 秒内没有传完。") % {"seconds": settings.AIR_POLL_TIMEOUT})
    return bytes(content)
