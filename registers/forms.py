"""Forms of the registers; the form of an object is made from its kind's table. They give clean values; services save."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from common import clock
from common.forms import Lines, within
from grids import geometry
from grids.forms.fields import GridChoice, UnitChoice, day_field
from grids.models import Grid, Organisation
from registers import schema
from registers.models import Site
from registers.words import Risk, SitePostRole

OWN = "own_"
TEXTS = ("name", "address", "code", "contact", "contact_phone", "guarantor", "guarantor_phone", "note")
CLEARED = gettext_noop("无")
"""Typed into a covered column, in Chinese or in the reader's language, takes its value away."""
YES_NO = [("", _("未填")), ("true", _("是")), ("false", _("否"))]


def yes_no(value: str):
    return {"true": True, "false": False}.get(value)


class SiteForm(forms.Form):
    """``instance``: the object as it is, saved or new. Covered columns come back empty and stay as they are when left so."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    uuid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    note_of_change = forms.CharField(label=_("修改说明"), max_length=300, required=False)

    def __init__(self, *args, instance: Site, **kwargs):
        self.instance, self.kind = instance, instance.kind
        super().__init__(*args, **kwargs)
        self.covered: dict[str, str] = {}
        for name in TEXTS:
            self._add_text(name)
        self._add_place()
        self._add_choices()
        for line in schema.own_lines(self.kind.schema):
            self.fields[OWN + line.key] = self._own(line)
        self.fields["version"].initial = instance.version if instance.pk else None
        self.fields["uuid"].initial = instance.uuid
        del self.fields["uuid" if instance.pk else "note_of_change"]

    # --- fields -----------------------------------------------------------------------------------------------------------------------
    def _add_text(self, name: str) -> None:
        line = schema.common_line(self.kind.schema, name)
        stored = getattr(self.instance, name)
        field = forms.CharField(label=line.title, max_length=Site.longest(name), required=line.required and name != "code")
        if name == "code":
            field.help_text = _("不填则自动编号。")
        self.fields[name] = self._cover(name, field, stored, line.mask)

    def _cover(self, name: str, field, stored, mask: str):
        if mask and stored:
            self.covered[name] = stored
            field.required = False
            field.help_text = gettext("现为 %(value)s；留空不变，填“无”清除。") % {"value": schema.mask(stored, mask)}
        else:
            field.initial = stored
        return field

    def _add_place(self) -> None:
        for name, label, bound in (("lon", _("经度"), 180), ("lat", _("纬度"), 90)):
            widget = forms.NumberInput(attrs={"step": "0.000001", "inputmode": "decimal"})
            field = forms.FloatField(label=label, required=False, widget=widget)
            within(field, -bound, bound)
            self.fields[name] = field
            field.initial = getattr(self.instance, name)
        grid = GridChoice(label=schema.title_of(self.kind.schema, "grid"), required=False)
        grid.empty_label = _("由地图位置确定")
        grid.queryset = Grid.objects.filter(district_id=self.instance.district_id, parent__isnull=False).active(clock.today())
        grid.initial = None if self._grid_follows_point() else self.instance.grid_id
        self.fields["grid"] = grid

    def _grid_follows_point(self) -> bool:
        """Whether the grid is that of the point: then it is found anew when the point is moved."""
        site = self.instance
        return site.lon is not None and [grid.pk for grid in geometry.locate(site.district_id, site.lon, site.lat)] == [site.grid_id]

    def _add_choices(self) -> None:
        unit = UnitChoice(label=schema.title_of(self.kind.schema, "organisation"), required=False)
        unit.queryset = self._units()
        unit.initial = self.instance.organisation_id
        self.fields["organisation"] = unit
        self.fields["risk"] = forms.ChoiceField(label=_("风险等级"), choices=Risk.choices, initial=self.instance.risk)
        words = list(self.kind.status_labels.items())
        self.fields["status"] = forms.ChoiceField(
            label=_("状态"), choices=words, initial=self.instance.status or next(iter(self.kind.open_statuses), "")
        )

    def _units(self):
        return Organisation.objects.filter(district_id=self.instance.district_id).active(clock.today())

    def _own(self, line: schema.Line):
        field = self._bare(line)
        field.label = line.heading
        return self._cover(OWN + line.key, field, self._initial(line), line.mask)

    def _bare(self, line: schema.Line):
        if line.kind == "choice":
            return forms.ChoiceField(
                choices=[("", _("请选择") if line.required else _("未填")), *((word, word) for word in line.choices)], required=line.required
            )
        if line.kind == "bool":
            return forms.TypedChoiceField(choices=YES_NO, coerce=yes_no, empty_value=None, required=line.required)
        if line.kind == "date":
            return day_field("", required=line.required)
        if line.kind == "int":
            return forms.IntegerField(required=line.required, min_value=0, max_value=10**12)
        if line.kind == "decimal":
            return forms.FloatField(required=line.required, min_value=0, max_value=10**12, widget=forms.NumberInput(attrs={"step": "any"}))
        return forms.CharField(required=line.required, max_length=line.most)

    def _initial(self, line: schema.Line):
        value = self.instance.attributes.get(line.key)
        return {True: "true", False: "false"}.get(value, value) if line.kind == "bool" else value

    # --- values -----------------------------------------------------------------------------------------------------------------------
    @property
    def basics(self):
        return [
            self[name]
            for name in (
                "name",
                "address",
                "organisation",
                "risk",
                "status",
                "contact",
                "contact_phone",
                "guarantor",
                "guarantor_phone",
                "code",
                "note",
            )
        ]

    @property
    def ledger(self):
        return [self[OWN + line.key] for line in schema.own_lines(self.kind.schema)]

    def clean(self):
        clean = super().clean()
        for name, stored in self.covered.items():
            if name in clean and clean[name] in ("", None):
                clean[name] = stored
            elif clean.get(name) in (CLEARED, gettext(CLEARED)):
                clean[name] = ""
        return clean

    def apply(self) -> Site:
        """The instance with what was typed; the service checks it."""
        clean, site = self.cleaned_data, self.instance
        for name in (*TEXTS, "lon", "lat", "grid", "organisation", "risk", "status"):
            setattr(site, name, clean[name])
        site.uuid = clean.get("uuid") or site.uuid
        site.attributes = {line.key: _storable(clean.get(OWN + line.key)) for line in schema.own_lines(self.kind.schema)}
        return site

    def refuse(self, refused: ValidationError) -> None:
        """Put a service's refusal at its column."""
        if not hasattr(refused, "error_dict"):
            self.add_error(None, refused.messages)
            return
        for key, messages in refused.message_dict.items():
            name = key if key in self.fields else OWN + key
            self.add_error(name if name in self.fields else None, messages)


def _storable(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


class EndForm(forms.Form):
    """Closing and reopening."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    step = forms.CharField(required=False, widget=forms.HiddenInput)
    status = forms.ChoiceField(label=_("结束后的状态"))
    note = forms.CharField(label=_("原因"), max_length=300, widget=Lines(attrs={"rows": 3}))

    def __init__(self, *args, site: Site, **kwargs):
        super().__init__(*args, **kwargs)
        over = [(code, label) for code, label in site.kind.status_labels.items() if code not in site.kind.open_statuses]
        self.fields["version"].initial, self.fields["step"].initial = site.version, self.step_of(site)
        if site.is_over:
            del self.fields["status"]
        else:
            self.fields["status"].choices = over

    @staticmethod
    def step_of(site: Site) -> str:
        return "reopen" if site.is_over else "close"

    def clean(self):
        clean = super().clean()
        clean.pop("step", None)
        return clean


class PostForm(forms.Form):
    role = forms.ChoiceField(label=_("岗位"), choices=SitePostRole.choices)
    name = forms.CharField(label=_("姓名"), max_length=60)
    phone = forms.CharField(label=_("电话"), max_length=20, required=False)
    unit = forms.CharField(label=_("单位"), max_length=80, required=False)
    starts_on = day_field(_("起始日期"))


class PostEndForm(forms.Form):
    ends_on = day_field(_("最后一天"))


class PaperForm(forms.Form):
    title = forms.CharField(label=_("材料名称"), max_length=100, required=False, help_text=_("例如：检测报告、扬尘方案批复。不填用文件名。"))
    file = forms.FileField(label=_("文件"), help_text=_("Word、Excel、PDF 或图片，不超过 20 MB。"))


def stale_note() -> str:
    return gettext("您打开表单后，这个对象已被别人修改。下面是您填写的内容；核对后再按“保存”，将以您的内容为准。")
