"""Pages of one's own account. Sign-in, second factor and sessions are allauth's, in our dress."""

from allauth.account.views import LoginView, PasswordChangeView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST
from django.views.i18n import JavaScriptCatalog
from django.views.i18n import set_language as django_set_language

from accounts import codes, services, views_field
from accounts.demo import demo_accounts
from accounts.forms import AccountForm
from accounts.policy import Step


class SignInView(LoginView):
    """On a telephone, on the way to the field app, the code by SMS comes first; ``?by=password`` leads back to this page."""

    def get(self, request, *args, **kwargs):
        to_the_field = request.GET.get("next", "").startswith(views_field.FIELD_HOME) and "by" not in request.GET
        if to_the_field and views_field.is_phone(request) and codes.is_available():
            return redirect(f"{reverse('account_sms')}?{request.GET.urlencode()}")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        by_sms = {"sms_on": codes.is_available(), "field_next": views_field.where_to(self.request)}
        return super().get_context_data(demo_accounts=demo_accounts() if settings.DEMO else [], demo=settings.DEMO, **by_sms, **kwargs)


class ChangePasswordView(PasswordChangeView):
    def get_default_success_url(self):
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def get_context_data(self, **kwargs):
        must = self.request.account_step == Step.PASSWORD
        return super().get_context_data(must=must, layout="door.html" if must else "base.html", **kwargs)


sign_in = SignInView.as_view()
change_password = ChangePasswordView.as_view()


@login_not_required
@cache_control(private=True, max_age=3600)
def script_texts(request):
    """Texts of the scripts, in the language that ``?l=`` names: the field app keeps both."""
    named = request.GET.get("l", "")
    with translation.override(named if named in dict(settings.LANGUAGES) else translation.get_language()):
        return JavaScriptCatalog.as_view()(request)


@login_not_required
def closed(request):
    raise Http404


def my_account(request):
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        services.change_own_details(request.user, **form.cleaned_data, by=request.user)
        messages.success(request, _("已保存。"))
        return redirect("account")
    return render(request, "account/mine.html", {"form": form}, status=400 if form.errors else 200)


@login_not_required
@require_POST
def set_language(request):
    """Django's switch, and the choice is kept with the account for the next device."""
    response = django_set_language(request)
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        services.remember_language(request.user, chosen)
    return response
