"""Messages that a browser shows while no page is open: the script that receives them, and turning them on and off."""

import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods

from inspections.views.app import PUSH_WORKER, path_of
from notices.channels import web_push
from notices.services import push as services


@login_not_required
@require_GET
@cache_control(no_cache=True)
def worker(request):
    """For the portal's own pages; the field app's worker holds the same words."""
    return HttpResponse(path_of(PUSH_WORKER).read_text(encoding="utf-8"), content_type="text/javascript")


@require_http_methods(["GET", "POST", "DELETE"])
def subscription(request):
    """The key with which a browser subscribes (none where the portal has none); a subscription as the browser gives it; its end."""
    if request.method == "GET":
        return JsonResponse({"key": settings.WEB_PUSH_PUBLIC_KEY if web_push.is_available() else None})
    if not web_push.is_available():
        raise Http404
    try:
        given = read(request)
        if request.method == "DELETE":
            return JsonResponse({"done": services.unsubscribe(given["endpoint"], by=request.user)})
        services.subscribe(**given, browser=request.headers.get("User-Agent", ""), by=request.user)
    except ValidationError as refused:
        return JsonResponse(refused.message_dict, status=400, json_dumps_params={"ensure_ascii": False})
    return JsonResponse({"done": True})


def read(request) -> dict[str, str]:
    try:
        body = json.loads(request.body)
        keys = body.get("keys") or {}
        given = {"endpoint": body["endpoint"]} | ({} if request.method == "DELETE" else {"p256dh": keys["p256dh"], "auth": keys["auth"]})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValidationError({"endpoint": _("浏览器给出的推送地址不完整，请刷新页面后重新开启。")}) from error
    if not all(isinstance(text, str) and len(text) < 2000 for text in given.values()):
        raise ValidationError({"endpoint": _("浏览器给出的推送地址不完整，请刷新页面后重新开启。")})
    return given
