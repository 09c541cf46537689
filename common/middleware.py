"""Middleware that knows no app."""

import uuid
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import resolve_url

from common import context


def client_ip(request) -> str:
    """The caller's address; one trusted proxy's ``X-Forwarded-For`` entry is believed only when ``PROXY_COUNT`` says there is one."""
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    proxies = settings.AXES_IPWARE_PROXY_COUNT
    if proxies and len(forwarded) >= proxies and forwarded[-proxies].strip():
        return forwarded[-proxies].strip()
    return request.META.get("REMOTE_ADDR", "")


def request_context(get_response):
    """Give each request an id and remember the caller's address for the audit chain."""

    def middleware(request):
        request.request_id = uuid.uuid4().hex[:16]
        context.enter(context.RequestContext(request_id=request.request_id, ip=client_ip(request)))
        response = get_response(request)
        response["X-Request-ID"] = request.request_id
        return response

    return middleware


def htmx_login_redirect(get_response):
    """An htmx request whose session has ended is told to load the sign-in page, instead of swapping it into a card."""

    def middleware(request):
        response = get_response(request)
        if getattr(request, "htmx", False) and response.status_code == 302 and response.url.startswith(resolve_url(settings.LOGIN_URL)):
            back = request.htmx.current_url_abs_path or "/"
            return HttpResponse(headers={"HX-Redirect": f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"})
        return response

    return middleware
