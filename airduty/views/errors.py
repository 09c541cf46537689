"""Pages for what went wrong."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults

RETRY_AFTER = {"Retry-After": "10"}


def csrf_failure(request, reason=""):
    return render(request, "403_csrf.html", status=403)


def server_error(request):
    """A database that is away for a moment is 503 with ``Retry-After``: phones keep their queue and try again. Anything else is 500."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return unavailable(request)
    return defaults.server_error(request)


def unavailable(request):
    message = _("系统正在恢复，请稍候再试，已填写的内容请先不要关闭。")
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "unavailable", "detail": message}, status=503, headers=RETRY_AFTER)
    return HttpResponse(message, status=503, content_type="text/plain; charset=utf-8", headers=RETRY_AFTER)
