"""Keeps an account in order before any page opens: session age, language, password, second factor."""

import time
from urllib.parse import urlencode

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import policy
from accounts.policy import Step

EVERY = 60
"""Seconds between two writes of the last-seen time."""

DOORS = {Step.PASSWORD: "account_change_password", Step.SECOND_FACTOR: "mfa_activate_totp"}
ALWAYS_OPEN = {"account_logout", "set_language", "jsi18n", "account_reauthenticate", "mfa_reauthenticate", "healthz", "readyz", "session"}
"""``session``: a phone asks it before it sends; the interface then tells it which step is due."""
OPEN = {
    Step.PASSWORD: ALWAYS_OPEN | {"account_change_password"},
    Step.SECOND_FACTOR: ALWAYS_OPEN | {"mfa_activate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes"},
}


def account_in_order(get_response):
    def middleware(request):
        request.account_step = Step.NONE
        if request.user.is_authenticated and not _session_ended(request):
            _speak_their_language(request)
            request.account_step = policy.next_step(request.user, means=request.session.get(policy.MEANS, ""))
            if request.account_step and not _is_open(request):
                return _to_the_door(request)
        return get_response(request)

    return middleware


def _session_ended(request) -> bool:
    """End a session that is too old or was left alone; otherwise note, once a minute, that it is in use."""
    now, session = int(time.time()), request.session
    idle, age = now - session.get(policy.SEEN, now), now - session.get(policy.SINCE, now)
    if _is_over(request.user, means=session.get(policy.MEANS), idle=idle, age=age):
        logout(request)
        messages.info(request, _("登录已超时，请重新登录。"))
        return True
    if idle >= EVERY or policy.SEEN not in session:
        session[policy.SEEN] = now
        session.setdefault(policy.SINCE, now)
        if session.session_key:
            UserSession.objects.create_from_request(request)
    return False


def _is_over(user, *, means, idle, age) -> bool:
    """The limits of officials are the shorter ones: who is within them is not asked for anything."""
    if means:
        return policy.lasting_session_is_over(user, idle=idle, age=age)
    if idle <= 60 * settings.SESSION_IDLE_MINUTES and age <= settings.SESSION_COOKIE_AGE:
        return False
    return idle > policy.idle_limit(user) or age > policy.age_limit(user)


def _speak_their_language(request) -> None:
    language = request.user.language
    if language and language != request.LANGUAGE_CODE:
        translation.activate(language)
        request.LANGUAGE_CODE = language


def _is_open(request) -> bool:
    try:
        name = resolve(request.path_info).url_name
    except Resolver404:
        return False
    return name in OPEN[request.account_step]


def _to_the_door(request):
    """Pages are led to where the step is taken; programs and the field app are told in JSON, so that a queue keeps its items."""
    door = reverse(DOORS[request.account_step])
    if request.path_info.startswith("/api/"):
        return JsonResponse({"code": f"{request.account_step}_needed", "detail": _reason(request.account_step), "url": door}, status=403)
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": door})
    on = urlencode({"next": request.GET["next"]}) if "next" in request.GET else ""
    return redirect(f"{door}?{on}" if on else door)


def _reason(step) -> str:
    return _("请先修改密码。") if step == Step.PASSWORD else _("请先启用两步验证。")
