"""The workflow for programs (design 5): one step at a time, stale versions 409, replays by the same person 200."""

from django.core.exceptions import ValidationError
from django.http import Http404, UnreadablePostError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from common import clock
from common.api.description import list_or_sheet
from grids.models import Field, Grid, Organisation
from inspections.api.fields import MomentField
from inspections.api.pagination import KeysetPagination
from inspections.api.serializers import MAX_PHOTO_BYTES, FindingSerializer
from inspections.models import Finding, ProblemType
from inspections.services.corrections import CORRECTABLE
from inspections.words import Kind, Risk, Severity
from rectification import case, exports
from rectification.filters import TaskFilter
from rectification.models import Milestone, Task
from rectification.rows import for_rows
from rectification.services import advance, gate, parts, photos
from rectification.words import Conclusion, ExtensionReason, LookBackResult, TaskRole
from rectification.workflow import FINDING_STEPS, HIDDEN, TASK_STEPS


def of_district(model):
    """Rows of the district of the row the step is about."""
    return lambda district_id: model.objects.filter(district_id=district_id)


@extend_schema_field(OpenApiTypes.INT)
class RowField(serializers.Field):
    """A row of the subject's district by its key."""

    default_error_messages = {"unknown": gettext_lazy("没有编号为“%(value)s”的记录。")}

    def __init__(self, rows, **options):
        self.rows = rows
        super().__init__(**options)

    def to_internal_value(self, data):
        text = str(data) if isinstance(data, (int, str)) and not isinstance(data, bool) else ""
        found = (
            self.rows(self.context["subject"].district_id).filter(pk=int(text)).first()
            if text.isascii() and text.isdigit() and len(text) < 19
            else None
        )
        if found is None:
            raise serializers.ValidationError(self.error_messages["unknown"] % {"value": str(data)[:40]}, code="unknown")
        return found

    def to_representation(self, value):
        return value.pk


class AssigneeSerializer(serializers.Serializer):
    organisation = RowField(of_district(Organisation))
    role = serializers.ChoiceField(TaskRole.choices)
    due_at = MomentField(required=False, allow_null=True)
    measure = serializers.CharField(required=False, allow_blank=True, max_length=500)


class MilestoneSerializer(serializers.Serializer):
    due_on = serializers.DateField()
    percent = serializers.IntegerField(min_value=1, max_value=100)
    target = serializers.CharField(max_length=200)


class StepSerializer(serializers.Serializer):
    """A step: the version that was read, a note, and what this step takes beside them. Other words are ignored."""

    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    # a finding's
    problem_type = RowField(of_district(ProblemType), required=False)
    field = RowField(of_district(Field), required=False)
    grid = RowField(of_district(Grid), required=False)
    severity = serializers.ChoiceField(Severity.choices, required=False)
    risk = serializers.ChoiceField(Risk.choices, required=False)
    kind = serializers.ChoiceField(Kind.choices, required=False)
    address = serializers.CharField(required=False, allow_blank=True, max_length=200)
    not_same = serializers.BooleanField(required=False, help_text=gettext_lazy("附近的同类问题已核对，都不是同一问题"))
    into = serializers.CharField(required=False, max_length=20, help_text=gettext_lazy("并入的问题编号"))
    assignees = AssigneeSerializer(many=True, required=False)
    result = serializers.ChoiceField(LookBackResult.choices, required=False)
    accepted_at = MomentField(required=False)
    corrected = serializers.DictField(required=False)
    # a task's
    conclusion = serializers.ChoiceField(Conclusion.choices, required=False)
    wanted_at = MomentField(required=False)
    granted_at = MomentField(required=False)
    reason_code = serializers.ChoiceField(ExtensionReason.choices, required=False)
    consent = serializers.CharField(required=False, allow_blank=True, max_length=100)
    organisation = RowField(of_district(Organisation), required=False)
    handler = serializers.IntegerField(required=False, min_value=1, max_value=2_147_483_647)
    due_at = MomentField(required=False, allow_null=True)
    false_fix = serializers.BooleanField(required=False)
    milestone = serializers.IntegerField(required=False, min_value=1, max_value=2_147_483_647)
    milestones = MilestoneSerializer(many=True, required=False)

    def validate_into(self, number):
        found = (
            Finding.objects.visible_to(self.context["request"].user).filter(number=number, district_id=self.context["subject"].district_id).first()
        )
        if found is None:
            raise serializers.ValidationError(_("没有编号为“%(number)s”的问题。") % {"number": number})
        return found

    def validate_handler(self, key):
        return User.objects.filter(pk=key).first()

    def validate_milestone(self, key):
        found = Milestone.objects.filter(pk=key).first()
        if found is None:
            raise serializers.ValidationError(_("请选择本任务尚未完成的节点。"))
        return found

    def validate_milestones(self, plan):
        return [dict(each) for each in plan]

    def validate_corrected(self, corrected):
        """Columns as the ledger has them; foreign keys by key."""
        fields = {
            "problem_type": RowField(of_district(ProblemType)), "field": RowField(of_district(Field)), "grid": RowField(of_district(Grid)),
            "superior_due_at": MomentField(allow_null=True), "severity": serializers.ChoiceField(Severity.choices), "risk": serializers.ChoiceField(Risk.choices),
            "lon": serializers.FloatField(min_value=-180, max_value=180), "lat": serializers.FloatField(min_value=-90, max_value=90),
        }  # fmt: skip
        clean = {}
        for name, value in corrected.items():
            if name not in CORRECTABLE:
                raise serializers.ValidationError(_("这些内容不能更正：%(names)s") % {"names": str(name)[:40]})
            field = fields.get(name) or serializers.CharField(allow_blank=True, max_length=2000)
            field.bind(name, self)
            clean[name] = field.run_validation(value)
        return clean


TAKES = {
    "register": ("problem_type", "field", "grid", "severity", "risk", "kind", "address", "not_same"),
    "merge": ("into",),
    "assign": ("assignees", "kind"),
    "assign_more": ("assignees", "kind"),
    "look_back": ("result",),
    "superior_accept": ("accepted_at",),
    "correct": ("corrected",),
    "feedback": ("conclusion",),
    "progress": ("milestone",),
    "object_date": ("wanted_at",),
    "extend": ("wanted_at", "reason_code", "consent"),
    "suspend": ("wanted_at",),
    "transfer": ("organisation",),
    "dispatch": ("handler",),
    "approve": ("granted_at",),
    "milestones": ("milestones",),
    "return": ("due_at", "false_fix"),
    "overturn": ("due_at", "false_fix"),
}
"""What each step takes beside version and note; the rest of a body is ignored."""


class TaskSerializer(serializers.ModelSerializer):
    """A task as a list shows it; a running second look reads as waiting for verification to all but second lookers."""

    finding = serializers.UUIDField(source="finding.uuid")
    number = serializers.CharField(source="finding.number")
    text = serializers.CharField(source="finding.text")
    field = serializers.CharField(source="finding.field.code")
    problem_type = serializers.CharField(source="finding.problem_type.code")
    organisation_name = serializers.CharField(source="organisation.__str__")
    handler_name = serializers.SerializerMethodField()
    state = serializers.CharField(source="public_state")
    state_label = serializers.CharField(source="public_state_label")
    role_label = serializers.CharField(source="get_role_display")
    is_overdue = serializers.SerializerMethodField()
    url = serializers.CharField(source="get_absolute_url")
    conclusion = serializers.ChoiceField(Conclusion.choices, allow_blank=True)

    class Meta:
        model = Task
        fields = (
            "id", "finding", "number", "text", "field", "problem_type", "role", "role_label", "organisation", "organisation_name", "handler", "handler_name",
            "must_feed_back", "kind", "measure", "state", "state_label", "version", "assigned_at", "accept_due_at", "accepted_at", "arrive_due_at",
            "arrived_at", "due_at", "original_due_at", "fed_back_at", "conclusion", "passed_at", "ended_at", "late_since", "returns", "extensions",
            "suspended_until", "is_overdue", "url",
        )  # fmt: skip
        read_only_fields = fields

    def get_handler_name(self, task) -> str:
        return str(task.handler or "")

    def get_is_overdue(self, task) -> bool:
        return task.is_party_turn and task.due_at < clock.now()


class TaskStepAnswer(TaskSerializer):
    replay = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta(TaskSerializer.Meta):
        fields = (*TaskSerializer.Meta.fields, "replay", "actions")
        read_only_fields = fields

    def get_replay(self, _row) -> bool:
        return self.context["replay"]

    def get_actions(self, row) -> list[str]:
        """Steps open to this person now."""
        return parts.actions_for(self.context["request"].user, row)


class FindingStepAnswer(FindingSerializer):
    replay = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta(FindingSerializer.Meta):
        fields = (*FindingSerializer.Meta.fields, "replay", "actions")
        read_only_fields = fields

    def get_replay(self, _row) -> bool:
        return self.context["replay"]

    def get_actions(self, row) -> list[str]:
        """Steps open to this person now."""
        return parts.actions_for(self.context["request"].user, row)


def take(request, subject, action: str, steps: dict) -> bool:
    """Take one step; whether it was a replay."""
    if action not in steps or action in HIDDEN:
        raise Http404
    step = StepSerializer(data=request.data, context={"request": request, "subject": subject})
    if not step.is_valid():
        gate.check_role(subject, steps[action], by=request.user)
        raise serializers.ValidationError(step.errors)
    clean = step.validated_data
    details = {name: clean[name] for name in TAKES.get(action, ()) if name in clean}
    if "assignees" in details:
        details["assignees"] = [dict(each) for each in details["assignees"]]
    after = advance(subject, action, by=request.user, version=clean["version"], note=clean.get("note", ""), **details)
    return getattr(after, "replayed", False)


class FindingStepView(APIView):
    """The office's steps on a finding."""

    @extend_schema(request=StepSerializer, responses=FindingStepAnswer)
    def post(self, request, uuid, action):
        rows = case.for_page(Finding.objects.visible_to(request.user))
        replay = take(request, get_object_or_404(rows, uuid=uuid), action, FINDING_STEPS)
        finding = case.for_page(Finding.objects.all()).get(uuid=uuid)
        return Response(FindingStepAnswer(finding, context={"request": request, "replay": replay}).data)


class TaskStepView(APIView):
    """One step of a party, a verifier, a commander on a task."""

    @extend_schema(request=StepSerializer, responses=TaskStepAnswer)
    def post(self, request, pk, action):
        subject = get_object_or_404(for_rows(Task.objects.visible_to(request.user)), pk=pk)
        replay = take(request, subject, action, TASK_STEPS)
        task = for_rows(Task.objects.filter(pk=pk)).prefetch_related("requests").get()
        return Response(TaskStepAnswer(task, context={"request": request, "replay": replay}).data)


class TaskPhotoAnswer(serializers.Serializer):
    id = serializers.IntegerField()
    sha256 = serializers.CharField()
    flags = serializers.ListField(child=serializers.CharField())


class TaskPhotoView(APIView):
    """Bytes of an after-photo for this person's next feedback; the same again is one row."""

    @extend_schema(request={"application/octet-stream": OpenApiTypes.BINARY}, responses={200: TaskPhotoAnswer})
    def put(self, request, pk, sha256):
        rows = Task.objects.visible_to(request.user).select_related("finding__field__headquarters", "organisation")
        task, size = get_object_or_404(rows, pk=pk), int(request.META.get("CONTENT_LENGTH") or 0)
        if size > MAX_PHOTO_BYTES:
            raise ValidationError(_("照片超过 %(n)s MB，请降低拍摄分辨率后重新发送。") % {"n": MAX_PHOTO_BYTES // 1_000_000}, code="too_big")
        try:
            kept = photos.attach(task, request._request, sha256=sha256, size=size, by=request.user)
        except UnreadablePostError:
            raise ValidationError(_("照片没有传完，请重新发送。"), code="size_mismatch") from None
        return Response(TaskPhotoAnswer({"id": kept.pk, "sha256": sha256, "flags": [flag["code"] for flag in kept.flags]}).data)


class TaskPages(KeysetPagination):
    """``ordering``: due_at or id, with - the other way."""

    def paginate_queryset(self, queryset, request, view=None):
        if request.query_params.get("ordering", "").removeprefix("-") not in ("due_at", "id", ""):
            raise serializers.ValidationError({"ordering": [_("ordering 应为 due_at 或 id，前加 - 为倒序。")]})
        return super().paginate_queryset(queryset, request, view)


class TaskList(generics.GenericAPIView):
    """Tasks, filtered as the page filters them. ``?format=xlsx`` or ``csv`` gives the sheet."""

    serializer_class = TaskSerializer
    filterset_class = TaskFilter
    pagination_class = TaskPages

    def get_queryset(self):
        return Task.objects.visible_to(self.request.user) if self.request else Task.objects.none()

    @list_or_sheet(TaskSerializer)
    def get(self, request):
        form = request.query_params.get("format", "json")
        if form in ("csv", "xlsx"):
            return self._sheet(request, form)
        if form != "json":
            raise serializers.ValidationError({"format": [_("format 应为 json、csv 或 xlsx。")]})
        page = self.paginate_queryset(for_rows(self.filter_queryset(self.get_queryset())))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def _sheet(self, request, form: str):
        found = TaskFilter(request.query_params, queryset=self.get_queryset(), request=request)
        if not found.is_valid():
            raise serializers.ValidationError(found.errors)
        if exports.is_long(found.qs):
            job = exports.start(request.query_params, by=request.user, form=form)
            return Response({"job": job.pk, "detail": _("数据较多，已转入后台导出，完成后在“我的后台任务”下载。")}, status=status.HTTP_202_ACCEPTED)
        return exports.sheet(found, by=request.user, form=form)
