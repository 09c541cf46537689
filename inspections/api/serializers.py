"""What goes in and out. Serializers turn text into clean values; they never save."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from evidence import recordings
from grids.models import Field, Grid
from inspections import access
from inspections.api.fields import FiniteField, KeyOrCodeField, MomentField
from inspections.models import Finding, ProblemType
from inspections.services import voices
from inspections.services.photos import MAX_PHOTOS
from inspections.services.submit import photos_missing
from inspections.services.voices import MAX_VOICES
from inspections.words import Outcome, Severity, Source
from registers.models import Site
from worktime.models import Unit

MAX_PHOTO_BYTES = 15_000_000
WHOLE = 2_147_483_647


def _of_districts(model):
    return lambda context: model.objects.filter(district_id__in=context["district_ids"]).order_by("pk")


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "integer"}]})
class NamedField(KeyOrCodeField):
    """By code or key."""


class PhotoEntry(serializers.Serializer):
    sha256 = serializers.RegexField(r"\A[0-9a-f]{64}\Z")
    size = serializers.IntegerField(min_value=1, max_value=MAX_PHOTO_BYTES)


class VoiceEntry(serializers.Serializer):
    sha256 = serializers.RegexField(r"\A[0-9a-f]{64}\Z")
    size = serializers.IntegerField(min_value=1, max_value=recordings.MAX_BYTES)
    seconds = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=recordings.MAX_SECONDS)


class ItemsOfChecklist(serializers.Serializer):
    """Which items of which version failed; nothing without an item."""

    code = serializers.CharField(required=False, allow_blank=True, max_length=20)
    version = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=32_000)
    items = serializers.ListField(child=serializers.CharField(max_length=20), max_length=60, required=False)


class ReportSerializer(serializers.Serializer):
    """A finding's body. Unknown words are ignored; every version is accepted."""

    v = serializers.IntegerField(required=False, min_value=0, max_value=WHOLE)
    device_id = serializers.CharField(required=False, allow_blank=True, max_length=64)
    seq = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=WHOLE)
    captured_at = MomentField(required=False, allow_null=True)
    saved_at = MomentField(required=False, allow_null=True)
    grid = NamedField(_of_districts(Grid), required=False, allow_null=True)
    field = NamedField(_of_districts(Field), required=False, allow_null=True)
    problem_type = NamedField(lambda context: _of_districts(ProblemType)(context).select_related("field"))
    severity = serializers.ChoiceField(Severity.choices, required=False, allow_blank=True)
    text = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    address = serializers.CharField(required=False, allow_blank=True, max_length=200)
    lon = FiniteField(required=False, allow_null=True, min_value=-180, max_value=180)
    lat = FiniteField(required=False, allow_null=True, min_value=-90, max_value=90)
    accuracy = FiniteField(required=False, allow_null=True, min_value=0, max_value=10_000_000)
    source = serializers.ChoiceField(Source.choices, required=False, allow_blank=True)
    superior_number = serializers.CharField(required=False, allow_blank=True, max_length=60)
    superior_due_at = MomentField(required=False, allow_null=True)
    site = serializers.UUIDField(required=False, allow_null=True)
    visit = serializers.UUIDField(required=False, allow_null=True)
    checklist = ItemsOfChecklist(required=False, allow_null=True)
    outcome = serializers.ChoiceField(Outcome.choices, required=False, allow_blank=True)
    photos = PhotoEntry(many=True, required=False)
    voices = VoiceEntry(many=True, required=False)

    def validate_site(self, uuid):
        """The object it is about, also one of a neighbour's grid: its code was read on the spot."""
        site = Site.objects.filter(uuid=uuid, district_id__in=self.context["district_ids"]).first() if uuid else None
        if uuid and site is None:
            raise serializers.ValidationError(_("没有这个监管对象，请刷新对象列表后重选。"), code="unknown")
        return site

    def validate_checklist(self, stated):
        if not stated or not stated.get("items"):
            return None
        return {"code": stated.get("code", ""), "version": stated.get("version"), "items": list(dict.fromkeys(stated["items"]))}

    def validate_voices(self, voices):
        once = list({voice["sha256"]: dict(voice) for voice in voices}.values())
        if len(once) > MAX_VOICES:
            raise serializers.ValidationError(_("录音最多 %(n)s 段。") % {"n": MAX_VOICES}, code="too_many")
        return once

    def validate_photos(self, photos):
        once = list({photo["sha256"]: dict(photo) for photo in photos}.values())
        if len(once) > MAX_PHOTOS:
            raise serializers.ValidationError(_("照片最多 %(n)s 张。") % {"n": MAX_PHOTOS}, code="too_many")
        return once

    def validate(self, clean):
        if (clean.get("lon") is None) != (clean.get("lat") is None):
            raise serializers.ValidationError({"lon": _("经度和纬度要一起填写。")}, code="half_a_place")
        field, site, problem_type = (clean.get(name) for name in ("field", "site", "problem_type"))
        if field and problem_type and field.district_id != problem_type.district_id:
            raise serializers.ValidationError({"field": _("专项领域和问题类型不属于同一个区县。")}, code="district")
        if site and problem_type and site.district_id != problem_type.district_id:
            raise serializers.ValidationError({"site": _("监管对象和问题类型不属于同一个区县。")}, code="district")
        return clean


class TaskBrief(serializers.Serializer):
    id = serializers.IntegerField()
    role = serializers.CharField()
    organisation = serializers.CharField()
    state = serializers.CharField(source="public_state")
    state_label = serializers.CharField(source="public_state_label")
    version = serializers.IntegerField()
    assigned_at = serializers.DateTimeField()
    accept_due_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    original_due_at = serializers.DateTimeField()
    fed_back_at = serializers.DateTimeField(allow_null=True)
    passed_at = serializers.DateTimeField(allow_null=True)
    late_since = serializers.DateTimeField(allow_null=True)
    returns = serializers.IntegerField()
    extensions = serializers.IntegerField()


class FindingSerializer(serializers.ModelSerializer):
    """A finding as a list shows it. The reporter is not in it."""

    state_label = serializers.CharField(source="get_state_display")
    source_label = serializers.CharField(source="get_source_display")
    field = serializers.CharField(source="field.code")
    field_name = serializers.CharField(source="field.name")
    problem_type = serializers.CharField(source="problem_type.code")
    problem_type_name = serializers.CharField(source="problem_type.name")
    grid = serializers.CharField(source="grid.code", default=None, allow_null=True)
    grid_name = serializers.CharField(source="grid.name", default=None, allow_null=True)
    url = serializers.CharField(source="get_absolute_url")
    tasks = TaskBrief(many=True)

    class Meta:
        model = Finding
        fields = (
            "id", "uuid", "number", "state", "state_label", "version", "source", "source_label", "field", "field_name", "problem_type", "problem_type_name",
            "severity", "risk", "kind", "text", "address", "lon", "lat", "accuracy", "grid", "grid_name", "captured_at", "saved_at", "received_at",
            "registered_at", "assigned_at", "rectified_at", "struck_off_at", "due_at", "step_due_at", "superior_number", "superior_due_at",
            "superior_accepted_at", "url", "tasks",
        )  # fmt: skip
        read_only_fields = fields


class PhotoBrief(serializers.Serializer):
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    received = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    def get_received(self, slot) -> bool:
        return slot.photo_id is not None

    def get_url(self, slot) -> str | None:
        return reverse("inspections:photo", args=[self.context["finding"].uuid, slot.sha256, "1600"]) if slot.photo_id else None


class FindingDetailSerializer(FindingSerializer):
    """One finding with photos and marks; the reporter for the office, 督查局 and themselves."""

    photos = serializers.SerializerMethodField()
    photos_missing = serializers.SerializerMethodField()
    flags = serializers.JSONField()
    site = serializers.UUIDField(source="site.uuid", default=None, allow_null=True)
    outcome = serializers.CharField()
    merged_into = serializers.CharField(source="merged_into.number", default=None, allow_null=True)
    rebound_of = serializers.CharField(source="rebound_of.number", default=None, allow_null=True)
    reporter = serializers.SerializerMethodField()

    class Meta(FindingSerializer.Meta):
        fields = (*FindingSerializer.Meta.fields, "photos", "photos_missing", "flags", "site", "outcome", "merged_into", "rebound_of", "reporter")
        read_only_fields = fields

    @extend_schema_field(PhotoBrief(many=True))
    def get_photos(self, finding):
        return PhotoBrief(finding.photos.all(), many=True, context={"finding": finding}).data

    def get_photos_missing(self, finding) -> list[str]:
        return [slot.sha256 for slot in finding.photos.all() if slot.photo_id is None]

    def get_reporter(self, finding) -> str | None:
        return str(finding.reporter) if finding.reporter_id and access.sees_reporter(self.context["request"].user, finding) else None


class SubmissionSerializer(serializers.Serializer):
    """Answer to a submission: what the sender does not know yet, few bytes for a bad network.

    ``uuid`` is the echo by which a client may forget its copy, once ``photos_missing`` is empty.
    """

    id = serializers.IntegerField()
    uuid = serializers.UUIDField()
    number = serializers.CharField(allow_null=True)
    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    version = serializers.IntegerField()
    source = serializers.CharField()
    grid = serializers.CharField(source="grid.code", default=None, allow_null=True)
    grid_name = serializers.CharField(source="grid.name", default=None, allow_null=True)
    received_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    step_due_at = serializers.DateTimeField(allow_null=True)
    flags = serializers.JSONField()
    url = serializers.CharField(source="get_absolute_url")
    photos_missing = serializers.SerializerMethodField()
    voices_missing = serializers.SerializerMethodField()
    replay = serializers.SerializerMethodField()

    def get_photos_missing(self, finding) -> list[str]:
        return photos_missing(finding)

    def get_voices_missing(self, finding) -> list[str]:
        return voices.missing(finding) if self.context.get("has_voices") else []

    def get_replay(self, _finding) -> bool:
        return self.context["replay"]


class HeldAnswer(serializers.Serializer):
    uuid = serializers.UUIDField()
    held = serializers.BooleanField()
    state = serializers.CharField()
    needs_fix = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    photos_missing = serializers.ListField(child=serializers.CharField())
    voices_missing = serializers.ListField(child=serializers.CharField())


class PhotoAnswer(serializers.Serializer):
    uuid = serializers.UUIDField()
    sha256 = serializers.CharField()
    photos_missing = serializers.ListField(child=serializers.CharField())
    voices_missing = serializers.ListField(child=serializers.CharField())


class ProblemTypeSerializer(serializers.ModelSerializer):
    field = serializers.CharField(source="field.code")
    field_name = serializers.CharField(source="field.name")
    arrive_unit = serializers.ChoiceField(Unit.choices, allow_blank=True)

    class Meta:
        model = ProblemType
        fields = (
            "id", "code", "name", "field", "field_name", "filing_condition", "closing_condition", "severity", "risk", "kind", "accept_figure",
            "accept_unit",
            "arrive_figure", "arrive_unit", "finish_figure", "finish_unit", "is_minute_clock", "needs_after_photo", "may_extend", "basis", "icon",
            "position", "is_active",
        )  # fmt: skip
        read_only_fields = fields


class GridSerializer(serializers.ModelSerializer):
    parent = serializers.IntegerField(source="parent_id", allow_null=True)
    organisation = serializers.CharField(source="organisation.short_name", default=None, allow_null=True)

    class Meta:
        model = Grid
        fields = ("id", "code", "name", "level", "path", "parent", "organisation", "min_lon", "max_lon", "min_lat", "max_lat", "polygon")
        read_only_fields = fields
