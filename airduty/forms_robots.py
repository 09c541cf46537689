"""Forms of a group's robot. Its address and its secret are written and never shown again."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.forms import SeenForm
from notices.models import Robot
from notices.services.robots import check_address
from notices.words import Topic

HIDDEN = {"autocomplete": "off", "spellcheck": "false"}


class RobotForm(SeenForm, forms.ModelForm):
    address = forms.CharField(label=_("Webhook 地址"), max_length=500, widget=forms.TextInput(attrs=HIDDEN))
    secret = forms.CharField(label=_("加签密钥"), max_length=200, required=False, widget=forms.TextInput(attrs=HIDDEN))
    topics = forms.MultipleChoiceField(label=_("接收内容"), choices=Topic.choices, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Robot
        fields = ["name", "platform", "keyword", "topics"]
        help_texts = {
            "name": _("例如“大气攻坚工作群”，本区内不重复。"),
            "keyword": _("群机器人的安全设置用了“自定义关键词”时填写，发送时自动带上。"),
        }

    field_order = ["name", "platform", "address", "secret", "keyword", "topics"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["address"].help_text = _("在群设置中添加自定义机器人后复制。保存后不再显示。")
        self.fields["secret"].help_text = _("钉钉“加签”、飞书“签名校验”的密钥；企业微信没有。保存后不再显示。")
        self.fields["topics"].error_messages["required"] = _("请至少选一项，否则机器人什么也收不到。")

    def clean(self):
        """A wrong address is told together with whatever else is wrong."""
        clean = super().clean()
        platform, address = clean.get("platform") or self.instance.platform, clean.get("address")
        if platform and address:
            try:
                check_address(platform, address)
            except ValidationError as refused:
                self.add_error(None, refused)
        return clean


class RobotEditForm(RobotForm):
    """The platform stays; an address that is left empty stays, too."""

    class Meta(RobotForm.Meta):
        fields = ["name", "keyword", "topics"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["address"].required = False
        self.fields["address"].help_text = _("不改请留空。填了新地址，请一并填写它的加签密钥。")
