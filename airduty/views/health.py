"""``/healthz``: the process answers. ``/readyz``: the deployment does its work; 503 names what does not."""

import ipaddress

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from airduty import readiness
from common.middleware import client_ip


@login_not_required
@never_cache
@require_safe
def healthz(request):
    """The process is alive. Asks nothing of the database, so that a database failure does not restart the web processes."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request):
    """``{"status": ok|degraded|failed, "failed": [parts], "degraded": [parts]}``; ``parts`` with the details for those who may see them."""
    findings = readiness.report()
    status = readiness.overall(findings)
    body = {"status": status} | {state: sorted(name for name, found in findings.items() if found.state == state) for state in ("failed", "degraded")}
    if may_see_details(request):
        body["parts"] = {name: {"state": found.state, "detail": found.detail} for name, found in findings.items()}
    return JsonResponse(body, status=503 if status == readiness.FAILED else 200)


def may_see_details(request) -> bool:
    """A caller on this machine, unless a proxy speaks for somebody else, or the token of the monitoring system."""
    token = request.headers.get("X-Readyz-Token", "")
    if settings.READYZ_TOKEN and constant_time_compare(token, settings.READYZ_TOKEN):
        return True
    spoken_for = "X-Forwarded-For" in request.headers and not settings.AXES_IPWARE_PROXY_COUNT
    return not spoken_for and _is_loopback(client_ip(request))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
