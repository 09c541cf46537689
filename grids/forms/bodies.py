"""Forms of units, headquarters and fields."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common import clock
from common.forms import Lines, SeenForm
from grids.forms.fields import UnitChoice, offer
from grids.models import Field, Grid, Headquarters, Organisation
from grids.roles import OrganisationKind


class OrganisationForm(SeenForm):
    name = forms.CharField(label=_("全称"), max_length=80)
    short_name = forms.CharField(label=_("简称"), max_length=30)
    parent = UnitChoice(label=_("上级单位"), required=False)
    has_enforcement_power = forms.BooleanField(
        label=_("有执法权"), required=False, help_text=_("无执法权的单位可以把查处事项移交有权单位，按时移交不扣分。")
    )
    code = forms.CharField(label=_("单位编码"), max_length=30, required=False)
    position = forms.IntegerField(label=_("排序"), min_value=0, max_value=9999, initial=0, help_text=_("数小的排在前。"))

    def __init__(self, *args, district: Grid, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, "parent", Organisation.objects.filter(district=district).active(clock.today()))


class NewOrganisationForm(OrganisationForm):
    kind = forms.ChoiceField(label=_("类别"), choices=[choice for choice in OrganisationKind.choices if choice[0] != OrganisationKind.HEADQUARTERS])
    field_order = ["kind"]


class HeadquartersForm(SeenForm):
    lead_unit = UnitChoice(label=_("牵头单位"), required=False)
    member_units = forms.ModelMultipleChoiceField(
        label=_("成员单位"), queryset=Organisation.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    plan = forms.CharField(label=_("年度方案要点"), required=False, max_length=5000, widget=Lines(attrs={"rows": 5}))

    def __init__(self, *args, district: Grid, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = (OrganisationKind.DEPARTMENT, OrganisationKind.SQUAD, OrganisationKind.OFFICE, OrganisationKind.TOWNSHIP)
        units = Organisation.objects.filter(district=district, kind__in=kinds).active(clock.today())
        offer(self, "lead_unit", units)
        offer(self, "member_units", units)


class NewHeadquartersForm(HeadquartersForm):
    name = forms.CharField(label=_("名称"), max_length=80)
    field_order = ["name"]


class FieldForm(SeenForm):
    name = forms.CharField(label=_("专项领域"), max_length=40)
    headquarters = forms.ModelChoiceField(label=_("所属指挥部"), queryset=Headquarters.objects.none(), required=False, empty_label=_("无"))
    position = forms.IntegerField(label=_("排序"), min_value=0, max_value=9999, initial=0)

    def __init__(self, *args, district: Grid, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, "headquarters", Headquarters.objects.filter(organisation__district=district).select_related("organisation"))


class NewFieldForm(FieldForm):
    code = forms.SlugField(label=_("代码"), max_length=20, help_text=_("英文小写，例如 noise；保存后不能更改。"))
    field_order = ["code"]

    def __init__(self, *args, district: Grid, **kwargs):
        super().__init__(*args, district=district, **kwargs)
        self.district = district

    def clean_code(self):
        if Field.objects.filter(district=self.district, code=self.cleaned_data["code"]).exists():
            raise ValidationError(_("这个代码已被使用。"), code="taken")
        return self.cleaned_data["code"]
