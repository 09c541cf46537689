"""Doors of people in the street: a QR code made by the keeper of accounts, or a code by SMS."""

import re
import time

from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import codes, forms, policy, tickets

FIELD_HOME = "/m/"
PHONE = re.compile(r"Mobile|Android|iPhone|iPod")


def is_phone(request) -> bool:
    hint = request.headers.get("Sec-CH-UA-Mobile")
    return hint == "?1" if hint else bool(PHONE.search(request.headers.get("User-Agent", "")))


def where_to(request) -> str:
    """``?next=`` when it is a page of the field app, else its first page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith(FIELD_HOME)
    return wanted if here else FIELD_HOME


def let_in(request, user, *, means: str):
    """Sign in as the password does (allauth's steps, a new session id, the record), and let the session last."""
    request.sign_in_means = means
    answer = perform_login(request, user, redirect_url=where_to(request))
    if request.user.is_authenticated:
        request.session[policy.SINCE] = request.session[policy.SEEN] = int(time.time())
        request.session[policy.MEANS] = means
        request.session.set_expiry(settings.SESSION_DAYS_FIELD * 24 * 3600)
    return answer


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def ticket(request, token):
    """A link that programs open to make a preview of it is not used up: that takes the button."""
    found = tickets.find(token)
    if found is None:
        return render(request, "account/ticket.html", {"person": None}, status=410)
    if request.method == "POST":
        if tickets.use(found):
            return let_in(request, found.user, means="qr")
        return render(request, "account/ticket.html", {"person": None}, status=410)
    return render(request, "account/ticket.html", {"person": found.user, "next": where_to(request)})


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def sms(request):
    if not codes.is_available():
        if settings.DEMO:
            return render(request, "account/sms.html", {"off": True})
        raise Http404
    if request.user.is_authenticated:
        return redirect(where_to(request))
    if "code" in request.POST:
        return check_code(request)
    return send_code(request) if request.method == "POST" else sms_page(request, forms.PhoneForm())


def send_code(request):
    form = forms.PhoneForm(request.POST)
    if not form.is_valid():
        return sms_page(request, form, status=400)
    if not ratelimit.consume(request, action="sms_code"):
        form.add_error(None, _("这个网络获取验证码过于频繁，请过一会儿再试，或用密码登录。"))
        return sms_page(request, form, status=429)
    phone = form.cleaned_data["phone"]
    sent = codes.send(phone)
    if not sent.ok:
        form.add_error(None, sent.reason)
        return sms_page(request, form, status=429)
    return sms_page(request, forms.CodeForm(initial={"phone": phone}), phone=phone)


def check_code(request):
    form = forms.CodeForm(request.POST)
    phone = request.POST.get("phone", "")
    if form.is_valid():
        user = codes.check(**form.cleaned_data)
        if user is not None:
            return let_in(request, user, means="sms")
        form.add_error("code", _("验证码不正确或已失效。连续输错五次须重新获取。"))
    return sms_page(request, form, phone=phone, status=400)


def sms_page(request, form, *, phone="", status=200):
    context = {"form": form, "phone": phone, "next": where_to(request), "by_password": password_page(where_to(request))}
    return render(request, "account/sms.html", context, status=status)


def password_page(next_url: str) -> str:
    return f"{reverse('account_login')}?by=password&next={next_url}"
