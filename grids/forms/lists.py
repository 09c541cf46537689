"""Filters of lists, and the point looked up on the map."""

from django import forms
from django.utils.translation import gettext_lazy as _

from grids.forms.fields import UnitChoice, offer
from grids.models import Grid
from grids.roles import REQUIRED_POSTS, PostRole, Role


def lacking_choices() -> list[tuple]:
    posts = [(role.value, _("缺%(role)s") % {"role": role.label}) for role in REQUIRED_POSTS]
    return [("", _("全部")), ("any", _("有空缺")), *posts]


class TreeFilter(forms.Form):
    town = forms.ModelChoiceField(label=_("乡办"), queryset=Grid.objects.none(), required=False, empty_label=_("全部"))
    lacking = forms.ChoiceField(label=_("空缺"), required=False)
    q = forms.CharField(label=_("查找"), max_length=40, required=False)

    def __init__(self, *args, towns, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, "town", towns)
        offer(self, "lacking", choices=lacking_choices())
        self.fields["q"].widget.attrs["placeholder"] = _("网格、编码或姓名")


class PeopleFilter(forms.Form):
    organisation = UnitChoice(label=_("单位"), required=False, empty_label=_("全部"))
    role = forms.ChoiceField(label=_("角色"), choices=[("", _("全部")), *Role.choices, *PostRole.choices], required=False)
    q = forms.CharField(label=_("查找"), max_length=40, required=False)

    def __init__(self, *args, organisations, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, "organisation", organisations)
        self.fields["q"].widget.attrs["placeholder"] = _("姓名、登录名或电话")


class PointForm(forms.Form):
    lon = forms.FloatField(min_value=-180, max_value=180)
    lat = forms.FloatField(min_value=-90, max_value=90)
