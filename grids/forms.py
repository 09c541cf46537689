"""Turning what people type into clean values. Nothing is saved here."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import clock
from grids import people
from grids.models import Field, Grid, Headquarters, Organisation
from grids.roles import REQUIRED_POSTS, ROLES_OF_KIND, OrganisationKind, PostRole, Role

MAX_POLYGON_BYTES = 2_000_000


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options):
        super().__init__(format="%Y-%m-%d", **options)


def day_field(label, **options):
    return forms.DateField(label=label, widget=DayInput(), **options)


def offer(form: forms.Form, name: str, rows=None, *, choices=None) -> None:
    """What the choice field ``name`` of this form offers."""
    field: Any = form.fields[name]
    if choices is None:
        field.queryset = rows
    else:
        field.choices = choices


class InDistrict(forms.Form):
    """A form whose choices are rows of one district."""

    def __init__(self, *args, district: Grid, **kwargs):
        self.district = district
        super().__init__(*args, **kwargs)
        today = clock.today()
        choices = {
            "organisation": Organisation.objects.filter(district=district).active(today),
            "parent": Grid.objects.filter(district=district).active(today),
            "user": self.people(),
            "substitute": self.people(),
        }
        for name, rows in choices.items():
            if name in self.fields:
                offer(self, name, rows)

    def people(self):
        return people.of_district(self.district).filter(is_active=True).order_by("name", "pk")


class PersonChoice(forms.ModelChoiceField):
    def __init__(self, **options):
        super().__init__(queryset=User.objects.none(), empty_label=_("请选择"), **options)

    def label_from_instance(self, user):
        return _("%(name)s（%(code)s）") % {"name": user.name, "code": user.username}


class GridChoice(forms.ModelChoiceField):
    def __init__(self, **options):
        super().__init__(queryset=Grid.objects.none(), empty_label=_("请选择"), **options)

    def label_from_instance(self, grid):
        return "　" * (grid.level - 1) + _("%(name)s（%(code)s）") % {"name": grid.name, "code": grid.code}


class UnitChoice(forms.ModelChoiceField):
    def __init__(self, **options):
        super().__init__(queryset=Organisation.objects.none(), **{"empty_label": _("无")} | options)

    def label_from_instance(self, unit):
        return unit.name


# --- places -------------------------------------------------------------------------------------------------------------------------
class GridForm(InDistrict):
    name = forms.CharField(label=_("网格名称"), max_length=60)
    code = forms.CharField(label=_("网格编码"), max_length=30)
    organisation = UnitChoice(label=_("责任单位"), required=False, help_text=_("乡级网格填所在乡办；村级网格一般填同一乡办。"))
    extent = forms.CharField(label=_("范围描述"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class MoveForm(InDistrict):
    parent = GridChoice(label=_("新的上级网格"))
    on = day_field(_("生效日期"))
    note = forms.CharField(label=_("说明"), max_length=300, required=False, help_text=_("例如批准文件的文号。"))


class CloseForm(forms.Form):
    on = day_field(_("停用日期"), help_text=_("从这一天起不再使用。"))
    note = forms.CharField(label=_("说明"), max_length=300)


class MergeForm(forms.Form):
    on = day_field(_("生效日期"))
    note = forms.CharField(label=_("说明"), max_length=300, help_text=_("例如区划调整的批准文件。"))

    def __init__(self, *args, source, **kwargs):
        super().__init__(*args, **kwargs)
        rows = type(source).objects.filter(district_id=source.district_id).active(clock.today()).exclude(pk=source.pk)
        chooser = UnitChoice if isinstance(source, Organisation) else GridChoice
        rows = rows.filter(kind=source.kind) if isinstance(source, Organisation) else rows.below_root().exclude(path__startswith=source.path)
        into = chooser(label=_("并入"), empty_label=_("请选择")) if chooser is UnitChoice else chooser(label=_("并入"))
        into.queryset = rows
        self.fields = {"into": into} | self.fields


class MergeGridForm(MergeForm):
    carry_posts = forms.BooleanField(
        label=_("现任网格人员继续在新网格任职"), required=False, initial=True, help_text=_("不勾选则其岗位到生效日前一天结束。")
    )


class SplitForm(forms.Form):
    """New grids one to a line, and, where they are drawn, their outlines as features that name the grid's code."""

    on = day_field(_("生效日期"))
    lines = forms.CharField(
        label=_("新网格"),
        max_length=2000,
        help_text=_("每行一个：先写编码，空一格，再写名称。"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("各网格边界"), required=False, help_text=_("GeoJSON 的 FeatureCollection，每个 Feature 的 properties.code 写网格编码；可以以后再画。")
    )
    note = forms.CharField(label=_("说明"), max_length=300, help_text=_("例如区划调整的批准文件。"))
    carry_posts = forms.BooleanField(label=_("现任网格人员继续在第一个新网格任职"), required=False, initial=True)

    def clean_lines(self):
        """[(code, name)]"""
        found = [line.split(maxsplit=1) for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        for number, words in enumerate(found, start=1):
            if len(words) != 2:
                raise ValidationError(_("第 %(n)s 行应为“编码 名称”。") % {"n": number}, code="line")
            if len(words[0]) > 30 or len(words[1]) > 60:
                raise ValidationError(_("第 %(n)s 行太长：编码不超过 30 字，名称不超过 60 字。") % {"n": number}, code="long")
        codes = [code for code, _name in found]
        if twice := next((code for code in codes if codes.count(code) > 1), None):
            raise ValidationError(_("编码“%(code)s”写了两次。") % {"code": twice}, code="twice")
        return found

    def clean_file(self):
        """{code: geometry}"""
        features = geojson_of(self.cleaned_data["file"], "") or {}
        if not features:
            return {}
        try:
            return {str(each["properties"]["code"]): each["geometry"] for each in features["features"]}
        except (TypeError, KeyError) as error:
            raise ValidationError(_("应为 FeatureCollection，每个 Feature 都要有 properties.code。"), code="features") from error

    def clean(self):
        cleaned = super().clean()
        lines, outlines = cleaned.pop("lines", []), cleaned.pop("file", {})
        if strange := set(outlines) - {code for code, _name in lines}:
            self.add_error("file", _("边界文件里的编码“%(code)s”不在新网格中。") % {"code": min(strange)})
        cleaned["parts"] = [{"code": code, "name": name, "polygon": outlines.get(code)} for code, name in lines]
        return cleaned


def geojson_of(file, text: str):
    """The JSON of an uploaded file or else of the text; None when both are empty."""
    if file and file.size > MAX_POLYGON_BYTES:
        raise ValidationError(_("文件超过 2 MB，请简化边界后再上传。"), code="too_big")
    try:
        source = file.read().decode("utf-8-sig") if file else text.strip()
        return json.loads(source) if source else None
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("不是正确的 JSON 文本：%(reason)s") % {"reason": str(error)[:120]}, code="json") from error


class PolygonForm(forms.Form):
    file = forms.FileField(label=_("GeoJSON 文件"), required=False, help_text=_("WGS-84 坐标的 Polygon 或 MultiPolygon，不超过 2 MB。"))
    text = forms.CharField(label=_("或粘贴 GeoJSON"), required=False, widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}))
    note = forms.CharField(label=_("说明"), max_length=300, required=False)

    def clean(self):
        cleaned = super().clean()
        cleaned["polygon"] = geojson_of(cleaned.pop("file", None), cleaned.pop("text", ""))
        return cleaned


# --- bodies -------------------------------------------------------------------------------------------------------------------------
class OrganisationForm(forms.Form):
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


class HeadquartersForm(forms.Form):
    lead_unit = UnitChoice(label=_("牵头单位"), required=False)
    member_units = forms.ModelMultipleChoiceField(
        label=_("成员单位"), queryset=Organisation.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    plan = forms.CharField(label=_("年度方案要点"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, *args, district: Grid, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = (OrganisationKind.DEPARTMENT, OrganisationKind.SQUAD, OrganisationKind.OFFICE, OrganisationKind.TOWNSHIP)
        units = Organisation.objects.filter(district=district, kind__in=kinds).active(clock.today())
        offer(self, "lead_unit", units)
        offer(self, "member_units", units)


class NewHeadquartersForm(HeadquartersForm):
    name = forms.CharField(label=_("名称"), max_length=80)
    field_order = ["name"]


class FieldForm(forms.Form):
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


# --- people -------------------------------------------------------------------------------------------------------------------------
def phone_field(**options):
    return forms.RegexField(
        r"^[0-9+() -]{5,20}$", label=_("电话"), required=False, error_messages={"invalid": _("请填手机号或带区号的座机号。")}, **options
    )


class TermForm(InDistrict):
    """A duty for somebody known."""

    user = PersonChoice(label=_("人员"))
    role = forms.ChoiceField(label=_("岗位"), choices=PostRole)
    title = forms.CharField(label=_("职务"), max_length=40, required=False, help_text=_("例如：村党支部书记。"))
    starts_on = day_field(_("起始日期"))
    ends_on = day_field(_("截止日期"), required=False, help_text=_("不填表示长期。"))


class AppointForm(TermForm):
    pass


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


class PersonForm(forms.Form):
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


# --- lists --------------------------------------------------------------------------------------------------------------------------
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
