"""Forms of people, their terms and stand-ins."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import phone_field
from common.forms import SeenForm
from grids.forms.fields import InDistrict, PersonChoice, day_field, offer
from grids.models import Grid, Organisation
from grids.roles import ROLES_OF_KIND, OrganisationKind, PostRole


class TermForm(InDistrict):
    """A duty for somebody known."""

    user = PersonChoice(label=_("人员"))
    role = forms.ChoiceField(label=_("岗位"), choices=PostRole)
    title = forms.CharField(label=_("职务"), max_length=40, required=False, help_text=_("例如：村党支部书记。"))
    starts_on = day_field(_("起始日期"))
    ends_on = day_field(_("截止日期"), required=False, help_text=_("不填表示长期。"))


class GrantForm(TermForm):
    def __init__(self, *args, organisation: Organisation, **kwargs):
        super().__init__(*args, district=organisation.district, **kwargs)
        self.fields["role"].label = _("角色")
        offer(self, "role", choices=roles_of(organisation))


def roles_of(organisation: Organisation) -> list[tuple[str, str]]:
    return [(role.value, str(role.label)) for role in ROLES_OF_KIND[OrganisationKind(organisation.kind)]]


class NewPersonForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=60)
    phone = phone_field()
    username = forms.CharField(label=_("登录名"), max_length=40, required=False, help_text=_("不填则按网格或单位编码自动生成。"))
    role = forms.ChoiceField(label=_("岗位或角色"))
    title = forms.CharField(label=_("职务"), max_length=40, required=False)
    starts_on = day_field(_("起始日期"))

    def __init__(self, *args, place: Grid | Organisation, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, "role", choices=roles_of(place) if isinstance(place, Organisation) else PostRole.choices)


class PersonForm(SeenForm):
    name = forms.CharField(label=_("姓名"), max_length=60)
    phone = phone_field()
    email = forms.EmailField(label=_("电子邮箱"), required=False)


class EndForm(forms.Form):
    at_once = forms.BooleanField(label=_("立即终止（权限马上失效）"), required=False)
    ends_on = day_field(_("最后一天"), required=False)
    reason = forms.CharField(label=_("原因"), max_length=200)

    def clean(self):
        cleaned = super().clean()
        if cleaned.pop("at_once", False):
            cleaned["ends_on"] = None
        elif not cleaned.get("ends_on"):
            raise ValidationError({"ends_on": _("请填最后一天，或勾选立即终止。")}, code="required")
        return cleaned


class HandoverForm(InDistrict):
    substitute = PersonChoice(label=_("代理人"))
    starts_on = day_field(_("起始日期"))
    ends_on = day_field(_("截止日期"))
    reason = forms.CharField(label=_("事由"), max_length=200, help_text=_("例如：休假、外出培训。代理人以自己的名义办理，期满自动失效。"))
