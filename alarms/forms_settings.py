"""Forms of sources, rosters and rules."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alarms.models import AlarmRule, AlarmSource, DustLimit, MonitorRule
from alarms.services import duty, sources
from alarms.words import WITH_KEY, Shift, SourceKind
from common.forms import SeenForm, within
from grids.forms.fields import day_field
from grids.models import Organisation
from inspections.models import ProblemType
from registers.models import Site


class SourceForm(SeenForm, forms.ModelForm):
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    class Meta:
        model = AlarmSource
        fields = (
            "kind", "name", "slug", "address", "lon", "lat", "bearing", "view_degrees", "range_m", "event_types", "site", "unit", "dust_limit",
            "calibrated_on", "is_active",
        )  # fmt: skip
        widgets = {"calibrated_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "slug": _("接入地址里的代码，只用小写字母、数字和短横线；不填由系统给出。"),
            "bearing": _("摄像头固定朝向时填写，地图上画出视野。"),
            "unit": _("设备报送PM10、PM2.5、TSP时用的单位。"),
            "dust_limit": _("不选则按报警规则中本区县采用的限值。"),
            "site": _("扬尘监测设备所在的工地；网格和坐标可由工地带出。"),
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        district = self.instance.district_id
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in WITH_KEY]
        self.fields["slug"].required = False
        offered = Site.objects.visible_to(user).filter(district=district, is_over=False) | Site.objects.filter(pk=self.instance.site_id)
        self.fields["site"].queryset = offered.distinct().select_related("kind").order_by("name")
        self.fields["dust_limit"].queryset = DustLimit.objects.filter(district=district, figure__isnull=False)
        for name in ("site", "dust_limit"):
            self.fields[name].empty_label = _("无")
        for name, low, high in (("lon", -180, 180), ("lat", -90, 90), ("bearing", 0, 360), ("view_degrees", 1, 360), ("range_m", 10, 30000)):
            within(self.fields[name], low, high)
        if self.instance.pk:
            self.fields["kind"].disabled = self.fields["slug"].disabled = True
            del self.fields["form_key"]

    def clean_slug(self):
        slug = self.cleaned_data["slug"].lower()
        if slug.startswith(sources.OWN):
            raise ValidationError(_("以 station- 和 citizen- 开头的代码留给系统自己的来源，请换一个，或留空由系统给出。"))
        if slug and AlarmSource.objects.filter(slug=slug).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("这个代码已被使用，请换一个，或留空由系统给出。"))
        return slug

    def clean(self):
        clean = super().clean()
        if (clean.get("lon") is None) != (clean.get("lat") is None):
            self.add_error("lat", _("经度和纬度要一起填写，或在地图上点选。"))
        self.instance.form_key = clean.get("form_key") or self.instance.form_key
        placed = clean.get("lon") is not None or clean.get("site")
        if not placed and "lon" not in self.errors and clean.get("kind") != SourceKind.PLATFORM:
            self.add_error("lon", _("请在地图上点选安装位置；没有位置就找不到值班的网格。"))
        return clean


class ShiftForm(forms.Form):
    organisation = forms.ModelChoiceField(Organisation.objects.none(), widget=forms.HiddenInput)
    first = day_field(_("开始日期"))
    last = day_field(_("结束日期"))
    shift = forms.ChoiceField(label=_("班次"), choices=Shift.choices, help_text=_("白班8:00至20:00，夜班20:00至次日8:00，全天8:00至次日8:00。"))
    person = forms.ModelChoiceField(User.objects.none(), label=_("值班人"), empty_label=_("请选择"))
    deputy = forms.ModelChoiceField(User.objects.none(), label=_("副班"), required=False, empty_label=_("无"))

    def __init__(self, *args, units, unit, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = units
        self.fields["organisation"].initial = unit
        serving = User.objects.filter(pk__in=[person.pk for person in duty.serving_in(unit)]).order_by("name", "pk") if unit else User.objects.none()
        self.fields["person"].queryset = self.fields["deputy"].queryset = serving

    def clean(self):
        clean = super().clean() or {}
        if clean.get("deputy") and clean.get("deputy") == clean.get("person"):
            self.add_error("deputy", _("副班应是另一个人。"))
        return clean


class RowForm(SeenForm, forms.ModelForm):
    """One row of a table that is saved as a whole."""

    bounds: dict[str, tuple[int, int]] = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, (low, high) in self.bounds.items():
            within(self.fields[name], low, high)


class RuleForm(RowForm):
    bounds = {
        "judge_minutes": (0, 240), "answer_minutes": (1, 60), "accept_minutes": (1, 1440), "arrive_minutes": (1, 1440), "control_minutes": (1, 2880),
        "report_minutes": (1, 10080), "merge_metres": (0, 5000), "merge_minutes": (1, 1440),
    }  # fmt: skip

    class Meta:
        model = AlarmRule
        fields = (
            "judge_minutes", "answer_minutes", "accept_minutes", "arrive_minutes", "control_minutes", "report_minutes", "merge_metres", "merge_minutes",
            "problem_type",
        )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["problem_type"].queryset = ProblemType.objects.filter(district=self.instance.district_id, is_active=True)
        self.fields["problem_type"].empty_label = _("不转台账")

    def clean(self):
        clean = super().clean()
        rising = [clean.get(name) for name in ("accept_minutes", "arrive_minutes", "control_minutes", "report_minutes")]
        if all(each is not None for each in rising) and rising != sorted(rising):
            raise ValidationError(_("接单、到场、控制、反馈的时限应依次不减。"))
        return clean


class LimitForm(RowForm):
    bounds = {"figure": (1, 100_000), "minutes": (1, 1440), "allowed_per_day": (0, 24)}

    class Meta:
        model = DustLimit
        fields = ("figure", "minutes", "allowed_per_day", "is_default")

    def clean(self):
        clean = super().clean()
        if clean.get("is_default") and clean.get("figure") is None:
            self.add_error("figure", _("采用的限值要有数值。"))
        return clean


class MonitorForm(RowForm):
    bounds = {"offline_hours": (1, 240), "serious_hours": (2, 720)}

    class Meta:
        model = MonitorRule
        fields = ("offline_hours", "serious_hours")

    def clean(self):
        clean = super().clean()
        if clean.get("offline_hours") and clean.get("serious_hours") and clean["serious_hours"] <= clean["offline_hours"]:
            self.add_error("serious_hours", _("严重的小时数应大于列为问题的小时数。"))
        return clean
