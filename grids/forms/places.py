"""Forms of one grid."""

import json

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common import clock
from common.forms import Lines, SeenForm
from grids.forms.fields import GridChoice, InDistrict, UnitChoice, day_field
from grids.models import Organisation

MAX_POLYGON_BYTES = 2_000_000


class GridForm(SeenForm, InDistrict):
    name = forms.CharField(label=_("网格名称"), max_length=60)
    code = forms.CharField(label=_("网格编码"), max_length=30)
    organisation = UnitChoice(label=_("责任单位"), required=False, help_text=_("乡级网格填所在乡办；村级网格一般填同一乡办。"))
    extent = forms.CharField(label=_("范围描述"), max_length=300, required=False, widget=Lines(attrs={"rows": 2}))


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
        widget=Lines(attrs={"rows": 4, "spellcheck": "false"}),
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
    text = forms.CharField(label=_("或粘贴 GeoJSON"), required=False, widget=Lines(attrs={"rows": 8, "spellcheck": "false"}))
    note = forms.CharField(label=_("说明"), max_length=300, required=False)

    def clean(self):
        cleaned = super().clean()
        cleaned["polygon"] = geojson_of(cleaned.pop("file", None), cleaned.pop("text", ""))
        return cleaned
