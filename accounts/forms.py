from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.codes import kept_number
from accounts.models import User


class SignInForm(LoginForm):
    """allauth's form in our words."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("用户名")
        self.fields["password"].label = _("密码")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class AgainForm(ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


class OwnPasswordForm(ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        labels = {"oldpassword": _("当前密码"), "password1": _("新密码"), "password2": _("再输一次新密码")}
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["oldpassword"].help_text = ""


class PhoneField(forms.RegexField):
    """A number however it is typed; kept as digits, as those who send messages and look for a person by number know it."""

    def clean(self, value):
        return kept_number(super().clean(value))


def phone_field(**options):
    return PhoneField(
        r"^[0-9+() -]{5,20}$", label=_("电话"), required=False, error_messages={"invalid": _("请填手机号或带区号的座机号。")}, **options
    )


class AccountForm(forms.ModelForm):
    phone = phone_field(help_text=_("短信提醒发到这个号码。"))

    class Meta:
        model = User
        fields = ["phone", "email"]
        help_texts = {"email": _("邮件提醒发到这个地址。")}


class PhoneForm(forms.Form):
    phone = forms.RegexField(
        r"^[0-9+() -]{5,20}$",
        label=_("手机号"),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "autofocus": True}),
        error_messages={"invalid": _("请填登记在册的手机号。")},
    )

    def clean_phone(self):
        """As it was typed, for who must put it right; an account is looked for by its digits."""
        kept_number(self.cleaned_data["phone"])
        return self.cleaned_data["phone"]


class CodeForm(forms.Form):
    phone = forms.RegexField(r"^[0-9+() -]{5,20}$", widget=forms.HiddenInput)
    code = forms.RegexField(
        r"^\s*[0-9]{6}\s*$",
        label=_("短信验证码"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 6, "autofocus": True}),
        error_messages={"invalid": _("验证码是六位数字。")},
    )
