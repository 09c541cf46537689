from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SignInForm(LoginForm):
    """allauth's form in our words. ``login`` stands in the credentials too, where axes looks for the name (axes docs, integration)."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("用户名")
        self.fields["password"].label = _("密码")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def user_credentials(self):
        credentials = super().user_credentials()
        return credentials | {"login": credentials["username"]}


class AccountForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["phone", "email"]
        help_texts = {"phone": _("短信提醒发到这个号码。"), "email": _("邮件提醒发到这个地址。")}
